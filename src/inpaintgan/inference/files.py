"""Filling picture files: decode, fill, encode with all that the original carried."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InpaintError
from ..imaging.encode import DEEP_FORMATS, WITHOUT_ALPHA, output_format, save_picture
from ..imaging.io import decode
from ..imaging.masks import is_empty, read_mask
from ..imaging.picture import Picture
from .patches import Patch, filled_picture, paste_edges
from .pipeline import Inpainter

BECAME_OPAQUE = "Transparent pixels inside the mask became opaque."
NOTHING_TO_FILL = "The mask is all black: there is nothing to fill, the picture is unchanged."


@dataclass
class FileReport:
    """What became of one picture file."""

    image: str
    output: str
    status: str = "filled"
    """filled | unchanged | skipped | failed"""
    hole_px: int = 0
    changed_outside_px: int = 0
    """Pixels outside the mask that differ after encoding; 0 in lossless formats."""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    """Time in the networks and around them, without decoding and encoding."""
    notices: list[str] = field(default_factory=list)
    error: dict[str, str] | None = None


def fill_file(
    inpainter: Inpainter,
    image: Path,
    mask: Path,
    output: Path,
    *,
    edges: Path | None = None,
    save_edges: Path | None = None,
    feather_px: float = 0.0,
    overwrite_input: bool = False,
) -> FileReport:
    """Fill one picture file.

    Args:
        inpainter: The loaded networks.
        image: Any readable picture.
        mask: A mask file, white in the hole; resized with a notice when its size differs.
        output: Written in the format of its suffix, with all of the input that the format can hold.
        edges: A file of edges to paint along in the hole, white on black.
        save_edges: Where to write the edges that were painted along.
        feather_px: See `Inpainter.fill_patches`.
        overwrite_input: Allow ``output`` to be ``image``.

    Raises:
        InpaintError: Anything is missing, unreadable or refused.
    """
    output_format(output)  # refuses an unknown suffix before the work is done
    if same_file(image, output) and not overwrite_input:
        raise InpaintError(
            "output-is-input", f"{output} is the input picture itself.", "Name another output, or add --overwrite."
        )
    picture = decode(image)
    report = FileReport(str(image), str(output), notices=[*picture.notices, *inpainter.notices])
    report.height, report.width = picture.pixels.shape[:2]
    hole = _read_aligned(mask, picture, report)
    report.hole_px = int(hole.sum())
    drawn = None if edges is None else _read_aligned(edges, picture, report)
    patches: list[Patch] = []
    if is_empty(hole):
        report.status = "unchanged"
        report.notices.append(NOTHING_TO_FILL)
    else:
        start = time.perf_counter()
        patches = inpainter.fill_patches(picture.pixels, hole, drawn, feather_px=feather_px)
        report.seconds = time.perf_counter() - start
        if save_edges is not None:
            lines = inpainter.detect_edges(picture.pixels, hole) * np.uint8(255)
            paste_edges(lines, patches)
            save_picture(Picture(np.repeat(lines[..., None], 3, axis=2)), save_edges)
    save_filled(picture, patches, hole, output, report)
    return report


def save_filled(
    original: Picture, patches: list[Patch], hole: NDArray[np.uint8], output: Path, report: FileReport
) -> None:
    """Encode a picture with its holes filled, once, and count what the encoding changed outside the mask."""
    filled, cleared = filled_picture(original, patches)
    if cleared:
        report.notices.append(BECAME_OPAQUE)
    if original.deep is not None and output_format(output) not in DEEP_FORMATS:
        report.notices.append("16-bit colour was reduced to 8-bit: save as PNG or TIFF to keep it.")
    if original.alpha is not None and output_format(output) in WITHOUT_ALPHA:
        report.notices.append(
            f"{output_format(output)} knows no transparency: the picture was laid on white. Save as PNG to keep it."
        )
    save_picture(filled, output)
    del filled
    report.changed_outside_px = count_changed(original, decode(output), hole)


def count_changed(before: Picture, after: Picture, hole: NDArray[np.uint8]) -> int:
    """Number of pixels outside the hole whose colour differs; 16-bit colour is compared as such where both have it."""
    a, b = before.pixels, after.pixels
    if before.deep is not None and after.deep is not None:
        a, b = before.deep[..., :3], after.deep[..., :3]
    rows = 256  # at a time, for the sake of memory
    return sum(
        int(((a[top : top + rows] != b[top : top + rows]).any(axis=2) & (hole[top : top + rows] == 0)).sum())
        for top in range(0, len(a), rows)
    )


def _read_aligned(file: Path, picture: Picture, report: FileReport) -> NDArray[np.uint8]:
    mask, notice = read_mask(file, *picture.pixels.shape[:2])
    if notice:
        report.notices.append(notice)
    return mask


def same_file(a: Path, b: Path) -> bool:
    """Whether two paths mean one existing file."""
    return a.exists() and b.exists() and a.samefile(b)

"""Filling picture files: decode, fill, encode with all that the original carried."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InpaintError
from ..imaging.encode import output_format, save_picture
from ..imaging.io import decode
from ..imaging.masks import is_empty, read_mask
from ..imaging.picture import Picture
from .pipeline import Inpainter, Progress

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
    overwrite_input: bool = False,
    progress: Progress | None = None,
) -> FileReport:
    """Fill one picture file.

    Args:
        inpainter: The loaded networks.
        image: Any readable picture.
        mask: A mask file, white in the hole; resized with a notice when its size differs.
        output: Written in the format of its suffix; alpha, ICC profile and EXIF of the input are kept where it can.
        edges: A file of edges to paint along in the hole, white on black.
        save_edges: Where to write the edges that were painted along.
        overwrite_input: Allow ``output`` to be ``image``.
        progress: See `Inpainter.fill_with_edges`.

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
    filled = picture.pixels
    if is_empty(hole):
        report.status = "unchanged"
        report.notices.append(NOTHING_TO_FILL)
    else:
        start = time.perf_counter()
        if save_edges is None:
            filled, painted_along = inpainter.fill(picture.pixels, hole, drawn, progress), None
        else:
            result = inpainter.fill_with_edges(picture.pixels, hole, drawn, progress)
            filled, painted_along = result.picture, result.edges
        report.seconds = time.perf_counter() - start
        if save_edges is not None and painted_along is not None:
            save_picture(Picture(np.repeat(painted_along[..., None], 3, axis=2)), save_edges, overwrite=True)
    save_filled(picture, filled, hole, output, report)
    return report


def save_filled(
    original: Picture, filled: NDArray[np.uint8], hole: NDArray[np.uint8], output: Path, report: FileReport
) -> None:
    """Encode filled pixels with what the original carried, and count what the encoding changed outside the mask."""
    alpha = original.alpha
    if alpha is not None and (alpha[hole == 1] < 255).any():
        # A filled hole that stays see-through would not be filled to the eye.
        alpha = np.where(hole == 1, np.uint8(255), alpha)
        report.notices.append("Transparent pixels inside the mask became opaque.")
    save_picture(replace(original, pixels=filled, alpha=alpha), output, overwrite=True)
    written = decode(output).pixels
    report.changed_outside_px = int(((written != original.pixels).any(axis=2) & (hole == 0)).sum())


def _read_aligned(file: Path, picture: Picture, report: FileReport) -> NDArray[np.uint8]:
    mask, notice = read_mask(file, *picture.pixels.shape[:2])
    if notice:
        report.notices.append(notice)
    return mask


def same_file(a: Path, b: Path) -> bool:
    """Whether two paths mean one existing file."""
    return a.exists() and b.exists() and a.samefile(b)

"""Filling picture files: decode, fill, encode with all that the original carried."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.atomic import write_bytes
from ..core.errors import InpaintError
from ..core.formats import DEEP, WITHOUT_ALPHA
from ..core.outputs import make_way, writing
from ..imaging.encode import losses, output_format, save_picture
from ..imaging.io import decode
from ..imaging.masks import is_empty, mostly_white, read_lines, read_mask
from ..imaging.metadata import has_words
from ..imaging.picture import Picture, deepened
from .patches import Patch, filled_picture
from .pipeline import Inpainter

BECAME_OPAQUE = "What was erased inside the mask became opaque."
_NO_HOLE = "The mask is all black: there is nothing to fill"
NOTHING_TO_FILL = f"{_NO_HOLE}, the picture is unchanged."


@dataclass
class FileReport:
    """What became of one picture file."""

    image: str
    output: str
    status: str = "filled"
    """filled | unchanged (there was nothing to fill) | skipped | failed"""
    hole_px: int = 0
    changed_outside_px: int = 0
    """Pixels outside the mask that differ after encoding; 0 where the format keeps all that the picture has."""
    changed_by: list[str] = field(default_factory=list)
    """What they differ by, in words."""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    """Time in the networks and around them, without decoding and encoding."""
    notices: list[str] = field(default_factory=list)
    error: dict[str, str] | None = None


@dataclass(frozen=True)
class FillOptions:
    """How pictures are filled and written, all of a folder alike."""

    feather_px: float = 0.0
    texture: str = "auto"
    """Like ``feather_px`` as `Inpainter.fill` takes them."""
    quality: int | None = None
    """Of results in JPEG and WebP, 1 to 100; see `encode`."""
    overwrite_input: bool = False
    """Allow a result to replace its picture."""


AS_USUAL = FillOptions()


def fill_file(
    inpainter: Inpainter,
    image: Path,
    mask: Path,
    output: Path,
    options: FillOptions = AS_USUAL,
    *,
    edges: Path | None = None,
    save_edges: Path | None = None,
) -> FileReport:
    """Fill one picture file.

    Args:
        inpainter: The loaded networks.
        image: Any readable picture.
        mask: A mask file, white in the hole; resized with a notice when its size differs. What looks unlike a mask is told of.
        output: Written in the format of its suffix, with all of the input that the format can hold; to the byte the
            input where there is nothing to fill and the format stays. Its folder is made when missing.
        options: How.
        edges: A file of edges to paint along in the hole, white on black.
        save_edges: Where to write the edges of the whole picture, in the hole those that were painted along.

    Raises:
        InpaintError: Anything is missing, unreadable or refused, or a result cannot be written.
    """
    with writing(output):  # a name that is too long
        _check_places(image, mask, output, edges, save_edges, overwrite_input=options.overwrite_input)
    picture = decode(image)
    report = FileReport(str(image), str(output), notices=[*picture.notices, *inpainter.notices])
    report.height, report.width = picture.pixels.shape[:2]
    hole, *notices = read_mask(mask, report.height, report.width, for_filling=True)
    notices.append(mostly_white(hole))
    report.hole_px = int(hole.sum())
    drawn = None
    if edges is not None:
        drawn, notice = read_lines(edges, report.height, report.width)
        notices.append(notice)
    report.notices += filter(None, notices)
    for file in filter(None, (output, save_edges)):
        make_way(file)
    patches: list[Patch] = []
    if not is_empty(hole):
        start = time.perf_counter()
        patches = inpainter.fill_patches(
            picture.pixels, hole, drawn, feather_px=options.feather_px, texture=options.texture
        )
        report.seconds = time.perf_counter() - start
    if save_edges is not None:
        lines = inpainter.edges_of(picture.pixels, hole, patches)
        save_picture(Picture(np.repeat(lines[..., None], 3, axis=2)), save_edges)
    save_filled(picture, patches, hole, output, report, options.quality)
    return report


def _check_places(
    image: Path, mask: Path, output: Path, edges: Path | None, save_edges: Path | None, *, overwrite_input: bool
) -> None:
    """Refuse, before any work is done, to write over what is read, twice to one file, or in an unknown format."""
    if same_file(image, output) and not overwrite_input:
        raise InpaintError(
            "output-is-input", f"{output} is the input picture itself.", "Choose another output, or add --overwrite."
        )
    read = {"the mask": mask, "the file of the given edges": edges}
    _check_place(output, read)
    if save_edges is not None:
        _check_place(save_edges, {"the input picture": image, **read})
        if same_file(save_edges, output):
            raise InpaintError(
                "output-twice", f"{save_edges} is named for both the filled picture and its edges.", "Name two files."
            )


def _check_place(result: Path, read: dict[str, Path | None]) -> None:
    output_format(result)
    for name, file in read.items():
        if file is not None and same_file(file, result):
            raise InpaintError("output-is-input", f"{result} is {name} itself.", "Choose another file to write to.")


def save_filled(
    original: Picture,
    patches: list[Patch],
    hole: NDArray[np.uint8],
    output: Path,
    report: FileReport,
    quality: int | None = None,
) -> None:
    """Encode a picture with its holes filled, once, and count what the encoding changed outside the mask.

    Without patches the file of ``report.image`` is copied, to the byte, unless it gets another format.
    """
    if not patches:
        report.status = "unchanged"
        if output_format(output) == original.format:
            # What decoding had to change is in the file still.
            report.notices = [notice for notice in report.notices if notice not in original.notices]
            report.notices.append(NOTHING_TO_FILL)
            with writing(output):
                write_bytes(output, Path(report.image).read_bytes())
            return
        report.notices.append(f"{_NO_HOLE}, the picture was only written as {output_format(output)}.")
    filled, cleared = filled_picture(original, patches, hole)
    if cleared:
        report.notices.append(BECAME_OPAQUE)
    if original.deep is not None and output_format(output) not in DEEP:
        report.notices.append("16-bit colour was reduced to 8-bit: save as PNG or TIFF to keep it.")
    if original.alpha is not None and output_format(output) in WITHOUT_ALPHA:
        report.notices.append(
            f"{output_format(output)} does not support transparency: transparent areas became white. Save as PNG to keep them."
        )
    if has_words(original.coding) and output_format(output) != original.format:
        report.notices.append(f"Captions and comments in the file are lost; save as {original.format} to keep them.")
    save_picture(filled, output, quality)
    report.changed_by = losses(original, output_format(output), quality)
    del filled
    report.changed_outside_px = count_changed(original, decode(output), hole)


def count_changed(before: Picture, after: Picture, hole: NDArray[np.uint8]) -> int:
    """Number of pixels outside the hole whose colour differs, in 16 bits where the picture had them."""
    rows = 256  # at a time, for the sake of memory
    total = 0
    for top in range(0, len(hole), rows):
        part = slice(top, top + rows)
        a, b = before.pixels[part], after.pixels[part]
        if before.deep is not None:
            a, b = before.deep[part, :, :3], deepened(b) if after.deep is None else after.deep[part, :, :3]
        total += int(((a != b).any(axis=2) & (hole[part] == 0)).sum())
    return total


def same_file(a: Path, b: Path) -> bool:
    """Whether two paths mean one file, be it there or yet to be written."""
    return a.samefile(b) if a.exists() and b.exists() else a.resolve() == b.resolve()

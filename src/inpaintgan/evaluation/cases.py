"""The cases of an evaluation: pictures paired with holes, always in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InpaintError
from ..core.ranks import Ranks
from ..core.wording import plural
from ..data.pictures import PictureFile
from ..imaging.folder import find_pictures, match_key
from ..imaging.io import read_rgb
from ..imaging.picture import resize_square
from .mask_sets import BLOCK_RATIO, MaskSet, mask_set

_N_NAMED = 3
"""Files that a notice names."""


@dataclass(frozen=True)
class Case:
    """One picture with its hole, at the networks' size."""

    name: str
    picture: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    number: int = 0
    """Its place among all cases of its holes."""
    masks: str = ""
    """The name of the set that the hole is of."""
    hole: int = 0
    """The number of the hole in its set."""
    enlarged: bool = False
    """Whether the picture was smaller than the networks' size: an enlarged one is smooth, and easy to fill."""


def cases(
    data: Path,
    masks: str | MaskSet,
    side: int,
    *,
    limit: int,
    seed: int,
    block_ratio: float = BLOCK_RATIO,
    files: Sequence[PictureFile] | None = None,
    ranks: Ranks | None = None,
    unreadable: list[str] | None = None,
) -> Iterator[Case]:
    """Pair pictures with the holes of one set, always in the same way.

    Args:
        data: Folder of pictures, cut to a square and resized to ``side``.
        masks: A set, or the name or folder of one.
        side: In px.
        limit: Take this many pictures, spread evenly over the set; 0 takes all.
        seed: Of drawn masks.
        block_ratio: Side of a drawn block as a share of the picture's.
        files: The pictures of the folder to take; None is all.
        ranks: Processes that share the cases; only this one's are yielded.
        unreadable: Collects, in words, what is wrong with each picture or mask that cannot be read. Its case is left out,
            and all others keep their holes. With None the first such file ends the work.

    Raises:
        InpaintError: A folder is missing or empty, or a file cannot be read and there is no ``unreadable``.
    """
    files = find_pictures(data) if files is None else files
    masks = mask_set(masks) if isinstance(masks, str) else masks
    numbers = (ranks or Ranks()).share(range(n_cases(files, limit)))
    for index, mask in _holes(numbers, masks, side, seed, block_ratio, unreadable):
        try:
            case = _case(data, picture_of(index, files, limit), masks, mask, index, side)
        except InpaintError as error:
            _leave_out(error, unreadable)
        else:
            yield case


def one_case(data: Path, masks: MaskSet, side: int, number: int, *, limit: int, seed: int) -> Case:
    """The case of a number that `cases` yielded, once more."""
    mask = masks.mask(number, side, seed)
    return _case(data, picture_of(number, find_pictures(data), limit), masks, mask, number, side)


def _case(data: Path, file: PictureFile, masks: MaskSet, mask: NDArray[np.uint8], number: int, side: int) -> Case:
    read = read_rgb(file, smallest_side=side)
    name, enlarged = file.relative_to(data).as_posix(), min(read.shape[:2]) < side
    return Case(name, resize_square(read, side), mask, number, masks.name, masks.hole(number), enlarged)


def case_names(data: Path, masks: MaskSet, side: int, *, limit: int, seed: int) -> Iterator[str]:
    """The names of what `cases` yields, without reading a picture: those that cannot be read are among them."""
    files = find_pictures(data)
    for index, _ in _holes(range(n_cases(files, limit)), masks, side, seed, BLOCK_RATIO, []):
        yield picture_of(index, files, limit).relative_to(data).as_posix()


def n_cases(files: Sequence[object], limit: int) -> int:
    """How many pictures are taken."""
    return min(limit, len(files)) if limit else len(files)


def picture_of(index: int, files: Sequence[PictureFile], limit: int) -> PictureFile:
    """The picture of a number: those taken are spread evenly."""
    return files[index * len(files) // n_cases(files, limit)]


def paired_by_name(masks: MaskSet, data: Path, *, limit: int) -> MaskSet:
    """Where each picture has a mask of its name, as for ``fill``, that set with the masks in the pictures' order."""
    if not masks.files:
        return masks
    files = find_pictures(data)
    by_name = {match_key(file.relative_to(masks.folder)): file for file in masks.files}
    names = [match_key(picture_of(i, files, limit).relative_to(data)) for i in range(n_cases(files, limit))]
    if not all(name in by_name for name in names):
        return masks
    return replace(masks, files=tuple(by_name[name] for name in names))


def left_out(unreadable: Sequence[str]) -> list[str]:
    """The notice of a report about files that cannot be read; an empty list where there are none."""
    if not unreadable:
        return []
    n_more = len(unreadable) - _N_NAMED
    named = [*unreadable[:_N_NAMED], *([f"And {n_more} more."] if n_more > 0 else [])]
    return [f"Files left out: {len(unreadable)}. {' '.join(named)}"]


def enlarged_pictures(rows: Sequence[dict[str, Any]], side: int) -> list[str]:
    """The notice of a report about pictures that were enlarged; an empty list where there are none."""
    names = {row["picture"] for row in rows if row["enlarged"]}
    if not names:
        return []
    said = f"{plural(len(names), 'picture')} {'is' if len(names) == 1 else 'are'}"
    return [f"{said} smaller than {side} px, and enlarged for this: smooth pictures are easy to fill."]


def nothing_to_evaluate(masks: str, unreadable: Sequence[str]) -> InpaintError:
    """The refusal of a set of holes that gives no case."""
    return InpaintError(
        "nothing-to-evaluate", f"No picture is left to score with {masks}.", " ".join(left_out(unreadable))
    )


def _leave_out(error: InpaintError, unreadable: list[str] | None) -> None:
    if unreadable is None:
        raise error
    unreadable.append(error.message)


def _holes(
    numbers: Sequence[int], masks: MaskSet, side: int, seed: int, block_ratio: float, unreadable: list[str] | None
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    for index in numbers:
        try:
            mask = masks.mask(index, side, seed, block_ratio)
        except InpaintError as error:
            _leave_out(error, unreadable)
        else:
            yield index, mask

"""Looks over a folder before a training: what is unreadable, small, gray or there twice, and whether masks make sense.

No torch. Few pictures at a time are in memory; of each only a digest, its side and a tiny thumbnail are kept.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import BaseModel

from ..core.errors import InpaintError
from ..core.formats import FOREIGN_SUFFIXES
from ..imaging.folder import list_files
from ..imaging.io import read_header, read_rgb
from ..imaging.masks import binarize, load_levels
from ..imaging.picture import resize_square
from .check_report import (
    LARGEST_SIDE_PX,
    MAX_LISTED,
    SMALL_SIDE_PX,
    Coverage,
    DataReport,
    Duplicate,
    Problem,
    Sizes,
    Unreadable,
    mask_problems,
    picture_problems,
)
from .near_duplicates import THUMBNAIL_BYTES, find_alike, thumbnail
from .pictures import PictureFile, PictureSet, open_masks, open_pictures

_MOSTLY_WHITE = 0.75
_HALF, _MOST_OF_BORDER = 0.5, 0.9
_GRAY_TOLERANCE = 6
_THREADS = min(8, os.cpu_count() or 1)
"""Reading and decoding leave Python's lock, so that threads share the work."""
_CHUNK = 256
_LOOKED_AT = 32

FoundT = TypeVar("FoundT")


@dataclass(frozen=True)
class _Picture:
    """What is kept of a picture."""

    digest: bytes
    side: int
    """The shorter one, in px."""
    has_alpha: bool
    gray: bool
    thumbnail: bytes


@dataclass(frozen=True)
class _Mask:
    """What is kept of a mask."""

    coverage: float
    inverted: bool
    brightest: int


def check_data(
    folder: Path, *, masks: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> DataReport:
    """Read every picture of a folder, and every mask of another, and report on them.

    Args:
        folder: The training pictures, as `open_pictures` takes them.
        masks: The mask pictures, if the masks come from files.
        progress: Called with the files done and the files in all.

    Raises:
        InpaintError: ``folder-missing`` or ``folder-empty``, for either folder.
    """
    files = open_pictures(folder)
    mask_files = open_masks(masks) if masks else None
    report = DataReport(folder=str(folder), n_pictures=len(files), masks_folder=str(masks or ""))
    total = len(files) + len(mask_files or ())
    step = progress or (lambda done, total: None)
    _check_pictures(files, report, lambda done: step(done, total))
    if masks and mask_files:
        _check_masks(mask_files, report, lambda done: step(len(files) + done, total))
        if folder.resolve() in (masks.resolve(), *masks.resolve().parents):
            report.problems.append(
                Problem(
                    level="error",
                    code="masks-inside",
                    message="The masks are inside the folder of pictures, so they would be trained on as pictures.",
                    hint="Move the masks to a folder of their own.",
                    field="mask_data",
                )
            )
    foreign = list_files(folder, FOREIGN_SUFFIXES) if folder.is_dir() else []
    report.n_foreign = len(foreign)
    report.foreign_suffixes = sorted({Path(name).suffix.lower() for name in foreign})
    report.problems.extend(picture_problems(report))
    report.problems.extend(mask_problems(report))
    return report


def _check_pictures(files: PictureSet, report: DataReport, progress: Callable[[int], None]) -> None:
    first_with: dict[bytes, int] = {}
    sides, seen, thumbnails = array("l"), array("q"), bytearray()
    for index, found in _looked_at(files, _look_at_picture, progress):
        if isinstance(found, str):
            report.n_unreadable += 1
            _note(report.unreadable, Unreadable(path=_relative(files, index), reason=found))
            continue
        sides.append(found.side)
        report.n_alpha += found.has_alpha
        report.n_gray += found.gray
        first = first_with.setdefault(found.digest, index)
        if first == index:
            seen.append(index)
            thumbnails += found.thumbnail
        else:
            report.n_duplicates += 1
            _note(report.duplicates, _pair(files, index, first))
    if sides:
        values = np.asarray(sides)
        report.size = Sizes(min=int(values.min()), median=int(np.median(values)), max=int(values.max()))
        report.n_small = int((values < SMALL_SIDE_PX).sum())
        told_apart, counts = np.unique(np.minimum(values, LARGEST_SIDE_PX), return_counts=True)
        report.sides = dict(zip(told_apart.tolist(), counts.tolist(), strict=True))
    alike = find_alike(np.frombuffer(bytes(thumbnails), np.uint8).reshape(-1, THUMBNAIL_BYTES))
    report.n_near_duplicates = len(alike)
    for place, earlier in alike.items():
        _note(report.near_duplicates, _pair(files, seen[place], seen[earlier]))


def inverted_masks(source: Path) -> str | None:
    """Say that many masks of a folder look inverted, by some dozens of them, spread evenly; None where they do not.

    Raises:
        InpaintError: The folder is missing or holds no picture.
    """
    files = open_masks(source)
    some = files[:: max(1, len(files) // _LOOKED_AT)]
    report = DataReport(folder=str(source))
    _check_masks(some, report, lambda _done: None)
    found = (problem for problem in mask_problems(report) if problem.code == "masks-inverted")
    return next((f"{problem.message} {problem.hint}" for problem in found), None)


def _check_masks(files: PictureSet, report: DataReport, progress: Callable[[int], None]) -> None:
    report.n_masks = len(files)
    coverages = array("d")
    for index, found in _looked_at(files, _look_at_mask, progress):
        if isinstance(found, str):
            report.n_masks_unreadable += 1
            _note(report.masks_unreadable, Unreadable(path=_relative(files, index), reason=found))
            continue
        coverages.append(found.coverage)
        report.n_masks_inverted += found.inverted
        report.mask_brightest = max(report.mask_brightest, found.brightest)
    if coverages:
        values = np.asarray(coverages)
        report.mask_coverage = Coverage(min=values.min(), mean=values.mean(), max=values.max())
        report.n_masks_empty = int((values == 0).sum())
        report.n_masks_full = int((values == 1).sum())


def _looked_at(
    files: Sequence[PictureFile], look: Callable[[PictureFile], FoundT], progress: Callable[[int], None]
) -> Iterator[tuple[int, FoundT | str]]:
    """Yield each file's index and what was found, or why it cannot be read, in order."""

    def look_or_say_why(index: int) -> FoundT | str:
        try:
            return look(files[index])
        except (InpaintError, OSError) as error:
            return _reason(error)

    with ThreadPoolExecutor(_THREADS) as pool:
        for start in range(0, len(files), _CHUNK):
            indices = range(start, min(start + _CHUNK, len(files)))
            for index, found in zip(indices, pool.map(look_or_say_why, indices), strict=True):
                progress(index)
                yield index, found
    progress(len(files))


def _look_at_picture(file: PictureFile) -> _Picture:
    data = file.read_bytes()
    header = read_header(data, file.name)
    # A reduced JPEG is read to its end all the same, which is what shows that it is whole.
    small = resize_square(read_rgb(data, smallest_side=64, name=file.name), 32)
    return _Picture(
        digest=blake2b(data, digest_size=16).digest(),
        side=min(header.width, header.height),
        has_alpha=header.has_alpha,
        gray=_is_gray(small),
        thumbnail=thumbnail(small),
    )


def _look_at_mask(file: PictureFile) -> _Mask:
    levels = load_levels(file)
    mask = binarize(levels)
    coverage = float(mask.mean())
    border = float(np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean())
    inverted = coverage > _MOSTLY_WHITE or (coverage > _HALF and border > _MOST_OF_BORDER)
    return _Mask(coverage, inverted, int(levels.max()))


def _is_gray(small: np.ndarray) -> bool:
    """Whether the channels agree everywhere but for what lossy compression adds."""
    return int(np.ptp(small.astype(np.int16), axis=2).max()) <= _GRAY_TOLERANCE


def _pair(files: PictureSet, index: int, earlier: int) -> Duplicate:
    return Duplicate(path=_relative(files, index), same_as=_relative(files, earlier))


def _note(entries: list, entry: BaseModel) -> None:
    if len(entries) < MAX_LISTED:
        entries.append(entry)


def _relative(files: PictureSet, index: int) -> str:
    return files[index].relative_to(files.root).as_posix()


def _reason(error: InpaintError | OSError) -> str:
    return error.message if isinstance(error, InpaintError) else error.strerror or "It cannot be opened."

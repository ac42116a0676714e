"""Looks over a folder before a training: what is unreadable, small, gray or there twice, and whether masks make sense.

No torch. One picture at a time is in memory; of each only a digest and two numbers are kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from pydantic import BaseModel, Field

from ..core.errors import InpaintError
from ..imaging.io import read_header, read_rgb, resize_square
from ..imaging.masks import binarize
from .pictures import PictureFile, open_masks, open_pictures

SMALL_SIDE_PX = 256
MOSTLY_WHITE = 0.75
MAX_LISTED = 200
_GRAY_TOLERANCE = 6
_FEW = 100


class Unreadable(BaseModel):
    """A file that is skipped in training."""

    path: str
    reason: str


class Duplicate(BaseModel):
    """A file whose bytes are those of an earlier one."""

    path: str
    same_as: str


class Sizes(BaseModel):
    """Shorter sides of the pictures, in px."""

    min: int
    median: int
    max: int


class Coverage(BaseModel):
    """Share of a mask that is hole, 0 to 1."""

    min: float
    mean: float
    max: float


class Problem(BaseModel):
    """Something to know before training; an error keeps the training from starting."""

    level: Literal["error", "warning"]
    code: str
    message: str
    hint: str = ""


class DataReport(BaseModel):
    """What `check_data` found. Lists hold the first 200 entries, counts all; paths are relative to the folder."""

    folder: str
    n_pictures: int = 0
    """Picture files, the unreadable ones included."""
    n_unreadable: int = 0
    unreadable: list[Unreadable] = Field(default_factory=list)
    n_gray: int = 0
    n_alpha: int = 0
    size: Sizes | None = None
    """None when nothing can be read."""
    n_small: int = 0
    """Pictures whose shorter side is below 256 px."""
    n_duplicates: int = 0
    duplicates: list[Duplicate] = Field(default_factory=list)
    masks_folder: str = ""
    n_masks: int = 0
    n_masks_unreadable: int = 0
    masks_unreadable: list[Unreadable] = Field(default_factory=list)
    mask_coverage: Coverage | None = None
    n_masks_mostly_white: int = 0
    """Masks that are hole over more than three quarters."""
    n_masks_empty: int = 0
    problems: list[Problem] = Field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether a training can start on this folder."""
        return all(problem.level != "error" for problem in self.problems)


def check_data(
    folder: Path, *, masks: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> DataReport:
    """Read every picture of a folder, and every mask of another, and report on them.

    Args:
        folder: The training pictures; sub-folders are searched.
        masks: The mask pictures, if the masks come from files.
        progress: Called with the files done and the files in all.

    Raises:
        InpaintError: ``folder-missing`` or ``folder-empty``, for either folder.
    """
    files = open_pictures(folder)
    mask_files = open_masks(masks) if masks else []
    report = DataReport(folder=str(folder), n_pictures=len(files), masks_folder=str(masks or ""))
    total = len(files) + len(mask_files)
    step = progress or (lambda done, total: None)
    _check_pictures(files, folder, report, lambda done: step(done, total))
    if masks:
        _check_masks(mask_files, masks, report, lambda done: step(len(files) + done, total))
        if folder.resolve() in (masks.resolve(), *masks.resolve().parents):
            report.problems.append(
                Problem(
                    level="error",
                    code="masks-inside",
                    message="The masks lie inside the folder of pictures, so they would be trained on as pictures.",
                    hint="Move the masks to a folder of their own.",
                )
            )
    report.problems.extend(_picture_problems(report))
    report.problems.extend(_mask_problems(report))
    return report


def describe(report: DataReport) -> str:
    """Return a report as lines of text for a terminal."""
    lines = [f"{report.folder}: {report.n_pictures} pictures"]
    if report.size:
        lines.append(f"  shorter side: {report.size.min} to {report.size.max} px, median {report.size.median} px")
    lines.append(
        f"  unreadable: {report.n_unreadable}, copies: {report.n_duplicates}, gray: {report.n_gray}, "
        f"with transparency: {report.n_alpha}, below {SMALL_SIDE_PX} px: {report.n_small}"
    )
    if report.masks_folder:
        lines.append(f"{report.masks_folder}: {report.n_masks} masks")
    if report.mask_coverage:
        low, mean, high = report.mask_coverage.min, report.mask_coverage.mean, report.mask_coverage.max
        lines.append(f"  hole: {low:.1%} to {high:.1%} of the picture, {mean:.1%} on average")
    for entry in (*report.unreadable, *report.masks_unreadable):
        lines.append(f"  skipped: {entry.path} ({entry.reason})")
    for entry in report.duplicates:
        lines.append(f"  copy: {entry.path} = {entry.same_as}")
    for problem in report.problems:
        lines.append(f"{problem.level}: {problem.message} {problem.hint}".rstrip())
    if not report.problems:
        lines.append("All in order.")
    return "\n".join(lines)


def _check_pictures(
    files: Sequence[PictureFile], root: Path, report: DataReport, progress: Callable[[int], None]
) -> None:
    sides = array("l")
    first_with: dict[bytes, int] = {}
    for index, path in enumerate(files):
        progress(index)
        try:
            data = path.read_bytes()
            header = read_header(data, path.name)
            # A reduced JPEG is read to its end all the same, which is what shows that it is whole.
            thumbnail = resize_square(read_rgb(data, smallest_side=64, name=path.name), 32)
        except (InpaintError, OSError) as error:
            report.n_unreadable += 1
            _note(report.unreadable, Unreadable(path=_relative(path, root), reason=_reason(error)))
            continue
        sides.append(min(header.width, header.height))
        report.n_alpha += header.has_alpha
        report.n_gray += _is_gray(thumbnail)
        first = first_with.setdefault(blake2b(data, digest_size=16).digest(), index)
        if first != index:
            report.n_duplicates += 1
            _note(report.duplicates, Duplicate(path=_relative(path, root), same_as=_relative(files[first], root)))
    progress(len(files))
    if sides:
        values = np.asarray(sides)
        report.size = Sizes(min=int(values.min()), median=int(np.median(values)), max=int(values.max()))
        report.n_small = int((values < SMALL_SIDE_PX).sum())


def _check_masks(files: Sequence[PictureFile], root: Path, report: DataReport, progress: Callable[[int], None]) -> None:
    report.n_masks = len(files)
    coverages = array("d")
    for index, path in enumerate(files):
        progress(index)
        try:
            mask = binarize(cv2.cvtColor(read_rgb(path, name=path.name), cv2.COLOR_RGB2GRAY))
        except InpaintError as error:
            report.n_masks_unreadable += 1
            _note(report.masks_unreadable, Unreadable(path=_relative(path, root), reason=_reason(error)))
            continue
        coverages.append(float(mask.mean()))
    progress(len(files))
    if coverages:
        values = np.asarray(coverages)
        report.mask_coverage = Coverage(min=values.min(), mean=values.mean(), max=values.max())
        report.n_masks_mostly_white = int((values > MOSTLY_WHITE).sum())
        report.n_masks_empty = int((values == 0).sum())


def _is_gray(thumbnail: np.ndarray) -> bool:
    """Whether the channels agree everywhere but for what lossy compression adds."""
    return int(np.ptp(thumbnail.astype(np.int16), axis=2).max()) <= _GRAY_TOLERANCE


def _note(entries: list, entry: BaseModel) -> None:
    if len(entries) < MAX_LISTED:
        entries.append(entry)


def _relative(path: PictureFile, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _reason(error: InpaintError | OSError) -> str:
    return error.message if isinstance(error, InpaintError) else error.strerror or "It cannot be opened."


def _picture_problems(report: DataReport) -> list[Problem]:
    n_good = report.n_pictures - report.n_unreadable
    if n_good == 0:
        return [
            Problem(
                level="error",
                code="folder-unreadable",
                message="None of the pictures can be read.",
                hint="Open one in another program to see whether it is a picture.",
            )
        ]
    total = report.n_pictures
    found = [
        (report.n_unreadable, "pictures-unreadable", f"{report.n_unreadable} of {total} pictures cannot be read.",
         "They are skipped in training."),
        (report.n_duplicates, "pictures-duplicate", f"Copies of other pictures: {report.n_duplicates} of {total}.",
         "Copies weigh double, and may be trained on and held out at once."),
        (report.n_small, "pictures-small",
         f"Smaller than {SMALL_SIDE_PX} px on the shorter side: {report.n_small} of {total} pictures.",
         "They are enlarged, which blurs them; a smaller input_size avoids it."),
        (n_good < _FEW, "pictures-few", f"There are few pictures: {n_good}.",
         "A training worth its time wants some thousands."),
        (0 < report.n_gray < n_good, "pictures-gray", f"Gray pictures: {report.n_gray} of {total}.",
         "A network learns from them to leave colour out."),
    ]  # fmt: skip
    return [_warning(code, message, hint) for applies, code, message, hint in found if applies]


def _mask_problems(report: DataReport) -> list[Problem]:
    if not report.n_masks:
        return []
    n_good = report.n_masks - report.n_masks_unreadable
    if n_good == report.n_masks_empty:
        message = "None of the masks can be used: each is unreadable or all black."
        return [Problem(level="error", code="masks-unusable", message=message, hint="White marks the hole.")]
    problems = []
    if report.n_masks_mostly_white * 2 > n_good:
        message = f"{report.n_masks_mostly_white} of {n_good} masks are white over more than three quarters."
        hint = "White marks the hole: are the masks inverted?"
        problems.append(_warning("masks-inverted", message, hint))
    if report.n_masks_unreadable:
        message = f"{report.n_masks_unreadable} of {report.n_masks} masks cannot be read."
        problems.append(_warning("masks-unreadable", message, "They are skipped in training."))
    if report.n_masks_empty:
        message = f"{report.n_masks_empty} of {n_good} masks are all black."
        problems.append(_warning("masks-empty", message, "They are skipped in training."))
    return problems


def _warning(code: str, message: str, hint: str) -> Problem:
    return Problem(level="warning", code=code, message=message, hint=hint)

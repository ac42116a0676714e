"""Filling a folder of pictures: which mask belongs to which picture, and one pass over all of them.

The command line and the window's worker both call `fill_folder`; neither a bad file nor a cancelled pass loses what was
done, because every result is written whole and a later pass can skip it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import InpaintError
from ..core.formats import WRITABLE
from ..core.outputs import writing
from ..imaging.folder import find_pictures, match_key
from .files import AS_USUAL, FileReport, FillOptions, fill_file, same_file
from .pipeline import Inpainter

OnResult = Callable[[int, int, FileReport], object]
"""Called after each picture with how many are done, how many there are, and what became of this one."""
ALREADY_THERE = "The result is already there."


@dataclass(frozen=True)
class Job:
    """One picture of a folder."""

    image: Path
    mask: Path | InpaintError
    """Its mask, or why the picture cannot be filled."""
    output: Path

    @property
    def is_done(self) -> bool:
        """Whether there is a result; the picture itself is none."""
        return self.output.is_file() and not same_file(self.image, self.output)


def plan_jobs(image: Path, mask: Path, output: str | Path, *, recursive: bool = False) -> list[Job]:
    """Pair pictures with masks and outputs.

    Args:
        image: A picture, or a folder of pictures.
        mask: A mask for all, or a folder of masks, matched to the pictures by relative path without extension.
        output: A file for one picture, or a folder: one that is there, or a text that ends in a slash. For a folder
            always a folder. Results in it keep their relative paths; a format that cannot be written becomes PNG. Output
            and masks inside the picture folder are not read as pictures.
        recursive: Search sub-folders too.

    Raises:
        InpaintError: A path is missing or of the wrong kind, there are no pictures, or a result would replace a mask.
    """
    ends_as_folder = str(output).endswith(("/", os.sep))  # which a path forgets
    output = Path(output)
    with writing(output):  # a name that is too long
        into_folder = ends_as_folder or output.is_dir()
    if not image.exists():
        raise InpaintError("picture-missing", f"There is no picture or folder {image}.")
    if not mask.exists():
        raise InpaintError("mask-missing", f"There is no mask or folder {mask}.")
    if not image.is_dir():
        if mask.is_dir():
            raise InpaintError(
                "mask-is-folder", f"{mask} is a folder, but {image} is one picture.", "Name one mask file."
            )
        return [Job(image, mask, output / _writable(Path(image.name)) if into_folder else output)]
    if output.is_file():
        raise InpaintError("output-is-file", f"{output} is a file, but {image} is a folder.", "Name an output folder.")
    all_masks = find_pictures(mask, recursive) if mask.is_dir() else [mask]
    masks: dict[str, list[Path]] = {}
    for file in all_masks if mask.is_dir() else ():
        masks.setdefault(match_key(file.relative_to(mask)), []).append(file)
    jobs: list[Job] = []
    taken: dict[Path, Path] = {}
    pictures = _pictures_without(image, (output, mask), recursive)
    inputs = {file.resolve() for file in pictures}
    for file in pictures:
        relative, key = file.relative_to(image), match_key(file.relative_to(image))
        result = output / _writable(relative)
        earlier = taken.setdefault(result, relative)
        own = _mask_of(relative, key, masks.get(key, ()), mask) if mask.is_dir() else mask
        if earlier != relative:
            own = InpaintError("output-twice", f"{result} is already the result of {earlier}.", f"Rename {relative}.")
        elif result.resolve() in inputs - {file.resolve()}:
            own = InpaintError(
                "output-is-input", f"{result} is another of the pictures.", "Choose another output folder."
            )
        jobs.append(Job(file, own, result))
    _refuse_over_masks(jobs, all_masks)
    return jobs


def _mask_of(relative: Path, key: str, found: Sequence[Path], folder: Path) -> Path | InpaintError:
    """The mask of a picture, or why there is none to take."""
    if not found:
        return InpaintError("mask-missing", f"There is no mask for {relative} in {folder}.", f"Name it {key}.png.")
    if len(found) > 1:
        names = " and ".join(str(file.relative_to(folder)) for file in found)
        return InpaintError("mask-twice", f"{names} are all masks of {relative}.", "Keep only one of them.")
    return found[0]


def _refuse_over_masks(jobs: Sequence[Job], masks: Iterable[Path]) -> None:
    """Before the first picture is filled, because a later one may need the mask that an earlier result replaces."""
    read = {file.resolve() for file in masks}
    for job in jobs:
        if job.output.resolve() in read:
            raise InpaintError("output-is-input", f"{job.output} is a mask itself.", "Choose another output folder.")


def _pictures_without(folder: Path, others: Iterable[Path], recursive: bool) -> list[Path]:
    """The pictures of a folder without those of others that lie inside it."""
    inside = {place for other in others if folder.resolve() in (place := other.resolve()).parents}
    files = find_pictures(folder, recursive)
    return [file for file in files if inside.isdisjoint([file.resolve(), *file.resolve().parents])] if inside else files


def _writable(relative: Path) -> Path:
    return relative if relative.suffix.lower() in WRITABLE else relative.with_name(f"{relative.name}.png")


def fill_folder(
    inpainter: Inpainter,
    jobs: Sequence[Job],
    options: FillOptions = AS_USUAL,
    *,
    skip_existing: bool = False,
    on_result: OnResult = lambda _done, _total, _report: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[FileReport]:
    """Fill pictures one after the other; a bad one is reported, and the next one follows.

    Args:
        inpainter: The loaded networks.
        jobs: From `plan_jobs`.
        options: How.
        skip_existing: Leave results that are already there.
        on_result: Told of each picture.
        cancelled: Asked before each picture; True ends the pass.

    Returns:
        One report for each picture that was dealt with, in order; fewer than ``jobs`` when cancelled.
    """
    reports: list[FileReport] = []
    for job in jobs:
        if cancelled():
            break
        try:
            report = fill_job(inpainter, job, options, skip_existing=skip_existing)
        except InpaintError as error:
            report = FileReport(str(job.image), str(job.output), status="failed", error=error.as_dict())
        reports.append(report)
        on_result(len(reports), len(jobs), report)
    return reports


def fill_job(
    inpainter: Inpainter,
    job: Job,
    options: FillOptions = AS_USUAL,
    *,
    skip_existing: bool = False,
    edges: Path | None = None,
    save_edges: Path | None = None,
) -> FileReport:
    """Fill the picture of one job, or with ``skip_existing`` leave its result that is there; see `fill_file`.

    Raises:
        InpaintError: It has no mask or no result of its own, cannot be read or filled, or its result cannot be written.
    """
    if isinstance(job.mask, InpaintError):
        raise job.mask
    if skip_existing and job.is_done:
        return FileReport(str(job.image), str(job.output), status="skipped", notices=[ALREADY_THERE])
    return fill_file(inpainter, job.image, job.mask, job.output, options, edges=edges, save_edges=save_edges)


def count_reports(reports: Sequence[FileReport]) -> dict[str, int]:
    """How many were filled, unchanged, skipped and failed."""
    found = Counter(report.status for report in reports)
    return {status: found[status] for status in ("filled", "unchanged", "skipped", "failed")}

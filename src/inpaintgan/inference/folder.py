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
from .files import FileReport, fill_file
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


def plan_jobs(image: Path, mask: Path, output: str | Path, *, recursive: bool = False) -> list[Job]:
    """Pair pictures with masks and outputs.

    Args:
        image: A picture, or a folder of pictures.
        mask: A mask for all, or a folder of masks, matched to the pictures by relative path without extension.
        output: A file for one picture, or a folder: one that is there, or a text that ends in a slash. For a folder
            always a folder. Results in it keep their relative paths; a format that cannot be written becomes PNG. An
            output folder inside the picture folder is not read as pictures.
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
    masks = (
        {match_key(file.relative_to(mask)): file for file in find_pictures(mask, recursive)} if mask.is_dir() else {}
    )
    jobs: list[Job] = []
    taken: dict[Path, Path] = {}
    for file in _pictures_outside(image, output, recursive):
        relative, key = file.relative_to(image), match_key(file.relative_to(image))
        result = output / _writable(relative)
        earlier = taken.setdefault(result, relative)
        own = masks.get(key) if mask.is_dir() else mask
        if own is None:
            own = InpaintError("mask-missing", f"There is no mask for {relative} in {mask}.", f"Name it {key}.png.")
        if earlier != relative:
            own = InpaintError("output-twice", f"{result} is the result of {earlier} already.", f"Rename {relative}.")
        jobs.append(Job(file, own, result))
    _refuse_over_masks(jobs, masks.values() or [mask])
    return jobs


def _refuse_over_masks(jobs: Sequence[Job], masks: Iterable[Path]) -> None:
    """Before the first picture is filled, because a later one may need the mask that an earlier result replaces."""
    read = {file.resolve() for file in masks}
    for job in jobs:
        if job.output.resolve() in read:
            raise InpaintError("output-is-input", f"{job.output} is a mask itself.", "Name another output folder.")


def _pictures_outside(folder: Path, output: Path, recursive: bool) -> list[Path]:
    results = output.resolve()
    files = find_pictures(folder, recursive)
    if results == folder.resolve():
        return files
    return [file for file in files if results not in file.resolve().parents]


def _writable(relative: Path) -> Path:
    return relative if relative.suffix.lower() in WRITABLE else relative.with_name(f"{relative.name}.png")


def fill_folder(
    inpainter: Inpainter,
    jobs: Sequence[Job],
    *,
    skip_existing: bool = False,
    feather_px: float = 0.0,
    overwrite_input: bool = False,
    on_result: OnResult = lambda _done, _total, _report: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[FileReport]:
    """Fill pictures one after the other; a bad one is reported, and the next one follows.

    Args:
        inpainter: The loaded networks.
        jobs: From `plan_jobs`.
        skip_existing: Leave results that are already there.
        feather_px: See `Inpainter.fill_patches`.
        overwrite_input: Allow a result to replace its picture.
        on_result: Told of each picture.
        cancelled: Asked before each picture; True ends the pass.

    Returns:
        One report for each picture that was dealt with, in order; fewer than ``jobs`` when cancelled.
    """
    reports: list[FileReport] = []
    for job in jobs:
        if cancelled():
            break
        if skip_existing and isinstance(job.mask, Path) and job.output.exists():
            report = FileReport(str(job.image), str(job.output), status="skipped", notices=[ALREADY_THERE])
        else:
            try:
                report = fill_job(inpainter, job, feather_px=feather_px, overwrite_input=overwrite_input)
            except InpaintError as error:
                report = FileReport(str(job.image), str(job.output), status="failed", error=error.as_dict())
        reports.append(report)
        on_result(len(reports), len(jobs), report)
    return reports


def fill_job(
    inpainter: Inpainter,
    job: Job,
    *,
    edges: Path | None = None,
    save_edges: Path | None = None,
    feather_px: float = 0.0,
    overwrite_input: bool = False,
) -> FileReport:
    """Fill the picture of one job; see `fill_file`.

    Raises:
        InpaintError: It has no mask or no result of its own, cannot be read or filled, or its result cannot be written.
    """
    if isinstance(job.mask, InpaintError):
        raise job.mask
    return fill_file(
        inpainter, job.image, job.mask, job.output,
        edges=edges, save_edges=save_edges, feather_px=feather_px, overwrite_input=overwrite_input,
    )  # fmt: skip


def count_reports(reports: Sequence[FileReport]) -> dict[str, int]:
    """How many were filled, unchanged, skipped and failed."""
    found = Counter(report.status for report in reports)
    return {status: found[status] for status in ("filled", "unchanged", "skipped", "failed")}

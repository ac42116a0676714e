"""Filling a folder of pictures: which mask and which edges belong to which picture, and one pass over all of them.

The command line and the window's worker both call `fill_folder`; neither a bad file nor a cancelled pass loses what was
done, because every result is written whole and a later pass can skip it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import InpaintError
from ..core.formats import WRITABLE
from ..core.outputs import writing
from ..imaging.folder import find_pictures, match_key, refuse_missing
from .files import AS_USUAL, FileReport, FillOptions, fill_file, same_file
from .pipeline import Inpainter

OnResult = Callable[[int, int, FileReport], object]
"""Called after each picture with how many are done, how many there are, and what became of this one."""
ALREADY_THERE = "The result is already there."


@dataclass(frozen=True)
class Job:
    """One picture, what belongs to it, and what it becomes."""

    image: Path
    mask: Path | InpaintError
    """Its mask, or why the picture cannot be filled."""
    output: Path
    edges: Path | None = None
    """Those to paint along."""
    save_edges: Path | None = None

    @property
    def is_done(self) -> bool:
        """Whether there are all results; the picture itself is none."""
        results = filter(None, (self.output, self.save_edges))
        return all(file.is_file() and not same_file(self.image, file) for file in results)


def plan_jobs(
    image: Path,
    mask: Path,
    output: str | Path,
    *,
    recursive: bool = False,
    edges: Path | None = None,
    save_edges: Path | None = None,
) -> list[Job]:
    """Pair pictures with masks, edges and outputs.

    Args:
        image: A picture, or a folder of pictures.
        mask: A mask for all, or a folder of masks, matched to the pictures by relative path without extension.
        output: A file for one picture, or a folder: one that is there, or a text that ends in a slash. For a folder
            always a folder. Results in it keep their relative paths; a format that cannot be written becomes PNG. Output
            and masks inside the picture folder are not read as pictures.
        recursive: Search sub-folders too.
        edges: Edges to paint along, otherwise as ``mask``.
        save_edges: Where edges are written: a file for one picture, for a folder a folder, where they are PNGs that can be
            given as ``edges``.

    Raises:
        InpaintError: A path is missing or of the wrong kind, there are no pictures, or a result would replace a mask or
            edges.
    """
    ends_as_folder = str(output).endswith(("/", os.sep))  # which a path forgets
    output = Path(output)
    with writing(output):  # a name that is too long
        into_folder = ends_as_folder or output.is_dir()
    refuse_missing(image, "picture")
    masks = _Given("mask", "a mask", mask, recursive)
    lines = _Given("edges", "an edge picture", edges, recursive) if edges else None
    if not image.is_dir():
        result = output / _writable(Path(image.name)) if into_folder else output
        return [Job(image, masks.only_for(image), result, lines and lines.only_for(image), save_edges)]
    for place in filter(None, (output, save_edges)):
        if place.is_file():
            raise InpaintError(
                "output-is-file", f"{place} is a file, but {image} is a folder.", "Name an output folder."
            )
    jobs: list[Job] = []
    taken: dict[Path, Path] = {}
    written: dict[Path, Path] = {}
    pictures = _pictures_without(image, filter(None, (output, mask, edges, save_edges)), recursive)
    places = [file.resolve() for file in pictures]
    inputs = set(places)
    for file, own_place in zip(pictures, places, strict=True):
        relative = file.relative_to(image)
        filled, edges_file = output / _writable(relative), save_edges and save_edges / relative.with_suffix(".png")
        results = {result.resolve(): result for result in (filled, edges_file) if result}
        written |= results
        try:
            for place, result in results.items():
                _take(result, relative, taken)
                if place in inputs and place != own_place:
                    raise InpaintError(
                        "output-is-input", f"{result} is another of the pictures.", "Choose another output folder."
                    )
            own_mask, own_edges = masks.of(relative), lines and lines.of(relative)
        except InpaintError as refusal:
            own_mask, own_edges = refusal, None
        jobs.append(Job(file, own_mask, filled, own_edges, edges_file))
    # Before the first picture is filled, because a later one may need what an earlier result replaces.
    for given in filter(None, (masks, lines)):
        given.refuse_results(written)
    return jobs


class _Given:
    """Masks or edges: one file for all pictures, or a folder with one for each."""

    def __init__(self, code: str, noun: str, place: Path, recursive: bool) -> None:
        """``code`` begins those of refusals, ``noun`` with its article is what they call a file."""
        self._code, self._a_file, self._file = code, noun, noun.split(" ", 1)[1]
        refuse_missing(place, code, self._file)
        self._place = place
        self._files = find_pictures(place, recursive) if place.is_dir() else [place]
        self._by_key: dict[str, list[Path]] = {}
        for file in self._files if place.is_dir() else ():
            self._by_key.setdefault(match_key(file.relative_to(place)), []).append(file)

    def only_for(self, image: Path) -> Path:
        """The file for a picture that is filled on its own."""
        if self._place.is_dir():
            raise InpaintError(
                f"{self._code}-is-folder",
                f"{self._place} is a folder, but {image} is one picture.",
                f"Name one {self._file}.",
            )
        return self._place

    def of(self, relative: Path) -> Path:
        """The file for a picture of a folder. Raises `InpaintError` for none and for several."""
        if not self._place.is_dir():
            return self._place
        key = match_key(relative)
        found = self._by_key.get(key, [])
        if not found:
            why = f"There is no {self._file} for {relative} in {self._place}."
            raise InpaintError(f"{self._code}-missing", why, f"Name it {key}.png.")
        if len(found) > 1:
            names = " and ".join(str(file.relative_to(self._place)) for file in found)
            why = f"{names} are all {self._file}s of {relative}."
            raise InpaintError(f"{self._code}-twice", why, "Keep only one of them.")
        return found[0]

    def refuse_results(self, results: Mapping[Path, Path]) -> None:
        """Refuse a result that would replace one of these files; results are given by the place that they resolve to."""
        read = {file.resolve() for file in self._files}
        for place, result in results.items():
            if place in read:
                raise InpaintError(
                    "output-is-input", f"{result} is {self._a_file} itself.", "Choose another output folder."
                )


def _take(result: Path, relative: Path, taken: dict[Path, Path]) -> None:
    """Note whose result a file will be. Raises `InpaintError` when it is that of an earlier picture."""
    earlier = taken.setdefault(result, relative)
    if earlier != relative:
        raise InpaintError("output-twice", f"{result} is already the result of {earlier}.", f"Rename {relative}.")


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
    inpainter: Inpainter, job: Job, options: FillOptions = AS_USUAL, *, skip_existing: bool = False
) -> FileReport:
    """Fill the picture of one job, or with ``skip_existing`` leave its result that is there; see `fill_file`.

    Raises:
        InpaintError: It has no mask, no edges or no result of its own, cannot be read or filled, or its result cannot be written.
    """
    if isinstance(job.mask, InpaintError):
        raise job.mask
    if skip_existing and job.is_done:
        return FileReport(str(job.image), str(job.output), status="skipped", notices=[ALREADY_THERE])
    return fill_file(inpainter, job.image, job.mask, job.output, options, edges=job.edges, save_edges=job.save_edges)


def count_reports(reports: Sequence[FileReport]) -> dict[str, int]:
    """How many were filled, unchanged, skipped and failed."""
    found = Counter(report.status for report in reports)
    return {status: found[status] for status in ("filled", "unchanged", "skipped", "failed")}

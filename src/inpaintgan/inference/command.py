"""``python main.py fill``: a file or a folder, with a report."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from ..core.errors import InpaintError
from ..core.paths import default_checkpoint
from ..imaging.folder import find_pictures
from .files import FileReport, fill_file
from .pipeline import Inpainter

Job = tuple[Path, Path | InpaintError, Path]
"""Picture, its mask or why there is none, output."""


def fill(arguments: argparse.Namespace) -> int:
    """Fill what the command line names; returns 0 when all was done and 1 when a picture of a folder failed.

    Raises:
        InpaintError: Nothing could be done at all.
    """
    jobs = list(_jobs(arguments.image, arguments.mask, arguments.output, arguments.recursive))
    inpainter = Inpainter.load(arguments.checkpoint or default_checkpoint(), arguments.device)
    if not arguments.image.is_dir():
        skip = arguments.skip_existing and jobs[0][2].exists()
        reports = [_skip(jobs[0]) if skip else _fill_one(inpainter, jobs[0], arguments)]
    else:
        reports = []
        for job in tqdm(jobs, unit="picture", disable=arguments.json or not sys.stderr.isatty()):
            if arguments.skip_existing and job[2].exists():
                reports.append(_skip(job))
                continue
            try:
                reports.append(_fill_one(inpainter, job, arguments))
            except InpaintError as error:
                reports.append(FileReport(str(job[0]), str(job[2]), status="failed", error=error.as_dict()))
    _print(reports, as_json=arguments.json)
    return 1 if any(report.status == "failed" for report in reports) else 0


def _jobs(image: Path, mask: Path, output: Path, recursive: bool) -> Iterator[Job]:
    """Pair pictures, masks and outputs; folders are matched by relative path without extension."""
    if not image.exists():
        raise InpaintError("picture-missing", f"There is no picture or folder {image}.")
    if not mask.exists():
        raise InpaintError("mask-missing", f"There is no mask or folder {mask}.")
    if not image.is_dir():
        if mask.is_dir():
            raise InpaintError(
                "mask-is-folder", f"{mask} is a folder, but {image} is one picture.", "Name one mask file."
            )
        yield image, mask, output / image.name if output.is_dir() else output
        return
    if output.is_file():
        raise InpaintError("output-is-file", f"{output} is a file, but {image} is a folder.", "Name an output folder.")
    masks = {}
    if mask.is_dir():
        masks = {file.relative_to(mask).with_suffix("").as_posix(): file for file in find_pictures(mask, recursive)}
    for file in find_pictures(image, recursive):
        relative = file.relative_to(image)
        key = relative.with_suffix("").as_posix()
        own = masks.get(key) if mask.is_dir() else mask
        missing = InpaintError("mask-missing", f"There is no mask for {relative} in {mask}.", f"Name it {key}.png.")
        yield file, own or missing, output / relative


def _fill_one(inpainter: Inpainter, job: Job, arguments: argparse.Namespace) -> FileReport:
    image, mask, output = job
    if isinstance(mask, InpaintError):
        raise mask
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        return fill_file(
            inpainter, image, mask, output,
            edges=arguments.edges, save_edges=arguments.save_edges, overwrite_input=arguments.overwrite,
        )  # fmt: skip
    except OSError as error:
        raise InpaintError("output-unwritable", f"{output} cannot be written: {error.strerror or error}.") from error


def _skip(job: Job) -> FileReport:
    return FileReport(str(job[0]), str(job[2]), status="skipped", notices=["The result is already there."])


def _print(reports: list[FileReport], *, as_json: bool) -> None:
    counts = {
        status: sum(r.status == status for r in reports) for status in ("filled", "unchanged", "skipped", "failed")
    }
    if as_json:
        print(json.dumps({**counts, "results": [asdict(report) for report in reports]}, ensure_ascii=False, indent=2))
        return
    for report in reports:
        if report.error:
            print(f"{report.image}: {report.error['message']} {report.error['hint']}".rstrip())
            continue
        outside = (
            f", {report.changed_outside_px} px changed outside the mask by the encoding"
            if report.changed_outside_px
            else ""
        )
        done = f"{report.hole_px} px in {report.seconds:.2f} s{outside}" if report.status == "filled" else report.status
        print(f"{report.image} -> {report.output}: {done}")
        for notice in report.notices:
            print(f"  note: {notice}")
    if len(reports) > 1:
        print(", ".join(f"{count} {status}" for status, count in counts.items() if count))

"""``python main.py fill``: a file or a folder, with a report."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from tqdm import tqdm

from ..core.errors import InpaintError
from ..core.paths import default_checkpoint
from .files import FileReport
from .folder import ALREADY_THERE, count_reports, fill_folder, fill_job, plan_jobs
from .pipeline import Inpainter

INTERRUPTED = 130


def fill(arguments: argparse.Namespace) -> int:
    """Fill what the command line names.

    Returns:
        0 when all was done, 1 when a picture of a folder failed, 130 when Ctrl+C ended a folder early: what was done
        until then is reported, and ``--skip-existing`` goes on from there.

    Raises:
        InpaintError: Nothing could be done at all.
    """
    jobs = plan_jobs(arguments.image, arguments.mask, arguments.output, recursive=arguments.recursive)
    is_folder = arguments.image.is_dir()
    if is_folder and (arguments.edges or arguments.save_edges):
        raise InpaintError(
            "edges-for-folder", f"--edges and --save-edges are for one picture, but {arguments.image} is a folder.",
            "Fill that picture on its own.",
        )  # fmt: skip
    inpainter = Inpainter.load(arguments.checkpoint or default_checkpoint(), arguments.device)
    if not is_folder:
        job = jobs[0]
        if arguments.skip_existing and job.output.exists():
            report = FileReport(str(job.image), str(job.output), status="skipped", notices=[ALREADY_THERE])
        else:
            report = fill_job(
                inpainter, job,
                edges=arguments.edges, save_edges=arguments.save_edges, overwrite_input=arguments.overwrite,
            )  # fmt: skip
        _print([report], as_json=arguments.json)
        return 0
    with (
        tqdm(total=len(jobs), unit="picture", disable=arguments.json or not sys.stderr.isatty()) as bar,
        _interrupt_asked() as interrupted,
    ):
        reports = fill_folder(
            inpainter, jobs,
            skip_existing=arguments.skip_existing, overwrite_input=arguments.overwrite,
            on_result=lambda _done, _total, _report: bar.update(), cancelled=interrupted.is_set,
        )  # fmt: skip
    _print(reports, as_json=arguments.json)
    if len(reports) < len(jobs):
        print(f"Interrupted: {len(jobs) - len(reports)} of {len(jobs)} pictures are left.", file=sys.stderr)
        return INTERRUPTED
    return 1 if any(report.status == "failed" for report in reports) else 0


@contextmanager
def _interrupt_asked() -> Iterator[threading.Event]:
    """An event that the first Ctrl+C sets, so that the picture at hand is finished; a second one ends at once."""
    asked = threading.Event()

    def note(_number: int, _frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _print(reports: list[FileReport], *, as_json: bool) -> None:
    counts = count_reports(reports)
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

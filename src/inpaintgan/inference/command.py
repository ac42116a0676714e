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
from itertools import zip_longest

from tqdm import tqdm

from ..core.exit_codes import FAILED, INTERRUPTED
from ..core.paths import default_checkpoint
from ..core.ranks import Ranks
from ..core.wording import listed
from .files import FileReport, FillOptions
from .folder import count_reports, fill_folder, fill_job, plan_jobs
from .pipeline import Inpainter


def fill(arguments: argparse.Namespace, ranks: Ranks) -> int:
    """Fill what the command line names.

    Args:
        arguments: Of the command line.
        ranks: The processes that share the pictures of a folder; rank 0 prints the report of all.

    Returns:
        0 when all was done, 1 when a picture of a folder failed, 130 when Ctrl+C ended a folder early: what was done
        until then is reported, and ``--skip-existing`` continues from there.

    Raises:
        InpaintError: Nothing could be done at all.
    """
    # Rank 0 looks before anybody writes: a result inside the picture folder must not become another rank's picture.
    jobs = ranks.first(
        lambda: plan_jobs(
            arguments.image, arguments.mask, arguments.output,
            recursive=arguments.recursive, edges=arguments.edges, save_edges=arguments.save_edges,
        )
    )  # fmt: skip
    with ranks.together():
        inpainter = Inpainter.load(
            arguments.checkpoint or default_checkpoint(arguments.device),
            arguments.device,
            arguments.engine,
            n_fills=len(jobs),
        )
    options = FillOptions(arguments.feather, arguments.texture, arguments.quality, arguments.overwrite)
    if not arguments.image.is_dir():
        report = ranks.first(lambda: fill_job(inpainter, jobs[0], options, skip_existing=arguments.skip_existing))
        if ranks.is_first:
            _print([report], as_json=arguments.json)
        return 0
    own = ranks.share(jobs)
    silent = arguments.json or not sys.stderr.isatty() or not ranks.is_first
    with tqdm(total=len(own), unit="picture", disable=silent) as bar, _interrupt_asked() as interrupted:
        done = fill_folder(
            inpainter, own, options,
            skip_existing=arguments.skip_existing,
            on_result=lambda _done, _total, _report: bar.update(), cancelled=interrupted.is_set,
        )  # fmt: skip
    by_rank = ranks.gather(done)
    reports = [report for row in zip_longest(*by_rank) for report in row if report]
    if ranks.is_first:
        _print(reports, as_json=arguments.json)
    if len(reports) < len(jobs):
        if ranks.is_first:
            print(f"Interrupted: {len(jobs) - len(reports)} of {len(jobs)} pictures are left.", file=sys.stderr)
        return INTERRUPTED
    return FAILED if any(report.status == "failed" for report in reports) else 0


@contextmanager
def _interrupt_asked() -> Iterator[threading.Event]:
    """An event that the first Ctrl+C sets, so that the current picture is finished; a second one ends at once."""
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
            f", {report.changed_outside_px} px outside the mask changed by {listed(report.changed_by)}"
            if report.changed_outside_px
            else ""
        )
        done = {"filled": f"{report.hole_px} px in {report.seconds:.2f} s", "unchanged": "nothing to fill"}
        print(f"{report.image} -> {report.output}: {done.get(report.status, report.status)}{outside}")
        for notice in report.notices:
            print(f"  note: {notice}")
    if len(reports) > 1:
        print(", ".join(f"{count} {status}" for status, count in counts.items() if count))

"""What the window asks of its training worker: measuring settings, and judging a trial."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..core.config_io import make_config
from ..core.handlers import Handler, Progress
from ..core.rundir import RunDir
from .measure import measure
from .trial import judge


def measure_settings(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Take a few training steps with ``values``; returns `Measured` as a dict."""
    config = make_config(args["values"])
    return asdict(measure(config, lambda what, done, total: progress({"what": what, "done": done, "total": total})))


def judge_trial(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Judge the trial in the run folder ``run``; returns the `Verdict` as a dict."""
    return judge(RunDir(Path(args["run"]))).model_dump()


HANDLERS: dict[str, Handler] = {
    "measure": measure_settings,
    "judge-trial": judge_trial,
}

"""The trainings of a comparison, one after the other, each a process of the command line's `train`.

A process of its own leaves a whole run folder behind, so that an interrupted comparison continues where it stopped, and
no training inherits another's memory, caches or random state.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

from tqdm import tqdm

from ...core.child import last_words, start_logged
from ...core.config import Config
from ...core.errors import InpaintError
from ...core.events import EventTail, newest
from ...core.exit_codes import REFUSED
from ...core.paths import main_script
from ...core.rundir import RunDir
from ...training.orders import Orders

_POLL_S = 0.25


class Stopped(Exception):
    """The comparison was told to stop, and what it was doing is saved."""


class TrainingFailed(InpaintError):
    """One training ended without reaching its budget."""


def is_finished(run: RunDir) -> bool:
    """Whether a training has used its whole budget and left a checkpoint."""
    last = _last_run_event(run)
    return last.get("type") == "run_finished" and last["reason"] != "stopped" and run.pointer("latest") is not None


def _last_run_event(run: RunDir) -> dict[str, Any]:
    """The newest event about the run itself, such as its end; empty when there is none."""
    return next((event for event in newest(run.events_file) if event["type"].startswith("run_")), {})


def train_to_end(run: RunDir, config: Config, title: str, orders: Orders) -> None:
    """Train in a run folder until its budget is used; a training that has begun there is resumed.

    Raises:
        Stopped: A stop was ordered; the training has saved and left.
        TrainingFailed: The process ended for another reason.
        InpaintError: The run folder cannot be written.
    """
    if is_finished(run):
        return
    process = None
    if run.trainer_pid() is None:
        run.create(config)
        command = [sys.executable, *main_script(), "train", "--run", str(run.path), "--resume"]
        process = start_logged(command, run.log_file)
    # Else an earlier comparison was killed, and its training still runs: it is the same one.
    try:
        _watch(run, config, title, orders, process)
    finally:
        if process is not None and process.poll() is None:  # this process broke down, not the training
            run.control.send("stop")
    if orders.stop_wanted:
        raise Stopped
    if not is_finished(run):
        raise _failure(run, title, process)


def _watch(run: RunDir, config: Config, title: str, orders: Orders, process: subprocess.Popen[bytes] | None) -> None:
    """Show a training's progress until its process has gone; a stop order is passed on."""
    tail = EventTail(run.events_file)
    in_steps = not config.max_seconds
    total = config.max_iters if in_steps else config.max_seconds
    told, step, elapsed_s = False, 0, 0.0
    with _bar(title, total, in_steps=in_steps) as bar:
        while True:
            alive = process.poll() is None if process else run.trainer_pid() is not None
            for event in tail.read():
                if event["type"] in ("run_started", "step"):
                    step, elapsed_s = event["step"], event.get("elapsed_s", elapsed_s)
            bar.set_postfix_str(f"step {step}", refresh=False)
            bar.update((step if in_steps else min(elapsed_s, total)) - bar.n)
            if not alive:
                return
            orders.take()
            if orders.stop_wanted and not told:
                run.control.send("stop")
                told = True
            time.sleep(_POLL_S)


def _bar(title: str, total: float, *, in_steps: bool) -> tqdm:
    pause_s = 0.5 if sys.stderr.isatty() else 30
    bar = tqdm(total=total, desc=title, unit="step" if in_steps else "s", mininterval=pause_s, file=sys.stderr)
    if not in_steps:
        bar.bar_format = "{desc}: {percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} s of training {postfix}"
    return bar


def _failure(run: RunDir, title: str, process: subprocess.Popen[bytes] | None) -> TrainingFailed:
    """Say why a training did not reach its end."""
    last = _last_run_event(run)
    if process and process.returncode == REFUSED:  # maybe before there was anything to write an event about
        why, hint = last_words(run.log_file), ""
    elif last.get("type") == "run_failed":
        why, hint = last["message"], last["hint"]
    elif last.get("type") == "run_finished":
        why, hint = f"It was stopped at step {last['step']}.", "Run the same command again to resume it."
    else:
        code = f"with code {process.returncode}" if process else "unexpectedly"
        why, hint = (
            f"Its process ended {code}.",
            f"{run.log_file} has the details; run the same command again to resume it.",
        )
    return TrainingFailed("training-failed", f"{title}: {why}", hint)

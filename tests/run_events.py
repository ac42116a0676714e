"""Events as a training writes them, for tests that need a run but no training; and the events of one that was trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from inpaintgan.core.events import RunStarted, read_events
from inpaintgan.core.rundir import RunDir


def run_started(**values: Any) -> RunStarted:
    """The first event of a run; what a test does not care about is filled in."""
    usual = {
        "device": "cpu", "n_train": 7, "n_val": 1, "max_iters": 9, "resumed": False, "parameters": {}, "perceptual": "off",
        "versions": {},
    }  # fmt: skip
    return RunStarted(**{**usual, **values})


def write_events(run: RunDir, *events: dict[str, Any]) -> None:
    """Append events, numbered on."""
    with open(run.events_file, "a+b") as file:
        file.seek(0)
        seq = sum(1 for _ in file)
        for number, event in enumerate(events, seq + 1):
            full = {"seq": number, "time": 1000.0 + number, "step": 0, "stage": "inpaint", **event}
            file.write(json.dumps(full, separators=(",", ":")).encode() + b"\n")


def events_of(run: Path, kind: str) -> list[dict[str, Any]]:
    """What a run folder tells of one kind."""
    return [event for event in read_events(RunDir(run).events_file) if event["type"] == kind]


def step_event(number: int) -> dict[str, Any]:
    return {"type": "step", "step": number, "values": {"psnr": 1.0}, "elapsed_s": number / 2}

"""What is known about how good a checkpoint is: its released scores, or its training's validation at that step."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..core.atomic import read_json
from ..core.rundir import SCORES, RunDir
from .history import parse

_TAIL_BYTES = 128 * 1024
_LOOKED_THROUGH_BYTES = 4 * 2**20
"""The end of a run's events that is looked through; a long training has hundreds of megabytes."""


def checkpoint_scores(folder: Path, step: int | None) -> dict[str, Any] | None:
    """Return a checkpoint's scores, or None when it was never scored.

    Args:
        folder: The checkpoint folder.
        step: Its training step.

    Returns:
        ``values``, a number by metric, and ``on``, in words what they were measured on.
    """
    released = read_json(folder / SCORES)
    if isinstance(released, dict) and isinstance(released.get("values"), dict):
        return {"values": _numbers(released["values"]), "on": str(released.get("on", ""))}
    if folder.parent.name != "checkpoints" or step is None:
        return None
    event = _validation(RunDir(folder.parent.parent).events_file, step)
    if event is None:
        return None
    values = {key: value for key, value in _numbers(event["values"]).items() if key in _SHOWN}
    return {"values": values, "on": f"the training's validation pictures at step {event['step']}"} if values else None


def last_scores(events: Path) -> dict[str, Any] | None:
    """Return ``values`` and ``step`` of a run's last validation, or None when there was none lately."""
    try:
        return _last_scores(events, events.stat().st_size)
    except OSError:
        return None


@lru_cache(maxsize=512)
def _last_scores(events: Path, size: int) -> dict[str, Any] | None:
    """Look from the end, in growing stretches: mostly the last few kilobytes hold one."""
    with open(events, "rb") as file:
        for stretch in (_TAIL_BYTES, _LOOKED_THROUGH_BYTES):
            file.seek(max(0, size - stretch))
            for line in reversed(file.read().split(b"\n")):
                if b'"type":"validation"' in line and (event := parse(line)):
                    values = {key: value for key, value in _numbers(event["values"]).items() if key in _SHOWN}
                    return {"values": values, "step": event["step"]}
            if stretch >= size:
                return None
    return None


_SHOWN = ("psnr_hole", "psnr", "ssim_hole", "hrf", "precision", "recall")


def _numbers(values: dict[str, Any]) -> dict[str, float]:
    return {str(key): float(value) for key, value in values.items() if isinstance(value, int | float)}


def _validation(events: Path, step: int) -> dict[str, Any] | None:
    """Return the last validation at or before a step."""
    found = None
    try:
        with open(events, "rb") as file:
            file.seek(max(0, file.seek(0, 2) - _LOOKED_THROUGH_BYTES))
            for line in file:
                if b'"type":"validation"' not in line:
                    continue
                event = json.loads(line)
                if event["step"] > step:
                    break
                found = event
    except (OSError, ValueError, KeyError):
        return found
    return found

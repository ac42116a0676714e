"""What is known about a checkpoint: what its release says of it, and its scores there or in its training's validation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from textwrap import shorten
from typing import Any

from ..core.atomic import read_json
from ..core.events import newest
from ..core.rundir import SCORES, RunDir

_LOOKED_THROUGH_BYTES = 4 * 2**20
"""The end of a run's events that is looked through; a long training has hundreds of megabytes."""

_LONGEST_ABOUT = 240

_SHOWN = ("psnr_hole", "psnr", "ssim_hole", "hrf", "precision", "recall")


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
    scores = _at(RunDir(folder.parent.parent).events_file, step)
    if not scores or not scores["values"]:
        return None
    return {"values": scores["values"], "on": f"the training's validation pictures at step {scores['step']}"}


def about(folder: Path) -> str:
    """Return what who released a checkpoint says of it, for a line or two; empty when nothing is said."""
    released = read_json(folder / SCORES)
    said = released.get("about") if isinstance(released, dict) else None
    return shorten(said, _LONGEST_ABOUT, placeholder="…") if isinstance(said, str) else ""


def last_scores(events: Path) -> dict[str, Any] | None:
    """Return ``values`` and ``step`` of a run's last validation, or None when there was none lately."""
    try:
        return _last(events, _stamp(events))
    except OSError:
        return None


@lru_cache(maxsize=512)
def _last(events: Path, stamp: tuple[int, int]) -> dict[str, Any] | None:
    return next(_validations(events), None)


def _at(events: Path, step: int) -> dict[str, Any] | None:
    """Return the last validation at or before a step, as `last_scores` does."""
    try:
        known = _lately(events, _stamp(events))
    except OSError:
        return None
    return next((scores for scores in known if scores["step"] <= step), None)


@lru_cache(maxsize=128)
def _lately(events: Path, stamp: tuple[int, int]) -> list[dict[str, Any]]:
    """Return a run's validations, newest first: one look for all its checkpoints."""
    return list(_validations(events))


def _stamp(path: Path) -> tuple[int, int]:
    """What is read is kept until this changes."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _validations(events: Path) -> Iterator[dict[str, Any]]:
    for event in newest(events, "validation", _LOOKED_THROUGH_BYTES):
        values = {key: value for key, value in _numbers(event["values"]).items() if key in _SHOWN}
        yield {"values": values, "step": event["step"]}


def _numbers(values: dict[str, Any]) -> dict[str, float]:
    known = {str(key): value for key, value in values.items() if isinstance(value, int | float)}
    return {key: float(value) for key, value in known.items() if abs(value) <= sys.float_info.max}

"""Whether a training may begin or go on in a run folder."""

from __future__ import annotations

from typing import Literal

from .config import FIXED, Config
from .errors import InpaintError
from .events import newest
from .rundir import RunDir

Limit = Literal["max_iters", "max_seconds"]


def check_start(run: RunDir, *, resume: bool) -> bool:
    """Refuse to train over what is there; return whether there is a training to continue.

    Raises:
        InpaintError: ``run-unwritable`` for a file, ``run-exists`` for a training that is not to be resumed.
    """
    if run.path.exists() and not run.path.is_dir():
        raise InpaintError("run-unwritable", f"{run.path} is a file, not a folder.", "Choose another --run.")
    trained_before = bool(run.saved_steps())
    if trained_before and not resume:
        raise InpaintError(
            "run-exists",
            f"{run.path} already holds a training.",
            "Add --resume (in Python resume=True) to continue it, or choose another --run.",
        )
    return trained_before


def check_fixed(run: RunDir, config: Config) -> None:
    """Raise `InpaintError` ``config-invalid`` for a setting that may not change between a training and its resume."""
    before = run.load_config()
    for name in FIXED:
        was, wanted = getattr(before, name), getattr(config, name)
        if was != wanted:
            raise InpaintError(
                "config-invalid",
                f"{name}: this run was trained with {was!r} and cannot continue with {wanted!r}.",
                "Start a new run, with init_from pointing at this one.",
            )


def limits_reached(config: Config, step: int, elapsed_s: float) -> list[Limit]:
    """Which of its limits a training has reached, after so many steps and seconds."""
    limits: list[Limit] = []
    if step >= config.max_iters:
        limits.append("max_iters")
    if 0 < config.max_seconds <= elapsed_s:
        limits.append("max_seconds")
    return limits


def check_remaining(config: Config, step: int, elapsed_s: float) -> None:
    """Raise `InpaintError` ``max-iters-reached`` or ``max-seconds-reached`` when there is nothing to train."""
    if reached := limits_reached(config, step, elapsed_s):
        limit = reached[0]
        raise InpaintError(
            f"{limit.replace('_', '-')}-reached",
            f"{limit} is {getattr(config, limit)}, but this run is already at step {step}, "
            f"after {elapsed_s:.0f} s of training.",
            f"Raise {limit} to train on.",
        )


def trained_so_far(run: RunDir) -> tuple[int, float]:
    """The step that a resume continues from, 0 where it begins anew, and the seconds trained until then."""
    step = max(run.saved_steps(), default=0)
    if not step:
        return 0, 0.0
    saved = (event for event in newest(run.events_file) if "elapsed_s" in event and event["step"] <= step)
    return step, next(saved, {"elapsed_s": 0.0})["elapsed_s"]

"""Saving and resuming a training: whole checkpoint folders, rotated, and the state that makes a resume exact."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..core.atomic import write_atomic
from ..core.config import Config
from ..core.errors import InpaintError
from ..core.rundir import TRAINING_STATE, RunDir
from ..models.checkpoint import save_checkpoint
from .stages import Stage


@dataclass
class Progress:
    """Where a training stands; saved with the weights."""

    step: int = 0
    position: int = 0
    """Training pictures consumed: the sampler's place in its endless stream."""
    elapsed_s: float = 0.0
    best_score: float | None = None

    def become(self, other: Progress) -> None:
        """Stand where another stands; whoever holds this object sees it."""
        vars(self).update(vars(other))


def save_training(run: RunDir, config: Config, stage: Stage, progress: Progress) -> Path:
    """Write ``checkpoints/step-.../`` whole or not at all, and point ``latest`` at it.

    Raises:
        OSError: The disk is full or read-only; earlier checkpoints are untouched.
    """
    target = run.checkpoint_path(progress.step)
    if not (target / TRAINING_STATE).is_file():  # the same step is the same state
        building = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        shutil.rmtree(building, ignore_errors=True)
        try:
            save_checkpoint(building, config, progress.step, stage.edge_generator, stage.inpaint_generator)
            state = {
                "progress": vars(progress).copy(),
                "models": {name: model.state_dict() for name, model in stage.trained.items()},
                "rng": _rng_state(),
            }
            write_atomic(building / TRAINING_STATE, lambda file: torch.save(state, file))
            shutil.rmtree(target, ignore_errors=True)
            os.replace(building, target)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    run.point("latest", progress.step)
    return target


def rotate(run: RunDir, keep: int) -> None:
    """Remove all but the newest ``keep`` checkpoints and those that ``latest`` and ``best`` name."""
    named = {run.pointer("latest"), run.pointer("best")}
    for step in run.saved_steps()[:-keep]:
        path = run.checkpoint_path(step)
        if path not in named:
            shutil.rmtree(path, ignore_errors=True)


def load_training(run: RunDir, stage: Stage) -> Progress:
    """Load the newest whole checkpoint into a stage and restore the random generators.

    Raises:
        InpaintError: ``resume-impossible`` when there is none, or none that can be read and fits.
    """
    steps = run.saved_steps()
    if not steps:
        raise InpaintError("resume-impossible", f"{run.path} holds no checkpoint to resume from.")
    file = run.checkpoint_path(steps[-1]) / TRAINING_STATE
    try:
        state: dict[str, Any] = torch.load(file, map_location=stage.device, weights_only=True)
        for name, model in stage.trained.items():
            model.load_state_dict(state["models"][name])
    except Exception as error:
        raise InpaintError(
            "resume-impossible", f"{file} cannot be loaded into this run's networks.",
            "It is damaged, or the run's config.yml was changed; delete this step's folder to resume from the one before.",
        ) from error  # fmt: skip
    _restore_rng(state["rng"])
    return Progress(**state["progress"])


def _rng_state() -> dict[str, Any]:
    kind, keys, position, has_gauss, cached = np.random.get_state()
    version, internal, gauss = random.getstate()
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": [str(kind), torch.from_numpy(np.asarray(keys).astype(np.int64)), position, has_gauss, cached],
        "python": [version, list(internal), gauss],
    }


def _restore_rng(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["torch"].cpu())
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all([value.cpu() for value in state["cuda"]])
    kind, keys, *rest = state["numpy"]
    np.random.set_state((kind, keys.cpu().numpy().astype(np.uint32), *rest))
    version, internal, gauss = state["python"]
    random.setstate((version, tuple(internal), gauss))

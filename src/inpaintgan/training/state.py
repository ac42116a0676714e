"""Saving and resuming a training: whole checkpoint folders, rotated, and the state that makes a resume exact."""

from __future__ import annotations

import os
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from torch import Tensor

from ..core.atomic import remove_folder, replace, write_atomic
from ..core.config import Config
from ..core.errors import InpaintError
from ..core.ranks import Ranks
from ..core.rundir import EDGE_WEIGHTS, TRAINING_STATE, RunDir
from ..models.checkpoint import load_weights, save_checkpoint
from ..models.weight_format import WEIGHT_FORMAT
from .stages import Stage


@dataclass
class Progress:
    """Where a training stands; saved with the weights."""

    step: int = 0
    position: int = 0
    """Training pictures consumed: the sampler's place in its endless stream."""
    elapsed_s: float = 0.0
    best_score: float | None = None
    best_by: str = ""
    """What the best score measures, see `headline`: a resume may change the losses and with them the measure."""
    n_pictures: int = 0
    """Training pictures in the set."""

    phase: str = ""
    """Of the stage auto."""
    phase_step: int = 0
    """The step at which the phase began."""
    plateau_score: float | None = None
    """The phase's best score so far."""
    plateau_validations: int = 0
    """Validations since that score."""

    lr: float | None = None
    """The config's when this was saved."""
    rate_scale: float = 1.0
    """Below 1 after a breakdown."""
    broke_at: int | None = None
    """The step at which the training broke down, once."""
    good_step: int = 0
    """The checkpoint to go back to; 0 is the start."""
    losses: dict[str, list[float]] = field(default_factory=dict)
    """Recent sizes of the losses that are watched."""
    suspicions: int = 0
    """How many times in a row they looked like exploding."""

    def copy_from(self, other: Progress) -> None:
        """Stand where another stands; whoever holds this object sees it."""
        vars(self).update(vars(other))


def save_training(run: RunDir, config: Config, stage: Stage, progress: Progress) -> Path:
    """Write ``checkpoints/step-.../`` whole or not at all, and point ``latest`` at it.

    Raises:
        OSError: The disk is full or read-only; earlier checkpoints are untouched.
    """
    target = run.checkpoint_path(progress.step)
    building, old = (target.with_name(f".{target.name}.{kind}.{os.getpid()}.tmp") for kind in ("new", "old"))
    try:
        save_checkpoint(building, config, progress.step, stage.edge_generator, stage.inpaint_generator)
        state = {
            "format": WEIGHT_FORMAT,
            "progress": vars(progress).copy(),
            "models": {name: model.state_dict() for name, model in stage.trained.items()},
            "rng": _rng_state(stage.device),
        }
        write_atomic(building / TRAINING_STATE, lambda file: torch.save(state, file))
        if target.is_dir():  # from a course that was given up, or damaged
            replace(target, old)
        replace(building, target)
    finally:
        if old.is_dir() and not target.is_dir():  # the new one could not take its place
            replace(old, target)
        for leftover in (building, old):
            remove_folder(leftover)
    run.point("latest", progress.step)
    return target


def sweep(run: RunDir) -> None:
    """Remove what a killed process was writing; another's, such as the window's, is left to it.

    A checkpoint that was moved aside for a successor which did not come goes back to where it was.
    """
    for folder in (run.path, run.samples, run.checkpoints):
        for leftover in folder.glob(".*.tmp"):
            writer = re.search(r"\.(\d+)(-\d+)?\.tmp$", leftover.name)
            if writer and int(writer[1]) != os.getpid() and psutil.pid_exists(int(writer[1])):
                continue
            aside = re.fullmatch(r"\.(.+)\.old\.\d+\.tmp", leftover.name)
            if aside and not (folder / aside[1]).exists():
                replace(leftover, folder / aside[1])
            elif leftover.is_dir():
                remove_folder(leftover)
            else:
                leftover.unlink(missing_ok=True)


def remove_later(run: RunDir, step: int) -> list[Path]:
    """Remove the checkpoints after a step, which were found damaged or whose course is given up, and return which."""
    later = [run.checkpoint_path(saved) for saved in run.saved_steps() if saved > step]
    for path in later:
        remove_folder(path)
    return later


def rotate(run: RunDir, keep: int, good_step: int) -> None:
    """Remove all but the newest ``keep`` checkpoints, those that ``latest`` and ``best`` name, and the last good one."""
    kept = {run.pointer("latest"), run.pointer("best"), run.checkpoint_path(good_step)}
    for step in run.saved_steps()[:-keep]:
        path = run.checkpoint_path(step)
        if path not in kept:
            remove_folder(path)


def load_training(run: RunDir, stage: Stage, ranks: Ranks, at_most: int | None = None) -> Progress:
    """Load the newest whole checkpoint into a stage and restore the random generators.

    Damaged ones are skipped; nothing is removed, see `remove_later`. Rank 0 reads for all: the others may be on
    machines that do not have the run folder.

    Args:
        run: The run folder.
        stage: Takes the weights over.
        ranks: All that train.
        at_most: Leave later steps out.

    Raises:
        InpaintError: ``resume-impossible`` when there is none, or none that can be read and fits.
    """
    state = ranks.first(lambda: _load_newest(run, stage, at_most))
    if not ranks.is_first:
        _take_over(state, stage)
    return Progress(**state["progress"])


def has_frozen_edges(run: RunDir) -> bool:
    """Whether the newest checkpoint has an edge generator, which for a stage that trains none is the frozen one."""
    steps = run.saved_steps()
    return bool(steps) and (run.checkpoint_path(steps[-1]) / EDGE_WEIGHTS).is_file()


def saved_discriminator(folder: Path, name: str) -> dict[str, Tensor] | None:
    """Return the weights of the discriminator that was trained beside a checkpoint's generator.

    Args:
        folder: The checkpoint's.
        name: ``edge`` or ``inpaint``.

    Returns:
        None where there are none: released checkpoints have no training state, and what is damaged is as good as none.
    """
    try:
        # Mapped: of all that a training keeps, optimizers included, the discriminator alone is read.
        whole = torch.load(folder / TRAINING_STATE, map_location="cpu", weights_only=True, mmap=True)
        state = whole["models"][name]["model"]
    except Exception:
        return None
    prefix = "discriminator."
    return {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}


def _load_newest(run: RunDir, stage: Stage, at_most: int | None) -> dict[str, Any]:
    steps = [step for step in run.saved_steps() if at_most is None or step <= at_most]
    if not steps:
        raise InpaintError("resume-impossible", f"{run.path} holds no checkpoint to resume from.")
    newest_error: Exception | None = None
    for step in reversed(steps):
        folder = run.checkpoint_path(step)
        try:
            state: dict[str, Any] = torch.load(folder / TRAINING_STATE, map_location="cpu", weights_only=True)
            if stage.frozen_edge_generator is not None:
                (folder / EDGE_WEIGHTS).open("rb").close()  # what cannot be read is not damaged for that
                load_weights(stage.frozen_edge_generator, folder / EDGE_WEIGHTS)
                # Other ranks are handed it too, each with a GPU of its own.
                state["frozen"] = {key: value.cpu() for key, value in stage.frozen_edge_generator.state_dict().items()}
            _take_over(state, stage)
        except OSError as error:
            raise InpaintError(
                "resume-impossible", f"{error.filename or folder} cannot be read: {error.strerror or error}."
            ) from error
        except Exception as error:
            newest_error = newest_error or error
        else:
            return state
    raise InpaintError(
        "resume-impossible",
        f"{run.checkpoint_path(steps[-1]) / TRAINING_STATE} cannot be loaded into this run's networks.",
        "It is damaged, of another version, or the run's config.yml was changed; earlier checkpoints do not fit either. "
        "Its weights can start a new run (init_from).",
    ) from newest_error


def _take_over(state: dict[str, Any], stage: Stage) -> None:
    if state.get("format") != WEIGHT_FORMAT:  # weights could be converted, the optimizers' moments cannot
        raise ValueError("written by another version")
    Progress(**state["progress"])  # refuses the same
    for name, model in stage.trained.items():
        model.load_state_dict(state["models"][name])
    if stage.frozen_edge_generator is not None:
        stage.frozen_edge_generator.load_state_dict(state["frozen"])
    _restore_rng(state["rng"], stage.device)


def _rng_state(device: torch.device) -> dict[str, Any]:
    kind, keys, position, has_gauss, cached = np.random.get_state()
    version, internal, gauss = random.getstate()
    return {
        "torch": torch.get_rng_state(),
        # Of the GPU in use: a rank has one, and a resume may see more or fewer of them. One that is not in use may be full.
        "cuda": [torch.cuda.get_rng_state()] if device.type == "cuda" else [],
        "numpy": [str(kind), torch.from_numpy(np.asarray(keys).astype(np.int64)), position, has_gauss, cached],
        "python": [version, list(internal), gauss],
    }


def _restore_rng(state: dict[str, Any], device: torch.device) -> None:
    torch.set_rng_state(state["torch"].cpu())
    if state["cuda"] and device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"][0])
    kind, keys, *rest = state["numpy"]
    np.random.set_state((kind, keys.cpu().numpy().astype(np.uint32), *rest))
    version, internal, gauss = state["python"]
    random.setstate((version, tuple(internal), gauss))

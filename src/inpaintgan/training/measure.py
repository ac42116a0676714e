"""What a training will cost on this machine: a few real steps, timed, and the memory they take."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import psutil
import torch

from ..core.config import Config
from ..core.errors import InpaintError
from ..core.ranks import Ranks
from ..data.batch import Batch
from ..data.loader import make_train_loader, split
from ..data.pictures import open_pictures
from ..models.device import device_name
from .build import build_stage
from .recovery import out_of_memory
from .runtime import prepare
from .stages import Stage

_STEPS = 5
_ENOUGH_S = 15.0

Say = Callable[[str, int, int], None]
"""Called with what is done, ``"building"`` or ``"steps"``, how much of it, and of how much."""


@dataclass(frozen=True)
class Measured:
    """The cost of a step."""

    step_s: float
    """Seconds that the networks take for one step; of steps with and without perceptual loss the weighted mean."""
    data_s: float
    """Seconds in which one process prepares the pictures of a step, decoding included."""
    seconds_per_step: float
    """What to reckon with: the loader's processes work beside the networks, and the slower of both sets the pace."""
    n_steps: int
    """Steps that were timed, after one to warm up."""
    pictures: int
    """In a step."""
    memory_bytes: int
    """The most that this process took: of the GPU's memory, or of the computer's."""
    memory_total_bytes: int
    device: str
    phase: str
    """Whose steps were taken: the stage's, for auto those of its last and heaviest phase."""
    perceptual: str
    """The perceptual network in words, as in a run's first event."""


def measure(config: Config, say: Say) -> Measured:
    """Build what a run with this config trains, and take a few steps on its own pictures. Nothing is written.

    Raises:
        InpaintError: The data, the device or ``init_from`` cannot be used; ``out-of-memory`` when a step does not fit.
    """
    say("building", 0, 1)
    if not config.data:
        raise InpaintError("data-missing", "No training pictures were named.", "Choose the folder of your pictures.")
    device = prepare(config, Ranks())
    try:
        return _measured(config, device, say)
    except (RuntimeError, MemoryError) as error:
        said = out_of_memory(error, None, 0)
        if said is None:
            raise
        raise said from error


def _measured(config: Config, device: torch.device, say: Say) -> Measured:
    files, _ = split(open_pictures(Path(config.data)), config)
    torch.compiler.reset()  # of what was measured before, which would count as forms of the same functions
    stage, perceptual = build_stage(config, device)
    if config.stage == "auto":
        stage.phase = "joint"
    batches = iter(make_train_loader(files, config.model_copy(update={"workers": 0}), 0, device=device))
    start = time.perf_counter()
    batch = next(batches)
    data_s = time.perf_counter() - start
    say("steps", 0, _STEPS)
    _timed(stage, batch, config.perceptual_interval - 1)
    with_perceptual, without = _time_steps(stage, batch, say)
    n = config.perceptual_interval
    step_s = fmean(with_perceptual) if not without else (fmean(with_perceptual) + (n - 1) * fmean(without)) / n
    return Measured(
        step_s=step_s,
        data_s=data_s,
        seconds_per_step=max(step_s, data_s / config.workers) if config.workers else step_s + data_s,
        n_steps=len(with_perceptual) + len(without),
        pictures=len(batch),
        memory_bytes=_peak_memory(device),
        memory_total_bytes=_all_memory(device),
        device=device_name(device),
        phase=stage.phase,
        perceptual=perceptual,
    )


def _time_steps(stage: Stage, batch: Batch, say: Say) -> tuple[list[float], list[float]]:
    """Seconds of steps with perceptual loss and of those without, which are only taken where a run has some."""
    last = stage.config.perceptual_interval - 1  # the number of the first step with one
    times: tuple[list[float], list[float]] = ([], [])
    kinds = 2 if stage.config.perceptual_interval > 1 and stage.inpaint else 1
    begun = time.perf_counter()
    for taken in range(_STEPS):
        if taken >= kinds and time.perf_counter() - begun > _ENOUGH_S:
            break
        kind = taken % kinds
        times[kind].append(_timed(stage, batch, last - kind))
        say("steps", taken + 1, _STEPS)
    return times


def _timed(stage: Stage, batch: Batch, step: int) -> float:
    """Seconds of one step, from the batch in the computer's memory to weights that have moved."""
    start = time.perf_counter()
    stage.step(batch.to(stage.device), step)
    if stage.device.type == "cuda":
        torch.cuda.synchronize(stage.device)
    return time.perf_counter() - start


def _peak_memory(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_reserved(device)
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _all_memory(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory
    return psutil.virtual_memory().total

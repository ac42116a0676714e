"""What a training says: every event goes to the run's log and to all listeners, stamped with where the training stands."""

from __future__ import annotations

import functools
import platform
from collections.abc import Iterable, Sequence

import torch
from torch.nn.modules.batchnorm import _BatchNorm

from .. import __version__
from ..core import events
from ..core.errors import in_words
from ..core.events import Event, EventLog
from ..core.ranks import Ranks
from ..core.rundir import RunDir
from ..data.batch import Batch
from ..models.device import device_name
from ..networks.weights import n_parameters
from .build import SQUEEZENET, UNAVAILABLE, VGG19
from .runtime import in_bfloat16
from .sinks import Sink
from .stages import Stage
from .state import Progress


class Reporter:
    """Emits the events of one training. Rank 0 alone speaks.

    Attributes:
        has_begun: Whether it was said that the training started.

    Args:
        run: Whose ``events.jsonl`` is appended to.
        stage: The config's stage, named in each event.
        progress: Where the training stands; read at each event.
        sinks: Listeners beside the log.
        ranks: All that train.
    """

    def __init__(self, run: RunDir, stage: str, progress: Progress, sinks: Sequence[Sink], ranks: Ranks) -> None:
        self._stage, self._progress, self._sinks, self._ranks = stage, progress, sinks, ranks
        self._run = run
        self._unreadable: dict[str, None] = {}
        self.has_begun = False

    @functools.cached_property
    def _log(self) -> EventLog | None:
        """Opened by the first event: a training that is refused before has written nothing."""
        return EventLog(self._run.events_file, self._fan_out) if self._ranks.is_first else None

    def _fan_out(self, event: Event) -> None:
        for sink in self._sinks:
            sink(event)

    def emit(self, event: Event) -> None:
        """Say something at the present step."""
        if self._log:
            self._log.emit(event.model_copy(update={"step": self._progress.step, "stage": self._stage}))

    def flush(self) -> None:
        """Write what a full disk held back. Raises OSError while it is still full."""
        if self._log:
            self._log.flush()

    def warn(self, code: str, message: str) -> None:
        """Say something that a person should know."""
        self.emit(events.Warned(code=code, message=message))

    def started(self, stage: Stage, perceptual: str, max_iters: int, *, n_train: int, n_val: int) -> None:
        """Say what begins: on which device, with which networks and pictures."""
        self.has_begun = True
        device = device_name(stage.device)
        if self._ranks.size > 1:
            device += f", {self._ranks.size} processes"
        if in_bfloat16(stage.config, stage.device):
            device += ", bfloat16"
        self.emit(
            events.RunStarted(
                device=device,
                n_train=n_train,
                n_val=n_val,
                max_iters=max_iters,
                resumed=self._progress.step > 0,
                parameters={
                    f"{name}_{part}": n_parameters(getattr(trained.model, part))
                    for name, trained in stage.trained.items()
                    for part in ("generator", "discriminator")
                },
                perceptual=perceptual,
                versions={
                    "inpaintgan": __version__,
                    "torch": str(torch.__version__),
                    "python": platform.python_version(),
                },
            )
        )
        batch_norm = any(isinstance(layer, _BatchNorm) for t in stage.trained.values() for layer in t.model.modules())
        if batch_norm and self._ranks.size > 1 and stage.device.type == "cpu":
            self.warn(
                "batch-norm-apart",
                "On CPUs each process computes batch norm statistics over its own share of a batch: the curve depends "
                "on the number of processes.",
            )
        for network, setting in ((VGG19, "perceptual_weights"), (SQUEEZENET, "hrf_weights")):
            if f"{network} {UNAVAILABLE}" in perceptual.split("; "):
                self.warn(
                    "perceptual-off",
                    f"The weights of {network} ({setting}) are neither on this machine nor downloadable: training continues "
                    "without the losses over it.",
                )

    def failed(self, error: BaseException) -> None:
        """Say why the training ends. One that never began has no end either: who started it learns why it was refused."""
        if self.has_begun:
            said = in_words(error)
            self.emit(events.RunFailed(code=said.code, message=said.message, hint=said.hint))

    def unreadable(self, batch: Batch) -> None:
        """Warn of each file that could not be read, once."""
        self._warn_unreadable(batch.unreadable)

    def exchange(self) -> None:
        """Warn of what other ranks could not read."""
        for paths in self._ranks.gather(tuple(self._unreadable)):
            self._warn_unreadable(paths)

    def _warn_unreadable(self, paths: Iterable[str]) -> None:
        for path in paths:
            if path not in self._unreadable:
                self._unreadable[path] = None
                count = len(self._unreadable)
                self.warn("picture-unreadable", f"{path} cannot be read and is skipped ({count} so far).")

"""What a training leaves behind between its steps: sample grids, scores and checkpoints, each with its event."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from ..core import events
from ..core.config import Config
from ..core.errors import InpaintError
from ..core.rundir import RunDir
from ..data.batch import Batch
from . import state
from .disk import PatientDisk
from .meter import Meter
from .reporter import Reporter
from .samples import save_samples
from .stages import Stage
from .validation import baselines, headline, validate

Reason = Literal["interval", "requested", "stop", "finished", "best"]


class Outputs:
    """Samples, validates and saves one training.

    Args:
        config: The frozen settings.
        run: The run folder.
        stage: What is trained.
        progress: Where the training stands; its best score is kept up to date here.
        val_batches: The held-out pictures, on the CPU.
        reporter: Says what was done.
        disk: Writes.
        meter: Stands still meanwhile.
    """

    def __init__(
        self,
        config: Config,
        run: RunDir,
        stage: Stage,
        progress: state.Progress,
        val_batches: Sequence[Batch],
        *,
        reporter: Reporter,
        disk: PatientDisk,
        meter: Meter,
    ) -> None:
        self._config, self._run, self._stage, self._progress = config, run, stage, progress
        self._val_batches = val_batches
        self._reporter, self._disk, self._meter = reporter, disk, meter
        self._baselines = baselines(val_batches)
        self._saved_step = -1

    def sample(self) -> None:
        """Draw the sample grid."""
        path = self._run.sample_path(self._progress.step)
        rows = self._config.sample_size
        with self._meter.aside():
            columns = self._disk.write(lambda: save_samples(self._stage, self._val_batches, rows, path))
        if columns is not None:
            self._reporter.emit(events.Sample(path=path.relative_to(self._run.path).as_posix(), columns=columns))

    def validate(self) -> None:
        """Score the held-out pictures, and keep the best checkpoint."""
        with self._meter.aside():
            scores = validate(self._stage, self._val_batches)
        score = headline(scores)
        best = math.isfinite(score) and (self._progress.best_score is None or score > self._progress.best_score)
        if best:
            self._progress.best_score = score
        self._reporter.emit(events.Validation(values=events.finite(scores), baselines=self._baselines, best=best))
        if best and self.save("best"):
            self._disk.write(lambda: self._run.point("best", self._progress.step))

    def save(self, reason: Reason) -> bool:
        """Save a checkpoint. Returns whether it lies on the disk.

        Raises:
            InpaintError: ``not-finite``, when the weights broke.
        """
        progress = self._progress
        if not self._stage.is_finite():
            raise broken(progress.step, "weights are no longer finite numbers")
        progress.elapsed_s = self._meter.elapsed_s
        with self._meter.aside():
            path = self._disk.write(lambda: state.save_training(self._run, self._config, self._stage, progress))
        if path is None:
            return False
        state.rotate(self._run, self._config.keep_checkpoints)
        if reason in ("interval", "finished", "stop") and self._saved_step == progress.step:
            return True  # said already, with another reason
        self._saved_step = progress.step
        self._reporter.emit(events.CheckpointSaved(path=path.relative_to(self._run.path).as_posix(), reason=reason))
        return True


def broken(step: int, what: str) -> InpaintError:
    """The end of a training whose numbers broke down."""
    return InpaintError(
        "not-finite",
        f"Training broke down at step {step}: {what}.",
        "Nothing broken was saved. Resume from the last checkpoint with a lower lr.",
    )

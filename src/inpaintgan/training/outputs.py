"""What a training leaves behind between its steps: sample grids, scores and checkpoints, each with its event."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property

from ..core import events
from ..core.rundir import RunDir
from ..data.batch import Batch
from . import state
from .acceleration import uncompiled
from .disk import PatientDisk
from .health import BrokeDown, Health
from .meter import Meter
from .reporter import Reporter
from .samples import save_samples
from .stages import Stage
from .validation import baselines, headline, validate

_GOOD = ("interval", "requested", "best")
"""Saves that a training which breaks down may go back to; see `Recovery`."""


class Outputs:
    """Samples, validates and saves one training.

    Attributes:
        saved_step: The step whose state lies on the disk as the newest checkpoint, or None.

    Args:
        run: The run folder.
        stage: What is trained. All of its ranks call these methods together; rank 0 draws, scores and writes, and the others
            learn what came of it.
        progress: Where the training stands; its best score is kept up to date here.
        val_batches: The held-out pictures, on the CPU; only rank 0 needs them.
        health: Knows whether the present state is one to go back to.
        reporter: Says what was done.
        disk: Writes.
        meter: Stands still meanwhile.
    """

    def __init__(
        self,
        run: RunDir,
        stage: Stage,
        progress: state.Progress,
        val_batches: Sequence[Batch],
        *,
        health: Health,
        reporter: Reporter,
        disk: PatientDisk,
        meter: Meter,
    ) -> None:
        self._run, self._stage, self._progress, self._val_batches = run, stage, progress, val_batches
        self._config, self._ranks = stage.config, stage.ranks
        self._health, self._reporter, self._disk, self._meter = health, reporter, disk, meter
        self.saved_step: int | None = progress.step or None

    def sample(self) -> None:
        """Draw the sample grid."""
        path = self._run.sample_path(self._progress.step)
        rows = self._config.sample_size
        with self._meter.paused(), uncompiled():
            columns = self._disk.write(lambda: save_samples(self._stage, self._val_batches, rows, path))
        if columns is not None:
            self._reporter.emit(events.Sample(path=path.relative_to(self._run.path).as_posix(), columns=columns))

    @cached_property
    def _baselines(self) -> dict[str, dict[str, float | None]]:
        """What OpenCV reaches on the held-out pictures: seconds of work for large ones, so done when it is first told."""
        return self._ranks.first(lambda: baselines(self._stage, self._val_batches))

    def validate(self, learn: Callable[[dict[str, float]], None] | None) -> None:
        """Score the held-out pictures, and keep the best checkpoint.

        Args:
            learn: Takes the scores. None for a validation that the course of the training must not depend on: the progress
                forgets it, too.
        """
        with self._meter.paused(), uncompiled():
            scores = self._ranks.first(lambda: validate(self._stage, self._val_batches))
            beside = self._baselines if "psnr" in scores else {}
        if learn:
            learn(scores)
        measure, score = headline(scores)
        so_far = self._progress.best_score if self._progress.best_by == measure else None
        best = math.isfinite(score) and not self._health.is_doubtful and (so_far is None or score > so_far)
        if best and learn:
            self._progress.best_score, self._progress.best_by = score, measure
        values = events.finite(scores)
        self._reporter.emit(events.Validation(values=values, baselines=beside, best=best))
        lost = [name for name, value in values.items() if value is None]
        if lost:
            self._reporter.warn("score-not-finite", f"No finite numbers on held-out pictures: {', '.join(lost)}.")
        if best and self.save("best" if learn else "finished"):
            self._disk.write(lambda: self._run.point("best", self._progress.step))
            self._rotate()  # at the end of a training no other save would remove what was the best before

    def _rotate(self) -> None:
        if self._ranks.is_first:
            state.rotate(self._run, self._config.keep_checkpoints, self._progress.good_step)

    def save(self, reason: events.SaveReason) -> bool:
        """Save a checkpoint. Returns whether it lies on the disk.

        Raises:
            BrokeDown: The weights are not finite. Before a stop they are not saved, and a resume meets them again.
        """
        progress = self._progress
        if not self._stage.is_finite():
            if reason == "stop":
                self._reporter.warn("not-saved", "Weights are no longer finite numbers: this step is not saved.")
                return False
            raise BrokeDown("weights are no longer finite numbers")
        if reason in _GOOD and not self._health.is_doubtful:
            progress.good_step = progress.step
        already_saved = self.saved_step == progress.step
        if not already_saved:
            with self._meter.paused():
                path = self._disk.write(lambda: state.save_training(self._run, self._config, self._stage, progress))
            if path is None:
                if reason in ("stop", "finished"):
                    self._reporter.warn("not-saved", f"The disk takes nothing: step {progress.step} is not saved.")
                return False
            self.saved_step = progress.step
            self._rotate()
        if not already_saved or reason in ("requested", "best"):
            path = self._run.checkpoint_path(progress.step).relative_to(self._run.path)
            self._reporter.emit(events.CheckpointSaved(path=path.as_posix(), reason=reason))
        return True

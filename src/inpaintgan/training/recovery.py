"""What a training does when its numbers break down, or its memory runs out."""

from __future__ import annotations

import torch

from ..core.errors import InpaintError, lacks_memory
from ..core.rundir import RunDir
from . import state
from .build import build_stage
from .health import BrokeDown
from .reporter import Reporter
from .runtime import seed_everything
from .stages import Stage


class Recovery:
    """Goes back to the last good state, once, and on at a lower learning rate.

    The last good state is the newest checkpoint of those saved at an interval, for a best score or on request; before
    there is one, it is the start. A checkpoint saved by a stop does not count: with it, a run that was stopped and
    resumed would take another course than one that never was. The stream of pictures is not turned back.
    """

    def __init__(self, run: RunDir, stage: Stage, progress: state.Progress, reporter: Reporter) -> None:
        self._run, self._stage, self._progress, self._reporter = run, stage, progress, reporter
        self._config, self._ranks = stage.config, stage.ranks

    def roll_back(self, broke: BrokeDown) -> None:
        """Go back, and say so.

        Raises:
            InpaintError: ``not-finite`` or ``loss-exploded``, when it had been done before.
        """
        progress = self._progress
        step, position, elapsed_s = progress.step, progress.position, progress.elapsed_s
        rate = self._config.lr * progress.rate_scale
        if progress.broke_at is not None:
            raise InpaintError(
                broke.code,
                f"Training broke down again at step {step}: {broke}.",
                f"Going back after step {progress.broke_at} and continuing at a learning rate of {rate:.2g} did not help. "
                "Nothing broken was saved: resume from the last checkpoint with a lower lr.",
            )
        self._load_last_good()
        progress.position, progress.elapsed_s = position, elapsed_s
        progress.broke_at, progress.rate_scale = step, self._config.rollback_lr_factor
        self._ranks.first(lambda: state.remove_later(self._run, progress.step))
        where = f"step {progress.step}" if progress.step else "the start"
        self._reporter.warn(
            broke.code,
            f"Training broke down at step {step}: {broke}. It went back to {where} and continues at a learning rate of "
            f"{self._config.lr * progress.rate_scale:.2g} instead of {rate:.2g}. If that happens again, it stops.",
        )

    def _load_last_good(self) -> None:
        good_step = self._progress.good_step
        if self._ranks.first(lambda: any(step <= good_step for step in self._run.saved_steps())):
            loaded = state.load_training(self._run, self._stage, self._ranks, at_most=good_step)
            self._progress.copy_from(loaded)
            return
        seed_everything(self._config.seed)
        fresh, _ = build_stage(self._config, torch.device("cpu"))
        for name, model in self._stage.trained.items():
            model.load_state_dict(fresh.trained[name].state_dict())
        self._progress.copy_from(state.Progress(lr=self._config.lr, n_pictures=self._progress.n_pictures))


def out_of_memory(error: BaseException, saved_step: int | None, step: int) -> InpaintError | None:
    """Say in words that memory ran out, or return None for another failure.

    Args:
        error: What was raised.
        saved_step: The step that a resume continues from, or None.
        step: Where the training stands.
    """
    on_gpu = isinstance(error, torch.OutOfMemoryError)
    if not on_gpu and not lacks_memory(error):
        return None
    whose = "GPU" if on_gpu else "computer"
    kept = f"Step {saved_step} is saved and can be resumed" if saved_step else "Nothing was trained yet"
    return InpaintError(
        "out-of-memory",
        f"The {whose}'s memory ran out at step {step}. {kept}.",
        "Lower batch_size (accumulation_steps keeps the step's size), input_size or width, or close what else uses the memory.",
    )

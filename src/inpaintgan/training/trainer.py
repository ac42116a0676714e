"""The training loop."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import torch

from ..core import events
from ..core.config import Config
from ..core.errors import InpaintError, about
from ..core.ranks import Ranks
from ..core.rundir import RunDir
from ..data.batch import Batch
from ..data.loader import make_train_loader, make_val_loader, split
from ..data.pictures import PictureSet, open_pictures
from ..models.device import gpu_memory, gpu_utilisation
from . import state
from .budget import Budget
from .build import build_stage
from .disk import PatientDisk
from .feed import cached_pictures, check_same_files, endless_batches
from .health import BrokeDown, Health
from .meter import Meter
from .orders import Orders
from .outputs import Outputs
from .phases import Phases
from .recovery import Recovery, out_of_memory
from .reporter import Reporter
from .runtime import prepare
from .schedule import rate_factor
from .sinks import Sink, tensorboard_sink, unheard

End = Literal["max_iters", "max_seconds", "stopped"]


class Trainer:
    """Trains one stage in one run folder until ``max_iters``, ``max_seconds``, a stop order or a signal.

    Args:
        config: The frozen settings.
        run: The run folder. It is made, and the config frozen into it, when all that can be refused was looked at: a
            training that never begins leaves everything as it was.
        resume: Go on from the newest checkpoint.
        sinks: Listeners to every event beside the run's own log.
        ranks: The processes that train together. All of them run this loop and decide alike, from the same numbers;
            rank 0 alone writes and speaks.

    Raises:
        InpaintError: The data, the device, the weights to start from, the checkpoint or the run folder cannot be used.
    """

    def __init__(
        self, config: Config, run: RunDir, *, resume: bool, sinks: list[Sink], ranks: Ranks | None = None
    ) -> None:
        self.config, self.run_dir, self.resume = config, run, resume
        self.ranks = ranks or Ranks()
        self.progress = state.Progress(lr=config.lr)
        self.orders = Orders(run.control, self.ranks)
        self.meter = Meter(self.ranks)
        self.budget = Budget(config, self.progress)
        self.health = Health(self.progress)
        if config.tensorboard and self.ranks.is_first:
            sinks = [*sinks, tensorboard_sink(run.tensorboard)]
        self.reporter = Reporter(run, config.stage, self.progress, sinks, self.ranks)
        self.outputs: Outputs | None = None

    def train(self) -> End:
        """Train, and return why it ended. Failures after the start become a ``run_failed`` event; all are raised again."""
        self.ranks.first(self.run_dir.check_free)
        try:
            with unheard(), self.orders.listening():
                self._prepare()
                return self._loop()
        except BaseException as error:
            saved = self._rescue(error)
            said = out_of_memory(error, saved, self.progress.step) or self.ranks.explain(error)
            self.reporter.failed(said)
            if said is error:
                raise
            raise said from error
        finally:
            if self.ranks.is_first:
                self.run_dir.release()

    def _prepare(self) -> None:
        """Everything up to the first step."""
        self._begin(*self._check())

    def _check(self) -> tuple[PictureSet, list[Batch], str]:
        """Look at all that can be refused, without a trace: device, data, networks, the state to resume from.

        Returns:
            The training pictures, the held-out ones as batches, on rank 0 alone, and the perceptual networks in words.
        """
        config, ranks = self.config, self.ranks
        self.device = prepare(config, ranks)
        with ranks.together():
            if not config.data:
                raise InpaintError("data-missing", "No training pictures were named.", "Give --data DIR.")
            with about("data"):
                pictures = open_pictures(Path(config.data))
            train_files, val_files = split(pictures, config)
            make_train_loader(train_files, config, 0, ranks=ranks)  # refuses what the first step would meet
        check_same_files(train_files, ranks)
        self.stage, perceptual = build_stage(config, self.device, ranks)
        if self.resume:
            self.progress.copy_from(state.load_training(self.run_dir, self.stage, ranks))
        # A rank may have failed after the last step, when everything was saved; further on than that no restart stands.
        if not ranks.restartable or self.progress.step > config.max_iters:
            self.budget.check_remaining()
        self.phases = Phases(config, self.stage, self.progress)
        with ranks.together():
            val_batches = list(make_val_loader(val_files, config)) if ranks.is_first else []
        return train_files, val_batches, perceptual

    def _claim(self) -> None:
        self.run_dir.create(self.config)
        self.run_dir.claim()
        state.sweep(self.run_dir)

    def _begin(self, train_files: PictureSet, val_batches: list[Batch], perceptual: str) -> None:
        """Take the run folder, say so, and get ready to step."""
        config, ranks = self.config, self.ranks
        ranks.first(self._claim)
        n_val = sum(map(len, val_batches))
        self.reporter.started(self.stage, perceptual, config.max_iters, n_train=len(train_files), n_val=n_val)
        for batch in val_batches:
            self.reporter.unreadable(batch)
        if self.resume:
            self._remove_damaged()
        self._note_changes(len(train_files))
        n_wanted = (config.max_iters - self.progress.step) * config.batch_size * config.accumulation_steps
        cache = ranks.in_turn(
            lambda: cached_pictures(train_files, config, n_wanted, self.reporter.emit, self.orders.stop_is_near)
        )
        self.batches = endless_batches(train_files, config, self.progress.position, cache, ranks, self.reporter.warn)
        disk = PatientDisk(self.run_dir, ranks, reporter=self.reporter, orders=self.orders, meter=self.meter)
        self.recovery = Recovery(config, self.run_dir, self.stage, self.progress, self.reporter, ranks)
        self.outputs = Outputs(
            config, self.run_dir, self.stage, self.progress, val_batches, ranks,
            health=self.health, reporter=self.reporter, disk=disk, meter=self.meter,
        )  # fmt: skip
        self.meter.start(self.progress.elapsed_s)

    def _remove_damaged(self) -> None:
        """Remove the checkpoints that the resume passed over, now that nothing can refuse it any more."""
        step = self.progress.step
        for path in self.ranks.first(lambda: state.remove_later(self.run_dir, step)):
            self.reporter.warn(
                "checkpoint-damaged", f"{path} is damaged and was removed; training goes on from step {step}."
            )

    def _note_changes(self, n_pictures: int) -> None:
        """Notice what is not as it was when the run was saved."""
        progress = self.progress
        if progress.n_pictures not in (0, n_pictures):
            self.reporter.warn(
                "data-changed",
                f"The set had {progress.n_pictures} training pictures when this run was saved and has {n_pictures} now; "
                "their order is another.",
            )
        progress.n_pictures = n_pictures
        if progress.lr != self.config.lr:
            # A person chose another rate: what an earlier breakdown led to is over.
            progress.lr, progress.rate_scale, progress.broke_at = self.config.lr, 1.0, None

    def _loop(self) -> End:
        if self.config.sample_interval and self.progress.step == 0:
            self._outputs.sample()
        while True:
            try:
                return self._run_to_the_end()
            except BrokeDown as broke:
                self.recovery.roll_back(broke)
                self.phases.enter()
                self._outputs.saved_step = None
                self.meter.reset()

    def _run_to_the_end(self) -> End:
        config, progress, outputs = self.config, self.progress, self._outputs
        while self.budget.used() is None:
            self._obey()
            if self.orders.stop_wanted:
                break
            self._step()
            if progress.step % config.log_interval == 0 or self.budget.used():
                self._log_step()
            if _due(progress.step, config.sample_interval):
                outputs.sample()
            if _due(progress.step, config.eval_interval):
                outputs.validate(self.phases.validated)
            if _due(progress.step, config.save_interval):
                outputs.save("interval")
        reason: End = self.budget.used() or "stopped"
        if progress.step > 0:
            outputs.save("stop" if reason == "stopped" else "finished")
        self.reporter.emit(events.RunFinished(reason=reason, elapsed_s=progress.elapsed_s))
        return reason

    def _step(self) -> None:
        progress = self.progress
        news = self.phases.prepare_step()
        if news:
            self.reporter.warn("phase-begins", news)
        rate = rate_factor(self.config, progress.step) * progress.rate_scale
        self.stage.set_rate(rate)
        with self.meter.waiting():
            batch = next(self.batches).to(self.device)
        self.reporter.unreadable(batch)
        n_pictures = len(batch) * self.ranks.size
        self.meter.add(self.stage.step(batch, progress.step), n_pictures)
        self.learning_rate = self.config.lr * rate
        progress.step += 1
        progress.position += n_pictures
        progress.elapsed_s = self.meter.agree_on_elapsed()

    def _log_step(self) -> None:
        means, latest = self.meter.read()
        self.reporter.exchange()
        self.reporter.emit(
            events.Step(
                phase=self.progress.phase,
                learning_rate=self.learning_rate,
                values=events.finite(means),
                images_per_s=self.meter.images_per_s,
                data_wait=self.meter.data_wait,
                elapsed_s=self.progress.elapsed_s,
                eta_s=self.budget.eta_s(self.meter),
                gpu_memory=gpu_memory(self.device),
                gpu_utilisation=gpu_utilisation(self.device),
            )
        )
        self.meter.reset()
        self.health.check_finite(means)
        if self.progress.step % self.config.log_interval == 0:
            self.health.check_losses(latest)

    def _rescue(self, error: BaseException) -> int | None:
        """Save what an unforeseen failure left whole. Returns the step that a resume goes on from."""
        outputs = self.outputs
        if outputs is None:
            return None
        # Of many ranks, those that are left cannot agree on anything any more; the last checkpoint counts.
        able = self.ranks.size == 1 and not isinstance(error, InpaintError)
        if able and self.stage.is_whole and self.progress.step:
            try:
                if self.device.type == "cuda":
                    torch.cuda.empty_cache()
                outputs.save("stop")
            except Exception as second:
                self.reporter.warn("not-saved", f"Step {self.progress.step} could not be saved: {second}.")
        return outputs.saved_step

    @property
    def _outputs(self) -> Outputs:
        assert self.outputs is not None
        return self.outputs

    def _obey(self) -> None:
        """Carry out a pending order."""
        order = self.orders.take()
        if order == "pause":
            self.reporter.emit(events.Paused())
            with self.meter.paused():
                self.orders.wait(until=math.inf, meanwhile=self._sample_or_save)
            if not self.orders.stop_wanted:
                self.reporter.emit(events.Resumed())
        else:
            self._sample_or_save(order)

    def _sample_or_save(self, order: str | None) -> None:
        if order == "sample-now":
            self._outputs.sample()
        elif order == "save-now":
            self._outputs.save("requested")


def _due(step: int, interval: int) -> bool:
    return interval > 0 and step % interval == 0

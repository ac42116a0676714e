"""The training loop: steps, and what is due between them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ..core import events
from ..data.batch import Batch
from ..models.device import gpu_memory, gpu_utilisation
from .budget import Budget
from .health import BrokeDown, Health
from .meter import Meter
from .orders import Orders
from .outputs import Outputs
from .phases import Phases
from .recovery import Recovery
from .reporter import Reporter
from .schedule import lr_factor
from .stages import Stage
from .state import Progress


@dataclass
class Loop:
    """A training that is ready to continue, from ``progress.step``. All ranks run it alike."""

    progress: Progress
    stage: Stage
    batches: Iterator[Batch]
    phases: Phases
    budget: Budget
    orders: Orders
    meter: Meter
    health: Health
    recovery: Recovery
    reporter: Reporter
    outputs: Outputs
    learning_rate: float = 0.0
    """Of the last step, the generator's."""

    def run(self) -> events.End:
        """Step until the budget is used or a stop is ordered, and return which."""
        if self.stage.config.sample_interval and self.progress.step == 0:
            self.outputs.sample()
        while True:
            try:
                return self._run_to_the_end()
            except BrokeDown as broke:
                self.recovery.roll_back(broke)
                self.phases.enter()
                self.outputs.saved_step = None
                self.meter.reset()

    def _run_to_the_end(self) -> events.End:
        config, progress, outputs = self.stage.config, self.progress, self.outputs
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
        reason: events.End = self.budget.used() or "stopped"
        if reason != "stopped":
            self._show_the_end()
        if progress.step > 0:
            outputs.save("stop" if reason == "stopped" else "finished")
        self.reporter.emit(events.RunFinished(reason=reason, elapsed_s=progress.elapsed_s))
        return reason

    def _show_the_end(self) -> None:
        """Sample and score what was trained, where the intervals miss the last step.

        A run that is resumed with a later end goes on as one that never ended here: nothing is learned from that.
        """
        config, step = self.stage.config, self.progress.step
        if config.sample_interval and not _due(step, config.sample_interval):
            self.outputs.sample()
        if config.eval_interval and not _due(step, config.eval_interval):
            self.outputs.validate(None)

    def _step(self) -> None:
        config, progress = self.stage.config, self.progress
        news = self.phases.prepare_step()
        if news:
            self.reporter.warn("phase-begins", news)
        rate = lr_factor(config, progress.step) * progress.rate_scale
        self.stage.scale_lr(rate)
        with self.meter.waiting():
            batch = next(self.batches)
        batch = batch.to(self.stage.device)  # which may wait for a busy GPU, and not for pictures
        self.reporter.unreadable(batch)
        n_pictures = len(batch) * self.stage.ranks.size
        self.meter.add(self.stage.step(batch, progress.step), n_pictures)
        self.learning_rate = config.lr * rate
        progress.step += 1
        progress.position += n_pictures
        progress.elapsed_s = self.meter.agree_on_elapsed()

    def _log_step(self) -> None:
        log_interval = self.stage.config.log_interval
        means, latest = self.meter.read()
        eta_s = self.budget.eta_s(self.meter)
        self.reporter.exchange()
        self.reporter.emit(
            events.Step(
                phase=self.progress.phase,
                learning_rate=self.learning_rate,
                values=events.finite(means),
                images_per_s=self.meter.images_per_s,
                data_wait=self.meter.data_wait,
                elapsed_s=self.progress.elapsed_s,
                eta_s=eta_s,
                gpu_memory=gpu_memory(self.stage.device),
                gpu_utilisation=gpu_utilisation(self.stage.device),
            )
        )
        # Once a run, as soon as there is a pace. On a GPU the first steps are those in which networks are compiled.
        on_cpu, first = self.stage.device.type == "cpu", self.progress.step == log_interval
        if on_cpu and first and (said := self.budget.beyond_patience(eta_s)):
            self.reporter.warn("years-ahead", said)
        self.meter.reset()
        self.health.check_finite(means)
        if self.progress.step % log_interval == 0:
            self.health.check_losses(latest)

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
            self.outputs.sample()
        elif order == "save-now":
            self.outputs.save("requested")


def _due(step: int, interval: int) -> bool:
    return interval > 0 and step % interval == 0

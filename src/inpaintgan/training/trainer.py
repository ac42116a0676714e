"""The training loop."""

from __future__ import annotations

import math
import platform
from pathlib import Path
from typing import Literal

import torch

from .. import __version__
from ..core import events
from ..core.config import Config
from ..core.errors import InpaintError
from ..core.ranks import Ranks
from ..core.rundir import RunDir
from ..data.loader import make_train_loader, make_val_loader, split
from ..data.pictures import open_pictures
from ..models.device import device_name
from ..networks.blocks import n_parameters
from . import state
from .build import build_stage
from .disk import PatientDisk
from .feed import cached_pictures
from .meter import Meter
from .orders import Orders
from .outputs import Outputs, broken
from .reporter import Reporter
from .runtime import prepare
from .sinks import Sink, tensorboard_sink

End = Literal["max_iters", "max_seconds", "stopped"]


class Trainer:
    """Trains one stage in one run folder until ``max_iters``, ``max_seconds``, a stop order or a signal.

    Args:
        config: The frozen settings.
        run: The run folder, already created.
        resume: Go on from the newest checkpoint.
        sinks: Listeners to every event beside the run's own log.

    Raises:
        InpaintError: The data, the device, ``init_from`` or the checkpoint cannot be used.
    """

    def __init__(self, config: Config, run: RunDir, *, resume: bool, sinks: list[Sink]) -> None:
        self.config, self.run_dir, self.resume = config, run, resume
        self.progress = state.Progress()
        self.orders = Orders(run.control)
        self.meter = Meter()
        sinks = [*sinks, *([tensorboard_sink(run.tensorboard)] if config.tensorboard else [])]
        self.reporter = Reporter(run, config.stage, self.progress, sinks)

    def train(self) -> End:
        """Train, and return why it ended. Failures become a ``run_failed`` event and are raised again."""
        self.run_dir.claim()
        try:
            with self.orders.listening():
                self._prepare()
                return self._loop()
        except BaseException as error:
            self.reporter.failed(error)
            raise
        finally:
            self.run_dir.release()

    def _prepare(self) -> None:
        """Everything up to the first step: device, data, networks, the state to resume from, the first event."""
        config = self.config
        self.device = prepare(config, Ranks())
        if not config.data:
            raise InpaintError("data-missing", "No training pictures were named.", "Give --data DIR.")
        train_files, val_files = split(open_pictures(Path(config.data)), config)
        self.stage, perceptual = build_stage(config, self.device)
        if self.resume:
            self.progress.become(state.load_training(self.run_dir, self.stage))
        self._must_have_budget()
        val_batches = list(make_val_loader(val_files, config))
        self._report_start(perceptual, len(train_files), min(config.val_size, len(val_files)))
        for batch in val_batches:
            self.reporter.unreadable(batch)
        n_wanted = (config.max_iters - self.progress.step) * config.batch_size
        cache = cached_pictures(train_files, config, n_wanted, self.reporter.emit, self.orders.stop_is_near)
        self.batches = iter(make_train_loader(train_files, config, self.progress.position, cache))
        disk = PatientDisk(self.run_dir, self.reporter, self.orders, self.meter)
        self.outputs = Outputs(
            config, self.run_dir, self.stage, self.progress, val_batches,
            reporter=self.reporter, disk=disk, meter=self.meter,
        )  # fmt: skip
        self.meter.start(self.progress.elapsed_s)

    def _report_start(self, perceptual: str, n_train: int, n_val: int) -> None:
        self.reporter.emit(
            events.RunStarted(
                device=device_name(self.device),
                n_train=n_train,
                n_val=n_val,
                max_iters=self.config.max_iters,
                resumed=self.progress.step > 0,
                parameters={
                    f"{name}_{part}": n_parameters(getattr(trained.model, part))
                    for name, trained in self.stage.trained.items()
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
        if perceptual == "unavailable":
            self.reporter.warn(
                "perceptual-off",
                "VGG19's weights are neither here nor downloadable: training goes on without perceptual and style losses.",
            )

    def _loop(self) -> End:
        config, progress = self.config, self.progress
        if config.sample_interval and progress.step == 0:
            self.outputs.sample()
        while self._budget_used() is None:
            self._obey()
            if self.orders.stop_wanted:
                break
            with self.meter.waiting():
                batch = next(self.batches).to(self.device)
            self.reporter.unreadable(batch)
            self.meter.add(self.stage.step(batch, progress.step), len(batch))
            progress.step += 1
            progress.position += len(batch)
            progress.elapsed_s = self.meter.elapsed_s
            if progress.step % config.log_interval == 0 or self._budget_used():
                self._log_step()
            if _due(progress.step, config.sample_interval):
                self.outputs.sample()
            if _due(progress.step, config.eval_interval):
                self.outputs.validate()
            if _due(progress.step, config.save_interval):
                self.outputs.save("interval")
        reason: End = self._budget_used() or "stopped"
        if progress.step > 0:
            self.outputs.save("stop" if reason == "stopped" else "finished")
        self.reporter.emit(events.RunFinished(reason=reason, elapsed_s=self.meter.elapsed_s))
        return reason

    def _budget_used(self) -> Literal["max_iters", "max_seconds"] | None:
        """Which of the run's two limits its last step reached, if any."""
        if self.progress.step >= self.config.max_iters:
            return "max_iters"
        if 0 < self.config.max_seconds <= self.progress.elapsed_s:
            return "max_seconds"
        return None

    def _must_have_budget(self) -> None:
        used = self._budget_used()
        if used:
            raise InpaintError(
                "max-iters-reached" if used == "max_iters" else "max-seconds-reached",
                f"{used} is {getattr(self.config, used)}, but this run already stands at step {self.progress.step}, "
                f"after {self.progress.elapsed_s:.0f} s of training.",
                f"Raise {used} to train on.",
            )

    def _eta_s(self) -> float | None:
        eta = self.meter.eta_s(self.config.max_iters - self.progress.step)
        if eta is None or not self.config.max_seconds:
            return eta
        return min(eta, max(0.0, self.config.max_seconds - self.progress.elapsed_s))

    def _log_step(self) -> None:
        values = self.meter.means()
        bad = sorted(name for name, value in values.items() if not math.isfinite(value))
        self.reporter.emit(
            events.Step(
                values=events.finite(values),
                images_per_s=self.meter.images_per_s,
                data_wait=self.meter.data_wait,
                elapsed_s=self.meter.elapsed_s,
                eta_s=self._eta_s(),
            )
        )
        self.meter.reset()
        if bad:
            self.reporter.warn("not-finite", f"{', '.join(bad)} is no longer a finite number.")
            raise broken(self.progress.step, f"{', '.join(bad)} is no longer a finite number")

    def _obey(self) -> None:
        """Carry out a pending order."""
        order = self.orders.take()
        if order == "pause":
            self.reporter.emit(events.Paused())
            with self.meter.aside():
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

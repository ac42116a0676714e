"""The training loop."""

from __future__ import annotations

import errno
import math
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import torch

from .. import __version__
from ..core import events
from ..core.config import Config
from ..core.errors import InpaintError
from ..core.events import EventLog
from ..core.rundir import RunDir
from ..data.batch import Batch
from ..data.loader import make_train_loader, make_val_loader, split
from ..imaging.folder import find_pictures
from ..models.device import device_name
from ..networks.blocks import n_parameters
from . import state
from .build import build_stage
from .meter import Meter
from .orders import Orders
from .runtime import prepare
from .samples import save_samples
from .sinks import Sink, tensorboard_sink
from .validation import baselines, headline, validate

T = TypeVar("T")
End = Literal["max_iters", "max_seconds", "stopped"]

_POLL_S = 0.2
_DISK_RETRY_S = 10.0
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


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
        self.sinks = [*sinks, *([tensorboard_sink(run.tensorboard)] if config.tensorboard else [])]
        self.log = EventLog(run.events_file, self._fan_out)
        self.progress = state.Progress()
        self.orders = Orders(run.control)
        self.reported: set[str] = set()
        self.saved_step = -1

    def _fan_out(self, event: events.Event) -> None:
        for sink in self.sinks:
            sink(event)

    def emit(self, event: events.Event) -> None:
        """Log an event at the present step."""
        self.log.emit(event.model_copy(update={"step": self.progress.step, "stage": self.config.stage}))

    def train(self) -> End:
        """Train, and return why it ended. Failures become a ``run_failed`` event and are raised again."""
        self.run_dir.claim()
        try:
            with self.orders.listening():
                self._prepare()
                return self._loop()
        except BaseException as error:
            known = isinstance(error, InpaintError)
            self.emit(
                events.RunFailed(
                    code=error.code if known else type(error).__name__,
                    message=error.message if known else f"{type(error).__name__}: {error}",
                    hint=error.hint if known else "",
                )
            )
            raise
        finally:
            self.run_dir.release()

    def _prepare(self) -> None:
        """Everything up to the first step: device, data, networks, the state to resume from, the first event."""
        config = self.config
        self.device = prepare(config)
        if not config.data:
            raise InpaintError("data-missing", "No training pictures were named.", "Give --data DIR.")
        train_files, val_files = split(find_pictures(Path(config.data)), config)
        self.stage, perceptual = build_stage(config, self.device)
        if self.resume:
            self.progress = state.load_training(self.run_dir, self.stage)
        used = self._budget_used()
        if used:
            raise InpaintError(
                "max-iters-reached" if used == "max_iters" else "max-seconds-reached",
                f"{used} is {getattr(config, used)}, but this run already stands at step {self.progress.step}, after "
                f"{self.progress.elapsed_s:.0f} s of training.",
                f"Raise {used} to train on.",
            )
        self.batches = iter(make_train_loader(train_files, config, self.progress.position))
        self.val_batches = list(make_val_loader(val_files, config))
        self.meter = Meter(self.progress.elapsed_s)
        networks = self.stage.trained
        self.emit(
            events.RunStarted(
                device=device_name(self.device),
                n_train=len(train_files),
                n_val=min(config.val_size, len(val_files)),
                max_iters=config.max_iters,
                resumed=self.progress.step > 0,
                parameters={
                    f"{name}_{part}": n_parameters(getattr(trained.model, part))
                    for name, trained in networks.items()
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
            self._warn(
                "perceptual-off",
                "VGG19's weights are neither here nor downloadable: training goes on without perceptual and style losses.",
            )
        for batch in self.val_batches:
            self._report_unreadable(batch)
        self.baselines = baselines(self.val_batches)

    def _loop(self) -> End:
        config, progress = self.config, self.progress
        if config.sample_interval and progress.step == 0:
            self._sample()
        while self._budget_used() is None:
            self._obey()
            if self.orders.stop_wanted:
                break
            with self.meter.waiting():
                batch = next(self.batches).to(self.device)
            self._report_unreadable(batch)
            self.meter.add(self.stage.step(batch, progress.step), len(batch))
            progress.step += 1
            progress.position += len(batch)
            progress.elapsed_s = self.meter.elapsed_s
            if progress.step % config.log_interval == 0 or self._budget_used():
                self._log_step()
            if _due(progress.step, config.sample_interval):
                self._sample()
            if _due(progress.step, config.eval_interval):
                self._validate()
            if _due(progress.step, config.save_interval):
                self._save("interval")
        reason: End = self._budget_used() or "stopped"
        if progress.step > 0:
            self._save("stop" if reason == "stopped" else "finished")
        self.emit(events.RunFinished(reason=reason, elapsed_s=self.meter.elapsed_s))
        return reason

    def _budget_used(self) -> Literal["max_iters", "max_seconds"] | None:
        """Which of the run's two limits its last step reached, if any."""
        if self.progress.step >= self.config.max_iters:
            return "max_iters"
        if 0 < self.config.max_seconds <= self.progress.elapsed_s:
            return "max_seconds"
        return None

    def _eta_s(self) -> float | None:
        eta = self.meter.eta_s(self.config.max_iters - self.progress.step)
        if eta is None or not self.config.max_seconds:
            return eta
        return min(eta, max(0.0, self.config.max_seconds - self.progress.elapsed_s))

    def _log_step(self) -> None:
        values = self.meter.means()
        bad = sorted(name for name, value in values.items() if not math.isfinite(value))
        self.emit(
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
            self._warn("not-finite", f"{', '.join(bad)} is no longer a finite number.")
            raise self._broken(f"{', '.join(bad)} is no longer a finite number")

    def _broken(self, what: str) -> InpaintError:
        return InpaintError(
            "not-finite",
            f"Training broke down at step {self.progress.step}: {what}.",
            "Nothing broken was saved. Resume from the last checkpoint with a lower lr.",
        )

    def _sample(self) -> None:
        path = self.run_dir.sample_path(self.progress.step)
        with self.meter.aside():
            columns = self._on_disk(lambda: save_samples(self.stage, self.val_batches, self.config.sample_size, path))
        if columns is not None:
            self.emit(events.Sample(path=path.relative_to(self.run_dir.path).as_posix(), columns=columns))

    def _validate(self) -> None:
        with self.meter.aside():
            scores = validate(self.stage, self.val_batches)
        score = headline(scores)
        best = math.isfinite(score) and (self.progress.best_score is None or score > self.progress.best_score)
        if best:
            self.progress.best_score = score
        self.emit(events.Validation(values=events.finite(scores), baselines=self.baselines, best=best))
        if best and self._save("best"):
            self._on_disk(lambda: self.run_dir.point("best", self.progress.step))

    def _save(self, reason: Literal["interval", "requested", "stop", "finished", "best"]) -> bool:
        """Save a checkpoint, unless the weights broke. Returns whether it lies on the disk."""
        if not self.stage.is_finite():
            raise self._broken("weights are no longer finite numbers")
        self.progress.elapsed_s = self.meter.elapsed_s
        with self.meter.aside():
            path = self._on_disk(lambda: state.save_training(self.run_dir, self.config, self.stage, self.progress))
        if path is None:
            return False
        state.rotate(self.run_dir, self.config.keep_checkpoints)
        if reason in ("interval", "finished", "stop") and self.saved_step == self.progress.step:
            return True  # said already, with another reason
        self.saved_step = self.progress.step
        self.emit(events.CheckpointSaved(path=path.relative_to(self.run_dir.path).as_posix(), reason=reason))
        return True

    def _on_disk(self, write: Callable[[], T]) -> T | None:
        """Write; on a full disk pause, say so, and try again until it works or a stop is wanted (then None)."""
        paused = False
        while True:
            try:
                value = write()
                self.log.flush()
            except OSError as error:
                if error.errno not in _DISK_FULL:
                    raise
            else:
                if paused:
                    self.emit(events.Resumed())
                return value
            if not paused:
                paused = True
                text = f"The disk that holds {self.run_dir.path} is full; free some space, training goes on by itself."
                self.emit(events.Paused(reason=text))
            self._wait(until=time.monotonic() + _DISK_RETRY_S)
            if self.orders.stop_wanted:
                return None

    def _obey(self) -> None:
        """Carry out a pending order."""
        order = self.orders.take()
        if order == "pause":
            self.emit(events.Paused())
            self._wait(until=math.inf, meanwhile=self._sample_or_save)
            if not self.orders.stop_wanted:
                self.emit(events.Resumed())
        else:
            self._sample_or_save(order)

    def _sample_or_save(self, order: str | None) -> None:
        if order == "sample-now":
            self._sample()
        elif order == "save-now":
            self._save("requested")

    def _wait(self, until: float, meanwhile: Callable[[str | None], None] = lambda _order: None) -> None:
        """Wait for resume, stop, a signal or the deadline; other orders go to ``meanwhile``."""
        with self.meter.aside():
            while not self.orders.stop_wanted and time.monotonic() < until:
                order = self.orders.take()
                if order == "resume":
                    break
                meanwhile(order)
                time.sleep(_POLL_S)

    def _report_unreadable(self, batch: Batch) -> None:
        for path in batch.unreadable:
            if path not in self.reported:
                self.reported.add(path)
                self._warn("picture-unreadable", f"{path} cannot be read and is skipped ({len(self.reported)} so far).")

    def _warn(self, code: str, message: str) -> None:
        self.emit(events.Warned(code=code, message=message))


def _due(step: int, interval: int) -> bool:
    return interval > 0 and step % interval == 0

"""Readers of a training's events inside its own process: the terminal's progress bar and TensorBoard."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from ..core import events
from ..core.errors import about
from ..core.events import Event
from ..core.paths import as_text
from ..core.wording import plural

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

Sink = Callable[[Event], None]


class Console:
    """A progress bar with ETA and the main numbers; everything else as a line above it."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, events.RunStarted):
            self._line(
                f"{event.stage} training on {event.device}: {plural(event.n_train, 'picture')}, {event.n_val} held out"
            )
            if event.stage != "edge":  # nothing else has losses over one
                self._line(f"perceptual network: {event.perceptual}")
            self._bar = tqdm(
                total=event.max_iters, initial=event.step, unit="step", smoothing=0.05, file=sys.stderr,
                mininterval=0.5 if sys.stderr.isatty() else 30,
            )  # fmt: skip
        elif isinstance(event, events.Preparing):
            self._line(f"preparing pictures: {event.done} of {event.total}")
        elif isinstance(event, events.Step) and self._bar is not None:
            # As they are called in the log: "l1" is a score of validation, over the full picture.
            shown = {key: f"{v:.3g}" for key, v in event.values.items() if v is not None}
            wanted = ("precision", "recall", "psnr", "feature_matching_loss", "l1_loss")
            self._bar.set_postfix({key: shown[key] for key in wanted if key in shown}, refresh=False)
            self._bar.update(event.step - self._bar.n)
        elif isinstance(event, events.Validation):
            text = ", ".join(f"{key} {value:.4g}" for key, value in event.values.items() if value is not None)
            self._line(f"step {event.step}: validation {text}{' (best)' if event.best else ''}")
        elif isinstance(event, events.Warned):
            self._line(event.message if event.code == "phase-begins" else f"warning: {event.message}")
        elif isinstance(event, events.Paused):
            self._line(f"paused{': ' + event.reason if event.reason else ''}")
        elif isinstance(event, events.Resumed):
            self._line("resumed")
        elif isinstance(event, events.CheckpointSaved):
            self._line(f"step {event.step}: saved {event.path}")
        elif isinstance(event, events.RunFinished):
            self.close()
            reason = "stopped" if event.reason == "stopped" else f"reached {event.reason}"
            self._line(f"{reason} at step {event.step} after {event.elapsed_s:.0f} s of training")

    def close(self) -> None:
        """Leave the terminal clean."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _line(self, text: str) -> None:
        tqdm.write(text, file=sys.stderr)


def tensorboard_sink(folder: Path) -> Sink:
    """A sink that writes scalars for TensorBoard; the folder is made at the first event.

    Raises:
        InpaintError: ``path-no-text``: TensorBoard takes no such folder.
    """
    with about("tensorboard"):
        where = as_text(folder)

    @functools.cache
    def writer() -> SummaryWriter:
        from torch.utils.tensorboard import SummaryWriter  # slow to import, and optional in config

        return SummaryWriter(where)

    def write(event: Event) -> None:
        try:
            if isinstance(event, events.Step | events.Validation):
                prefix = "train" if isinstance(event, events.Step) else "validation"
                for name, value in event.values.items():
                    if value is not None:
                        writer().add_scalar(f"{prefix}/{name}", value, event.step)
                if isinstance(event, events.Step) and event.learning_rate is not None:
                    writer().add_scalar("train/learning_rate", event.learning_rate, event.step)
            elif isinstance(event, events.RunFinished | events.RunFailed):
                writer().close()
        except OSError as error:
            # Its curves are a copy; a full disk must not end the training for them. events.jsonl has them all.
            tqdm.write(f"warning: TensorBoard files cannot be written: {error.strerror}", file=sys.stderr)

    return write

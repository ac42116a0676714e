"""How much longer a training may run."""

from __future__ import annotations

from typing import Literal

from ..core.config import Config
from ..core.errors import InpaintError
from .meter import Meter
from .state import Progress


class Budget:
    """The two limits of a run: ``max_iters`` and ``max_seconds``."""

    def __init__(self, config: Config, progress: Progress) -> None:
        self._config, self._progress = config, progress

    def used(self) -> Literal["max_iters", "max_seconds"] | None:
        """Which limit the run's last step reached, if any."""
        if self._progress.step >= self._config.max_iters:
            return "max_iters"
        if 0 < self._config.max_seconds <= self._progress.elapsed_s:
            return "max_seconds"
        return None

    def check_remaining(self) -> None:
        """Raise `InpaintError` ``max-iters-reached`` or ``max-seconds-reached`` when there is nothing to train."""
        used = self.used()
        if used:
            raise InpaintError(
                "max-iters-reached" if used == "max_iters" else "max-seconds-reached",
                f"{used} is {getattr(self._config, used)}, but this run is already at step {self._progress.step}, "
                f"after {self._progress.elapsed_s:.0f} s of training.",
                f"Raise {used} to train on.",
            )

    def eta_s(self, meter: Meter) -> float | None:
        """Seconds to the nearer limit, or None before there is a pace."""
        eta = meter.eta_s(self._config.max_iters - self._progress.step)
        if eta is None or not self._config.max_seconds:
            return eta
        return min(eta, max(0.0, self._config.max_seconds - self._progress.elapsed_s))

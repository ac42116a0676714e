"""How much longer a training may run."""

from __future__ import annotations

from ..core.config import Config
from ..core.resuming import Limit, limits_reached
from .meter import Meter
from .state import Progress

_DAY_S = 24 * 3600
_YEAR_DAYS = 365
_MOST_DAYS = 30


class Budget:
    """The two limits of a run: ``max_iters`` and ``max_seconds``."""

    def __init__(self, config: Config, progress: Progress) -> None:
        self._config, self._progress = config, progress

    def used(self) -> Limit | None:
        """Which limit the run's last step reached, if any."""
        return next(iter(limits_reached(self._config, self._progress.step, self._progress.elapsed_s)), None)

    def eta_s(self, meter: Meter) -> float | None:
        """Seconds to the nearer limit, or None before there is a pace."""
        eta = meter.eta_s(self._config.max_iters - self._progress.step)
        if eta is None or not self._config.max_seconds:
            return eta
        return min(eta, max(0.0, self._config.max_seconds - self._progress.elapsed_s))

    def beyond_patience(self, eta_s: float | None) -> str | None:
        """What to say of a training that is to take longer than anybody waits for, None of any other."""
        days = (eta_s or 0.0) / _DAY_S
        if days <= _MOST_DAYS:
            return None
        span = f"{days / _YEAR_DAYS:.1f} years" if days >= _YEAR_DAYS else f"{days:.0f} days"
        return f"At this pace max_iters={self._config.max_iters} takes about {span}."

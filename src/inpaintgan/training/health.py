"""Whether a training's numbers are healthy: finite, and not exploding."""

from __future__ import annotations

import math
from statistics import median
from typing import Literal

from .state import Progress

_WATCHED = ("edge_generator_loss", "inpaint_generator_loss")
"""Discriminators' losses rise and fall by orders of magnitude in a healthy training."""
_KEPT = 50
_NEEDED = 10
_FACTOR = 20.0
_LEAST = 1.0
"""What a loss is measured by where it is smaller: a loss near zero multiplies easily."""
_IN_A_ROW = 3


class BrokeDown(Exception):
    """The numbers of a training are no longer healthy; the message says which and how.

    Attributes:
        code: ``not-finite`` or ``loss-exploded``.
    """

    def __init__(self, message: str, code: Literal["not-finite", "loss-exploded"] = "not-finite") -> None:
        super().__init__(message)
        self.code = code


class Health:
    """Judges the losses of single steps, each time they are logged.

    A loss explodes when it lies above twenty times its running median, over the last fifty judged steps, three times in a
    row: one unlucky batch is not an explosion. Judged are steps that ``log_interval`` divides, whatever else is logged, and
    what is remembered of them is part of the progress, so that a resumed run judges as an uninterrupted one.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    @property
    def is_doubtful(self) -> bool:
        """Whether the last judged step was suspicious: no state to go back to."""
        return bool(self._progress.suspicions)

    def check_finite(self, values: dict[str, float]) -> None:
        """Raise `BrokeDown` for values that are not finite."""
        bad = sorted(name for name, value in values.items() if not math.isfinite(value))
        if bad:
            raise BrokeDown(f"{', '.join(bad)} {'is' if len(bad) == 1 else 'are'} no longer a finite number")

    def check_losses(self, losses: dict[str, float]) -> None:
        """Look at one step's finite losses. Raises `BrokeDown` when they explode."""
        progress = self._progress
        suspects = []
        for name in _WATCHED:
            if name in losses:
                size, history = abs(losses[name]), progress.losses.get(name, [])
                usual = max(_LEAST, median(history)) if history else _LEAST
                if len(history) >= _NEEDED and size > _FACTOR * usual:
                    suspects.append(f"{name} rose to {size:.3g} from about {median(history):.3g}")
                else:
                    progress.losses[name] = [*history, size][-_KEPT:]
        progress.suspicions = progress.suspicions + 1 if suspects else 0
        if progress.suspicions >= _IN_A_ROW:
            raise BrokeDown(" and ".join(suspects), "loss-exploded")

"""The values of a run's events over its steps, thinned to what a screen shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

CURVE_POINTS = 2000
"""Points of a curve at most; a screen shows no more."""

_THINNED_FROM = 16
"""A curve is thinned when it has so many times the points that stay."""


class Curve:
    """One value over the steps; beyond `CURVE_POINTS` the lowest and highest of each stretch stay, so spikes do too."""

    def __init__(self, x: Sequence[int] = (), y: Sequence[float | None] = ()) -> None:
        self.x = list(x)
        self.y = list(y)

    def extend(self, x: list[int], y: list[float | None]) -> None:
        """Append points of rising steps."""
        self.x += x
        self.y += y
        if len(self.x) > _THINNED_FROM * CURVE_POINTS:
            self._thin()

    def cut(self, step: int) -> None:
        """Drop what is beyond a step: a resumed run writes it again."""
        while self.x and self.x[-1] > step:
            self.x.pop()
            self.y.pop()

    def points(self) -> list[list[Any]]:
        """Return steps and values."""
        if len(self.x) > CURVE_POINTS:
            self._thin()
        return [self.x, self.y]

    def _thin(self) -> None:
        # No numpy here: the window's process starts without it, and this is a few thousand points now and then.
        last = len(self.x) - 1
        length = math.ceil(last / (CURVE_POINTS // 2 - 1))
        kept = [0, last]
        for start in range(1, last, length):
            stretch = self.y[start : min(start + length, last)]
            try:
                low, high = min(stretch), max(stretch)  # type: ignore[type-var]
            except TypeError:
                # Some are None; a stretch without any value is stood for by its first point.
                known = [y for y in stretch if y is not None]
                low, high = (min(known), max(known)) if known else (None, None)
            kept += (start + stretch.index(low), start + stretch.index(high))
        order = sorted(set(kept))
        self.x = [self.x[i] for i in order]
        self.y = [self.y[i] for i in order]


def rising(events: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Split step events where a training that was rolled back writes steps again."""
    steps = [event["step"] for event in events]
    start = 0
    for end in range(1, len(events)):
        if steps[end] <= steps[end - 1]:
            yield events[start:end]
            start = end
    yield events[start:]


def draw(curves: dict[str, Curve], events: list[dict[str, Any]]) -> None:
    """Append the values of events whose steps rise; what the curves had from there on is replaced."""
    for curve in curves.values():
        curve.cut(events[0]["step"] - 1)
    for keys, group in groupby(events, key=_drawn_keys):
        alike = list(group)
        x = [event["step"] for event in alike]
        columns = [list(column) for column in zip(*(event["values"].values() for event in alike), strict=True)]
        if len(keys) > len(columns):
            columns.append([event["learning_rate"] for event in alike])
        for key, column in zip(keys, columns, strict=True):
            curves.setdefault(key, Curve()).extend(x, column)


def _drawn_keys(event: dict[str, Any]) -> tuple[str, ...]:
    """Names of an event's values in their order, with the learning rate, which stands beside them, at the end."""
    keys = tuple(event["values"])
    return keys if event.get("learning_rate") is None else (*keys, "learning_rate")

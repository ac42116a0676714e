"""The values of a run's events over its steps, condensed to what a screen shows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

CURVE_POINTS = 2000
"""Points of a curve at most; a screen shows no more. An even number: when they are reached, every two become one."""


class Curve:
    """One value over the steps, in points of equally many logged values each: their mean, their lowest and highest.

    The mean alone may be smoothed further: means of the lowest and highest of a skewed noise are not its mean.
    """

    def __init__(
        self,
        x: Sequence[int] = (),
        mean: Sequence[float | None] = (),
        low: Sequence[float | None] | None = None,
        high: Sequence[float | None] | None = None,
        size: int = 1,
        fill: int = 1,
    ) -> None:
        """Take over what `points` gave."""
        self.x = list(x)
        """The last step of each point."""
        self._mean = list(mean)
        self._low = list(mean if low is None else low)
        self._high = list(mean if high is None else high)
        self._size = size
        """Logged values in a point."""
        self._fill = fill
        """Those in the newest one so far."""

    def extend(self, x: list[int], y: list[float | None]) -> None:
        """Append values of rising steps."""
        at = 0
        while at < len(x):
            if self._fill == self._size:
                self._begin_point()
            part = y[at : at + self._size - self._fill]
            mean, low, high = _summary(part)
            self._mean[-1] = _weighed(self._mean[-1], self._fill, mean, len(part))
            self._low[-1] = _extreme(min, self._low[-1], low)
            self._high[-1] = _extreme(max, self._high[-1], high)
            at += len(part)
            self._fill += len(part)
            self.x[-1] = x[at - 1]

    def cut(self, step: int) -> None:
        """Drop what is beyond a step, with the point that it lies in: a resumed run writes it again."""
        if not self.x or self.x[-1] <= step:
            return
        length = bisect_right(self.x, step)
        for values in (self.x, self._mean, self._low, self._high):
            del values[length:]
        self._size = self._size if length else 1
        self._fill = self._size

    def points(self) -> list[Any]:
        """Return steps and values; where a point stands for several values, also their bounds and how many they are."""
        if self._size == 1:
            return [self.x, self._mean]
        return [self.x, self._mean, self._low, self._high, self._size, self._fill]

    def _begin_point(self) -> None:
        if len(self.x) >= CURVE_POINTS:
            self.x = self.x[1::2]
            self._mean = [_weighed(a, 1, b, 1) for a, b in _pairs(self._mean)]
            self._low = [_extreme(min, a, b) for a, b in _pairs(self._low)]
            self._high = [_extreme(max, a, b) for a, b in _pairs(self._high)]
            self._size *= 2
        self.x.append(0)
        for values in (self._mean, self._low, self._high):
            values.append(None)
        self._fill = 0


def _pairs(values: list[float | None]) -> Iterator[tuple[float | None, float | None]]:
    return zip(values[::2], values[1::2], strict=True)


def _summary(values: list[float | None]) -> tuple[float | None, float | None, float | None]:
    """Return mean, lowest and highest. No numpy here: the window's process starts without it."""
    try:
        mean, low, high = sum(values) / len(values), min(values), max(values)  # type: ignore[arg-type, type-var]
    except TypeError:
        known: list[float | None] = [value for value in values if value is not None]
        return _summary(known) if known else (None, None, None)
    return (low if low == high else mean), low, high  # to the bit: a constant is told from what changes


def _weighed(a: float | None, n_a: int, b: float | None, n_b: int) -> float | None:
    if a is None or b is None or a == b:
        return b if a is None else a
    return (n_a * a + n_b * b) / (n_a + n_b)


def _extreme(choose: Callable[..., Any], a: float | None, b: float | None) -> float | None:
    return choose(a, b) if a is not None and b is not None else (b if a is None else a)


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

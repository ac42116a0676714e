"""What a page needs of a run's past at once, in bounded memory however long the run is: each byte is read only once."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict, deque
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic_core import from_json

HISTORY_STEPS = 500
"""Newest step events handed to a page, for its log; curves have more."""

CURVE_POINTS = 2000
"""Points of a curve at most; a screen shows no more."""

SAMPLES = 1000
"""Sample grids on the slider at most; beyond that, every other one of the older half is passed over."""

_LOG_LINES = 500
_STARTS = 100
_CHUNK_BYTES = 2**20
_BATCH = 1000
_KEPT_RUNS = 8


class Curve:
    """One value over the steps; beyond `CURVE_POINTS` the lowest and highest of each stretch stay, so spikes do too."""

    def __init__(self) -> None:
        self.x: list[int] = []
        self.y: list[float | None] = []

    def extend(self, x: list[int], y: list[float | None]) -> None:
        """Append points of rising steps."""
        self.x += x
        self.y += y
        if len(self.x) > 8 * CURVE_POINTS:
            self._thin()

    def cut(self, step: int) -> None:
        """Drop what lies beyond a step: a resumed run writes it anew."""
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
        kept = {0, last}
        for start in range(1, last, length):
            stretch = range(start, min(start + length, last))
            known = [(y, i) for i in stretch if (y := self.y[i]) is not None]
            # A stretch without a value is stood for by its first point.
            kept |= {min(known)[1], max(known)[1]} if known else {start}
        self.x = [self.x[i] for i in sorted(kept)]
        self.y = [self.y[i] for i in sorted(kept)]


class History:
    """Follows one run's ``events.jsonl``.

    Args:
        path: The file; it may not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._offset = 0
        self._last_seq = 0
        self._curves: dict[str, Curve] = {}
        self._scores: dict[str, Curve] = {}
        self._waiting: list[dict[str, Any]] = []
        self._steps: deque[dict[str, Any]] = deque(maxlen=HISTORY_STEPS)
        self._others: deque[dict[str, Any]] = deque(maxlen=_LOG_LINES)
        self._starts: deque[dict[str, Any]] = deque(maxlen=_STARTS)
        self._samples: list[dict[str, Any]] = []
        self._newest: dict[str, dict[str, Any]] = {}

    def read(self) -> dict[str, Any]:
        """Return what is known so far.

        Returns:
            ``history``, events, oldest first; ``curves`` and ``scores_over_time``, steps and values by name;
            ``last_seq``, the newest event's number.
        """
        with self._lock:
            self._update()
            events = [*self._steps, *self._others, *self._starts, *self._samples, *self._newest.values()]
            by_seq = {event["seq"]: event for event in events}
            return {
                "history": [by_seq[seq] for seq in sorted(by_seq)],
                "curves": {key: curve.points() for key, curve in self._curves.items()},
                "scores_over_time": {key: curve.points() for key, curve in self._scores.items()},
                "last_seq": self._last_seq,
            }

    def _update(self) -> None:
        try:
            with open(self._path, "rb") as file:
                if file.seek(0, 2) < self._offset:
                    self._forget()  # another run of the same name
                file.seek(self._offset)
                rest = b""
                while chunk := file.read(_CHUNK_BYTES):
                    *lines, rest = (rest + chunk).split(b"\n")
                    self._offset += sum(map(len, lines)) + len(lines)
                    for line in lines:
                        self._take(line)
        except OSError:
            return
        self._draw()

    def _take(self, line: bytes) -> None:
        event = parse(line)
        if event is None:
            return
        self._last_seq = event["seq"]
        kind = event["type"]
        if kind == "step":
            self._steps.append(event)
            rate = event.get("learning_rate")
            drawn = event["values"] if rate is None else {**event["values"], "learning_rate": rate}
            self._waiting.append({"step": event["step"], "values": drawn})
            if len(self._waiting) >= _BATCH:
                self._draw()
            return
        if kind == "run_started":
            self._draw()
            self._cut(int(event.get("step", 0)))
            self._starts.append(event)
        elif kind == "validation":
            _add(self._scores, [event])
            self._newest[kind] = event
        elif kind == "checkpoint":
            self._newest[kind] = event
        elif kind == "sample":
            self._add_sample(event)
            return
        self._others.append(event)

    def _add_sample(self, event: dict[str, Any]) -> None:
        self._cut_samples(event["step"] - 1)
        self._samples.append(event)
        if len(self._samples) > SAMPLES:
            older = SAMPLES // 2
            self._samples = self._samples[:older:2] + self._samples[older:]

    def _cut_samples(self, step: int) -> None:
        while self._samples and self._samples[-1]["step"] > step:
            self._samples.pop()

    def _cut(self, step: int) -> None:
        """A resumed run goes on from here."""
        for curve in (*self._curves.values(), *self._scores.values()):
            curve.cut(step)
        self._cut_samples(step)

    def _draw(self) -> None:
        """Put the step events that wait into the curves; in batches, because one by one takes twice as long."""
        waiting, self._waiting = self._waiting, []
        while waiting:
            # A training that was rolled back writes steps anew: the stretch up to there is added first.
            end = next(
                (i for i in range(1, len(waiting)) if waiting[i]["step"] <= waiting[i - 1]["step"]), len(waiting)
            )
            _add(self._curves, waiting[:end])
            waiting = waiting[end:]


def _add(curves: dict[str, Curve], events: list[dict[str, Any]]) -> None:
    """Append the values of events whose steps rise; what the curves had from there on is replaced."""
    for curve in curves.values():
        curve.cut(events[0]["step"] - 1)
    for keys, group in groupby(events, key=lambda event: tuple(event["values"])):
        alike = list(group)
        x = [event["step"] for event in alike]
        for key, column in zip(keys, zip(*(event["values"].values() for event in alike), strict=True), strict=True):
            curves.setdefault(key, Curve()).extend(x, list(column))


def parse(line: bytes) -> dict[str, Any] | None:
    """Return the event in a line, or None when it holds none."""
    try:
        event = from_json(line)
    except ValueError:
        return None
    known = isinstance(event, dict) and isinstance(event.get("seq"), int) and "type" in event and "time" in event
    if not known:
        return None
    event.setdefault("step", 0)
    if event["type"] in ("step", "validation"):
        event.setdefault("values", {})
    return event


class Histories:
    """The histories of the runs looked at last; opening one again reads only what is new."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, History] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, path: Path) -> History:
        """Return the history of an ``events.jsonl``."""
        with self._lock:
            history = self._kept.pop(path, None) or History(path)
            self._kept[path] = history
            while len(self._kept) > _KEPT_RUNS:
                self._kept.popitem(last=False)
            return history

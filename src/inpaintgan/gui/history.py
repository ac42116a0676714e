"""What a page needs of a run's past at once, in bounded memory however long the run is: each byte is read only once."""

from __future__ import annotations

import threading
from collections import deque
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from ..core.events import parse
from . import history_index
from .curves import Curve, draw, rising

HISTORY_STEPS = 500
"""Newest step events handed to a page, for its log; curves have more."""

SAMPLES = 1000
"""Sample grids on the slider at most; beyond that, every other one of the older half is skipped."""

_LOG_LINES = 500
_STARTS = 100
_CHUNK_BYTES = 2**18
_KEPT_RUNS = 8


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
        self._first_line = b""
        self._indexed = 0
        self._last_seq = 0
        self._curves: dict[str, Curve] = {}
        self._scores: dict[str, Curve] = {}
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
                first_line = file.readline()  # with its time, no other run's
                if first_line != self._first_line or file.seek(0, 2) < self._offset:
                    self._forget()  # another run of the same name
                    self._recall()
                    self._first_line = first_line
                file.seek(self._offset)
                whole = True
                while whole and (lines := file.readlines(_CHUNK_BYTES)):
                    whole = lines[-1].endswith(b"\n")
                    if not whole:
                        lines.pop()  # not written to its end yet: it is read from its start the next time
                    self._offset += sum(map(len, lines))
                    self._take([event for line in lines if (event := parse(line))])
        except OSError:
            return
        if self._offset - self._indexed >= history_index.WORTH_BYTES:
            history_index.save(self._path, self._state())
            self._indexed = self._offset

    def _state(self) -> dict[str, Any]:
        return {
            "offset": self._offset,
            "last_seq": self._last_seq,
            "curves": {key: curve.points() for key, curve in self._curves.items()},
            "scores": {key: curve.points() for key, curve in self._scores.items()},
            "events": {name: list(getattr(self, f"_{name}")) for name in ("steps", "others", "starts", "samples")},
            "newest": self._newest,
        }

    def _recall(self) -> None:
        """Begin where an earlier program left off."""
        state = history_index.load(self._path)
        if state is None:
            return
        self._offset = self._indexed = state["offset"]
        self._last_seq = state["last_seq"]
        self._curves = {key: Curve(*points) for key, points in state["curves"].items()}
        self._scores = {key: Curve(*points) for key, points in state["scores"].items()}
        for name, events in state["events"].items():
            getattr(self, f"_{name}").extend(events)
        self._newest = state["newest"]

    def _take(self, events: list[dict[str, Any]]) -> None:
        # In batches: a long training has hundreds of thousands of step events, and one by one takes twice as long.
        for are_steps, group in groupby(events, key=lambda event: event["type"] == "step"):
            alike = list(group)
            if are_steps:
                self._steps.extend(alike)
                for part in rising(alike):
                    draw(self._curves, part)
            else:
                for event in alike:
                    self._take_other(event)
            self._last_seq = alike[-1]["seq"]

    def _take_other(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "run_started":
            self._cut(int(event.get("step", 0)))
            self._starts.append(event)
        elif kind == "validation":
            draw(self._scores, [event])
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
        """A resumed run continues from here."""
        for curve in (*self._curves.values(), *self._scores.values()):
            curve.cut(step)
        self._cut_samples(step)


@lru_cache(maxsize=_KEPT_RUNS)
def history_of(path: Path) -> History:
    """Return the history of an ``events.jsonl``; those looked at last are kept, and read only what is new."""
    return History(path)

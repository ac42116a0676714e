"""Means of logged values, pace, and the share of time spent waiting for data."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from ..core.ranks import Ranks


class Meter:
    """Gathers one logging window. Values stay on their device until `read` is called: adding never waits for a GPU."""

    def __init__(self, ranks: Ranks, elapsed_s: float = 0.0) -> None:
        """Begin to measure, after ``elapsed_s`` seconds of training in earlier processes."""
        self._ranks = ranks
        self._pace: float | None = None
        self._total_s = elapsed_s
        self.reset()

    def reset(self) -> None:
        """Begin a new window."""
        self._sums: dict[str, Tensor] = {}
        self._latest: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}
        self._images = 0
        self._steps = 0
        self._wait_s = 0.0
        self._window_s = 0.0
        self._mark = time.perf_counter()

    def add(self, values: dict[str, Tensor], n_images: int) -> None:
        """Add one step's scalars; a value that is missing from a step is averaged over the steps that have it."""
        self._latest = values
        for name, value in values.items():
            self._sums[name] = self._sums[name] + value if name in self._sums else value
            self._counts[name] = self._counts.get(name, 0) + 1
        self._images += n_images
        self._steps += 1

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Time spent in here is waiting for data."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._wait_s += time.perf_counter() - start

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Time spent in here (saving, scoring, pausing) is not training time."""
        self._tick()
        try:
            yield
        finally:
            self._mark = time.perf_counter()

    def _tick(self) -> float:
        now = time.perf_counter()
        self._window_s += now - self._mark
        self._total_s += now - self._mark
        self._mark = now
        return self._window_s

    def read(self) -> tuple[dict[str, float], dict[str, float]]:
        """Return the window's means and the last step's own values over all ranks, and close the window's clock.

        The one place that waits for the device.
        """
        names, last = list(self._sums), list(self._latest)
        if not names:
            return {}, {}
        means = [self._sums[name].detach().float() / self._counts[name] for name in names]
        numbers = torch.stack(means + [self._latest[name].detach().float() for name in last])
        numbers = self._ranks.mean(numbers).tolist()
        pace = self._tick() / max(self._steps, 1)
        self._pace = pace if self._pace is None else 0.8 * self._pace + 0.2 * pace
        return dict(zip(names, numbers, strict=False)), dict(zip(last, numbers[len(names) :], strict=True))

    def agree_on_elapsed(self) -> float:
        """Return the training time of the whole run in seconds, the same on all ranks, which must all ask."""
        self._tick()
        return self._ranks.largest(self._total_s)[0]

    @property
    def images_per_s(self) -> float:
        """Pictures a second in this window."""
        return self._images / max(self._tick(), 1e-9)

    @property
    def data_wait(self) -> float:
        """Share of this window spent waiting for data, 0 to 1."""
        return min(1.0, self._wait_s / max(self._tick(), 1e-9))

    def eta_s(self, steps_left: int) -> float | None:
        """Seconds to go at the smoothed pace, or None before the first window closed."""
        return None if self._pace is None else self._pace * steps_left

"""Writing to a disk that may be full or locked: the training waits instead of ending."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from typing import TypeVar

from ..core import events
from ..core.errors import InpaintError, is_full
from ..core.ranks import Ranks
from ..core.rundir import RunDir
from .meter import Meter
from .orders import Orders
from .reporter import Reporter

T = TypeVar("T")

_RETRY_S = 10.0
_PUT_RIGHT = (errno.EROFS, *([errno.EACCES] if os.name == "nt" else []))
"""What a person can put right while the training waits. Windows has the second for a write-protected disk, and for a file that
a backup, say, keeps open for longer than `core.atomic` is patient."""


class PatientDisk:
    """Writes a run's files on rank 0, and lets all ranks wait while their disk takes none."""

    def __init__(self, run: RunDir, ranks: Ranks, *, reporter: Reporter, orders: Orders, meter: Meter) -> None:
        self._run, self._ranks = run, ranks
        self._reporter, self._orders, self._meter = reporter, orders, meter

    def write(self, action: Callable[[], T]) -> T | None:
        """Write; on a full or read-only disk pause, say so, and try again until it works or a stop is wanted (then None).

        Raises:
            OSError, InpaintError: The disk refuses for another reason.
        """

        def attempt() -> tuple[T | None, str]:
            try:
                value = action()
                self._reporter.flush()
            except (OSError, InpaintError) as error:
                # What is written as a result, such as a sample, has its refusal in words; see `core.outputs.writing`.
                refusal = error.__cause__ if isinstance(error, InpaintError) else error
                if not isinstance(refusal, OSError) or not (is_full(refusal) or refusal.errno in _PUT_RIGHT):
                    raise
                return None, "is full" if is_full(refusal) else "cannot be written to"
            return value, ""

        paused = False
        while True:
            value, refusal = self._ranks.first(attempt)
            if not refusal:
                if paused:
                    self._reporter.emit(events.Resumed())
                return value
            if not paused:
                paused = True
                text = f"The disk that holds {self._run.path} {refusal}; fix that, and training continues by itself."
                self._reporter.emit(events.Paused(reason=text))
            with self._meter.paused():
                self._orders.wait(until=time.monotonic() + _RETRY_S)
            if self._orders.stop_wanted:
                return None

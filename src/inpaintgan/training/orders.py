"""Orders to a running training: from its control file, and from signals."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..core.control import Control

_POLL_S = 0.2
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Orders:
    """What the trainer is told between steps.

    Attributes:
        stop_wanted: Set by a stop order and by SIGINT and SIGTERM, which mean the same; never taken back.
        interrupted: Whether it was a signal.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self.stop_wanted = False
        self.interrupted = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Obey signals within, and drop an order that an earlier process left behind."""
        self._control.clear()
        before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, *_: object) -> None:
        self.stop_wanted = self.interrupted = True

    def stop_is_near(self) -> bool:
        """Whether to end what comes before the first step; an order in the control file stays there for the loop."""
        return self.stop_wanted or self._control.peek() == "stop"

    def take(self) -> str | None:
        """Return the next order other than stop, which sets `stop_wanted`."""
        order = self._control.take()
        if order == "stop":
            self.stop_wanted = True
            return None
        return order

    def wait(self, until: float, meanwhile: Callable[[str | None], None] = lambda _order: None) -> None:
        """Wait for resume, stop, a signal or a moment of `time.monotonic`; other orders go to ``meanwhile``."""
        while not self.stop_wanted and time.monotonic() < until:
            order = self.take()
            if order == "resume":
                break
            meanwhile(order)
            time.sleep(_POLL_S)

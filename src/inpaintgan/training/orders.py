"""Orders to a running training: from its control file, and from signals. All ranks learn of them at the same step."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from ..core.child import BEGAN
from ..core.control import COMMANDS, Control
from ..core.ranks import Ranks

_POLL_S = 0.2
_STOP_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
"""The last is Windows', where nobody sends the second: Ctrl+Break, and a console window that is closed."""


class Orders:
    """What the trainer is told between steps.

    Attributes:
        stop_wanted: Set by a stop order and by SIGINT and SIGTERM to any rank, which mean the same; never unset.
        interrupted: Whether it was a signal.
    """

    def __init__(
        self,
        control: Control,
        ranks: Ranks | None = None,
        warn: Callable[[str, str], object] = lambda _code, _said: None,
    ) -> None:
        self._control, self._ranks, self._warn = control, ranks or Ranks(), warn
        self._signalled = False
        self.stop_wanted = False
        self.interrupted = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Obey signals within, and drop an order that an earlier process left behind; one that came since this one began,
        while it was still loading, is obeyed.

        Closing the terminal ends nothing: the training runs on unseen. Only `torchrun`, which ends with its terminal,
        passes that signal on as its word to stop.
        """
        if self._ranks.is_first:
            # torchrun outlives a failed start of the ranks.
            launcher = psutil.Process().parent() if self._ranks.restartable else None
            self._control.clear(before=launcher.create_time() if launcher else BEGAN)
        handlers: dict[int, Any] = dict.fromkeys(_STOP_SIGNALS, self._on_signal)
        if hasattr(signal, "SIGHUP"):
            handlers[signal.SIGHUP] = self._on_signal if self._ranks.restartable else signal.SIG_IGN
        if threading.current_thread() is not threading.main_thread():
            handlers.clear()  # Python lets no other thread have them: whoever started this one ends it by the control file
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, *_: object) -> None:
        self._signalled = True

    def stop_is_near(self) -> bool:
        """Whether to end what comes before the first step; an order in the control file stays there for the loop."""
        return self._signalled or self._control.peek() == "stop"

    def take(self) -> str | None:
        """Return the next order other than stop, which sets `stop_wanted`, as a signal does."""
        own = self._control.take() if self._ranks.is_first else None
        if own is not None and own not in COMMANDS:
            said = f"'{own}' is not a training command" if own else "control.json held no command"
            self._warn("order-unknown", f"{said}. Allowed: {', '.join(COMMANDS)}.")
            own = None
        number, signalled = self._ranks.largest(COMMANDS.index(own) if own else -1, self._signalled)
        order = COMMANDS[int(number)] if number >= 0 else None
        if signalled:
            self.stop_wanted = self.interrupted = True
        if order == "stop":
            self.stop_wanted = True
            return None
        return order

    def wait(self, until: float, meanwhile: Callable[[str | None], None] = lambda _order: None) -> None:
        """Wait for resume, stop, a signal or a moment of `time.monotonic`; other orders go to ``meanwhile``."""
        while not self.stop_wanted and self._ranks.first(lambda: time.monotonic() < until):
            order = self.take()
            if order == "resume":
                break
            meanwhile(order)
            time.sleep(_POLL_S)

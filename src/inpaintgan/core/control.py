"""``control.json``: the one-file mailbox through which a window or a person steers a running training."""

from __future__ import annotations

import math
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal, get_args

from .atomic import patient, read_json, write_json
from .errors import InpaintError
from .lock import held

Command = Literal["pause", "resume", "stop", "sample-now", "save-now"]
COMMANDS: tuple[str, ...] = get_args(Command)


_SENDING = threading.Lock()
"""Serialises read-check-write between threads, of which the window has several: on some file systems the file lock only works
between processes."""


def _written(path: Path) -> str:
    """The text that a file gives as its command; empty when it gives none."""
    order = read_json(path)
    command = order.get("command") if isinstance(order, dict) else None
    return command if isinstance(command, str) else ""


class Control:
    """Reads and writes a run folder's ``control.json``: ``{"command": "pause"}``.

    The file is a pending order: the trainer takes it away as it obeys. It holds one, so that another is refused until
    then, but that ``pause`` and ``resume`` undo each other; ``stop`` replaces what is pending, and is replaced by nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, command: str) -> None:
        """Leave an order for the trainer.

        Raises:
            InpaintError: The command is not one of `COMMANDS`, or ``control-pending`` while another waits to be obeyed.
            OSError: It cannot be written.
        """
        if command not in COMMANDS:
            raise InpaintError(
                "control-unknown", f"'{command}' is not a training command.", f"Allowed: {', '.join(COMMANDS)}."
            )
        busy = InpaintError("control-pending", "Another command is just being sent.", "Try again.")
        with _SENDING, held(self._path.with_name(".control.lock"), busy):
            pending = self.peek()
            if pending == "stop" or pending == command:
                return
            if pending and command != "stop" and {pending, command} != {"pause", "resume"}:
                raise InpaintError(
                    "control-pending",
                    f"'{pending.replace('-', ' ').capitalize()}' is still pending.",
                    "The training acts on it when its step has ended; try again then.",
                )
            write_json(self._path, {"command": command})

    def peek(self) -> str | None:
        """Return the pending command without taking it."""
        command = _written(self._path)
        return command if command in COMMANDS else None

    def take(self) -> str | None:
        """Return the pending command, or what else was written in its place (empty: none), and remove it.

        None is the usual answer and costs one file look-up.
        """
        if not self._path.exists():
            return None
        taken = self._path.with_name(f".{self._path.name}.taken")
        try:
            # Moved before it is read: a stop that comes between reading and removing would be lost.
            os.replace(self._path, taken)
        except OSError:  # a disk that became read-only: what cannot be taken away would be obeyed again and again
            return "stop" if self.peek() == "stop" else None
        command = _written(taken)
        with suppress(OSError):
            taken.unlink()
        return command

    def clear(self, before: float = math.inf) -> None:
        """Drop an order left behind by an earlier process: one that was sent before a time, in seconds since 1970."""
        with suppress(FileNotFoundError):
            if self._path.stat().st_mtime < before:
                patient(self._path.unlink)

"""``control.json``: the one-file mailbox through which a window or a person steers a running training."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from .atomic import read_json, write_json
from .errors import InpaintError

Command = Literal["pause", "resume", "stop", "sample-now", "save-now"]
COMMANDS: tuple[str, ...] = get_args(Command)


class Control:
    """Reads and writes a run folder's ``control.json``: ``{"command": "pause"}``.

    The file is a pending order: the trainer deletes it as it obeys. A newer order replaces one not yet obeyed, except
    that a pending ``stop`` stays.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, command: str) -> None:
        """Leave an order for the trainer.

        Raises:
            InpaintError: The command is not one of `COMMANDS`.
        """
        if command not in COMMANDS:
            raise InpaintError(
                "control-unknown", f"'{command}' is not a training command.", f"Allowed: {', '.join(COMMANDS)}."
            )
        if self.peek() != "stop":
            write_json(self._path, {"command": command})

    def peek(self) -> str | None:
        """Return the pending command without taking it."""
        order = read_json(self._path)
        command = order.get("command") if isinstance(order, dict) else None
        return command if command in COMMANDS else None

    def take(self) -> str | None:
        """Return the pending command and remove it. None is the usual answer and costs one file look-up."""
        if not self._path.exists():
            return None
        command = self.peek()
        try:
            self._path.unlink(missing_ok=True)
        except OSError:  # a disk that became read-only: what cannot be taken away would be obeyed again and again
            return command if command == "stop" else None
        return command

    def clear(self) -> None:
        """Drop an order left behind by an earlier process."""
        self._path.unlink(missing_ok=True)

"""Output that nobody reads any more: neither a training nor a long fill ends because ``| head`` has seen enough."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any


@contextmanager
def tolerate_closed_streams() -> Iterator[None]:
    """Let output inside continue when nobody listens any more: a pipe's reader has left, a terminal was closed."""
    output, errors = _FallsSilent(sys.stdout), _FallsSilent(sys.stderr)
    with redirect_stdout(output), redirect_stderr(errors):  # pyright: ignore
        try:
            yield
        finally:
            output.flush()
            errors.flush()


class _FallsSilent:
    """A stream of this process that writes to nowhere from the first failure on, instead of raising."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream  # None where there is no console at all

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def isatty(self) -> bool:
        return bool(self._try("isatty"))

    def write(self, text: str) -> int:
        self._try("write", text)
        return len(text)

    def flush(self) -> None:
        self._try("flush")

    def _try(self, name: str, *words: str) -> Any:
        if self._stream is None:
            return None
        try:
            return getattr(self._stream, name)(*words)
        except (OSError, ValueError):  # a ValueError where this process itself closed it
            # What is left in its buffer must not fail at the interpreter's end either.
            with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())
            self._stream = None
            return None

"""Output that nobody reads any more: neither a training nor a long fill ends because ``| head`` has seen enough."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any

from .errors import is_full


@contextmanager
def tolerate_closed_streams() -> Iterator[FallsSilent]:
    """Let output inside continue when nobody listens any more: a pipe's reader has left, a terminal was closed.

    Yields:
        What stands for the standard output.
    """
    output, errors = FallsSilent(sys.stdout), FallsSilent(sys.stderr)
    with redirect_stdout(output), redirect_stderr(errors):  # pyright: ignore
        try:
            yield output
        finally:
            output.flush()
            errors.flush()


class FallsSilent:
    """A stream of this process that writes to nowhere from the first failure on, instead of raising.

    Attributes:
        met_full_disk: Whether that failure was a disk without room: then somebody misses what was to be written.
    """

    def __init__(self, stream: Any) -> None:
        self.met_full_disk = False
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
        except (OSError, ValueError) as error:  # a ValueError where this process itself closed it
            self.met_full_disk = isinstance(error, OSError) and is_full(error)
            # What is left in its buffer must not fail at the interpreter's end either.
            with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())
            self._stream = None
            return None

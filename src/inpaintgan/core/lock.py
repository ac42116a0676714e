"""A lock among processes, which the system releases when its holder dies."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from .errors import InpaintError

if os.name == "nt":
    import msvcrt
else:
    import fcntl


_PATIENCE_S = 5.0


class FileLock:
    """An exclusive lock on a small file; the file stays behind, unlocked.

    Where a file system does not support locks, everyone gets it: what it guards must stay right then too, if at more work.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free; returns whether it was. Never waits.

        Raises:
            OSError: The file cannot be made.
        """
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if os.name == "nt":
                msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            os.close(file)
            return False
        except OSError:
            pass  # no locks on this file system
        self._file = file
        return True

    def release(self) -> None:
        """Let go of the lock, if it is held."""
        if self._file is None:
            return
        if os.name != "nt":
            # Closing is not enough: a forked child may hold the file open too.
            with contextlib.suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_UN)
        os.close(self._file)
        self._file = None


@contextlib.contextmanager
def held(path: Path, busy: InpaintError) -> Iterator[None]:
    """Hold the lock on a file within, for the moment between looking at something and changing it.

    Args:
        path: The file.
        busy: Raised when others hold it for longer than such a moment.

    Raises:
        InpaintError: ``busy``.
        OSError: The file cannot be made.
    """
    lock = FileLock(path)
    deadline = time.monotonic() + _PATIENCE_S
    while not lock.acquire():
        if time.monotonic() > deadline:
            raise busy
        time.sleep(0.02)
    try:
        yield
    finally:
        lock.release()

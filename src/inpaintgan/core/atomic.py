"""Atomic file replacement: a kill at any moment leaves either the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

T = TypeVar("T")

_OPEN_FILES_BLOCK = os.name == "nt"
_PATIENCE_S, _READ_PATIENCE_S = 10.0, 1.0


def patient(action: Callable[[], T], patience_s: float = _PATIENCE_S) -> T:
    """Do something to files; on Windows try again while another process has one of them open.

    There neither a rename nor a removal passes a reader, and virus scanners and indexers read what was just written. Where
    they let a removal pass, the file stays in its folder until they are done.
    """
    deadline, pause_s = time.monotonic() + patience_s, 0.01
    while True:
        try:
            return action()
        except OSError as error:
            is_open = isinstance(error, PermissionError) or error.errno == errno.ENOTEMPTY
            if not (_OPEN_FILES_BLOCK and is_open) or time.monotonic() > deadline:
                raise
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, 0.5)


def replace(source: Path, target: Path) -> None:
    """Rename a file or a folder, over another file if there is one, with the patience of `patient`."""
    patient(lambda: os.replace(source, target))


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, with the patience of `patient`; what refuses even so stays."""
    try:
        patient(lambda: shutil.rmtree(folder))
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)


def write_atomic(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Call ``write`` on a temporary neighbour of ``path``, flush it to the disk and rename it into place.

    Raises:
        OSError: The disk is full or read-only; ``path`` is then untouched and the temporary file is gone.
    """
    # Two threads may write the same file at once, and neither may find the other's temporary one.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with open(temporary, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        replace(temporary, path)
    except Exception as error:
        # A library that writes through our file (torch.save) wraps the disk's refusal in an exception of its own.
        if not isinstance(error, OSError) and isinstance(error.__context__, OSError):
            raise error.__context__ from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace ``path`` atomically by ``data``."""
    write_atomic(path, lambda file: file.write(data))


def write_text(path: Path, text: str) -> None:
    """Replace ``path`` atomically by ``text`` in UTF-8, with what is no text in the name of a file as JSON escapes it."""
    write_bytes(path, text.encode(errors="backslashreplace"))


def write_json(path: Path, value: Any) -> None:
    """Replace ``path`` atomically by ``value`` as JSON; NaN and infinities are refused."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def read_json(path: Path) -> Any | None:
    """Return the JSON in ``path``, or None when it is missing, no file, not JSON that can be held, or not for us to read."""
    try:
        return json.loads(patient(lambda: path.read_text(encoding="utf-8"), _READ_PATIENCE_S))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError, ValueError, RecursionError):
        return None

"""Atomic file replacement: a kill at any moment leaves either the old file or the new one, never half of one."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO


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
        os.replace(temporary, path)
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


def write_json(path: Path, value: Any) -> None:
    """Replace ``path`` atomically by ``value`` as JSON; NaN and infinities are refused."""
    write_bytes(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False).encode())


def read_json(path: Path) -> Any | None:
    """Return the JSON in ``path``, or None when it is missing or not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError, UnicodeDecodeError):
        return None

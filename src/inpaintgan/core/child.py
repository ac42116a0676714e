"""How this program starts processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

OWN_SESSION = sys.platform != "win32"
CREATION_FLAGS: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""What keeps a child out of this terminal's Ctrl+C, on POSIX and on Windows."""

_SOURCE = Path(__file__).resolve().parents[2]


def child_environment() -> dict[str, str]:
    """Return an environment in which a child finds this package, installed or not."""
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(_SOURCE), *([path] if path else [])])}


def start_logged(arguments: list[str], log_file: Path, heading: str) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and Ctrl+C in its terminal; what it prints goes to a log under a heading."""
    with open(log_file, "ab") as log:
        log.write(f"{heading}\n".encode())
        log.flush()
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=child_environment(),
            start_new_session=OWN_SESSION,
            creationflags=CREATION_FLAGS,
        )

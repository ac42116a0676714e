"""How this program starts processes of its own, knows them again, and reads what they said."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

BEGAN = time.time()
"""When this process began, as far as that can be told: when this module was imported, which the command line does first.

In seconds since 1970. What the system says of it is a second off at times.
"""
OWN_SESSION = sys.platform != "win32"
CREATION_FLAGS: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""What keeps a child out of this terminal's Ctrl+C, on POSIX and on Windows."""

_KEEPS_NAME = sys.platform != "darwin"
"""Whether a machine goes by one name. A Mac may be given another by each network that it joins."""

ERROR = "error: "
"""Begins the line in which the command line says why it refused."""
_LOG_HEADING = "--- started"
"""Begins a line of a log wherever a process was started."""
_LAST_BYTES = 16 * 1024
_SOURCE = Path(__file__).resolve().parents[2]


def child_environment() -> dict[str, str]:
    """Return an environment in which a child finds this package, installed or not."""
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(_SOURCE), *([path] if path else [])]),
        # A file such as random.py in the folder the window was started in must not stand in for a library.
        "PYTHONSAFEPATH": "1",
        # UTF-8 between processes on Windows too, where a pipe else has the system's old encoding.
        "PYTHONUTF8": "1",
    }


def start_logged(arguments: list[str], log_file: Path) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and Ctrl+C in its terminal; what it prints goes to a log under a heading."""
    with open(log_file, "ab") as log:
        log.write(f"{_LOG_HEADING} {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode())
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


def last_words(log_file: Path) -> str:
    """Return why the process that was last started under a log's heading ended, as far as it said; else empty.

    That is its last refusal, which `torchrun` may have talked on after, or else its last line: of a traceback the error.
    """
    try:
        with open(log_file, "rb") as file:
            file.seek(max(0, file.seek(0, 2) - _LAST_BYTES))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    except OSError:
        return ""
    headings = [number for number, line in enumerate(lines) if line.startswith(_LOG_HEADING)]
    said = [line for line in lines[headings[-1] + 1 if headings else 0 :] if line]
    refusals = [line.removeprefix(ERROR) for line in said if line.startswith(ERROR)]
    return (refusals or said or [""])[-1]


def process_record(pid: int | None = None) -> dict[str, Any]:
    """Return what `live_pid` knows a process again by; None is this one. One that is gone is not alive by its record."""
    try:
        process = psutil.Process(pid)
        return {
            "pid": process.pid, "started": process.create_time(), "command": process.cmdline(),
            "host": socket.gethostname(),
        }  # fmt: skip
    except psutil.NoSuchProcess as gone:
        return {"pid": gone.pid, "started": 0.0}


def elsewhere(record: object) -> str:
    """Return the machine in a record of `process_record` if it differs from this machine; else empty."""
    host = record.get("host") if isinstance(record, dict) else None
    return host if isinstance(host, str) and host != socket.gethostname() else ""


def live_pid(record: object) -> int | None:
    """Return the process id in a record of `process_record`, as read from a file, while that process lives here, else None.

    A reused id is told apart by its start time; by its command line too, since a clock that was set while the process ran,
    as after a laptop's sleep, moves the time at which it is said to have started. On a machine of another name it must be
    known by both.
    """
    if not isinstance(record, dict) or (_KEEPS_NAME and elsewhere(record)):
        return None
    try:
        process = psutil.Process(int(record["pid"]))
        by_time = abs(process.create_time() - float(record["started"])) < 1

        def by_command() -> bool:  # asked only where it matters: of some processes one may not know it
            return process.cmdline() == (record.get("command") or None)

        same = by_time and by_command() if elsewhere(record) else by_time or by_command()
        return process.pid if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, KeyError, TypeError, ValueError, OverflowError):
        return None

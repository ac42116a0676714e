"""The window's server, for what is measured in a browser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MAIN = Path(__file__).resolve().parents[1] / "main.py"


@contextmanager
def served(runs: Path) -> Iterator[tuple[str, int]]:
    """Serve the pages with a folder of runs; gives the address that lets one browser in, and the process's id."""
    command = [sys.executable, str(_MAIN), "gui", "--no-window", "--runs", str(runs)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        yield json.loads(server.stdout.readline())["url"], server.pid
    finally:
        server.terminate()
        server.wait()

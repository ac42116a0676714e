"""Waiting for what another process or thread does."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil


def _nap() -> None:
    time.sleep(0.02)


def wait_for(condition: Callable[[], object], timeout_s: float = 120, *, pause: Callable[[], object] = _nap) -> None:
    """Wait until something holds. The time allowed is long, because the machine may be busy."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"nothing happened in {timeout_s:g} s"
        pause()


def has_ended(process: psutil.Process) -> bool:
    """Whether a process is gone, or waits as a zombie for its parent to ask how it ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True

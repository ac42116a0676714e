"""What a training takes of this machine, seen from outside its processes."""

from __future__ import annotations

import threading
import time
from typing import Any

import psutil

from ..core.rundir import RunDir

_before: dict[int, tuple[float, float]] = {}
"""For each training process, when it was looked at last and the CPU seconds it had used by then."""
_changing = threading.Lock()


def usage(run: RunDir) -> dict[str, Any] | None:
    """Return a training's use of this machine with that of its loader processes, or None while nothing trains.

    Returns:
        ``cpu``, the share of all cores since the last call, 0 to 1, None at the first; ``memory_gb`` of its processes;
        ``memory_total_gb`` of the machine.
    """
    pid = run.trainer_pid()
    if pid is None:
        return None
    seconds, memory = 0.0, 0
    try:
        trainer = psutil.Process(pid)
        processes = [trainer, *trainer.children(recursive=True)]
    except psutil.Error:
        return None
    for process in processes:
        try:
            times = process.cpu_times()
            seconds += times.user + times.system
            memory += process.memory_info().rss
        except psutil.Error:
            continue
    now = time.monotonic()
    with _changing:  # pages ask at once, each in a thread of its own
        then, used = _before.get(pid, (now, seconds))
        _before[pid] = (now, seconds)
        for gone in [known for known in _before if not psutil.pid_exists(known)]:
            del _before[gone]
    share = (seconds - used) / (now - then) / (psutil.cpu_count() or 1) if now > then else None
    return {
        "cpu": None if share is None else min(1.0, max(0.0, share)),
        "memory_gb": memory / 1e9,
        "memory_total_gb": psutil.virtual_memory().total / 1e9,
    }

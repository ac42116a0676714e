"""A short version of the fault harness; the long one's figure is kept in benchmarks/results/faults.json."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_struck_trainings_reach_the_same_end():
    """A kill, a signal, disks, a worker, a picture, a NaN and memory, one of each or so, at moments drawn from the seed."""
    command = [sys.executable, str(ROOT / "benchmarks" / "faults.py"), "--rounds", "8", "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert "8 of 8 rounds reached the expected end, bit for bit." in done.stdout, done.stdout + done.stderr

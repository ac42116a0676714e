"""How long threads wait awake for each other, when several processes compute at once."""

from __future__ import annotations

import os

_SPINS = "2000"
"""Rounds that a thread waits awake; of GNU's OpenMP, which PyTorch has on Linux, the default is 300,000.

That is over a millisecond at each of the thousands of barriers of a forward pass. It costs nothing while every thread has a
core of its own. With a training and a fill at once on two cores, though, a thread mostly waits awake for one that has no
core, and keeps that core from it: by ``benchmarks/beside.py`` a fill took 56 seconds instead of 5, and the training
made a seventh of its steps. Fewer rounds serve the two at once better still, but cost each of them some percent when it is alone.
"""
_AWAKE_MS = "0"
"""The same of LLVM's and Intel's OpenMP, which PyTorch has on macOS and Windows. Their default is 200 milliseconds."""
_TICKS = "14"
"""The same of OpenBLAS, which NumPy and SciPy have: two to the power of this many ticks of the processor's clock, by default 26.

Beside another process on two cores the SVM of ``pytest --durations=2 tests/metrics/test_distribution.py`` took 42 seconds with
that, and 0.8 with this.
"""


def wait_briefly() -> None:
    """Have threads that wait soon give their core to others, unless the user's environment says how they should wait.

    To be called before NumPy and torch are imported, which is when they look; processes that are started later follow.
    """
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", _TICKS)
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
        os.environ.setdefault("KMP_BLOCKTIME", _AWAKE_MS)

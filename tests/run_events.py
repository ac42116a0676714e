"""Events as a training writes them, for tests that need a run but no training."""

from __future__ import annotations

from typing import Any

from inpaintgan.core.events import RunStarted


def run_started(**values: Any) -> RunStarted:
    """The first event of a run; what a test does not care about is filled in."""
    usual = {
        "device": "cpu", "n_train": 7, "n_val": 1, "max_iters": 9, "resumed": False, "parameters": {}, "perceptual": "off",
        "versions": {},
    }  # fmt: skip
    return RunStarted(**{**usual, **values})

"""What a run folder holds already, and whether a training may begin or continue in it."""

from __future__ import annotations

from ..core.errors import InpaintError
from ..core.rundir import RunDir


def must_be_allowed(run: RunDir, *, resume: bool) -> bool:
    """Refuse to train over what is there; return whether there is a training to continue.

    Raises:
        InpaintError: ``run-unwritable`` for a file, ``run-exists`` for a training that is not to be resumed.
    """
    if run.path.exists() and not run.path.is_dir():
        raise InpaintError("run-unwritable", f"{run.path} is a file, not a folder.", "Choose another --run.")
    trained_before = bool(run.saved_steps())
    if trained_before and not resume:
        raise InpaintError(
            "run-exists",
            f"{run.path} already holds a training.",
            "Add --resume (in Python resume=True) to continue it, or choose another --run.",
        )
    return trained_before

"""Comparisons as processes of their own, like trainings: the command line's `compare`, which outlives the window."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from ..core.atomic import patient
from ..core.comparison import ComparisonDir
from ..core.config import Config
from ..core.config_io import save_config
from ..core.errors import InpaintError
from ..core.outputs import writing
from ..core.paths import main_script, seen_file
from ..core.rundir import RunDir
from .supervisor import is_live, launch, make_new, no_trace


class Comparisons:
    """Starts, resumes and finds the comparisons under one folder. Their folders are its only memory.

    Args:
        folder: The folder of the comparisons' folders.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def found(self) -> list[ComparisonDir]:
        """Return all comparisons, whoever started them."""
        if not self.folder.is_dir():
            return []
        return [ComparisonDir(path) for path in sorted(self.folder.iterdir()) if is_comparison(path)]

    def start(self, name: str, config: Config, generators: list[str], steps: int, seeds: int) -> ComparisonDir:
        """Make a folder and start a comparison in it.

        Raises:
            InpaintError: ``compare-exists``, ``run-unwritable``, ``output-unwritable`` or ``start-failed``; no folder is left
                behind.
        """
        comparison = ComparisonDir(self.folder / name)
        taken = f"There is already a comparison '{name}'."
        make_new(comparison.path, InpaintError("compare-exists", taken, "Choose another name."))
        words = ["--generators", ",".join(generators), "--steps", str(steps), "--seeds", str(seeds)]
        with no_trace(comparison.path):
            with writing(comparison.config_file):
                save_config(config, comparison.config_file)
            self._launch(comparison, words)
        return comparison

    def resume(self, comparison: ComparisonDir) -> None:
        """Resume a comparison that is not running.

        Raises:
            InpaintError: ``compare-busy`` when it is, or ``compare-empty`` when it never began.
        """
        if is_busy(comparison):
            raise InpaintError("compare-busy", f"{comparison.path.name} is running already.")
        plan = comparison.plan()
        if plan is None:
            raise InpaintError("compare-empty", f"{comparison.path.name} never began.", "Delete it and start again.")
        self._launch(comparison, _words(plan))

    def _launch(self, comparison: ComparisonDir, words: list[str]) -> None:
        command = [sys.executable, *main_script(), "compare", "--output", str(comparison.path)]
        command += ["--config", str(comparison.config_file), *words]
        launch(comparison.path, command, comparison.log_file)

    def delete(self, comparison: ComparisonDir) -> None:
        """Remove a comparison with all its trainings. Raises `InpaintError` while it runs, or when that fails."""
        if is_busy(comparison):
            raise InpaintError("compare-busy", f"{comparison.path.name} is still running.", "Stop it first.")
        try:
            patient(lambda: shutil.rmtree(comparison.path))
        except OSError as error:
            raise InpaintError(
                "run-undeletable", f"{comparison.path} cannot be deleted completely: {error.strerror}."
            ) from error


def is_comparison(path: Path) -> bool:
    """Return whether a folder is a comparison's."""
    comparison = ComparisonDir(path)
    return not path.name.startswith(".") and any(map(seen_file, (comparison.plan_file, comparison.config_file)))


def is_busy(comparison: ComparisonDir) -> bool:
    """Return whether a comparison runs in this folder, is about to, or was killed and a training of it still runs."""
    runs = comparison.path / "runs"
    trainings = runs.iterdir() if runs.is_dir() else ()
    return is_live(comparison.process) or any(is_live(RunDir(path)) for path in trainings)


def _words(plan: dict[str, Any]) -> list[str]:
    """The command line of a plan, beside its config."""
    budget = ["--steps", str(plan["steps"])] if plan["steps"] else ["--seconds", str(plan["seconds"])]
    words = ["--generators", ",".join(plan["generators"]), *budget, "--seeds", str(len(plan["seeds"]))]
    for name in ("inpaint", "masks", "limit"):
        if plan[name]:
            words += [f"--{name}", str(plan[name])]
    return words

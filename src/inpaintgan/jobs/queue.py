"""Trainings that wait for their turn: ``queue.json`` in the runs folder, tended by the window."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from ..core.atomic import read_json, write_json
from ..core.errors import InpaintError
from ..core.lock import held
from ..core.paths import child_of
from ..core.rundir import RunDir
from .supervisor import Supervisor, is_live, is_run


class TrainingQueue:
    """Starts one training after another. The file is its only memory, so the queue outlives the window.

    Args:
        supervisor: Starts trainings, and knows the folder of the runs.
        is_busy: Whether anything beside the runs keeps the machine busy.
    """

    def __init__(self, supervisor: Supervisor, is_busy: Callable[[], bool] = lambda: False) -> None:
        self._supervisor = supervisor
        self._is_busy = is_busy

    @property
    def _file(self) -> Path:
        return self._supervisor.runs / "queue.json"

    def names(self) -> list[str]:
        """Return the runs that wait, the next one first."""
        names = read_json(self._file)
        # A person may have written into the file: a path in place of a name would start what lies elsewhere.
        known = [(name, child_of(self._supervisor.runs, name)) for name in (names if isinstance(names, list) else [])]
        return [name for name, run in known if run and is_run(run)]

    def add(self, run: RunDir) -> None:
        """Put a run at the end. Raises `InpaintError` ``run-busy`` when it is training already."""
        if is_live(run):
            raise InpaintError("run-busy", f"{run.path.name} is training already.", "There is nothing to wait for.")
        with self._locked():
            names = self.names()
            if run.path.name not in names:
                write_json(self._file, [*names, run.path.name])

    def remove(self, run: RunDir) -> None:
        """Take a run out; one that does not wait is left as it is."""
        if run.path.name not in self.names():
            return
        with self._locked():
            write_json(self._file, [name for name in self.names() if name != run.path.name])

    def tend(self) -> str | None:
        """Start the next run if nothing trains. Returns its name, or None when nothing was started."""
        if not self.names() or self._is_busy() or any(is_live(run) for run in self._supervisor.runs_found()):
            return None
        with self._locked():
            names = self.names()
            if not names or any(is_live(run) for run in self._supervisor.runs_found()):
                return None
            # Taken out first: a run that cannot start must not keep the others waiting.
            write_json(self._file, names[1:])
            self._supervisor.resume(RunDir(self._supervisor.runs / names[0]))
            return names[0]

    def _locked(self) -> AbstractContextManager[None]:
        """Two windows may show the same folder."""
        self._supervisor.runs.mkdir(parents=True, exist_ok=True)
        busy = InpaintError("queue-busy", "Another window is changing the queue.", "Try again.")
        return held(self._supervisor.runs / ".queue.lock", busy)

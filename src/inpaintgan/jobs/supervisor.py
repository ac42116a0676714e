"""Trainings as processes of their own: the headless command line, which outlives the window that started it."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..core.atomic import read_json, write_json
from ..core.child import live_pid, process_record, start_logged
from ..core.comparison import ComparisonDir
from ..core.config import Config
from ..core.errors import InpaintError, room_or
from ..core.paths import main_script, seen_file
from ..core.rundir import RunDir

LEAVING_S = 20.0
"""What a process gets to leave after its last word: on a busy machine, unloading torch alone takes seconds."""


class Supervisor:
    """Starts, resumes and finds the trainings under one folder. The run folders are its only memory.

    Args:
        runs: The folder of the run folders.
        command: The arguments that start the command line; for tests.
    """

    def __init__(self, runs: Path, command: list[str] | None = None) -> None:
        self.runs = runs
        self._command = command or [sys.executable, *main_script()]

    def start(self, config: Config, name: str) -> RunDir:
        """Freeze the config into a new run folder and start its training.

        Raises:
            InpaintError: As `prepare`, or ``start-failed``; no folder is left behind then.
        """
        run = self.prepare(config, name)
        with no_trace(run.path):
            self._launch(run, [])
        return run

    def prepare(self, config: Config, name: str) -> RunDir:
        """Freeze the config into a new run folder.

        Raises:
            InpaintError: ``run-exists`` or ``run-unwritable``.
        """
        run = RunDir(self.runs / name)
        make_new(run.path, InpaintError("run-exists", f"There is already a run '{name}'.", "Choose another name."))
        with no_trace(run.path):
            run.create(config)
        return run

    def resume(self, run: RunDir, changed: dict[str, Any] | None = None) -> None:
        """Go on with a training that is not running.

        Args:
            run: Of the training.
            changed: Settings that differ from now on.

        Raises:
            InpaintError: ``run-busy`` when it is, ``run-unwritable`` or ``start-failed``.
        """
        settings = [f"{key}={value}" for key, value in (changed or {}).items()]
        try:
            with run.held():
                if is_live(run):
                    raise InpaintError("run-busy", f"{run.path.name} is already training.", "Open its progress page.")
                run.control.clear()
                self._launch(run, ["--resume", *(["--set", *settings] if settings else [])])
        except OSError as error:
            raise unwritable(run, error) from error

    def runs_found(self) -> list[RunDir]:
        """Return all run folders, whoever started them, newest name last."""
        if not self.runs.is_dir():
            return []
        return [RunDir(path) for path in sorted(self.runs.iterdir()) if is_run(path)]

    def _launch(self, run: RunDir, extra: list[str]) -> None:
        launch(run.path, [*self._command, "train", "--run", str(run.path), *extra], run.log_file)


def launch(folder: Path, command: list[str], log_file: Path) -> None:
    """Start a process that works in a folder, and record it there, so that any window finds it again.

    Raises:
        InpaintError: ``start-failed``.
    """
    launched, process = time.time(), None
    try:
        process = start_logged(command, log_file)
        # "launched" is compared with the times of events. The system may not know the command of so young a process yet.
        write_json(folder / "launch.json", {**process_record(process.pid), "command": command, "launched": launched})
    except OSError as error:
        if process:
            process.kill()  # nobody would find it again
            process.wait()
        said = f"{folder.name} cannot be started: {error.strerror or error}."
        raise InpaintError("start-failed", said, room_or(error, "")) from error
    threading.Thread(target=process.wait, daemon=True).start()  # or it would stay behind as a zombie when it has ended


def make_new(folder: Path, taken: InpaintError) -> None:
    """Make a folder, and those that it lies in. Raises ``taken`` where it is there, else `InpaintError` ``run-unwritable``."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
    except OSError as error:
        if folder.exists():
            raise taken from error
        said = f"The folder {folder} cannot be made: {error.strerror}."
        raise InpaintError("run-unwritable", said, "Choose another --runs.") from error


@contextmanager
def no_trace(folder: Path) -> Iterator[None]:
    """Remove a folder that was just made when what it was made for is refused."""
    try:
        yield
    except InpaintError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def unwritable(run: RunDir, error: OSError) -> InpaintError:
    """Say that nothing can be written into a run folder."""
    said = f"Nothing can be written into {run.path}: {error.strerror or error}."
    return InpaintError("run-unwritable", said, "Make room on the disk, or see whether it is read-only.")


def is_run(path: Path) -> bool:
    """Return whether a folder is a run folder. A comparison's has a config too, and its trainings in folders of their own."""
    run = RunDir(path)
    compares = seen_file(ComparisonDir(path).plan_file) and not seen_file(run.events_file)
    return not path.name.startswith(".") and run.exists and not compares


def launched_at(run: RunDir) -> float | None:
    """Return when a window last started this run's training, in seconds since the epoch."""
    return _launched(_record(run))


def live_since(run: RunDir) -> float | None:
    """Return when a window started the process that trains in this run now, or None."""
    record = _record(run)
    return _launched(record) if live_pid(record) is not None else None


def _record(run: RunDir) -> Any:
    """What `launch` recorded in the run's folder, None without a readable record."""
    return read_json(run.path / "launch.json")


def _launched(record: Any) -> float | None:
    launched = record.get("launched") if isinstance(record, dict) else None
    return launched if isinstance(launched, int | float) else None


def wait_until_gone(run: RunDir, seconds: float = LEAVING_S) -> None:
    """Wait for a training process that has said its last word to end, but not longer than ``seconds``."""
    deadline = time.monotonic() + seconds
    while is_live(run) and time.monotonic() < deadline:
        time.sleep(0.05)


def is_live(run: RunDir) -> bool:
    """Return whether a process trains in this folder or is about to, be it on another machine that shares the disk."""
    here = run.trainer_pid() is not None or live_pid(_record(run)) is not None
    return here or run.other_host() != ""

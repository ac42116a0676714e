"""Deleted runs wait here a day, so that deleting one can be undone."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any

from ..core.atomic import replace
from ..core.errors import InpaintError
from ..core.rundir import RunDir
from ..jobs.supervisor import is_run

FOLDER = ".trash"
KEPT_S = 24 * 3600.0
_TICKET = re.compile(r"\d{19}", re.ASCII)


def discard(run: RunDir) -> str:
    """Move a run's folder into the trash beside it and return what `restore` asks for.

    Raises:
        OSError: It cannot be moved; it is where it was.
    """
    ticket = str(time.time_ns())
    place = run.path.parent / FOLDER / ticket
    place.mkdir(parents=True)
    try:
        replace(run.path, place / run.path.name)
    except OSError:
        place.rmdir()
        raise
    return ticket


def restore(runs: Path, ticket: str) -> str:
    """Put a discarded run back and return its name.

    Raises:
        InpaintError: ``trash-gone`` when it was deleted for good, ``run-exists`` when its name is taken by now.
    """
    place = runs / FOLDER / ticket
    held = [path for path in place.iterdir() if _was_run(path)] if _is_place(runs / FOLDER, ticket) else []
    if not held:
        raise InpaintError("trash-gone", "This run was deleted for good.", "Runs are kept in the trash for a day.")
    back = runs / held[0].name
    if back.exists():
        raise InpaintError("run-exists", f"There is another run '{back.name}' now.", "Delete that one first.")
    replace(held[0], back)
    place.rmdir()
    return back.name


def deleted(runs: Path) -> list[dict[str, Any]]:
    """Return ``{ticket, run, time}`` of what was discarded within `KEPT_S`, the newest first."""
    return [
        {"ticket": place.name, "run": run.name, "time": _time(place)}
        for place in sorted(_places(runs), key=_time, reverse=True)
        if time.time() - _time(place) <= KEPT_S
        for run in place.iterdir()
        if _was_run(run)
    ]


def empty(runs: Path) -> None:
    """Delete for good what was discarded longer ago than `KEPT_S`. What cannot be deleted is tried again another time."""
    for place in _places(runs):
        if time.time() - _time(place) > KEPT_S:
            shutil.rmtree(place, ignore_errors=True)


def _places(runs: Path) -> list[Path]:
    """Return the folders of the trash; each is named by the moment something was put into it, in nanoseconds since 1970."""
    trash = runs / FOLDER
    return [place for place in trash.iterdir() if _is_place(trash, place.name)] if trash.is_dir() else []


def _is_place(trash: Path, ticket: str) -> bool:
    """Whether `discard` made a folder of the trash, and not somebody else."""
    return _TICKET.fullmatch(ticket) is not None and (trash / ticket).is_dir()


def _was_run(path: Path) -> bool:
    """Whether it is a run, or a link to one, which may lead nowhere from here."""
    return path.is_symlink() or is_run(path)


def _time(place: Path) -> float:
    return int(place.name) / 1e9

"""The check of a dataset, shared by the pages: what runs is joined, and what is known is not looked at again."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.errors import InpaintError
from ..jobs.process import Worker

_KEPT = 4
"""Windows whose last check is known."""
_MAX_WAITING = 4
"""Calls that wait for one check, each in a thread that others need too. Mostly their pages have long been left."""


@dataclass
class _Check:
    """One look at a folder and its masks."""

    key: tuple[str, str, int, int]
    ticket: int
    """Of the worker, from when this check took the place of the one before."""
    tab: str
    """The window that asked for it first."""
    done: bool = False
    calls: int = 0
    """Calls that joined it so far."""
    progress: dict[str, Any] = field(default_factory=lambda: {"done": 0, "total": 0})
    report: dict[str, Any] | None = None
    error: Exception | None = None


class DataChecks:
    """Checks one dataset at a time; another dataset ends the check of the one before, of another window it waits for it.

    Args:
        worker: Its own, since checking a large folder takes minutes.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._changed = threading.Condition()
        self._checks: dict[str, _Check] = {}
        """The last one of each window."""

    def run(self, folder: str, masks: str, *, again: bool = False, tab: str = "") -> dict[str, Any]:
        """Return the report on a folder; blocks until there is one.

        Args:
            folder: Of the pictures, in full.
            masks: Of the masks, in full; may be empty.
            again: Look even if the folder was looked at before and has changed in no way that shows.
            tab: The window that asks.

        Raises:
            InpaintError: As the worker says, or ``cancelled`` when another check took its place, or when so many others
                came to wait for the same one that this caller is taken to have left.
        """
        key = (folder, masks, _stamp(folder), _stamp(masks))
        with self._changed:
            known = None if again else next((one for one in self._checks.values() if one.key == key), None)
            if not known:
                self._worker.cancel(tab)
            check = known or _Check(key, self._worker.ticket(tab), tab)
            self._checks.pop(tab, None)
            self._checks[tab] = check  # asked last
            for old in [old for old, one in self._checks.items() if one.done][: max(0, len(self._checks) - _KEPT)]:
                del self._checks[old]
        if known:
            self._wait(check)
        else:
            self._look(check)
        if check.error:
            raise check.error
        assert check.report is not None
        return check.report

    def cancel(self, tab: str = "") -> None:
        """End the check that a window waits for, if any; whoever else waits for it hears ``cancelled`` too."""
        check = self._checks.get(tab)
        if check:
            self._worker.cancel(check.tab)

    def progress(self, tab: str = "") -> dict[str, Any]:
        """Return how far a window's present check is: files done, of files in all."""
        check = self._checks.get(tab)
        return check.progress if check else {"done": 0, "total": 0}

    def _wait(self, check: _Check) -> None:
        with self._changed:
            check.calls += 1
            mine = check.calls
            self._changed.notify_all()
            self._changed.wait_for(lambda: check.done or check.calls >= mine + _MAX_WAITING)
            if not check.done:
                raise InpaintError("cancelled", "Too many pages are waiting for this check.", "Check again.")

    def _look(self, check: _Check) -> None:
        folder, masks = check.key[:2]

        def note(progress: dict[str, Any]) -> None:
            check.progress = progress

        try:
            args = {"folder": folder, "masks": masks or None}
            check.report = self._worker.request("check-data", args, note, ticket=check.ticket, about=check.tab)
        except Exception as error:
            check.error = error
        with self._changed:
            if check.error:  # the next page tries again
                self._checks = {tab: one for tab, one in self._checks.items() if one is not check}
            check.done = True
            self._changed.notify_all()


def _stamp(path: str) -> int:
    """When a folder's list of files last changed; 0 where there is no such folder."""
    try:
        return Path(path).stat().st_mtime_ns if path else 0
    except OSError:
        return 0

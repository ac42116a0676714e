"""The check of a dataset, shared by the pages: what runs is joined, and what is known is not looked at again."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.errors import InpaintError
from ..jobs.process import Worker


@dataclass
class _Check:
    """One look at a folder and its masks."""

    key: tuple[str, str, int, int]
    done: threading.Event = field(default_factory=threading.Event)
    progress: dict[str, Any] = field(default_factory=lambda: {"done": 0, "total": 0})
    report: dict[str, Any] | None = None
    error: InpaintError | None = None


class DataChecks:
    """Checks one dataset at a time; another dataset ends the check of the one before.

    Args:
        worker: Its own, since checking a large folder takes minutes.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._lock = threading.Lock()
        self._check: _Check | None = None

    def run(self, folder: str, masks: str, *, again: bool = False) -> dict[str, Any]:
        """Return the report on a folder; blocks until there is one.

        Args:
            folder: Of the pictures, in full.
            masks: Of the masks, in full; may be empty.
            again: Look even if the folder was looked at before and has changed in no way that shows.

        Raises:
            InpaintError: As the worker says, or ``cancelled`` when another check took its place.
        """
        key = (folder, masks, _stamp(folder), _stamp(masks))
        with self._lock:
            check = self._check
            known = check is not None and check.key == key and not again
            if not known:
                self._worker.cancel()
                check = self._check = _Check(key)
        assert check is not None
        if known:
            check.done.wait()
        else:
            self._look(check)
        if check.error:
            raise check.error
        assert check.report is not None
        return check.report

    def cancel(self) -> None:
        """End the check that runs, if any; whoever waits for it hears ``cancelled``."""
        self._worker.cancel()

    def progress(self) -> dict[str, Any]:
        """Return how far the present check is: files done, of files in all."""
        check = self._check
        return check.progress if check else {"done": 0, "total": 0}

    def _look(self, check: _Check) -> None:
        folder, masks = check.key[:2]

        def note(progress: dict[str, Any]) -> None:
            check.progress = progress

        try:
            check.report = self._worker.request("check-data", {"folder": folder, "masks": masks or None}, note)
        except InpaintError as error:
            check.error = error
            with self._lock:
                if self._check is check:
                    self._check = None  # the next page tries again
        finally:
            check.done.set()


def _stamp(path: str) -> int:
    """When a folder's list of files last changed; 0 where there is no such folder."""
    try:
        return Path(path).stat().st_mtime_ns if path else 0
    except OSError:
        return 0

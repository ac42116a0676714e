"""The calls of the pages that prepare a training: looking at the data, measuring, trying, and going on with changes."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any

from ..core.config_io import make_config
from ..core.trial import FILL_FILE, TRIAL_SECONDS
from ..jobs.supervisor import is_live
from . import folders, training
from .answers import checked_object
from .probing import start_trial, trial_verdict
from .runs import find_run
from .session import Session

_KEPT_PREVIEWS = 4
_MAX_PREVIEWS = 24


class Preparing:
    """A part of `Bridge`.

    Args:
        session: This launch.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def check_data(self, folder: str, masks: str, again: bool = False) -> dict[str, Any]:
        """Look at every picture of a folder. A check of the same folder is joined, any other is ended."""
        return self._session.checks.run(folders.absolute(folder), folders.absolute(masks), again=bool(again))

    def check_progress(self) -> dict[str, Any]:
        """Return how far `check_data` is."""
        return self._session.checks.progress()

    def cancel_check(self) -> dict[str, Any]:
        """End the check that runs."""
        self._session.checks.cancel()
        return {}

    def preview_data(self, values: dict[str, Any], count: int) -> dict[str, Any]:
        """Return the first pictures of the training folder as the network will see them."""
        config = make_config(checked_object(values))
        folder = training.checked_folder(config.data, "data")
        name = secrets.token_hex(8)
        out = self._session.previews / name
        out.mkdir(parents=True)
        args = {
            "folder": folder,
            "values": config.model_dump(),
            "count": max(1, min(int(count), _MAX_PREVIEWS)),
            "out": str(out),
        }
        items = self._session.decoder.request("preview-data", args)["items"]
        for old in sorted(self._session.previews.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT_PREVIEWS]:
            shutil.rmtree(old, ignore_errors=True)
        parts = ("picture", "masked", "edges")
        urls = [{part: f"/api/previews/{name}/{Path(item[part]).name}" for part in parts} for item in items]
        return {"items": [{**item, **url} for item, url in zip(items, urls, strict=True)]}

    def measure(self, values: dict[str, Any]) -> dict[str, Any]:
        """Take a few real training steps with settings; see `training.measure.Measured`."""
        config = training.with_checked_folders(make_config(checked_object(values)))
        others = sum(is_live(run) for run in self._session.supervisor.runs_found())
        return {**self._session.prober.measure(config.model_dump()), "others": others}

    def measure_progress(self) -> dict[str, Any]:
        """Return how far `measure` is."""
        return self._session.prober.progress

    def cancel_measure(self) -> dict[str, Any]:
        """End the measurement."""
        self._session.prober.cancel()
        return {}

    def resume_point(self, run: str) -> dict[str, Any]:
        """Return a run's settings and the step that a resume goes on from."""
        return training.resume_point(find_run(self._session.supervisor.runs, run))

    def resume_with(self, run: str, values: dict[str, Any]) -> dict[str, Any]:
        """Go on from a run's last checkpoint with other settings."""
        found = find_run(self._session.supervisor.runs, run)
        training.resume_with(self._session.supervisor, found, checked_object(values))
        self._session.queue.remove(found)
        return {"run": run}

    def try_start(self, seconds: float = TRIAL_SECONDS) -> dict[str, Any]:
        """Start the minute of training that shows whether all is sound."""
        return {"run": start_trial(self._session.supervisor, float(seconds)), "seconds": float(seconds)}

    def try_verdict(self, run: str) -> dict[str, Any]:
        """Return in words what a trial showed, and where its filled picture is."""
        found = find_run(self._session.supervisor.runs, run)
        verdict = trial_verdict(self._session.prober, found)
        fill = found.path / FILL_FILE
        return {**verdict, "fill": self._session.shown(fill) if fill.is_file() else None}

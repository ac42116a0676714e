"""Calls about trainings: started, queued, resumed, steered, looked at, deleted."""

from __future__ import annotations

from typing import Any

from ...core.trial import FILL_FILE, TRIAL_SECONDS, trial_config, trial_name
from .. import training, trash
from ..answers import checked_object
from ..runs import AT_WORK, details, summary
from ..usage import usage
from .base import Calls


class RunCalls(Calls):
    """Trainings, the short one that tries the machine included."""

    def start_training(self, values: dict[str, Any], name: str) -> dict[str, Any]:
        """Start a training in a process of its own."""
        return {"run": training.start(self._session.supervisor.start, checked_object(values), str(name or ""))}

    def queue_training(self, values: dict[str, Any], name: str) -> dict[str, Any]:
        """Prepare a training that starts when those before it have ended."""
        run = training.start(self._session.supervisor.prepare, checked_object(values), str(name or ""))
        return self.queue_run(run)

    def queue_run(self, run: str) -> dict[str, Any]:
        """Queue a run to continue when the trainings before it have ended."""
        self._session.queue.add(self._run(run))
        return {"run": run}

    def unqueue_run(self, run: str) -> dict[str, Any]:
        """Take a run out of the queue."""
        self._session.queue.remove(self._run(run))
        return {}

    def resume_training(self, run: str) -> dict[str, Any]:
        """Go on from a run's last checkpoint."""
        training.resume(self._session.supervisor, self._run(run))
        self._session.queue.remove(self._run(run))
        return {"run": run}

    def resume_point(self, run: str) -> dict[str, Any]:
        """Return a run's settings and the step that a resume continues from."""
        return training.resume_point(self._run(run))

    def resume_with(self, run: str, values: dict[str, Any]) -> dict[str, Any]:
        """Go on from a run's last checkpoint with other settings."""
        found = self._run(run)
        training.resume_with(self._session.supervisor, found, checked_object(values))
        self._session.queue.remove(found)
        return {"run": run}

    def control_run(self, run: str, command: str) -> dict[str, Any]:
        """Leave an order for a running training."""
        training.control(self._run(run), str(command))
        return {}

    def list_runs(self) -> dict[str, Any]:
        """Return all runs: those at work by their names, then the one that changed last first."""
        queue = self._session.queue.names()
        runs = [_with_turn(summary(run), queue) for run in self._session.supervisor.runs_found()]
        return {"runs": sorted(runs, key=_place)}

    def get_run(self, run: str) -> dict[str, Any]:
        """Return one run with its config and history."""
        return _with_turn(details(self._run(run)), self._session.queue.names())

    def watch_run(self, run: str) -> dict[str, Any]:
        """Return how one run is, as `list_runs` does, and what it takes of this machine (null while nothing trains)."""
        found = self._run(run)
        return {**_with_turn(summary(found), self._session.queue.names()), "usage": usage(found)}

    def delete_run(self, run: str) -> dict[str, Any]:
        """Put a run that is not training into the trash; the ticket takes it out again for a day."""
        found = self._run(run)
        self._session.queue.remove(found)
        return {"ticket": training.delete(found)}

    def restore_run(self, ticket: str) -> dict[str, Any]:
        """Take a run out of the trash."""
        return {"run": trash.restore(self._session.supervisor.runs, str(ticket))}

    def list_deleted_runs(self) -> dict[str, Any]:
        """Return what `restore_run` can still take out of the trash."""
        return {"deleted": trash.deleted(self._session.supervisor.runs)}

    def try_start(self, seconds: float = TRIAL_SECONDS) -> dict[str, Any]:
        """Start the minute of training that shows whether everything works."""
        run = self._session.supervisor.start(trial_config(seconds), trial_name())
        return {"run": run.path.name, "seconds": float(seconds)}

    def try_verdict(self, run: str) -> dict[str, Any]:
        """Return in words what a trial showed, and where its filled picture is."""
        found = self._run(run)
        verdict = self._session.prober.judge(found)
        fill = found.path / FILL_FILE
        return {**verdict, "fill": self._session.shown(fill) if fill.is_file() else None}


def _place(run: dict[str, Any]) -> tuple[bool, float, str]:
    """What lists are sorted by. Trainings at work would swap places all the time if sorted by their last change."""
    at_work = run["state"] in AT_WORK
    return not at_work, 0.0 if at_work else -run["updated"], run["run"]


def _with_turn(run: dict[str, Any], queue: list[str]) -> dict[str, Any]:
    """Add a run's place in the queue, from 1; None when it does not wait."""
    if run["run"] not in queue or run["state"] in AT_WORK:
        return {**run, "turn": None}
    return {**run, "state": "queued", "turn": queue.index(run["run"]) + 1}

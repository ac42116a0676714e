"""Measuring what settings cost, and judging a trial: each in a worker that leaves with its memory when it is done."""

from __future__ import annotations

import threading
from typing import Any

from ..core.atomic import read_json
from ..core.errors import InpaintError
from ..core.rundir import RunDir
from ..core.trial import VERDICT_FILE
from ..jobs.process import Worker
from ..jobs.supervisor import is_live, wait_until_gone

_MODULE = "inpaintgan.training.worker"
_LEAVING_S = 60.0
"""How long a training process that has said its last word may take to leave, on a computer that is busy."""


class Prober:
    """Starts workers that import torch, one at a time, and ends them."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._worker: Worker | None = None
        self.progress: dict[str, Any] = {"what": "", "done": 0, "total": 0}

    def measure(self, values: dict[str, Any]) -> dict[str, Any]:
        """Take a few real training steps with settings.

        Raises:
            InpaintError: ``measure-busy`` while another measurement runs, ``cancelled``, or why the steps cannot be taken.
        """
        return self._ask("measure", {"values": values})

    def judge(self, run: RunDir) -> dict[str, Any]:
        """Return the verdict on a trial that has ended; it is found once and then kept in the run folder.

        Raises:
            InpaintError: ``run-busy`` while it trains, or as `measure`.
        """
        wait_until_gone(run, _LEAVING_S)
        if is_live(run):
            raise InpaintError("run-busy", f"{run.path.name} is still training.", "Wait until it has ended.")
        kept = read_json(run.path / VERDICT_FILE)
        return kept if isinstance(kept, dict) else self._ask("judge-trial", {"run": str(run.path)})

    def cancel(self) -> None:
        """End what is being measured."""
        worker = self._worker
        if worker is not None:
            worker.cancel()

    def _ask(self, op: str, args: dict[str, Any]) -> dict[str, Any]:
        if not self._turn.acquire(blocking=False):
            raise InpaintError("measure-busy", "Something is being measured already.", "Wait for it, or cancel it.")
        worker = self._worker = Worker(_MODULE)
        self.progress = {"what": "starting", "done": 0, "total": 0}

        def note(progress: dict[str, Any]) -> None:
            self.progress = progress

        try:
            return worker.request(op, args, note)
        finally:
            self._worker = None
            worker.close()
            self._turn.release()

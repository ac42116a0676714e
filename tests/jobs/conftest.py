"""A supervisor of trainings that are not real ones."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inpaintgan.core.atomic import read_json
from inpaintgan.jobs.supervisor import Supervisor, is_live, wait_until_gone

FAKE = [sys.executable, str(Path(__file__).with_name("fake_main.py"))]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """Starts ``fake_main.py`` and ends what is left of it."""
    supervisor = Supervisor(tmp_path / "läufe" / "deep", FAKE)
    yield supervisor
    # By what was launched: a process that has not claimed its run yet would go on for ever.
    for run in supervisor.runs_found():
        record = read_json(run.path / "launch.json")
        if record and is_live(run):
            os.kill(record["pid"], signal.SIGKILL)
            wait_until_gone(run)
    supervisor.runs_found()  # collects them, so that no other test meets a zombie

"""Trainings are processes of their own that are found again by their run folders."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from inpaintgan.core.child import start_logged
from inpaintgan.core.comparison import ComparisonDir
from inpaintgan.core.config import Config
from inpaintgan.core.config_io import save_config
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.events import read_events
from inpaintgan.core.rundir import RunDir
from inpaintgan.jobs.supervisor import Supervisor, is_live, launched_at, wait_until_gone
from run_events import events_of
from waiting import wait_for


def types(run: RunDir) -> list[str]:
    return [event["type"] for event in read_events(run.events_file)]


def test_a_training_runs_in_its_own_session_and_stops_on_demand(supervisor: Supervisor) -> None:
    before = time.time()
    run = supervisor.start(Config(seed=3), "erster Lauf")
    assert is_live(run), "also before the process has claimed the run"
    assert before <= (launched_at(run) or 0) <= time.time()
    assert run.load_config().seed == 3
    wait_for(lambda: "step" in types(run))
    pid = run.trainer_pid()
    assert pid and os.getsid(pid) != os.getsid(0)
    run.control.send("stop")
    wait_until_gone(run, 10)
    assert not is_live(run)
    assert types(run)[-1] == "run_finished"
    assert run.log_file.read_text().startswith("--- started 20")


def test_a_name_is_used_once(supervisor: Supervisor) -> None:
    supervisor.start(Config(), "a")
    with pytest.raises(InpaintError, match="already a run 'a'"):
        supervisor.start(Config(), "a")


def test_resuming_a_running_training_is_refused_and_a_dead_one_goes_on(supervisor: Supervisor) -> None:
    run = supervisor.start(Config(), "a")
    wait_for(lambda: "step" in types(run))
    with pytest.raises(InpaintError) as caught:
        supervisor.resume(run)
    assert caught.value.code == "run-busy"
    pid = run.trainer_pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not is_live(run))
    run.control.send("stop")  # an order left behind must not end the next training
    supervisor.resume(run)
    # The first training may have taken three steps itself before it was killed.
    wait_for(lambda: types(run).count("run_started") == 2 and types(run)[-3:] == ["step"] * 3)
    assert [event["resumed"] for event in events_of(run.path, "run_started")] == [False, True]


def test_of_two_resumes_at_once_one_is_refused(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    run = supervisor.prepare(Config(), "a")

    def start_slowly(*args: Any) -> Any:
        time.sleep(0.3)
        return start_logged(*args)

    monkeypatch.setattr("inpaintgan.jobs.supervisor.start_logged", start_slowly)
    with ThreadPoolExecutor(2) as pool:
        refusals = [asked.exception() for asked in [pool.submit(supervisor.resume, run) for _ in range(2)]]
    assert sorted(error.code if isinstance(error, InpaintError) else "" for error in refusals) == ["", "run-busy"]


def test_a_process_that_cannot_start_leaves_its_reason_in_the_log(supervisor: Supervisor) -> None:
    run = supervisor.start(Config(seed=13), "a")
    wait_for(lambda: not is_live(run))
    assert run.log_file.read_text().splitlines()[-1] == "error: the fake training was told to fail"


def test_runs_are_found_whoever_started_them(supervisor: Supervisor, tmp_path: Path) -> None:
    assert supervisor.runs_found() == []
    for name in ("b", "a"):
        RunDir(supervisor.runs / name).path.mkdir(parents=True)
        RunDir(supervisor.runs / name).create(Config())
    (supervisor.runs / "no run").mkdir()
    (supervisor.runs / ".hidden").mkdir()
    (supervisor.runs / "file").write_text("")
    comparison = ComparisonDir(supervisor.runs / "comparison")  # of the command line, which may put it anywhere
    comparison.path.mkdir()
    save_config(Config(), comparison.config_file)
    comparison.plan_file.write_text("{}")
    assert [run.path.name for run in supervisor.runs_found()] == ["a", "b"]
    assert Supervisor(tmp_path / "nowhere").runs_found() == []


def test_ended_trainings_leave_no_zombies(supervisor: Supervisor) -> None:
    run = supervisor.start(Config(seed=13), "a")
    wait_for(lambda: not is_live(run))
    # A thread collects it, a moment after it has ended.
    wait_for(lambda: all(child.status() != psutil.STATUS_ZOMBIE for child in psutil.Process().children()))


def test_an_unwritable_place_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InpaintError) as caught:
        Supervisor(tmp_path / "file" / "runs").start(Config(), "a")
    assert caught.value.code == "run-unwritable"
    with pytest.raises(InpaintError, match="cannot be made") as caught:
        Supervisor(tmp_path / "file").start(Config(), "a")
    assert caught.value.code == "run-unwritable"


def test_a_training_whose_process_cannot_start_leaves_no_folder(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(InpaintError, match="a cannot be started: No such file") as caught:
        Supervisor(tmp_path / "runs", [str(tmp_path / "no-python")]).start(Config(), "a")
    assert caught.value.code == "start-failed"
    assert list((tmp_path / "runs").iterdir()) == []

"""Trainings that wait start one after another, whoever tends the queue."""

from __future__ import annotations

import shutil

import pytest

from inpaintgan.core.atomic import write_json
from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.rundir import RunDir
from inpaintgan.jobs.queue import TrainingQueue
from inpaintgan.jobs.supervisor import Supervisor, is_live, wait_until_gone
from waiting import wait_for


def test_runs_start_in_their_order_when_the_one_before_has_ended(supervisor: Supervisor) -> None:
    queue = TrainingQueue(supervisor)
    running = supervisor.start(Config(), "now")
    second, broken, third = (
        supervisor.prepare(Config(seed=seed), name) for seed, name in ((1, "b"), (13, "x"), (1, "a"))
    )
    for run in (second, broken, third, second):
        queue.add(run)
    assert TrainingQueue(supervisor).names() == ["b", "x", "a"], "kept in a file, and each run once"
    assert queue.tend() is None and not is_live(second)
    wait_for(lambda: running.trainer_pid())
    running.control.send("stop")
    wait_until_gone(running)
    assert queue.tend() == "b"
    assert queue.tend() is None, "one at a time"
    wait_for(lambda: second.trainer_pid())
    second.control.send("stop")
    wait_until_gone(second)
    assert queue.tend() == "x"
    wait_for(lambda: not is_live(broken))
    assert queue.tend() == "a", "one that cannot start does not keep the others waiting"
    assert queue.names() == []


def test_what_left_the_queue_does_not_start(supervisor: Supervisor) -> None:
    busy = [True]
    queue = TrainingQueue(supervisor, lambda: busy[0])
    kept, deleted, removed = (supervisor.prepare(Config(), name) for name in ("kept", "deleted", "removed"))
    for run in (removed, deleted, kept):
        queue.add(run)
    queue.remove(removed)
    shutil.rmtree(deleted.path)
    assert queue.names() == ["kept"]
    assert queue.tend() is None, "something else keeps the machine busy"
    busy[0] = False
    assert queue.tend() == "kept"
    with pytest.raises(InpaintError, match="training already"):
        queue.add(kept)


def test_a_damaged_queue_is_empty(supervisor: Supervisor) -> None:
    supervisor.prepare(Config(), "a")
    (supervisor.runs / "queue.json").write_text('{"a": 1}')
    assert TrainingQueue(supervisor).names() == []


def test_a_path_in_the_queue_is_no_run(supervisor: Supervisor) -> None:
    run = supervisor.prepare(Config(), "a")
    elsewhere = supervisor.runs.parent / "elsewhere"
    shutil.copytree(run.path, elsewhere)
    write_json(supervisor.runs / "queue.json", ["../elsewhere", str(elsewhere), "..", 7, None, "a"])
    assert TrainingQueue(supervisor).names() == ["a"]
    queue = TrainingQueue(supervisor)
    queue.add(RunDir(supervisor.runs / "a"))
    assert queue.names() == ["a"]

"""What the pages see of trainings is derived from their folders, whatever happened to the processes."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from inpaintgan.core.atomic import write_json
from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.rundir import RunDir
from inpaintgan.gui import usage as usage_module
from inpaintgan.gui.runs import details, find_run, summary
from run_events import step_event, write_events


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    run = RunDir(tmp_path / "runs" / "läuft 1")
    run.path.mkdir(parents=True)
    run.create(Config(stage="inpaint", max_iters=500))
    return run


def train(run: RunDir) -> None:
    """Have this process pass for the trainer."""
    write_json(run.path / "process.json", {"pid": os.getpid(), "started": psutil.Process().create_time()})


def launch(run: RunDir, launched: float, pid: int = 0) -> None:
    started = psutil.Process(pid).create_time() if pid else 0
    write_json(run.path / "launch.json", {"pid": pid or 2**22 + 1, "started": started, "launched": launched})


STARTED = {"type": "run_started"}
FAILED = {"type": "run_failed", "code": "x", "message": "The disk is full.", "hint": "Make room."}


@pytest.mark.parametrize(
    ("events", "live", "state"),
    [
        ([STARTED, step_event(1)], True, "running"),
        ([STARTED, step_event(1)], False, "interrupted"),
        ([STARTED], True, "running"),
        ([], True, "starting"),
        ([], False, "unstarted"),
        ([STARTED, step_event(1), {"type": "paused"}], True, "paused"),
        ([STARTED, step_event(1), {"type": "paused"}, {"type": "checkpoint"}], True, "paused"),
        ([STARTED, step_event(1), {"type": "paused"}, {"type": "resumed"}], True, "running"),
        ([STARTED, step_event(1), {"type": "paused"}], False, "interrupted"),
        ([STARTED, step_event(1), {"type": "run_finished", "reason": "max_iters"}], False, "finished"),
        ([STARTED, step_event(1), {"type": "run_finished", "reason": "stopped"}], False, "stopped"),
        ([STARTED, step_event(1), {"type": "run_finished", "reason": "stopped"}], True, "stopped"),
        ([STARTED, step_event(1), FAILED], False, "failed"),
        ([STARTED, step_event(1), FAILED, STARTED, step_event(2)], True, "running"),
    ],
)
def test_the_state_follows_from_events_and_process(
    run: RunDir, events: list[dict[str, Any]], live: bool, state: str
) -> None:
    write_events(run, *events)
    if live:
        train(run)
    assert summary(run)["state"] == state


def test_a_run_that_was_just_started_again_is_starting(run: RunDir) -> None:
    write_events(run, STARTED, step_event(1), {"type": "run_finished", "reason": "stopped"})
    launch(run, 2000, os.getpid())
    assert (summary(run)["state"], summary(run)["launched"]) == ("starting", 2000)


def test_a_start_that_failed_says_why(run: RunDir) -> None:
    launch(run, 2000)
    run.log_file.write_text("--- started 2026\nsome words\nerror: no such folder\n\n")
    assert (summary(run)["state"], summary(run)["error"]) == ("failed", "no such folder")
    run.log_file.write_text("--- started 2026\nerror: no such folder\nW1128 torchrun: Sending process 7 SIGTERM\n")
    assert summary(run)["error"] == "no such folder"
    run.log_file.write_text("--- started 2026\nTraceback:\n  File\nKeyError: 'a'\n")
    assert summary(run)["error"] == "KeyError: 'a'"
    run.log_file.write_text("error: of an earlier start\n--- started 2026\n")
    assert summary(run)["error"] == "The training process ended before it began."


def test_a_summary_tells_a_list_what_it_shows(run: RunDir) -> None:
    write_events(run, STARTED, step_event(40), FAILED | {"step": 41})
    for number in (10, 40):
        run.sample_path(number).write_bytes(b"")
    assert summary(run) == {
        "run": "läuft 1", "path": str(run.path), "state": "failed", "stage": "inpaint", "step": 41, "max_iters": 500,
        "scores": None, "elapsed_s": 20.0, "updated": 1003.0, "error": "The disk is full. Make room.",
        "fills": None, "order": None, "launched": None, "last_sample_url": "/api/runs/l%C3%A4uft%201/samples/step-000000040.png",
    }  # fmt: skip


def test_damaged_files_do_not_hide_a_run(run: RunDir) -> None:
    run.config_file.write_text("lr: [")
    run.events_file.write_bytes(b'\xff\n[1]\n{"seq": 1}\n{"seq": 2, "type": "step", "time": 5, "step": 7}\n{"seq": 3')
    found = details(run)
    assert (found["state"], found["step"], found["config"], found["last_seq"]) == ("interrupted", 7, {}, 2)
    assert [event["seq"] for event in found["history"]] == [2]


def test_a_last_word_that_says_nothing_ends_a_run_all_the_same(run: RunDir) -> None:
    write_events(run, STARTED, {"type": "run_failed"})
    assert (summary(run)["state"], summary(run)["error"]) == ("failed", "")
    write_events(run, {"type": "run_finished"})
    assert summary(run)["state"] == "finished"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "none", "a\0", None, 5])
def test_only_run_folders_are_runs(run: RunDir, name: object) -> None:
    with pytest.raises(InpaintError) as caught:
        find_run(run.path.parent, name)
    assert caught.value.code == "run-unknown"


def test_many_pages_ask_for_the_use_of_the_machine_at_once(run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    def exists_slowly(pid: int) -> bool:
        time.sleep(0.001)
        return pid < 0

    monkeypatch.setattr(usage_module.psutil, "pid_exists", exists_slowly)
    monkeypatch.setattr(usage_module, "_before", dict.fromkeys(range(-20, 20), (0.0, 0.0)))
    train(run)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(usage_module.usage, [run] * 8))
    assert all(use and use["memory_gb"] > 0 for use in found)
    assert sorted(usage_module._before) == list(range(-20, 0)), "what is gone is forgotten"

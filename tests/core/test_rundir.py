"""Run folder: who trains in it, and which of its checkpoints count."""

from __future__ import annotations

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from inpaintgan.core import atomic, child
from inpaintgan.core.atomic import write_json
from inpaintgan.core.child import process_record
from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.lock import FileLock
from inpaintgan.core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS, TRAINING_STATE, RunDir, find_checkpoint


def test_a_dead_trainer_does_not_hold_its_run(tmp_path: Path):
    run = RunDir(tmp_path)
    atomic.write_json(tmp_path / "process.json", {"pid": 1, "started": 12.0})
    assert run.trainer_pid() is None
    run.claim()
    assert run.trainer_pid() is not None
    run.release()
    assert run.trainer_pid() is None


def test_a_clock_that_was_set_does_not_make_a_live_trainer_dead(tmp_path: Path):
    record = process_record()
    for started, command, pid in (
        (record["started"] - 3600, record["command"], record["pid"]),
        (record["started"], [], record["pid"]),
        (record["started"] - 3600, ["another", "program"], None),
        (record["started"] - 3600, [], None),
    ):
        atomic.write_json(tmp_path / "process.json", {"pid": record["pid"], "started": started, "command": command})
        assert RunDir(tmp_path).trainer_pid() == pid


def test_a_process_whose_command_may_not_be_seen_is_known_by_its_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(process: psutil.Process) -> list[str]:
        raise psutil.AccessDenied(process.pid)

    RunDir(tmp_path).claim()
    monkeypatch.setattr(psutil.Process, "cmdline", refuse)
    assert RunDir(tmp_path).trainer_pid() == os.getpid()


def test_a_mac_that_joined_another_network_knows_its_trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run = RunDir(tmp_path)
    run.claim()
    run.events_file.touch()
    monkeypatch.setattr(socket, "gethostname", lambda: "at-home.local")
    assert run.trainer_pid() is None and run.other_host()
    monkeypatch.setattr(child, "_KEEPS_NAME", False)
    assert run.trainer_pid() == os.getpid() and not run.other_host()
    # Of another Mac that shares the disk.
    write_json(tmp_path / "process.json", {**process_record(), "command": ["another"], "host": "another.local"})
    assert run.trainer_pid() is None and run.other_host() == "another.local"


def test_of_two_trainings_that_begin_together_one_is_refused(tmp_path: Path):
    run, lock = RunDir(tmp_path), FileLock(tmp_path / ".lock")
    assert lock.acquire(), "another process is looking who trains here"
    with ThreadPoolExecutor(1) as pool:
        claiming = pool.submit(run.claim)
        time.sleep(0.3)
        assert run.trainer_pid() is None
        atomic.write_json(tmp_path / "process.json", process_record(os.getppid()))
        lock.release()
        with pytest.raises(InpaintError, match="is already training"):
            claiming.result()


def test_who_is_refused_leaves_the_config_of_who_trains(tmp_path: Path):
    run, lock = RunDir(tmp_path / "run"), FileLock(tmp_path / "run" / ".lock")
    run.create(Config(lr=1e-3))
    assert lock.acquire(), "another process is starting here"
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(run.create, Config(lr=2e-3), claim=True)
        time.sleep(0.3)
        atomic.write_json(run.path / "process.json", process_record(os.getppid()))
        lock.release()
        with pytest.raises(InpaintError, match="is already training"):
            second.result()
    assert run.load_config().lr == 1e-3


def test_a_lock_that_is_kept_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("inpaintgan.core.lock._PATIENCE_S", 0.1)
    with RunDir(tmp_path).held(), pytest.raises(InpaintError, match="Another process is starting"):
        RunDir(tmp_path).claim()
    RunDir(tmp_path).claim()


@pytest.mark.parametrize("pid", ["Infinity", "1e300", "-1", "[]", "null"])
def test_a_damaged_record_is_nobodys(tmp_path: Path, pid: str):
    (tmp_path / "process.json").write_text(f'{{"pid": {pid}, "started": 1}}')
    assert RunDir(tmp_path).trainer_pid() is None


def test_only_whole_checkpoints_count(tmp_path: Path):
    run = RunDir(tmp_path)
    run.create(Config())
    for step in (10, 20):
        run.checkpoint_path(step).mkdir()
    (run.checkpoint_path(10) / TRAINING_STATE).write_bytes(b"x")
    (run.checkpoints / ".step-000000030.1.tmp").mkdir()
    assert run.saved_steps() == [10]
    assert find_checkpoint(tmp_path) == run.checkpoint_path(10)


@pytest.mark.parametrize("links", ["allowed", "refused", "no longer used"])
def test_best_and_latest_lead_to_a_checkpoint(tmp_path: Path, monkeypatch, links):
    run = RunDir(tmp_path)
    run.create(Config())
    for step in (10, 20):
        run.checkpoint_path(step).mkdir()
        (run.checkpoint_path(step) / EDGE_WEIGHTS).write_bytes(b"x")

    def refuse(*_args, **_kwargs):
        raise OSError("a privilege is not held")

    if links == "refused":
        monkeypatch.setattr(Path, "symlink_to", refuse)
    run.point("best", 10)
    monkeypatch.setattr("inpaintgan.core.rundir._LINKS", links != "no longer used")  # as on Windows
    run.point("best", 20)
    assert run.pointer("best") == run.checkpoint_path(20)
    assert find_checkpoint(tmp_path) == find_checkpoint(run.checkpoints / "best") == run.checkpoint_path(20)
    assert (run.checkpoints / "best").is_symlink() == (links == "allowed")


def test_a_best_checkpoint_that_cannot_paint_gives_way_to_the_newest_that_can(tmp_path: Path):
    run = RunDir(tmp_path)
    run.create(Config())
    for name, step, files in (("best", 10, (EDGE_WEIGHTS,)), ("latest", 20, (EDGE_WEIGHTS, INPAINT_WEIGHTS))):
        run.checkpoint_path(step).mkdir()
        for file in files:
            (run.checkpoint_path(step) / file).write_bytes(b"x")
        run.point(name, step)
    assert find_checkpoint(tmp_path) == run.checkpoint_path(20)
    assert find_checkpoint(run.checkpoints / "best") == run.checkpoint_path(10)
    (run.checkpoint_path(20) / INPAINT_WEIGHTS).unlink()
    assert find_checkpoint(tmp_path) == run.checkpoint_path(10)


def test_a_folder_without_checkpoint_is_refused(tmp_path: Path):
    with pytest.raises(InpaintError, match="holds no checkpoint"):
        find_checkpoint(tmp_path)
    with pytest.raises(InpaintError, match="There is no checkpoint folder"):
        find_checkpoint(tmp_path / "none")
    for content in (b"of no use", b"..", b"a\0b", b"long " * 1000, b"\xff"):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(InpaintError, match="is a file, not a folder"):
            find_checkpoint(tmp_path / "file")

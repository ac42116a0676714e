"""Run folder, events and control file: what survives a kill and what two processes may assume."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from inpaintgan.core import atomic, events
from inpaintgan.core.child import process_record
from inpaintgan.core.config import Config
from inpaintgan.core.control import Control
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.events import EventLog, EventTail, Step, Validation, Warned, finite, newest, read_events
from inpaintgan.core.lock import FileLock
from inpaintgan.core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS, TRAINING_STATE, RunDir, find_checkpoint


def test_a_failing_write_leaves_the_old_file_and_no_litter(tmp_path: Path):
    file = tmp_path / "state"
    atomic.write_bytes(file, b"old")

    def fail(stream):
        stream.write(b"new, but")
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        atomic.write_atomic(file, fail)
    assert file.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["state"]


def test_a_full_disk_is_an_os_error_whoever_writes(tmp_path: Path):
    """torch.save raises a RuntimeError of its own when the file it writes through is refused."""
    import torch

    class Full:
        def write(self, data):
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full") as caught:
        atomic.write_atomic(tmp_path / "x", lambda _file: torch.save({"a": torch.zeros(10)}, Full()))
    assert caught.value.errno == errno.ENOSPC


def test_json_refuses_nan(tmp_path: Path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        atomic.write_json(tmp_path / "x.json", {"value": float("nan")})
    assert not (tmp_path / "x.json").exists()


def test_seq_rises_over_processes_and_a_half_line_is_cut(tmp_path: Path):
    file = tmp_path / "events.jsonl"
    log = EventLog(file)
    log.emit(Warned(code="a", message="one"))
    log.emit(Warned(code="b", message="two"))
    with open(file, "ab") as stream:
        stream.write(b'{"type": "warning", "seq": 3, "mess')
    EventLog(file).emit(Warned(code="c", message="three"))
    assert [(e["seq"], e["code"]) for e in read_events(file)] == [(1, "a"), (2, "b"), (3, "c")]


@pytest.mark.parametrize("block", [1, 7, 64 * 1024])
def test_events_are_read_from_the_end_whatever_the_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int):
    monkeypatch.setattr(events, "_BLOCK_BYTES", block)
    file = tmp_path / "events.jsonl"
    assert list(newest(file)) == []
    log = EventLog(file)
    for step in (1, 2, 3):
        log.emit(Warned(code="a", message='"type":"validation"', step=step))
        log.emit(Validation(values={"psnr": 1.0 * step}, baselines={}, best=True, step=step))
    with open(file, "ab") as stream:
        stream.write(b'damaged\n{"type":"validation","seq":7,')
    assert [event["seq"] for event in newest(file)] == [6, 5, 4, 3, 2, 1]
    assert [event["step"] for event in newest(file, "validation")] == [3, 2, 1]
    assert list(newest(file))[::-1] == list(read_events(file))
    line = len(file.read_bytes().splitlines()[5])
    last = len(b'\ndamaged\n{"type":"validation","seq":7,')
    assert [event["seq"] for event in newest(file, within=last + line + 3)] == [6], "what is cut is no event"
    EventLog(file).emit(Warned(code="b", message="."))
    assert [event["seq"] for event in newest(file)] == [7, 6, 5, 4, 3, 2, 1]


def test_tail_returns_only_what_is_new_and_complete(tmp_path: Path):
    file = tmp_path / "events.jsonl"
    tail = EventTail(file, after=1)
    assert tail.read() == []
    log = EventLog(file)
    for index in range(3):
        log.emit(Warned(code=str(index), message="."))
    assert [e["seq"] for e in tail.read()] == [2, 3]
    with open(file, "ab") as stream:
        stream.write(b'{"type": "warning", "seq": 4, "time": 5,')
    assert tail.read() == []
    with open(file, "ab") as stream:
        stream.write(b'"code": "x"}\n')
    assert [e["seq"] for e in tail.read()] == [4]


def test_nan_becomes_null():
    values = finite({"loss": float("nan"), "other": 1.0, "big": float("inf")})
    assert values == {"loss": None, "other": 1.0, "big": None}
    line = Step(values=values, images_per_s=1, data_wait=0, elapsed_s=0, eta_s=None).model_dump_json()
    assert json.loads(line)["values"]["loss"] is None


def test_events_wait_for_a_full_disk_to_empty(tmp_path: Path, monkeypatch):
    file = tmp_path / "events.jsonl"
    log = EventLog(file)
    log.emit(Warned(code="a", message="."))
    real_open = open

    class Full:
        def __init__(self, stream):
            self.stream = stream

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.stream.close()

        def write(self, data):
            self.stream.write(data[:5])
            self.stream.flush()
            raise OSError(errno.ENOSPC, "full")

    def full_open(path, mode="r", *args, **kwargs):
        stream = real_open(path, mode, *args, **kwargs)
        return Full(stream) if mode == "ab" else stream

    monkeypatch.setattr(events, "open", full_open, raising=False)
    log.emit(Warned(code="b", message="."))
    assert [e["code"] for e in read_events(file)] == ["a"]
    monkeypatch.undo()
    log.emit(Warned(code="c", message="."))
    assert [(e["seq"], e["code"]) for e in read_events(file)] == [(1, "a"), (2, "b"), (3, "c")]


def test_control_orders_are_taken_once_and_stop_is_not_replaced(tmp_path: Path):
    control = Control(tmp_path / "control.json")
    assert control.take() is None
    control.send("pause")
    assert json.loads((tmp_path / "control.json").read_text()) == {"command": "pause"}
    with pytest.raises(InpaintError, match="'Pause' was ordered before and is still to be done"):
        control.send("sample-now")
    control.send("pause")
    assert (control.take(), control.take()) == ("pause", None)
    control.send("pause")
    control.send("resume")
    assert control.take() == "resume"
    control.send("save-now")
    control.send("stop")
    control.send("sample-now")
    assert control.take() == "stop"
    assert [path.name for path in tmp_path.iterdir()] == [".control.lock"]
    with pytest.raises(InpaintError, match="'explode' is not a training command"):
        control.send("explode")


def test_a_stop_that_comes_while_another_order_is_taken_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    control, read = Control(tmp_path / "control.json"), atomic.read_json
    control.send("sample-now")

    def read_slowly(path: Path):
        order = read(path)
        atomic.write_json(tmp_path / "control.json", {"command": "stop"})
        return order

    monkeypatch.setattr("inpaintgan.core.control.read_json", read_slowly)
    assert control.take() == "sample-now"
    monkeypatch.undo()
    assert control.take() == "stop"


def test_two_threads_write_one_file_at_once(tmp_path: Path):
    meet = threading.Barrier(2, timeout=10)

    def write(value: bytes):
        def content(file: BinaryIO):
            meet.wait()  # both have made their temporary file
            file.write(value)

        atomic.write_atomic(tmp_path / "a", content)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, [b"one", b"two"]))
    assert (tmp_path / "a").read_bytes() in (b"one", b"two")
    assert len(list(tmp_path.iterdir())) == 1


def test_control_survives_nonsense(tmp_path: Path):
    (tmp_path / "control.json").write_text("[1, 2")
    control = Control(tmp_path / "control.json")
    assert control.take() == "", "no command"
    control.send("save-now")
    assert control.take() == "save-now"


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

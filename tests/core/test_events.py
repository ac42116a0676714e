"""The file of events: what survives a kill, a half line and a full disk."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from inpaintgan.core import events
from inpaintgan.core.events import EventLog, EventTail, Step, Validation, Warned, finite, newest, parse, read_events


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


@pytest.mark.parametrize(
    "odd",
    [
        '"time":"noon"', '"time":NaN', '"step":"x"', '"step":null', '"step":Infinity', '"type":["step"]', '"seq":1.5',
        '"elapsed_s":{}', '"values":[1]', '"values":null', '"values":{"psnr":"high"}',
        f'"values":{{"psnr":1{"0" * 400}}}', '"learning_rate":"x"',
    ],
)  # fmt: skip
def test_a_line_whose_numbers_are_none_is_no_event(odd: str):
    """A run from elsewhere: one such line hid every run of the list."""
    usual = '"seq":1,"type":"validation","time":5,"step":7'
    assert parse(f'{{{usual},"values":{{"psnr":null}}}}') is not None
    assert parse(f"{{{usual},{odd}}}") is None


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


def test_a_disk_that_is_full_before_the_first_event_is_waited_for_too(tmp_path: Path, monkeypatch):
    file = tmp_path / "events.jsonl"
    log = EventLog(file)

    def full_open(*_args, **_options):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(events, "open", full_open, raising=False)
    log.emit(Warned(code="a", message="."))
    with pytest.raises(OSError, match="full"):
        log.flush()
    monkeypatch.undo()
    log.flush()
    assert [e["code"] for e in read_events(file)] == ["a"]

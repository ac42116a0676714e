"""Orders to a training: each is taken once, and a stop is never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inpaintgan.core import atomic
from inpaintgan.core.control import Control
from inpaintgan.core.errors import InpaintError


def test_control_orders_are_taken_once_and_stop_is_not_replaced(tmp_path: Path):
    control = Control(tmp_path / "control.json")
    assert control.take() is None
    control.send("pause")
    assert json.loads((tmp_path / "control.json").read_text()) == {"command": "pause"}
    with pytest.raises(InpaintError, match="'Pause' is still pending"):
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


def test_control_survives_nonsense(tmp_path: Path):
    (tmp_path / "control.json").write_text("[1, 2")
    control = Control(tmp_path / "control.json")
    assert control.take() == "", "no command"
    control.send("save-now")
    assert control.take() == "save-now"


def test_an_old_order_that_is_being_read_is_dropped_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """On Windows the window's look at it keeps it from being removed."""
    control = Control(tmp_path / "control.json")
    control.send("pause")
    unlink, refusals = Path.unlink, iter([True, False])

    def refuse_once(path: Path) -> None:
        if next(refusals):
            raise PermissionError(path)
        unlink(path)

    monkeypatch.setattr(atomic, "_OPEN_FILES_BLOCK", True)
    monkeypatch.setattr(Path, "unlink", refuse_once)
    control.clear()
    assert control.peek() is None

"""Files that another process has open, as Windows sees them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inpaintgan.core import atomic


class Refusing:
    """Refuses some times, as Windows does while somebody has the file open."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self, *given: object) -> str:
        self.left -= 1
        if self.left >= 0:
            raise PermissionError("it is being used by another process")
        return "done"


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(atomic, "_OPEN_FILES_BLOCK", True)


def test_on_windows_a_file_that_is_open_elsewhere_is_waited_for(windows):
    assert atomic.patient(Refusing(3)) == "done"


def test_not_for_ever(windows):
    with pytest.raises(PermissionError):
        atomic.patient(Refusing(1000), patience_s=0.05)


def test_elsewhere_a_refusal_is_one():
    refusing = Refusing(1)
    with pytest.raises(PermissionError):
        atomic.patient(refusing)
    assert refusing.left == 0


def test_renames_and_reads_wait(windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rename, read = os.replace, Path.read_text
    refusing = Refusing(2)
    monkeypatch.setattr(os, "replace", lambda *given: (refusing(), rename(*given)))
    atomic.write_json(tmp_path / "a.json", {"a": 1})
    again = Refusing(2)
    monkeypatch.setattr(Path, "read_text", lambda path, **given: (again(), read(path, **given))[1])
    assert atomic.read_json(tmp_path / "a.json") == {"a": 1}
    assert refusing.left == again.left == -1
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]

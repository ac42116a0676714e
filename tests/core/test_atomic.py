"""Files are written whole or not at all, whoever fails, writes beside, or has them open, as Windows sees it."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from inpaintgan.core import atomic


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
    def wrapping(_file: BinaryIO):
        try:
            raise OSError(errno.ENOSPC, "full")
        except OSError as error:
            raise RuntimeError("unexpected pos 64 vs 0") from error  # as torch.save does, without a word of the disk

    with pytest.raises(OSError, match="full") as caught:
        atomic.write_atomic(tmp_path / "x", wrapping)
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_on_the_disk_before_it_is_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Some file systems rename at once and write later: after a power cut the file would be there, and empty."""
    order: list[object] = []
    flush, rename = os.fsync, os.replace

    def fsync(number: int):
        order.append(("flushed", os.fstat(number).st_size))
        flush(number)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", lambda *given: (order.append("in place"), rename(*given)))
    atomic.write_bytes(tmp_path / "x", b"whole")
    assert order == [("flushed", 5), "in place"]


def test_json_refuses_nan(tmp_path: Path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        atomic.write_json(tmp_path / "x.json", {"value": float("nan")})
    assert not (tmp_path / "x.json").exists()


def test_json_keeps_a_files_name_that_is_not_text(tmp_path: Path):
    atomic.write_json(tmp_path / "x.json", {"picture": os.fsdecode(b"caf\xe9.jpg"), "photo": "café"})
    assert atomic.read_json(tmp_path / "x.json") == {"picture": "caf\udce9.jpg", "photo": "café"}


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


def test_and_a_folder_that_is_not_empty_yet_but_not_what_is_not_there(windows):
    refusals = iter([OSError(errno.ENOTEMPTY, "The directory is not empty"), None, FileNotFoundError("gone")])

    def action() -> str:
        if refusal := next(refusals):
            raise refusal
        return "done"

    assert atomic.patient(action) == "done"
    with pytest.raises(FileNotFoundError):
        atomic.patient(action)


def test_not_for_ever(windows):
    with pytest.raises(PermissionError):
        atomic.patient(Refusing(1000), patience_s=0.05)


def test_elsewhere_a_refusal_is_one():
    refusing = Refusing(1)
    with pytest.raises(PermissionError):
        atomic.patient(refusing)
    assert refusing.left == 0


def test_a_folder_goes_when_its_files_are_let_go(windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "open").touch()
    unlink, refusing = os.unlink, Refusing(2)
    monkeypatch.setattr(os, "unlink", lambda *given, **more: (refusing(), unlink(*given, **more)))
    atomic.remove_folder(tmp_path / "a")
    assert not (tmp_path / "a").exists() and refusing.left == -1
    atomic.remove_folder(tmp_path / "a")  # there is none


def test_of_a_folder_with_a_file_that_stays_open_all_else_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    unlink = os.unlink

    def refuse(path: str, **more: Any) -> None:
        if str(path).endswith("open"):
            raise PermissionError(path)
        unlink(path, **more)

    for name in ("first", "open", "last"):
        (tmp_path / "a" / name).mkdir(parents=True)
        (tmp_path / "a" / name / name).touch()
    monkeypatch.setattr(os, "unlink", refuse)
    atomic.remove_folder(tmp_path / "a")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["open"]


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


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b"9" * 5000, b"\xff", b"", None], ids=["deep", "long", "bytes", "empty", "folder"]
)
def test_json_that_nobody_could_have_written_is_none(tmp_path: Path, data: bytes | None):
    file = tmp_path / "launch.json"
    file.mkdir() if data is None else file.write_bytes(data)
    assert atomic.read_json(file) is None

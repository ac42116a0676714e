"""A lock among processes: held by one, free once its holder lets go."""

from __future__ import annotations

import errno
from multiprocessing import get_context
from pathlib import Path

import pytest

from inpaintgan.core.lock import FileLock

fcntl = pytest.importorskip("fcntl")


def test_a_lock_that_is_held_is_refused_and_can_be_had_after_its_release(tmp_path: Path):
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    assert not first.acquire()
    second.release()


def test_a_forked_child_does_not_keep_what_its_parent_has_released(tmp_path: Path):
    """It inherits the open file, and with it the lock, which closing on one side does not end."""
    lock, context = FileLock(tmp_path / "lock"), get_context("fork")
    assert lock.acquire()
    over = context.Event()
    child = context.Process(target=over.wait)
    child.start()
    try:
        lock.release()
        assert FileLock(tmp_path / "lock").acquire()
    finally:
        over.set()
        child.join()


def test_where_the_file_system_has_no_locks_everyone_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(_file: int, _operation: int):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    locks = [FileLock(tmp_path / "lock") for _ in range(2)]
    assert all(lock.acquire() for lock in locks)
    for lock in locks:
        lock.release()

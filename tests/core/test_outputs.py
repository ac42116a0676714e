"""Places for results are tried before the work, wherever that is."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.core.outputs import make_folder, writing_checkpoint


def test_a_folder_is_tried_and_left_as_it_was(tmp_path: Path):
    make_folder(tmp_path / "new" / "results")
    assert list((tmp_path / "new" / "results").iterdir()) == []


@pytest.mark.parametrize("end", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_half_of_a_checkpoint_does_not_stay(tmp_path: Path, end: BaseException):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notes.txt").touch()
    for name in ("new", "own"):
        with pytest.raises((InpaintError, KeyboardInterrupt)), writing_checkpoint(tmp_path / name):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "edge_generator.safetensors").touch()
            raise end
    assert [file.name for file in tmp_path.rglob("*")] == ["own", "notes.txt"]


def test_a_folder_that_refuses_is_refused_at_once_on_windows_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def refuse(file: str, *_: object) -> int:
        asked.append(str(file))
        assert len(asked) < 5, "tried again and again"
        raise PermissionError(errno.EACCES, "Access is denied")

    class Windows:
        """As `tempfile` sees it there."""

        name = "nt"

        def __getattr__(self, name: str) -> object:
            return getattr(os, name)

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(tempfile, "_os", Windows())
    with pytest.raises(InpaintError) as caught:
        make_folder(tmp_path)
    assert caught.value.code == "output-unwritable" and "Access is denied" in caught.value.message

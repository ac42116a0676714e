"""Which files of a folder count as pictures."""

from __future__ import annotations

import os
import sys

import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.imaging.folder import find_pictures


def names(folder, **options) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in find_pictures(folder, **options)]


def touch(folder, *files: str) -> None:
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_pictures_are_sorted_by_relative_path(tmp_path):
    touch(tmp_path, "b.PNG", "a/z.jpg", "a/é.webp", "a/b/c.JPeG", "notes.txt", "字/图.tiff", "png")
    assert names(tmp_path) == sorted(["b.PNG", "a/z.jpg", "a/é.webp", "a/b/c.JPeG", "字/图.tiff"])
    assert names(tmp_path, recursive=False) == ["b.PNG"]


def test_hidden_files_and_folders_are_skipped(tmp_path):
    touch(tmp_path, "a.png", ".b.png", ".git/c.png", "._a.png")
    assert names(tmp_path) == ["a.png"]


def test_trainings_among_the_pictures_are_none(tmp_path):
    touch(tmp_path, "a.png", "runs/x/events.jsonl", "runs/x/samples/step-1.png", "runs/b.png")
    assert names(tmp_path) == ["a.png", "runs/b.png"]
    assert names(tmp_path / "runs" / "x") == ["samples/step-1.png"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_loops_of_links_end(tmp_path):
    touch(tmp_path, "real/a.png", "other/b.png")
    (tmp_path / "real" / "loop").symlink_to(tmp_path)
    (tmp_path / "alias").symlink_to(tmp_path / "real")
    (tmp_path / "dangling.png").symlink_to(tmp_path / "none.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "real" / "a.png")
    assert names(tmp_path) == ["link.png", "other/b.png", "real/a.png"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_that_lead_to_themselves_hide_no_picture(tmp_path):
    pictures = [f"{index}.png" for index in range(9)]
    touch(tmp_path, *pictures)
    for index in range(9):  # somewhere among the others, in whatever order they are listed
        (tmp_path / f"link-{index}").symlink_to(f"link-{index}")
    assert names(tmp_path) == pictures


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes on Windows")
def test_pipes_and_folders_with_picture_names_are_no_pictures(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    touch(tmp_path, "folder.png/a.png")
    assert names(tmp_path) == ["folder.png/a.png"]


def test_refusals(tmp_path):
    touch(tmp_path, "notes.txt")
    for folder, code in ((tmp_path / "none", "folder-missing"), (tmp_path / "notes.txt", "folder-missing"),
                         (tmp_path, "folder-empty")):  # fmt: skip
        with pytest.raises(InpaintError) as refused:
            find_pictures(folder)
        assert refused.value.code == code
        assert refused.value.hint

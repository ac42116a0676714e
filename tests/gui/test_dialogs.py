"""The system's folder dialogs, played by small scripts: whatever fails is passed over, and at last the list is left."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.gui import dialogs as module
from inpaintgan.gui import folders
from inpaintgan.gui.dialogs import FolderDialog, dialogs

Play = Callable[[str, str], None]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are played by shell scripts")


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """``play("zenity", "exit 1")`` puts a program of that name alone on the path, on a screen that is not there."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("DISPLAY", ":97")
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    (tmp_path / "bin").mkdir()

    def play(name: str, script: str) -> None:
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)

    return play


def test_the_first_that_works_is_asked_and_is_given_the_title_unread(play: Play) -> None:
    play("zenity", f'printf "%s\\n" "/tmp/写真 ${module._TITLE}"')
    play("kdialog", "echo never")
    title = '"; rm -rf $HOME #'
    assert FolderDialog().ask(title) == f"/tmp/写真 {title}"


@pytest.mark.parametrize("failure", ["exit 255", "echo cannot open display >&2; exit 1", "kill -ABRT $$"])
def test_a_dialog_that_cannot_be_shown_is_passed_over(play: Play, failure: str) -> None:
    play("zenity", failure)
    play("kdialog", "echo /chosen")
    assert FolderDialog().ask("x") == "/chosen"


def test_cancel_is_no_failure(play: Play) -> None:
    play("zenity", "exit 1")
    play("kdialog", "echo never")
    dialog = FolderDialog()
    assert dialog.ask("x") is None
    assert dialog.is_offered()


def test_when_none_can_be_shown_none_is_offered_any_more(play: Play) -> None:
    play("zenity", "exit 255")
    dialog = FolderDialog()
    assert dialog.is_offered()
    with pytest.raises(InpaintError, match="list of folders") as refused:
        dialog.ask("x")
    assert refused.value.code == "no-dialog"
    assert not dialog.is_offered()


def test_a_mac_asks_the_finder_and_knows_its_cancel(play: Play) -> None:
    play("osascript", "echo 'execution error: User canceled. (-128)' >&2; exit 1")
    (dialog,) = dialogs("darwin")
    assert dialog.command[:2] == ["osascript", "-e"]
    assert module._show(dialog, "x") == (True, None)
    play("osascript", "echo 'execution error: not allowed (-1743)' >&2; exit 1")
    assert module._show(dialog, "x") == (False, None)
    play("osascript", "echo /Users/ä/Pictures/")
    assert module._show(dialog, "x") == (True, "/Users/ä/Pictures/")


def test_windows_asks_powershell_where_there_is_one(play: Play) -> None:
    assert dialogs("win32") == []
    play("powershell", "printf 'C:\\\\Bilder'")
    (dialog,) = dialogs("win32")
    assert module._show(dialog, "x") == (True, "C:\\Bilder")
    play("powershell", r"printf '\357\273\277C:\\Bilder\r\n'")
    assert module._show(dialog, "x") == (True, "C:\\Bilder")


def test_tkinter_is_the_last_resort_and_may_be_broken(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: object())
    (dialog,) = dialogs("linux")
    assert dialog.command[0] == sys.executable
    # Whether there is no tkinter or no display ":97": neither is anybody's Cancel.
    assert module._show(dialog, "x") == (False, None)


def test_without_a_screen_there_is_nothing_to_ask(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    play("zenity", "echo never")
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert dialogs() == []


def test_the_list_works_on_other_systems_and_for_accounts_without_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_home(*_: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    def gone(path: Path) -> bool:
        if str(path).startswith("E:"):
            raise PermissionError(path)
        return str(path).startswith(("C:", "/Volumes")) or path == tmp_path

    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr(Path, "expanduser", no_home)
    monkeypatch.setattr(folders, "work_root", lambda: tmp_path)
    monkeypatch.setattr(Path, "is_dir", gone)
    drives = [SimpleNamespace(device=f"{letter}:\\") for letter in "CE"]
    monkeypatch.setattr(psutil, "disk_partitions", lambda: drives)
    monkeypatch.delattr(os, "listdrives", raising=False)
    for system, place in (("win32", "C:"), ("darwin", "Volumes")):
        monkeypatch.setattr(sys, "platform", system)
        found = folders.list_folder("")
        assert found["path"] == str(tmp_path)
        assert place in [shortcut["name"] for shortcut in found["shortcuts"]]
    # Drives of the network too, and nobody waits for those that do not answer.
    monkeypatch.setattr(os, "listdrives", lambda: ["C:\\", "Z:\\"], raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    places = {shortcut["name"]: shortcut["path"] for shortcut in folders.list_folder("")["shortcuts"]}
    assert places["C:"] == "C:\\" and places["Z:"] == "Z:\\"
    assert folders.absolute("file://nas/old%20photos") == "//nas/old photos"
    assert folders.absolute("~nobody").endswith("~nobody")
    for copied in (f'"{tmp_path}"', f"'{tmp_path}'", tmp_path.as_uri()):
        assert folders.absolute(copied) == str(tmp_path)

"""The system's own folder dialog, by whichever program can show one here. Where none can, the in-app list remains.

Each dialog runs in a process of its own: on some systems it must have the main thread, and one that crashes or hangs
takes nothing with it. One that fails is skipped for the next.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..core.child import CREATION_FLAGS
from ..core.errors import InpaintError
from .browser import has_screen

_TITLE = "INPAINTGAN_DIALOG_TITLE"
"""The title travels in the environment: no shell or script language may take a part of it for its own."""

_TKINTER = f"""
import os, sys, tkinter
from tkinter import filedialog
root = tkinter.Tk()
root.withdraw()
root.attributes("-topmost", True)
sys.stdout.buffer.write(os.fsencode(filedialog.askdirectory(title=os.environ["{_TITLE}"], mustexist=True) or ""))
"""
_APPLESCRIPT = f'POSIX path of (choose folder with prompt (system attribute "{_TITLE}"))'
_POWERSHELL = f"""
Add-Type -AssemblyName System.Windows.Forms
[Console]::OutputEncoding = [Text.Encoding]::UTF8
$dialog = New-Object System.Windows.Forms.FolderBrowserDialog
$dialog.Description = $env:{_TITLE}
$front = New-Object System.Windows.Forms.Form -Property @{{ TopMost = $true }}
if ($dialog.ShowDialog($front) -eq "OK") {{ [Console]::Out.Write($dialog.SelectedPath) }}
"""


@dataclass(frozen=True)
class Dialog:
    """A program that shows a folder dialog and prints the folder."""

    command: list[str]
    cancelled: Callable[[int, str], bool] = lambda code, said: False
    """Whether an exit code above 0, with what was said on stderr, means that a person pressed Cancel."""


def dialogs(platform: str = sys.platform) -> list[Dialog]:
    """Return the dialogs worth trying on a system, the best first; none where there is no screen."""
    if not has_screen():
        return []
    found = []
    if platform == "darwin":
        found.append(Dialog(["osascript", "-e", _APPLESCRIPT], lambda code, said: "-128" in said))
    elif platform == "win32":
        found.append(Dialog(["powershell", "-NoProfile", "-STA", "-Command", _POWERSHELL]))
    else:
        home = str(Path.home())
        found.append(Dialog(["zenity", "--file-selection", "--directory"], _pressed_cancel))
        found.append(Dialog(["kdialog", "--getexistingdirectory", home], _pressed_cancel))
    available = [dialog for dialog in found if shutil.which(dialog.command[0])]
    if importlib.util.find_spec("tkinter") is not None:
        available.append(Dialog([sys.executable, "-c", _TKINTER]))
    return available


def _pressed_cancel(code: int, said: str) -> bool:
    """GTK and Qt programs say 1 for Cancel, and also when there is no display to show anything on."""
    return code == 1 and "display" not in said.lower()


class FolderDialog:
    """Asks for a folder, one dialog at a time; gives up for good once none of them could be shown."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._broken = False

    def is_offered(self) -> bool:
        """Return whether there is something to show, as far as is known."""
        return not self._broken and bool(dialogs())

    def ask(self, title: str) -> str | None:
        """Return the folder that a person chose, or None when it was cancelled.

        Raises:
            InpaintError: ``no-dialog`` where none can be shown, ``dialog-open`` while one is open.
        """
        if not self._lock.acquire(blocking=False):
            raise InpaintError("dialog-open", "The folder dialog is already open.", "It may be behind this window.")
        try:
            for dialog in dialogs():
                shown, path = _show(dialog, title)
                if shown:
                    return path
        finally:
            self._lock.release()
        self._broken = has_screen()
        raise InpaintError(
            "no-dialog", "No folder dialog can be shown here.", "Use the list of folders, or type the path."
        )


def _show(dialog: Dialog, title: str) -> tuple[bool, str | None]:
    """Run a dialog; returns whether it could be shown, and what was chosen."""
    try:
        done = subprocess.run(
            dialog.command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env={**os.environ, _TITLE: title},
            creationflags=CREATION_FLAGS,
        )
    except OSError:
        return False, None
    if done.returncode:
        return dialog.cancelled(done.returncode, done.stderr.decode(errors="replace")), None
    chosen = os.fsdecode(done.stdout).strip("\ufeff\r\n")  # PowerShell may begin with a byte order mark
    return True, chosen or None

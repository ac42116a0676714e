"""Finding a browser and opening the window in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

_LINUX_NAMES = (
    "google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge", "microsoft-edge-stable",
    "brave-browser",
)  # fmt: skip
_MAC_PROGRAMS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_WINDOWS_PROGRAMS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")


def has_screen() -> bool:
    """Return whether a window can appear where this process runs."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def find() -> str | None:
    """Return the program of a browser that has app windows, or None. ``INPAINTGAN_BROWSER`` comes first."""
    chosen = os.environ.get("INPAINTGAN_BROWSER")
    if chosen:
        return shutil.which(chosen)
    if sys.platform == "win32":
        roots = [os.environ.get(name, "") for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        candidates = [Path(root) / program for program in _WINDOWS_PROGRAMS for root in roots if root]
    elif sys.platform == "darwin":
        roots = [Path("/Applications"), Path.home() / "Applications"]
        candidates = [root / program for program in _MAC_PROGRAMS for root in roots]
    else:
        return next((found for name in _LINUX_NAMES if (found := shutil.which(name))), None)
    return next((str(path) for path in candidates if path.is_file()), None)


def open_window(address: str, profile: Path) -> subprocess.Popen[bytes] | None:
    """Show an address in a window of its own, or in a tab of the default browser where there is no fitting browser.

    Args:
        address: Address with its ticket.
        profile: A private folder for the browser, so that it neither joins nor disturbs one that is already running.

    Returns:
        The browser's process, or None when the default browser was asked.
    """
    program = find()
    if program:
        command = [program, f"--app={address}", f"--user-data-dir={profile}", "--no-first-run"]
        command += ["--no-default-browser-check", "--disable-sync", "--window-size=1360,920"]
        if sys.platform.startswith("linux") and os.geteuid() == 0:
            # Chromium's sandbox refuses to run for root.
            command.append("--no-sandbox")
        with suppress(OSError):
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
    webbrowser.open(address)
    return None

"""Looking around in this machine's folders: the in-app list, and where the pictures are."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import psutil

from ..core.errors import InpaintError
from ..core.formats import PICTURE_SUFFIXES, SHARD_SUFFIX
from ..core.paths import expanded, resource, work_root
from ..core.rundir import EVENTS
from .dialogs import FolderDialog

_MAX_FOLDERS = 2000
_MAX_LOOKED_AT = 200_000
_dialog = FolderDialog()


def absolute(path: object) -> str:
    """Return a typed path in full, with ``~`` resolved; empty stays empty. Systems copy paths in quotes, or as addresses.

    Raises:
        InpaintError: ``path-impossible``: the system cannot even be asked about it.
    """
    text = str(path or "").strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    if text.startswith("file://"):
        where = urlsplit(text)
        host = f"//{where.netloc}" if where.netloc and sys.platform == "win32" else ""  # of a shared drive
        text = url2pathname(host + where.path)
    try:
        is_possible = b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:  # half a character
        is_possible = False
    if not is_possible:
        raise InpaintError("path-impossible", f"{text!a} holds a character that no path can hold.", "Check the path.")
    return str(expanded(text).absolute()) if text else ""


def list_folder(path: str, *, nearest: bool = False) -> dict[str, Any]:
    """Return a folder's sub-folders, how many pictures lie directly in it, and places to jump to.

    Args:
        path: Empty is home.
        nearest: Take the nearest folder above one that is missing.

    Raises:
        InpaintError: ``folder-missing``, ``folder-unreadable``, or as `absolute`.
    """
    folder = Path(absolute(path) or _home())
    if nearest:
        folder = next((above for above in (folder, *folder.parents) if _is_there(above)), folder)
    found, n_pictures = [], 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if _is_folder(entry):
                    found.append({"name": entry.name, "path": str(folder / entry.name)})
                elif is_picture(entry.name):
                    n_pictures += 1
    except FileNotFoundError as error:
        raise InpaintError("folder-missing", f"There is no folder {folder}.", "Check the path.") from error
    except NotADirectoryError as error:
        raise InpaintError(
            "folder-missing", f"{folder} is a file, not a folder.", "Choose the folder that contains it."
        ) from error
    except OSError as error:
        raise InpaintError("folder-unreadable", f"{folder} cannot be read: {error.strerror}.") from error
    found.sort(key=lambda item: item["name"].casefold())
    return {
        "path": str(folder),
        "parent": None if folder.parent == folder else str(folder.parent),
        "folders": found[:_MAX_FOLDERS],
        "n_pictures": n_pictures,
        "shortcuts": _shortcuts(),
    }


def has_dialog() -> bool:
    """Return whether the system's folder dialog can be shown, as far as is known."""
    return _dialog.is_offered()


def choose_folder(title: str) -> str | None:
    """Ask for a folder with the system's dialog; None when it was cancelled. Raises as `FolderDialog.ask`."""
    return absolute(_dialog.ask(title)) or None


def has_picture(folder: Path) -> bool:
    """Return whether a picture or a tar shard lies in a folder or below it, going by names, stopping at the first."""
    names = islice(_files_below(folder), _MAX_LOOKED_AT)  # a single folder may hold far more
    return any(name and (is_picture(name) or name.lower().endswith(SHARD_SUFFIX)) for name in names)


def count_pictures(path: str) -> dict[str, Any]:
    """Return ``n_pictures``, how many lie in a folder and below it, going by names, and ``is_all``, whether all of it was
    looked at.
    """
    n_pictures, is_all = 0, True
    for name in _files_below(Path(absolute(path))):
        if name is None:
            is_all = False
        else:
            n_pictures += is_picture(name)
    return {"n_pictures": n_pictures, "is_all": is_all}


def _files_below(folder: Path) -> Iterator[str | None]:
    """Yield the names of files in a folder and below it as `find_pictures` finds them; None where it becomes too many."""
    n_looked_at, waiting, seen = 0, [folder], set()
    while waiting:
        if n_looked_at > _MAX_LOOKED_AT:
            yield None
            return
        inside = waiting.pop()
        try:
            real = inside.resolve()
            if real in seen or (seen and (inside / EVENTS).is_file()):
                continue
            seen.add(real)
            with os.scandir(inside) as entries:
                for entry in entries:
                    n_looked_at += 1
                    if entry.name.startswith("."):
                        continue
                    if _is_folder(entry):
                        waiting.append(Path(entry.path))
                    else:
                        yield entry.name
        except OSError:
            continue


def is_picture(name: str) -> bool:
    """Return whether a file name is that of a picture."""
    # Not pathlib, which takes its time over 100,000 names.
    return os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES  # noqa: PTH122


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a service's account may have none
        return work_root()


def _shortcuts() -> list[dict[str, str]]:
    """Return places worth a button: home, the usual folders in it, the program, and drives."""
    home = _home()
    places = [("Home", home)] + [(name, home / name) for name in ("Pictures", "Desktop", "Downloads")]
    places += [("Program", work_root()), ("Examples", resource("examples"))]
    if sys.platform == "darwin":
        places += [("Volumes", Path("/Volumes")), ("Computer", Path("/"))]
    elif sys.platform != "win32":
        places.append(("Computer", Path("/")))
    found = [(name, str(path)) for name, path in places if _is_there(path)]
    # Drives are not asked whether they are there: one of the network that is not takes half a minute to say so.
    found += [(drive.rstrip("\\"), drive) for drive in _drives()]
    return [{"name": name, "path": path} for name, path in found]


def _drives() -> list[str]:
    """Return what Windows has in place of one root: ``C:\\`` and so on, before Python 3.12 without those of the network."""
    if sys.platform != "win32":
        return []
    return os.listdrives() if hasattr(os, "listdrives") else [drive.device for drive in psutil.disk_partitions()]


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:  # an empty card reader, a share that is gone
        return False


def example_pictures() -> list[Path]:
    """Return the pictures that come with the program."""
    folder = resource("examples")
    suffixes = (".png", ".jpg", ".jpeg")
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes) if folder.is_dir() else []

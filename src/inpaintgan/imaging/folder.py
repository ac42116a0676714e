"""Which files of a folder are pictures."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection, Iterator
from pathlib import Path, PurePath

from ..core.errors import InpaintError
from ..core.formats import ACCEPTED, PICTURE_SUFFIXES
from ..core.rundir import EVENTS


def find_pictures(folder: Path, recursive: bool = True) -> list[Path]:
    """Return the pictures of a folder, sorted by their path in it; hidden files and folders and trainings are skipped.

    A folder that is reached twice through links is read once, so that a loop of links ends.

    Raises:
        InpaintError: ``folder-missing`` or ``folder-empty``.
    """
    found = list_files(folder, PICTURE_SUFFIXES, recursive)
    if not found:
        raise InpaintError("folder-empty", f"There are no pictures in the folder {folder}.", ACCEPTED)
    return [folder / name for name in found]


def refuse_missing(place: Path, code: str, noun: str = "") -> None:
    """Refuse a path at which there is neither file nor folder.

    Args:
        place: The path.
        code: Begins the code of the refusal.
        noun: What the refusal calls a file; the ``code`` unless given.

    Raises:
        InpaintError: Such as ``picture-missing``.
    """
    if not place.exists():
        raise InpaintError(f"{code}-missing", f"There is no {noun or code} or folder {place}.")


def match_key(relative: PurePath) -> str:
    """Return what a picture has in common with its mask or its edges: the path in its folder, without the extension.

    Names are compared as people read them: a Mac writes an accent as a character of its own, others do not.
    """
    return unicodedata.normalize("NFC", relative.with_suffix("").as_posix())


def list_files(
    folder: Path,
    suffixes: Collection[str],
    recursive: bool = True,
    hint: str = "Choose a folder with pictures in it.",
) -> list[str]:
    """Return the files with such suffixes by their path in a folder, otherwise as `find_pictures`; maybe none.

    Raises:
        InpaintError: ``folder-missing``.
    """
    if not folder.is_dir():
        why = f"{folder} is a file, not a folder" if folder.exists() else f"The folder {folder} does not exist"
        raise InpaintError("folder-missing", f"{why}.", hint)
    return sorted(_walk(folder, tuple(suffixes), recursive))


def _walk(root: Path, suffixes: tuple[str, ...], recursive: bool) -> Iterator[str]:
    """Yield the paths of files below a folder; real folders come before linked ones, so that the answer is always the same.

    Millions of files pass through here: names stay text, and only folders and links are looked at.
    """
    folders, linked = [""], []
    seen: set[object] = set()
    while folders or linked:
        if not folders:
            linked.sort(reverse=True)
        inside = folders.pop() if folders else linked.pop()
        try:
            facts = (root / inside).stat()
            # Some shared drives number all their folders 0.
            identity = (facts.st_dev, facts.st_ino) if facts.st_ino else (root / inside).resolve()
            if identity in seen:
                continue
            seen.add(identity)
            if inside and (root / inside / EVENTS).is_file():
                continue  # a training, whose sample grids are not pictures of the set
            with os.scandir(root / inside) as entries:
                for entry in entries:
                    name = entry.name
                    if name.startswith("."):
                        continue
                    try:
                        is_folder = entry.is_dir()
                    except OSError:  # a link that leads to itself, which must not hide what comes after it
                        continue
                    if is_folder:
                        if recursive:
                            (linked if entry.is_symlink() else folders).append(f"{inside}{name}/")
                    elif name.lower().endswith(suffixes) and entry.is_file():
                        yield inside + name
        except OSError:
            # One locked folder does not keep the others from being used.
            continue

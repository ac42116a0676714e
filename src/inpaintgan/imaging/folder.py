"""Which files of a folder are pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..core.errors import InpaintError

WRITABLE = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".webp": "WEBP", ".tif": "TIFF",
    ".tiff": "TIFF", ".bmp": "BMP",
}  # fmt: skip
"""The formats that can be written, by suffix."""
PICTURE_SUFFIXES = frozenset({*WRITABLE, ".dib", ".gif", ".avif", ".ppm", ".pgm"})
"""Lower-case file suffixes that count as pictures."""
ACCEPTED = "Accepted are PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF and PPM pictures."


def find_pictures(folder: Path, recursive: bool = True) -> list[Path]:
    """Return the pictures of a folder, sorted by their path in it; hidden files and folders are skipped.

    A folder that is reached twice through links is read once, so that a loop of links ends.

    Raises:
        InpaintError: ``folder-missing`` or ``folder-empty``.
    """
    if not folder.is_dir():
        why = "is a file, not a folder" if folder.exists() else "does not exist"
        raise InpaintError("folder-missing", f"The folder {folder} {why}.", "Choose a folder with pictures in it.")
    root = str(folder)
    found = sorted(os.path.relpath(path, root).replace(os.sep, "/") for path in _walk(root, recursive))
    if not found:
        raise InpaintError("folder-empty", f"There are no pictures in the folder {folder}.", ACCEPTED)
    return [folder / name for name in found]


def _walk(root: str, recursive: bool) -> Iterator[str]:
    """Yield the paths of pictures; real folders come before linked ones, so that the answer is always the same."""
    suffixes = tuple(PICTURE_SUFFIXES)
    folders, linked = [root], []
    seen: set[tuple[int, int]] = set()
    while folders or linked:
        if not folders:
            linked.sort(reverse=True)
        folder = folders.pop() if folders else linked.pop()
        try:
            identity = Path(folder).stat()
            if (identity.st_dev, identity.st_ino) in seen:
                continue
            seen.add((identity.st_dev, identity.st_ino))
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir():
                        if recursive:
                            (linked if entry.is_symlink() else folders).append(entry.path)
                    elif entry.name.lower().endswith(suffixes) and entry.is_file():
                        yield entry.path
        except OSError:
            # One locked folder does not keep the others from being used.
            continue

"""Files over HTTP both ways: the pages, pictures out, and uploads in. Plain functions that know no web framework."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from ..core.atomic import replace
from ..core.errors import InpaintError, is_full
from .answers import NOT_FOUND, Answer

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
"""What is served from ``web/``, and as what; anything else is not there."""

_CHUNK_BYTES = 256 * 1024


def page_file(root: Path, path: str) -> Answer:
    """Return a file of the pages.

    Args:
        root: The folder of the pages.
        path: As asked for; only real files inside ``root`` with a listed extension and no hidden part are there.
    """
    if path == "favicon.ico":
        # Browsers ask for it unbidden, and a 404 would be written into the console.
        return Answer(204)
    return served_file(root, path or "index.html")


def served_file(root: Path, path: str, download_name: str = "") -> Answer:
    """Return a file below ``root`` after links are resolved, or `NOT_FOUND`.

    Args:
        root: The folder that the file must really lie in.
        path: Relative, with forward slashes.
        download_name: Have the browser save it under this name instead of showing it.
    """
    parts = path.split("/")
    if any(part in ("", "..") or part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return NOT_FOUND
    try:
        real_root = root.resolve(strict=True)
        file = real_root.joinpath(*parts).resolve(strict=True)
    except (OSError, ValueError):
        return NOT_FOUND
    content_type = CONTENT_TYPES.get(file.suffix.lower())
    if download_name:
        guessed = mimetypes.guess_type(download_name)[0] or ""
        content_type = guessed if guessed.startswith("image/") else "application/octet-stream"
    if content_type is None or not file.is_relative_to(real_root) or not file.is_file():
        return NOT_FOUND
    headers = {"Content-Length": str(file.stat().st_size)}
    if download_name:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(download_name)}"
    return Answer(200, content_type, file, headers)


def receive(read: Callable[[int], bytes], length: int, target: Path, what: str = "file") -> None:
    """Stream an upload of ``length`` bytes into a file. ``what`` it is stands in a refusal.

    Raises:
        InpaintError: ``upload-empty``, ``upload-incomplete``, ``disk-full`` or ``upload-unwritable``; no file is left behind.
    """
    if length <= 0:
        raise InpaintError("upload-empty", "The file is empty.", "Choose another file.")
    temporary = target.with_name(f"{target.name}.part")
    try:
        with open(temporary, "wb") as file:
            for chunk in _chunks(read, length, what):
                file.write(chunk)
        replace(temporary, target)
    except OSError as error:
        said = f"The {what} cannot be stored: {error.strerror}."
        if is_full(error):
            raise InpaintError("disk-full", said, "Make room on the disk.") from error
        raise InpaintError("upload-unwritable", said, f"Is {target.parent} still there?") from error
    finally:
        temporary.unlink(missing_ok=True)


def _chunks(read: Callable[[int], bytes], length: int, what: str) -> Iterator[bytes]:
    """Yield an upload in pieces. Raises `InpaintError` when it ends too early."""
    while length:
        try:
            chunk = read(min(length, _CHUNK_BYTES))
        except OSError:
            chunk = b""
        if not chunk:
            raise InpaintError("upload-incomplete", f"Only a part of the {what} arrived.", "Try again.")
        yield chunk
        length -= len(chunk)


def safe_name(name: str, fallback: str = "picture") -> str:
    """Return a file name without folders, control characters or what Windows forbids, at most 120 characters long."""
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", name).strip().rstrip(" .")
    stem, dot, suffix = name.rpartition(".")
    if dot and len(suffix) <= 8:
        stem = stem if len(stem) <= 110 else f"{stem[:109].rstrip()}…"
        return f"{stem or fallback}.{suffix}"
    return name[:120] or fallback

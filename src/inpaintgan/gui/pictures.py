"""The pictures that are open in the window: uploads, masks and edges in a private folder of this launch."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..core.atomic import replace
from ..core.errors import InpaintError
from ..core.outputs import writing
from ..jobs.process import Worker
from .files import safe_name
from .picture import RECORD, Picture

KEPT_PICTURES = 20
"""Pictures that nothing was made for whose files are kept; opening more drops the one that was not used for longest."""
KEPT_WORK = 100
"""Pictures that are kept in all. Those with a mask, edges or fills go only beyond it, and only after all others."""

_PNG = b"\x89PNG\r\n\x1a\n"
LAYERS = ("mask", "edges")


class Pictures:
    """Opens pictures and keeps their layers.

    Args:
        folder: A private folder of this launch.
        decoder: Worker of ``inpaintgan.data.worker``.
    """

    def __init__(self, folder: Path, decoder: Worker) -> None:
        self._folder = folder
        self._decoder = decoder
        self._lock = threading.Lock()
        self._open: dict[str, Picture] = {}
        self._dropped: set[str] = set()

    def reserve(self, name: str, *, is_map: bool = False) -> Picture:
        """Make room for a picture about to arrive; its file belongs at ``original``. See `Picture.is_map`."""
        name = safe_name(name)
        identity = secrets.token_hex(8)
        folder = self._folder / identity
        folder.mkdir(parents=True)
        suffix = Path(name).suffix.lower()
        suffix = suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ".bin"
        return Picture(identity, name, folder, folder / f"original{suffix}", is_map)

    @contextmanager
    def arriving(self, name: str, *, is_map: bool = False) -> Iterator[Picture]:
        """Make room for a picture whose file is put there inside; if that fails, nothing is left of it."""
        picture = self.reserve(name, is_map=is_map)
        try:
            yield picture
        except BaseException:
            self.discard(picture)
            raise

    def open(self, picture: Picture) -> dict[str, Any]:
        """Decode a picture that has arrived and return its info.

        Raises:
            InpaintError: It cannot be read; its files are gone.
        """
        try:
            picture.facts = self._decoder.request(
                "open-picture",
                {"source": str(picture.original), "name": picture.name, "folder": str(picture.folder)},
            )
        except InpaintError:
            self.discard(picture)
            raise
        with self._lock:
            self._open[picture.id] = picture
            oldest = self._too_many(picture)
            for old in oldest:
                del self._open[old.id]
                self._dropped.add(old.id)
        for old in oldest:
            self.discard(old)
        return picture.info()

    def _too_many(self, newest: Picture) -> list[Picture]:
        """The pictures to drop for the newest one: of its kind, those without work first, then what was not used for longest."""
        alike = [picture for picture in self._open.values() if picture.is_map == newest.is_map]
        n_idle = sum(not picture.has_work for picture in alike)
        n_too_many = max(n_idle - KEPT_PICTURES, len(alike) - KEPT_WORK, 0)
        others = (picture for picture in alike if picture is not newest)
        return sorted(others, key=lambda picture: picture.has_work)[:n_too_many]

    def open_copy(self, source: Path) -> dict[str, Any]:
        """Open a copy of a file that lies on this machine."""
        with self.arriving(source.name) as picture, writing(picture.original):
            shutil.copyfile(source, picture.original)
        return self.open(picture)

    def take_over(self, folder: Path) -> None:
        """Go on with the pictures of a launch that was killed, under their old addresses: those that something was made for."""
        self._folder.mkdir(exist_ok=True)
        for record in folder.glob(f"*/{RECORD}"):
            own = self._folder / record.parent.name
            try:
                replace(record.parent, own)
            except OSError:  # another launch was faster
                continue
            try:
                picture = Picture.recorded(own)
            except (KeyError, TypeError):  # another checkout records other things, which must not keep us from starting
                picture = None
            if picture is None:
                shutil.rmtree(own, ignore_errors=True)
            else:
                self._open[picture.id] = picture

    @staticmethod
    def discard(picture: Picture) -> None:
        shutil.rmtree(picture.folder, ignore_errors=True)

    def in_work(self) -> list[dict[str, Any]]:
        """Return what a list shows of the pictures that something was made for, the one worked on last first."""
        with self._lock:
            found = [picture for picture in self._open.values() if picture.has_work and not picture.is_map]
        return [
            {
                "id": picture.id,
                "name": picture.name,
                "url": picture.url(picture.facts["thumbnail"]),
                "n_fills": len(picture.fills),
                "time": picture.worked,
            }
            for picture in sorted(found, key=lambda picture: picture.worked, reverse=True)
        ]

    def find(self, identity: object) -> Picture | None:
        """Return an open picture for a look at it, which does not count as a use."""
        with self._lock:
            return self._open.get(identity) if isinstance(identity, str) else None

    def get(self, identity: object) -> Picture:
        """Return an open picture that is used from now on. Raises `InpaintError` ``picture-unknown``."""
        with self._lock:
            picture = self._open.pop(identity, None) if isinstance(identity, str) else None
            if picture is not None:
                self._open[picture.id] = picture  # used last
                return picture
            if isinstance(identity, str) and identity in self._dropped:
                hint = f"Only the last {KEPT_PICTURES} pictures without a mask are kept, {KEPT_WORK} in all. Open it again."
            else:
                hint = "Open it again: the program has been restarted."
        raise InpaintError("picture-unknown", "This picture is no longer open.", hint)

    @staticmethod
    def check_layer(name: str, file: Path) -> None:
        """Refuse an upload that is not a PNG, before it replaces the layer. Raises `InpaintError`."""
        with open(file, "rb") as stream:
            if stream.read(len(_PNG)) != _PNG:
                raise InpaintError("layer-not-png", f"The {name} must be sent as a PNG picture.")

    def store_layer(self, picture: Picture, name: str, file: Path, *, is_empty: bool = False) -> dict[str, Any]:
        """Make an uploaded PNG the picture's mask or edges; ``is_empty``: nothing is drawn on it."""
        self.check_layer(name, file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        replace(file, picture.folder / f"{name}.png")
        picture.layers[name] = digest
        (picture.empty.add if is_empty else picture.empty.discard)(name)
        picture.record()
        return picture.info()

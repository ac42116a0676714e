"""The pictures that are open in the window: uploads, masks, edges and fills in a private folder of this launch."""

from __future__ import annotations

import itertools
import re
import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.errors import InpaintError
from ..jobs.process import Worker
from .files import safe_name

KEPT_PICTURES = 20
"""Pictures whose files are kept; opening more drops the oldest."""

_PNG = b"\x89PNG\r\n\x1a\n"
SAVE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
LAYERS = ("mask", "edges")


@dataclass
class Picture:
    """One open picture and everything made for it."""

    id: str
    name: str
    folder: Path
    original: Path
    facts: dict[str, Any] = field(default_factory=dict)
    """What decoding found: width, height, format, notices, display."""
    layers: dict[str, int] = field(default_factory=dict)
    """How often the mask and the edges were stored; absent when never."""
    fills: list[dict[str, Any]] = field(default_factory=list)
    progress: dict[str, Any] = field(default_factory=lambda: {"step": "", "fraction": 0.0})
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    """Numbers for fills, predictions and saved files."""
    saved_names: dict[str, str] = field(default_factory=dict)
    """Names for the downloads of saved files."""

    def url(self, file: str) -> str:
        return f"/api/pictures/{self.id}/{file}"

    def layer(self, name: str) -> Path | None:
        """Return the stored mask or edges, or None."""
        return self.folder / f"{name}.png" if name in self.layers else None

    def layer_url(self, name: str) -> str | None:
        # The number makes a browser fetch a changed layer again.
        return self.url(f"{name}.png?v={self.layers[name]}") if name in self.layers else None

    def info(self) -> dict[str, Any]:
        """Return what the pages know about this picture."""
        return {
            "id": self.id,
            "name": self.name,
            **{key: self.facts[key] for key in ("width", "height", "format", "notices")},
            "url": self.url(self.facts["display"]),
            "original_url": self.url(self.original.name),
            "has_mask": "mask" in self.layers,
            "mask_url": self.layer_url("mask"),
            "has_edges": "edges" in self.layers,
            "edges_url": self.layer_url("edges"),
            "fills": list(self.fills),
        }


class Pictures:
    """Opens pictures, keeps their layers, fills and saves them.

    Args:
        folder: A private folder of this launch.
        decoder: Worker of ``inpaintgan.data.worker``.
        filler: Worker of ``inpaintgan.inference.worker``.
    """

    def __init__(self, folder: Path, decoder: Worker, filler: Worker) -> None:
        self._folder = folder
        self._decoder = decoder
        self._filler = filler
        self._lock = threading.Lock()
        self._open: dict[str, Picture] = {}

    def reserve(self, name: str) -> Picture:
        """Make room for a picture about to arrive; its file belongs at ``original``."""
        name = safe_name(name)
        identity = secrets.token_hex(8)
        folder = self._folder / identity
        folder.mkdir(parents=True)
        suffix = Path(name).suffix.lower()
        suffix = suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ".bin"
        return Picture(identity, name, folder, folder / f"original{suffix}")

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
            oldest = list(self._open.values())[:-KEPT_PICTURES]
            for old in oldest:
                del self._open[old.id]
        for old in oldest:
            self.discard(old)
        return picture.info()

    def open_copy(self, source: Path) -> dict[str, Any]:
        """Open a copy of a file that lies on this machine."""
        picture = self.reserve(source.name)
        shutil.copyfile(source, picture.original)
        return self.open(picture)

    @staticmethod
    def discard(picture: Picture) -> None:
        shutil.rmtree(picture.folder, ignore_errors=True)

    def get(self, identity: object) -> Picture:
        """Return an open picture. Raises `InpaintError` ``picture-unknown``."""
        picture = self._open.get(identity) if isinstance(identity, str) else None
        if picture is None:
            raise InpaintError(
                "picture-unknown",
                "This picture is not open any more.",
                "Open it again: the program was restarted since.",
            )
        return picture

    @staticmethod
    def check_layer(name: str, file: Path) -> None:
        """Refuse an upload that is not a PNG, before it replaces the layer. Raises `InpaintError`."""
        with open(file, "rb") as stream:
            if stream.read(len(_PNG)) != _PNG:
                raise InpaintError("layer-not-png", f"The {name} must be sent as a PNG picture.")

    def store_layer(self, picture: Picture, name: str, file: Path) -> dict[str, Any]:
        """Make an uploaded PNG the picture's mask or edges."""
        self.check_layer(name, file)
        file.replace(picture.folder / f"{name}.png")
        picture.layers[name] = picture.layers.get(name, 0) + 1
        return picture.info()

    def fill(self, identity: object, options: dict[str, Any]) -> dict[str, Any]:
        """Fill a picture's hole and add the result to its fills.

        Args:
            identity: Picture id.
            options: ``checkpoint``, ``device``, and ``edges``: True steers the fill by the stored edges.

        Raises:
            InpaintError: ``mask-missing``, ``cancelled`` or what the worker says.
        """
        picture = self.get(identity)
        number = next(picture.numbers)
        mask = self._snapshot(picture, "mask", f"fill-{number}-mask.png")
        edges = self._snapshot(picture, "edges", f"fill-{number}-steered.png") if options.get("edges") else None
        output = picture.folder / f"fill-{number}.png"
        predicted = picture.folder / f"fill-{number}-edges.png"
        result = self._ask(
            picture,
            "fill",
            {
                "image": str(picture.original),
                "mask": str(mask),
                "output": str(output),
                "checkpoint": options["checkpoint"],
                "device": options["device"],
                "edges": str(edges) if edges else None,
                "save_edges": str(predicted),
            },
        )
        fill = {
            "fill": number,
            "url": picture.url(output.name),
            "edges_url": picture.url(predicted.name) if predicted.is_file() else None,
            "seconds": result["seconds"],
            "notices": result["notices"],
            "hole_px": result["hole_px"],
            "changed_outside_px": result["changed_outside_px"],
            "checkpoint": options["checkpoint"],
            "steered": edges is not None,
        }
        picture.fills.append(fill)
        return fill

    def predict_edges(self, identity: object, options: dict[str, Any]) -> dict[str, Any]:
        """Have the edge generator complete the edges in the hole, and return where they are.

        Raises:
            InpaintError: ``mask-missing``, ``cancelled`` or what the worker says.
        """
        picture = self.get(identity)
        number = next(picture.numbers)
        mask = self._snapshot(picture, "mask", f"predicted-{number}-mask.png")
        output = picture.folder / f"predicted-{number}.png"
        result = self._ask(
            picture,
            "edges",
            {
                "image": str(picture.original),
                "mask": str(mask),
                "output": str(output),
                "checkpoint": options["checkpoint"],
                "device": options["device"],
            },
        )
        return {**result, "url": picture.url(output.name)}

    def save(self, identity: object, fill: object, name: str) -> dict[str, Any]:
        """Encode a fill for download.

        Args:
            identity: Picture id.
            fill: Number of the fill.
            name: File name; its suffix is the format.

        Raises:
            InpaintError: ``fill-unknown``, ``format-unknown`` or what the worker says.
        """
        picture = self.get(identity)
        name = safe_name(name, "filled.png")
        suffix = Path(name).suffix.lower()
        if suffix not in SAVE_SUFFIXES:
            raise InpaintError(
                "format-unknown", f"'{name}' has no known picture format.", f"Allowed: {', '.join(SAVE_SUFFIXES)}."
            )
        if not any(known["fill"] == fill for known in picture.fills):
            raise InpaintError("fill-unknown", "This result is not there any more.", "Fill the picture again.")
        output = picture.folder / f"saved-{next(picture.numbers)}{suffix}"
        # Encoding needs no network, but must know how the fill was pasted: both live in the same worker.
        result = self._filler.request(
            "save",
            {
                "image": str(picture.original),
                "filled": str(picture.folder / f"fill-{fill}.png"),
                "mask": str(picture.folder / f"fill-{fill}-mask.png"),
                "output": str(output),
            },
        )
        picture.saved_names[output.name] = name
        return {**result, "url": picture.url(output.name), "name": name}

    def cancel(self) -> None:
        """End the fill that runs and those that wait."""
        self._filler.cancel()

    def _ask(self, picture: Picture, op: str, args: dict[str, Any]) -> dict[str, Any]:
        picture.progress = {"step": "wait", "fraction": 0.0}

        def note(progress: dict[str, Any]) -> None:
            picture.progress = progress

        try:
            return self._filler.request(op, args, note)
        finally:
            picture.progress = {"step": "", "fraction": 0.0}

    @staticmethod
    def _snapshot(picture: Picture, layer: str, name: str) -> Path:
        """Copy a layer, because the person may go on drawing while it is used."""
        stored = picture.layer(layer)
        if stored is None:
            raise InpaintError(
                f"{layer}-missing", f"This picture has no {layer} yet.", "Draw what shall be filled first."
            )
        target = picture.folder / name
        shutil.copyfile(stored, target)
        return target


ReadChunk = Callable[[int], bytes]

"""An open picture and everything made for it, which outlives a program that is killed."""

from __future__ import annotations

import itertools
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..core.atomic import read_json, replace

RECORD = "picture.json"
"""In a picture's folder, what was made for it, once anything was."""
_RECORDED = ("name", "facts", "layers", "fills", "patches", "predictions", "worked")
_TOLD = ("width", "height", "format", "depth", "notices", "conversion", "has_alpha", "losses")
"""What the pages are told of a picture's facts."""
_recording = threading.Lock()

Patches = dict[int, list[dict[str, Any]]]


@dataclass
class Picture:
    """One open picture and everything made for it."""

    id: str
    name: str
    folder: Path
    original: Path
    is_map: bool = False
    """Whether this is a file of a mask or of edges, which takes no picture's place."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What decoding found: see `inpaintgan.data.worker.open_picture`."""
    layers: dict[str, str] = field(default_factory=dict)
    """A digest of the mask and of the edges; absent when never stored."""
    empty: set[str] = field(default_factory=set)
    """Those of them that nothing is drawn on: kept for what undoes that, but no work."""
    fills: list[dict[str, Any]] = field(default_factory=list)
    patches: Patches = field(default_factory=dict)
    """The files of each fill's patches, by its number."""
    predictions: Patches = field(default_factory=dict)
    """Likewise, of the predicted edges that it was painted along, or that its lines were drawn over; none if lines were all."""
    progress: dict[str, Any] = field(default_factory=lambda: {"step": "", "fraction": 0.0})
    filling_since: float = 0.0
    """On the monotonic clock, while a fill runs or waits."""
    worked: float = 0.0
    """When a layer or a fill was last stored, in seconds since 1970."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    """Numbers for fills and saved files."""
    saved_names: dict[str, str] = field(default_factory=dict)
    """Name for the download of the file that was saved last."""

    @property
    def has_work(self) -> bool:
        """Whether something was made for it, which opening its file again would not bring back."""
        return bool(self.layers.keys() - self.empty or self.fills)

    def url(self, file: str) -> str:
        return f"/api/pictures/{self.id}/{file}"

    def layer(self, name: str) -> Path | None:
        """Return the stored mask or edges, or None."""
        return self.folder / f"{name}.png" if name in self.layers else None

    def layer_url(self, name: str) -> str | None:
        # The digest makes a browser fetch a changed layer again, and tells whether a fill was made with this one.
        return self.url(f"{name}.png?v={self.layers[name]}") if name in self.layers else None

    def fill_progress(self) -> dict[str, Any]:
        """Return how far the fill is, and for how many ``seconds`` it has been asked for; ``step`` is empty without one."""
        seconds = time.monotonic() - self.filling_since if self.progress["step"] else 0.0
        return {**self.progress, "seconds": seconds}

    def info(self) -> dict[str, Any]:
        """Return what the pages know about this picture."""
        return {
            "id": self.id,
            "name": self.name,
            **{key: self.facts.get(key) for key in _TOLD},
            "url": self.url(self.facts["display"]),
            "has_mask": "mask" in self.layers.keys() - self.empty,
            "mask_url": self.layer_url("mask"),
            "edges_url": self.layer_url("edges"),
            "fills": list(self.fills),
        }

    def record(self) -> None:
        """Something was made for it: write that down for a launch after this one, should this one be killed."""
        self.worked = time.time()
        written = self.folder / f"{RECORD}.new"
        with _recording, suppress(OSError):  # a full disk, which the next thing to be stored is refused for
            record = {key: getattr(self, key) for key in _RECORDED}
            record |= {"version": __version__, "original": self.original.name, "empty": sorted(self.empty)}
            written.write_text(json.dumps(record), encoding="utf-8")
            replace(written, self.folder / RECORD)

    @classmethod
    def recorded(cls, folder: Path) -> Picture | None:
        """Return the picture that was recorded in a folder, which may have moved; None when this version did not record it."""
        record = read_json(folder / RECORD)
        if not isinstance(record, dict) or record.get("version") != __version__:
            return None

        def here(patches: dict[str, list[dict[str, Any]]]) -> Patches:
            return {
                int(number): [{**patch, "file": str(folder / Path(patch["file"]).name)} for patch in listed]
                for number, listed in patches.items()
            }

        known = {key: record[key] for key in _RECORDED}
        known |= {key: here(record[key]) for key in ("patches", "predictions")}
        numbers = itertools.count(1 + max((fill["fill"] for fill in record["fills"]), default=0))
        original = folder / record["original"]
        return cls(
            id=folder.name, folder=folder, original=original, empty=set(record["empty"]), numbers=numbers, **known
        )

"""What the window's filling worker keeps in memory between requests: the current picture and the last checkpoints."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..imaging.io import decode
from ..imaging.picture import Picture
from .engine_choice import MANY_FILLS
from .pipeline import Inpainter

_N_CHECKPOINTS = 3
"""So that some can be compared on one picture without loading them again for each fill."""


class KeptPicture:
    """The last picture asked for, decoded once for all its fills and saves, until its file changes."""

    def __init__(self) -> None:
        self._key: tuple[str, int, int] | None = None
        self._picture: Picture | None = None

    def get(self, path: Path) -> Picture:
        """Return a file's picture.

        Raises:
            InpaintError: The file is missing or is not a readable picture.
        """
        try:
            facts = path.stat()
            key = (str(path), facts.st_mtime_ns, facts.st_size)
        except OSError:
            key = None
        if self._picture is None or key is None or key != self._key:
            self._picture = None  # so that two pictures are never in memory at once
            self._picture = decode(path)
            self._key = key
        return self._picture


class KeptCheckpoints:
    """The checkpoints used last, loaded and warm."""

    def __init__(self) -> None:
        self._loaded: dict[tuple[str, str, str, float], Inpainter] = {}
        """By folder, device, engine and the newest change of the files, the one used longest ago first."""

    def get(self, path: Path, device: str, engine: str) -> Inpainter:
        """Return a checkpoint's `Inpainter`; it is loaded and warmed up unless it is kept and its files are as they were.

        Raises:
            InpaintError: As `Inpainter.load`.
        """
        stamp = max((file.stat().st_mtime for file in path.glob("*") if file.is_file()), default=0.0)
        key = (str(path), device, engine, stamp)
        inpainter = self._loaded.pop(key, None)
        if inpainter is None:
            inpainter = Inpainter.load(path, device, engine, n_fills=MANY_FILLS)
            _warm_up(inpainter)
            for old in list(self._loaded)[: len(self._loaded) - _N_CHECKPOINTS + 1]:
                del self._loaded[old]
        self._loaded[key] = inpainter
        return inpainter

    def forget_newest(self) -> None:
        """Drop what `get` returned last, so that it is loaded again."""
        self._loaded.popitem()


def _warm_up(inpainter: Inpainter) -> None:
    """Run once on noise, so that the first fill a person waits for pays for no start-up."""
    side = inpainter.checkpoint.config.input_size
    mask = np.zeros((side, side), np.uint8)
    mask[: side // 2] = 1
    image = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    run = inpainter.fill if inpainter.checkpoint.inpaint_generator else inpainter.predict_edges
    run(image, mask)

"""How one training item is made from a picture file. No torch: the window previews data with the same code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.config import Config
from ..core.errors import InpaintError
from ..imaging.edges import canny
from ..imaging.io import find_pictures, to_gray
from ..imaging.masks import draw_mask
from .cache import PictureCache
from .prepare import Prepared, prepare


@dataclass(frozen=True)
class Sample:
    """One item as arrays of side S: picture (S, S, 3), the others (S, S), all uint8; edge and mask are 0 or 1."""

    picture: np.ndarray
    gray: np.ndarray
    edge: np.ndarray
    mask: np.ndarray
    file: Path
    """What it was made from."""
    unreadable: tuple[str, ...] = ()
    """Files that could not be read on the way to this one."""


class NothingReadable(InpaintError):
    """No picture of a set can be read.

    Built from one optional text because that is how a `torch.utils.data.DataLoader` hands a worker's exception on.
    """

    def __init__(self, _trace: str = "") -> None:
        super().__init__(
            "folder-unreadable", "None of the pictures can be read.", "Run check-data on the folder to see why."
        )


class SampleMaker:
    """Makes items from files. An item depends on the config, its file and its position only.

    Args:
        files: The pictures of the set.
        config: Of which input_size, augment_flip, the masks, the edges and the seed are used.
        train: Whether pictures may be mirrored.
        cache: The same pictures, decoded before. It changes no item.

    Raises:
        NothingReadable: There is no readable file in the set.
        InpaintError: The folder of mask pictures is missing, empty or holds no usable mask.
    """

    def __init__(
        self, files: Sequence[Path], config: Config, *, train: bool, cache: PictureCache | None = None
    ) -> None:
        self._files = files
        self._config = config
        self._flip = train and config.augment_flip
        self._mask_files = _find_masks(config)
        self._unreadable: set[int] = set()
        self._cache = cache
        # A set without a readable picture is refused here and now, not by a worker minutes later.
        self._load(0)

    def __len__(self) -> int:
        return len(self._files)

    def make(self, position: int, file_index: int) -> Sample:
        """Make the item at a position of the stream from a file of the set, or from the next readable one.

        Raises:
            NothingReadable: All files of the set have become unreadable.
        """
        config = self._config
        rng = np.random.default_rng([config.seed, position])
        mirrored = rng.random() < 0.5 and self._flip
        index, (picture, edge), unreadable = self._load(file_index)
        gray = to_gray(picture)
        if edge is None:
            edge = canny(gray, config.sigma, rng=rng)
        if mirrored:
            picture, gray, edge = (np.ascontiguousarray(array[:, ::-1]) for array in (picture, gray, edge))
        side = config.input_size
        mask = draw_mask(config.mask, side, side, rng, block_ratio=config.block_ratio, files=self._mask_files)
        return Sample(picture, gray, edge, mask, self._files[index], unreadable)

    def _load(self, file_index: int) -> tuple[int, Prepared, tuple[str, ...]]:
        """Return the first readable file from an index on, around the end: index, picture and edge, files passed."""
        passed = []
        for offset in range(len(self._files)):
            index = (file_index + offset) % len(self._files)
            if index not in self._unreadable:
                try:
                    return index, self._prepared(index), tuple(passed)
                except InpaintError:
                    self._unreadable.add(index)
            passed.append(str(self._files[index]))
        raise NothingReadable

    def _prepared(self, index: int) -> Prepared:
        cached = self._cache.get(index) if self._cache is not None else None
        return cached if cached is not None else prepare(self._files[index], self._config)


def _find_masks(config: Config) -> list[Path]:
    """Return the mask files that the config asks for, after making sure that one of them can be used."""
    if not config.mask.startswith("external"):
        return []
    files = find_pictures(Path(config.mask_data))
    draw_mask("external", config.input_size, config.input_size, np.random.default_rng(0), block_ratio=0.5, files=files)
    return files

"""How one training item is made from a picture file. No torch: the window previews data with the same code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.config import Config
from ..core.errors import InpaintError, about
from ..imaging.edges import NO_EDGES, RANDOM_SIGMA, detect_edges, random_sigma
from ..imaging.masks import is_empty, load_mask, resize_mask
from ..imaging.picture import middle_square, to_gray
from ..imaging.training_masks import draw_mask
from .augment import zoomed
from .cache import PictureCache
from .edge_files import find_edge_files, read_edges
from .pictures import PictureFile, open_masks
from .prepare import Prepared, prepare
from .shards import Span


@dataclass(frozen=True)
class Sample:
    """One item as arrays of side S: picture (S, S, 3), the others (S, S), all uint8; edge and mask are 0 or 1."""

    picture: np.ndarray
    gray: np.ndarray
    edge: np.ndarray
    mask: np.ndarray
    file: PictureFile
    """What it was made from."""
    position: int
    """Its place in the stream."""
    focus: tuple[int, int]
    """Row and column of a random pixel of the hole."""
    unreadable: tuple[str, ...] = ()
    """Files that could not be read on the way to this one."""
    sigma: float = 0.0
    """Above 0: the edges are yet to be drawn, by Canny with this blur in px."""


class NothingReadable(InpaintError):
    """No picture of a set can be read.

    Built from one optional text because that is how a `torch.utils.data.DataLoader` hands a worker's exception on.
    """

    def __init__(self, _trace: str = "") -> None:
        super().__init__(
            "folder-unreadable",
            "None of the pictures can be read.",
            "Is their folder still there? The check of the dataset says why each cannot.",
        )


class SampleMaker:
    """Makes items from files. An item depends on the config, its file and its position only.

    Args:
        files: The pictures of the set.
        config: Of which input_size, the augmentations, the masks, the edges and the seed are used.
        train: Whether pictures may be mirrored and zoomed.
        cache: The same pictures, decoded before. It changes no item.
        defer_edges: Leave Canny edges with a random sigma to whoever gets the item.

    Raises:
        NothingReadable: There is no readable file in the set.
        InpaintError: The folder of mask pictures is missing, empty or holds no usable mask; the folder of edge pictures
            is missing, lacks some or has none that can be used.
    """

    def __init__(
        self,
        files: Sequence[PictureFile],
        config: Config,
        *,
        train: bool,
        cache: PictureCache | None = None,
        defer_edges: bool = False,
    ) -> None:
        self._files = files
        self._config = config
        self._flip = train and config.augment_flip
        self._zoom = config.augment_zoom if train else 1.0
        self._mask_files = _find_masks(config)
        self._edge_files = find_edge_files(files, config)
        self._unreadable: dict[int, str] = {}
        self._cache = cache
        self._defer_edges = defer_edges and config.edge == "canny" and config.sigma == RANDOM_SIGMA
        # A set without a readable picture is refused here and now, not by a worker minutes later.
        try:
            self._load(0)
        except NothingReadable:
            if config.edge == "external":
                self._prepared(0)  # says whether the pictures are to blame or their edges
            raise

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
        index, (picture, edge), external, unreadable = self._load(file_index)
        file = self._files[index]
        # A mask beside a picture belongs to what is seen there: such a picture keeps its size.
        keeps_size = self._zoom == 1 or (config.mask.startswith("external") and _mask_beside(file) is not None)
        if not keeps_size and (other := zoomed(picture, self._zoom, rng)) is not None:
            picture, edge = other, None  # lines have another width there: its edges are found anew
        gray = to_gray(picture)
        sigma = 0.0
        if edge is None and self._defer_edges:
            edge, sigma = np.zeros_like(gray), random_sigma(rng)
        elif edge is None:
            edge = detect_edges(gray, config, rng=rng, external=external)
        if mirrored:
            picture, gray, edge = (np.ascontiguousarray(array[:, ::-1]) for array in (picture, gray, edge))
        side = config.input_size
        mask = draw_mask(
            config.mask,
            side,
            side,
            rng,
            block_ratio=config.block_ratio,
            files=self._mask_files,
            own=lambda: _own_mask(file, side, mirrored),
        )
        hole = np.flatnonzero(mask)
        row, column = divmod(int(hole[rng.integers(len(hole))]), side)
        return Sample(picture, gray, edge, mask, file, position, (row, column), unreadable, sigma)

    def _load(self, file_index: int) -> tuple[int, Prepared, np.ndarray | None, tuple[str, ...]]:
        """Return the first readable file from an index on, around the end: index, what `_prepared` gives, files passed."""
        passed = []
        for offset in range(len(self._files)):
            index = (file_index + offset) % len(self._files)
            if index not in self._unreadable:
                try:
                    return index, *self._prepared(index), tuple(passed)
                except InpaintError as error:
                    edges_to_blame = error.code.startswith("edges-")
                    self._unreadable[index] = str((self._edge_files if edges_to_blame else self._files)[index])
            passed.append(self._unreadable[index])
        raise NothingReadable

    def _prepared(self, index: int) -> tuple[Prepared, np.ndarray | None]:
        """A picture as its set keeps it, and the edges of its file where they are wanted and not yet in it."""
        found = self._cache.get(index) if self._cache is not None else None
        edge_file = self._edge_files[index]
        if found is None:
            found = prepare(self._files[index], self._config, edge_file)
        if found.edge is not None or edge_file is None or self._config.sigma == NO_EDGES:
            return found, None
        return found, read_edges(edge_file, self._config.input_size)


def _mask_beside(file: PictureFile) -> Span | None:
    """The file of the mask that lies beside a picture in its shard."""
    return file.mask if isinstance(file, Span) else None


def _own_mask(file: PictureFile, side: int, mirrored: bool) -> np.ndarray | None:
    """Return the mask that lies beside a picture in its shard, if it is one that can be trained on, cut as the picture is."""
    beside = _mask_beside(file)
    if beside is None:
        return None
    try:
        mask = resize_mask(middle_square(load_mask(beside)), side, side)
    except InpaintError:
        return None
    if is_empty(mask) or mask.all():
        return None
    return np.ascontiguousarray(mask[:, ::-1]) if mirrored else mask


def _find_masks(config: Config) -> Sequence[PictureFile]:
    """Return the mask files that the config asks for, after making sure that one of them can be used."""
    if not config.mask.startswith("external"):
        return []
    side = config.input_size
    with about("mask_data"):
        files = open_masks(Path(config.mask_data))
        draw_mask("external", side, side, np.random.default_rng(0), block_ratio=0.5, files=files)
    return files

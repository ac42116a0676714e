"""Edges that come from a folder of pictures: which file belongs to which picture, and reading it. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from ..core.config import Config
from ..core.errors import InpaintError, about
from ..imaging.folder import find_pictures, match_key
from ..imaging.masks import binarize, load_levels
from ..imaging.picture import middle_square
from .pictures import PictureFile

_ASPECT_TOLERANCE = 0.02


def find_edge_files(files: Sequence[PictureFile], config: Config) -> list[Path | None]:
    """Return the edge picture of each picture, in order; None for each unless the config's edges are external.

    They are matched by path without extension: ``data/a/b.jpg`` has its edges in ``edge_data/a/b.png``, and a picture of
    ``val_data`` in ``val_edge_data`` (or ``edge_data`` where that is empty). A picture may have several extensions. A
    picture ``b.jpg`` in a shard ``data/set.tar`` has its edges in ``edge_data/set.tar/b.png``.

    Raises:
        InpaintError: ``folder-missing`` or ``folder-empty`` for a folder of edges, ``edges-missing`` when a picture has
            none.
    """
    if config.edge != "external":
        return [None] * len(files)
    roots = {Path(config.data): Path(config.edge_data)}
    if config.val_data:
        roots[Path(config.val_data)] = Path(config.val_edge_data or config.edge_data)
    known: dict[Path, dict[str, Path]] = {}
    found: list[Path | None] = []
    missing: list[tuple[PictureFile, Path]] = []
    for file in files:
        root, folder = _root_of(file, roots)
        if folder not in known:
            with about("edge_data" if folder == Path(config.edge_data) else "val_edge_data"):
                known[folder] = {match_key(edge.relative_to(folder)): edge for edge in find_pictures(folder)}
        key = match_key(file.relative_to(root))
        edge = known[folder].get(key)
        if edge is None:
            missing.append((file, folder / f"{key}.png"))
        else:
            found.append(edge)
    if missing:
        file, wanted = missing[0]
        raise InpaintError(
            "edges-missing",
            f"edge_data: {len(missing)} of {len(files)} pictures have no edge picture, the first is {file}.",
            f"Put its edges at {wanted}, white on black.",
        )
    return found


def read_edges(source: Path, side: int, picture_shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Read an edge picture and bring it to the networks' size as its picture is: the middle square, resized.

    Where a picture shrinks, a pixel is an edge when at least half the width of a one-pixel line falls into it: thin lines
    neither vanish nor double.

    Args:
        source: White on black; half white and more is an edge.
        side: In px.
        picture_shape: (height, width, ...) of the picture, as read. Edges of another shape are refused, unless they are
            square: those are taken as cut already. None checks nothing.

    Returns:
        (side, side) uint8 of 0 and 1.

    Raises:
        InpaintError: ``edges-unreadable`` or ``edges-mismatch``.
    """
    try:
        edges = binarize(load_levels(source))
    except InpaintError as error:
        raise InpaintError("edges-unreadable", error.message, error.hint) from error
    height, width = edges.shape
    aspect = picture_shape[1] / picture_shape[0] if picture_shape else width / height
    if height != width and abs(width / height / aspect - 1) > _ASPECT_TOLERANCE:
        raise InpaintError(
            "edges-mismatch",
            f"{source} is {width}x{height}, which is not the shape of its picture.",
            "Edges need the shape of their picture, or a square one.",
        )
    square = middle_square(edges)
    cut = len(square)
    if cut <= side:
        return cv2.resize(square, (side, side), interpolation=cv2.INTER_NEAREST_EXACT)
    shares = cv2.resize(square.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    return (shares >= side / cut / 2).astype(np.uint8)


def _root_of(file: PictureFile, roots: dict[Path, Path]) -> tuple[Path, Path]:
    """The folder of pictures that a file lies in, the inner one if they are nested, and its folder of edges."""
    inside = [root for root in roots if file.is_relative_to(root)]
    root = max(inside, key=lambda path: len(path.parts), default=file.parent)
    return root, roots.get(root, next(iter(roots.values())))

"""What a picture becomes once, before chance comes in: the resized pixels and, where they are the same each time, its edges."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..core.config import Config
from ..imaging.edges import NO_EDGES, detect_edges
from ..imaging.io import read_rgb
from ..imaging.picture import resize_square, to_gray
from .edge_files import read_edges
from .pictures import PictureFile


class Prepared(NamedTuple):
    """A picture ready for an item."""

    picture: np.ndarray
    """(S, S, 3) uint8."""
    edge: np.ndarray | None
    """(S, S) uint8 of 0 and 1; None where edges are not fixed, see `has_fixed_edges`."""


def has_fixed_edges(config: Config) -> bool:
    """Whether a picture has the same edges each time, and costly ones: a random sigma draws them each time, -1 has none."""
    if config.edge == "external" and not config.edge_nms:
        return config.sigma != NO_EDGES
    return config.sigma > 0


def prepare(file: PictureFile, config: Config, edge_file: Path | None) -> Prepared:
    """Decode and resize a picture, and detect its edges if they are fixed.

    Args:
        file: The picture.
        config: Of the run.
        edge_file: The picture of its edges, from `find_edge_files`.

    Raises:
        InpaintError: The file cannot be read; with a code ``edges-...`` where the edges are to blame.
    """
    side = config.input_size
    pixels = read_rgb(file, smallest_side=side)
    picture = resize_square(pixels, side)
    if not has_fixed_edges(config):
        return Prepared(picture, None)
    external = None if edge_file is None else read_edges(edge_file, side, pixels.shape)
    return Prepared(picture, detect_edges(to_gray(picture), config, external=external))

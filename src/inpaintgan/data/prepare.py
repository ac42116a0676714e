"""What a picture becomes once, before chance comes in: the resized pixels and, where they are the same each time, its edges."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..core.config import Config
from ..imaging.edges import canny
from ..imaging.io import read_rgb, resize_square, to_gray


class Prepared(NamedTuple):
    """A picture ready for an item."""

    picture: np.ndarray
    """(S, S, 3) uint8."""
    edge: np.ndarray | None
    """(S, S) uint8 of 0 and 1; None where edges are not fixed, see `has_fixed_edges`."""


def has_fixed_edges(config: Config) -> bool:
    """Whether a picture has the same edges each time, and costly ones: a random sigma draws them anew, -1 has none."""
    return config.sigma > 0


def prepare(file: Path, config: Config) -> Prepared:
    """Decode and resize a picture, and detect its edges if they are fixed.

    Raises:
        InpaintError: The file cannot be read.
    """
    side = config.input_size
    picture = resize_square(read_rgb(file, smallest_side=side), side)
    return Prepared(picture, canny(to_gray(picture), config.sigma) if has_fixed_edges(config) else None)

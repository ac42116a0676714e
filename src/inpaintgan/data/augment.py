"""What chance does to a training picture beside mirroring it."""

from __future__ import annotations

import math

import cv2
import numpy as np

_ZOOMED_SHARE = 0.5


def zoomed(picture: np.ndarray, most: float, rng: np.random.Generator) -> np.ndarray | None:
    """Zoom into a random part of a square picture, or out of it, its mirrored border around it.

    Args:
        picture: (S, S, 3) uint8.
        most: The factor of the furthest zoom, above 1 up to 2: factors are drawn from 1 / most to most, their logarithms
            evenly.
        rng: Decides.

    Returns:
        (S, S, 3) uint8, or None for the half of all pictures that stay as they are.
    """
    if rng.random() >= _ZOOMED_SHARE:
        return None
    side = len(picture)
    factor = most ** rng.uniform(-1, 1)
    zoomed_side = math.ceil(side * factor)
    left, top = (int(rng.integers(abs(side - zoomed_side) + 1)) for _ in range(2))
    resized = cv2.resize(
        picture, (zoomed_side, zoomed_side), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    )
    if factor >= 1:
        return np.ascontiguousarray(resized[top : top + side, left : left + side])
    right, bottom = side - zoomed_side - left, side - zoomed_side - top
    return cv2.copyMakeBorder(resized, top, bottom, left, right, cv2.BORDER_REFLECT)

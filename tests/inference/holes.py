"""A picture, a hole in it of any size, and what crops fill of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import skimage.data

from inpaintgan.inference.strategy import Crop

ASTRONAUT = np.ascontiguousarray(skimage.data.astronaut())


def hole(height: int, width: int) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    mask[height // 3 : height // 2, width // 4 : width // 2] = 1
    mask[2:6, 2:9] = 1
    return mask


def holed(height: int, width: int, *boxes: tuple[int, int, int, int]) -> np.ndarray:
    """(height, width), 1 in boxes of top, left, bottom and right."""
    mask = np.zeros((height, width), np.uint8)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] = 1
    return mask


def covered(crops: Sequence[Crop], shape: tuple[int, ...]) -> np.ndarray:
    """(H, W), how many crops fill each pixel."""
    total = np.zeros(shape, int)
    for crop in crops:
        total[crop.window] += crop.hole
    return total

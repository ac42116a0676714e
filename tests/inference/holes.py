"""A picture and a hole in it, of any size."""

from __future__ import annotations

import numpy as np
import skimage.data

ASTRONAUT = np.ascontiguousarray(skimage.data.astronaut())


def hole(height: int, width: int) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    mask[height // 3 : height // 2, width // 4 : width // 2] = 1
    mask[2:6, 2:9] = 1
    return mask

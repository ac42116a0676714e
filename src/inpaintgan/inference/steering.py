"""Edges that a person changed: near each change as they are drawn, elsewhere as the networks predict them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import AS_PREDICTED

_REACH = 1 / 64
"""How far a change reaches, as a share of the hole's longer side: at the networks' 256 px, 4 px."""


def steered(lines: NDArray[np.uint8], predicted: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return the edges to paint along where lines were drawn over predicted ones.

    Networks predict faint lines beside certain ones, and paint along both. A page shows and changes certain ones alone;
    what was not changed is left to the networks, so that a line drawn here does not alter the fill there. Where no line is
    left at all, none is meant.

    Args:
        lines: (H, W) of 0 and 1, as drawn.
        predicted: (H, W) in [0, 255], of which those from half on were seen.
        mask: (H, W), 1 in the hole; it is not empty.

    Returns:
        (H, W), 0 or 255, or `AS_PREDICTED`.
    """
    if not lines.any():
        return np.zeros(lines.shape, np.int16)
    left, top, width, height = cv2.boundingRect(mask)
    around = slice(top, top + height), slice(left, left + width)
    unchanged = (lines[around] == (predicted[around] >= 128)) | (mask[around] == 0)
    result = np.full(lines.shape, AS_PREDICTED, np.int16)
    if not unchanged.all():
        reach = max(2, round(_REACH * max(width, height)))
        # Not a dilation, whose brush would cost the square of its size for each pixel.
        distance = np.asarray(cv2.distanceTransform(unchanged.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3))
        result[around] = np.where(distance > reach, AS_PREDICTED, lines[around] * np.int16(255))
    return result

"""Edges that a person changed: near each change as they are drawn, elsewhere with the certainty that was predicted."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_REACH = 1 / 64
"""How far a change reaches, as a share of the hole's longer side: at the networks' 256 px, 4 px."""


def steered(lines: NDArray[np.uint8], before: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the levels of edges that were drawn over others.

    Networks predict a faint line beside a certain one, and paint along both. A page shows and changes certain ones alone;
    what was not changed keeps its levels, so that a line drawn here does not alter the fill there. Where no line is left
    at all, none is meant.

    Args:
        lines: (H, W) of 0 and 1, as drawn.
        before: (H, W) in [0, 255], the edges that they were drawn over, of which those from half on were seen.
        mask: (H, W), 1 in the hole; it is not empty.

    Returns:
        (H, W) in [0, 255], 0 outside of the hole.
    """
    left, top, width, height = cv2.boundingRect(mask)
    around = slice(top, top + height), slice(left, left + width)
    drawn, known, inside = lines[around], before[around], mask[around]
    levels = drawn * np.uint8(255)
    if drawn.any():
        changed = (drawn != (known >= 128)) & (inside == 1)
        reach = max(2, round(_REACH * max(width, height)))
        brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        levels = np.where(cv2.dilate(changed.astype(np.uint8), brush) == 1, levels, known)
    result = np.zeros_like(lines)
    result[around] = levels * inside
    return result

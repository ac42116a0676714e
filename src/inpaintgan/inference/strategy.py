"""Which parts of a large picture to show the networks.

The networks know pictures at the size they were trained on. Each hole is therefore seen in a crop with context around
it, scaled to that size. Holes that lie well inside a crop that is needed anyway are filled in the same pass, so that
three hundred specks are not three hundred passes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

MIN_CONTEXT_PX = 64
_CONTEXT_OF_HOLE = 0.75
"""Context on each side as a share of the hole's longer side, at least `MIN_CONTEXT_PX`."""


@dataclass(frozen=True)
class Crop:
    """A rectangle of the picture and the part of the mask that is filled in it."""

    top: int
    left: int
    height: int
    width: int
    hole: NDArray[np.uint8]
    """(height, width), 1 where this pass fills; other holes in the rectangle are unknown, but left to their own pass."""

    @property
    def window(self) -> tuple[slice, slice]:
        """The rectangle as an index into the picture."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


def plan_crops(mask: NDArray[np.uint8], network_size: int) -> list[Crop]:
    """Cover every hole of a mask by crops, largest hole first.

    Args:
        mask: (H, W), 1 in the hole.
        network_size: Side in px of the pictures that the networks were trained on; no crop is smaller, unless the
            picture is.

    Returns:
        Crops whose holes together are the mask and do not overlap. Empty for an empty mask.
    """
    count, found, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels, stats = np.asarray(found, np.int32), np.asarray(boxes, np.int32)
    order = sorted(range(1, count), key=lambda i: -max(stats[i, cv2.CC_STAT_WIDTH], stats[i, cv2.CC_STAT_HEIGHT]))
    crops: list[Crop] = []
    done = np.zeros(count, bool)
    for label in order:
        if done[label]:
            continue
        x, y, w, h = (int(stats[label, k]) for k in (0, 1, 2, 3))
        context = max(MIN_CONTEXT_PX, round(_CONTEXT_OF_HOLE * max(w, h)))
        side = max(network_size, max(w, h) + 2 * context)
        top, height = _span(y, h, side, mask.shape[0])
        left, width = _span(x, w, side, mask.shape[1])
        inside = _well_inside(stats, top, left, height, width, mask.shape, context // 2) & ~done
        inside[0], inside[label] = False, True
        done |= inside
        window = labels[top : top + height, left : left + width]
        crops.append(Crop(top, left, height, width, inside[window].astype(np.uint8)))
    return crops


def _span(start: int, length: int, side: int, limit: int) -> tuple[int, int]:
    """Place ``side`` px around a hole's extent on one axis, moved to lie inside the picture: (start, length)."""
    side = min(side, limit)
    first = start + length // 2 - side // 2
    return min(max(first, 0), limit - side), side


def _well_inside(
    stats: NDArray[np.int32], top: int, left: int, height: int, width: int, shape: tuple[int, ...], margin: int
) -> NDArray[np.bool_]:
    """Which components have at least ``margin`` px of context in a window; the picture's own border needs none."""
    x, y, w, h = (stats[:, k] for k in (0, 1, 2, 3))
    enough = (y >= top + (margin if top else 0)) & (x >= left + (margin if left else 0))
    bottom, right = top + height, left + width
    enough &= y + h <= bottom - (margin if bottom < shape[0] else 0)
    return enough & (x + w <= right - (margin if right < shape[1] else 0))

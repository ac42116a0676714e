"""Masks that methods are scored with, drawn from seeds: size buckets, and strokes of three widths. 1 is the hole.

The terms are the field's, the drawing is ours: the buckets are those of NVIDIA's irregular masks (Liu et al. 2018), the
strokes have the counts, widths and lengths of those that LaMa's evaluation names thin, medium and thick (Suvorov et al. 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .training_masks import add_shape

BUCKETS = ((1, 10), (10, 20), (20, 30), (30, 40), (40, 50), (50, 60))
"""Lower and upper end in percent of the picture; the lower belongs to the bucket."""
_LARGEST_HOLE = 0.5
_HEADROOM = 0.02
"""A drawing ends this far below its bucket's upper end, so that a last shape has room."""


def draw_bucket(height: int, width: int, rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    """Return free-form strokes and blobs that cover at least ``low`` and less than ``high`` of the picture.

    Both sides must be at least 32 px, and the bucket wider than 2 % of the picture.
    """
    area = height * width
    target = rng.uniform(low, high - _HEADROOM) * area
    mask, covered, scale = np.zeros((height, width), np.uint8), 0, 1.0
    while covered < target:
        grown = mask.copy()
        add_shape(grown, rng, scale)
        count = cv2.countNonZero(grown)
        if count < high * area:
            mask, covered = grown, count
        else:
            scale *= 0.8
    return mask


@dataclass(frozen=True)
class _Strokes:
    """Ranges, lengths as shares of the shorter side: LaMa's pixels at 256 px."""

    n_strokes: tuple[int, int]
    width: tuple[float, float]
    length: tuple[float, float]
    n_boxes: tuple[int, int] | None = None
    box: tuple[float, float] = (0, 0)


THICKNESSES = {
    "thin": _Strokes((4, 51), (5 / 256, 14 / 256), (10 / 256, 49 / 256)),
    "medium": _Strokes((4, 6), (5 / 256, 54 / 256), (10 / 256, 109 / 256), (1, 5), (10 / 256, 50 / 256)),
    "thick": _Strokes((1, 6), (5 / 256, 104 / 256), (10 / 256, 209 / 256), (1, 3), (30 / 256, 150 / 256)),
}
_BOX_SHARE = 0.3 / 1.3
_MAX_SEGMENTS, _MAX_TURN = 5, 2.0


def draw_thickness(height: int, width: int, rng: np.random.Generator, kind: str) -> np.ndarray:
    """Return strokes of one width class, or boxes in about a quarter of the drawings of those that have them.

    Args:
        height: In px, at least 32.
        width: As ``height``.
        rng: Draws.
        kind: ``"thin"``, ``"medium"`` or ``"thick"``.

    Returns:
        (height, width) uint8 of 0 and 1, a hole of at most half of the picture.
    """
    strokes = THICKNESSES[kind]
    mask = _draw(height, width, rng, strokes)
    while cv2.countNonZero(mask) > _LARGEST_HOLE * height * width:
        mask = _draw(height, width, rng, strokes)
    return mask


def _draw(height: int, width: int, rng: np.random.Generator, strokes: _Strokes) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    boxes = strokes.n_boxes if rng.random() < _BOX_SHARE else None
    low, high = boxes or strokes.n_strokes
    for _ in range(int(rng.integers(low, high + 1))):
        (_box if boxes else _polyline)(mask, rng, strokes)
    return mask


def _polyline(mask: np.ndarray, rng: np.random.Generator, strokes: _Strokes) -> None:
    """Draw one stroke from a point in the picture, each segment of a width of its own; at the picture's border it stays."""
    height, width = mask.shape
    side = min(height, width)
    n_segments = int(rng.integers(1, _MAX_SEGMENTS + 1))
    headings = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.uniform(-_MAX_TURN, _MAX_TURN, n_segments))
    x, y = rng.uniform(0, width - 1), rng.uniform(0, height - 1)
    for heading in headings:
        length, thickness = (side * rng.uniform(*share) for share in (strokes.length, strokes.width))
        end_x = min(max(x + length * np.cos(heading), 0), width - 1)
        end_y = min(max(y + length * np.sin(heading), 0), height - 1)
        cv2.line(mask, (round(x), round(y)), (round(end_x), round(end_y)), 1, max(1, round(thickness)))
        x, y = end_x, end_y


def _box(mask: np.ndarray, rng: np.random.Generator, strokes: _Strokes) -> None:
    height, width = mask.shape
    box_height, box_width = (max(1, round(min(mask.shape) * rng.uniform(*strokes.box))) for _ in range(2))
    top, left = int(rng.integers(height - box_height + 1)), int(rng.integers(width - box_width + 1))
    mask[top : top + box_height, left : left + box_width] = 1

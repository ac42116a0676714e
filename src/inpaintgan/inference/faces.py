"""Faces in a picture, for networks that learned from aligned ones: where each would lie in a picture of such a set.

Such networks know a face that fills the frame, and little of half a face, or of one that is a fifth of what they see.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.data import lbp_frontal_face_cascade_filename
from skimage.feature import Cascade

from .strategy import Box
from .views import Scene

_FOUND_PX = 32, 70
"""Sides of the faces that are looked for at one scale; at the next, half as large, those twice as large are."""
_REACH_PX = 64
"""How far around a hole: a face of which it hides something lies within."""
_HIDING_PX = 3
"""Thickness at which a hole hides something of a face of that size that its surroundings do not tell."""
_LARGEST_PLACE_PX, _MOST_PX = 1 << 17, 1 << 20
"""How much is looked at around one hole, a quarter of a second, and in all at one scale: faces that are small beside the extent
of a hole, or beside many, are not found."""
_MOST_SEARCHED_PX = 1 << 24
"""How large a reduced picture is searched for holes."""
_NEEDED = 8
"""Windows beside each other that must look like a face: with fewer, bricks and leaves do."""
_FACE_IN_FRAME = 0.502, 0.535, 0.652
"""Where the detector sees the middle of an aligned face, and its side, in shares of the picture's: the median of 138 faces."""


@cache
def _detector() -> Cascade:
    return Cascade(lbp_frontal_face_cascade_filename())


def find_faces(scene: Scene) -> list[Box]:
    """Find the faces of which a hole hides something.

    What lies under the hole has no part in it: looked at is the picture with its holes filled smoothly.

    Returns:
        For each face the square that shows it as aligned sets do, the most certain first; it may reach out of the picture. No
        two show the same face. Faces below 48 px are not found, nor such as are seen from the side or lie.
    """
    found = [np.empty((0, 3))]
    left, top, hole_width, hole_height = cv2.boundingRect(scene.unknown)
    most = min(min(scene.unknown.shape) // _FOUND_PX[0], min(hole_width, hole_height) // (_HIDING_PX - 1))
    for factor in (1 << number for number in range(most.bit_length())):
        reach = _REACH_PX * factor
        x, y = max(0, left - reach), max(0, top - reach)
        near = scene.part((slice(y, top + hole_height + reach), slice(x, left + hole_width + reach)))
        for column, row, width, height in _places(near.unknown, factor):
            rows = slice(row * factor, (row + height) * factor)
            columns = slice(column * factor, (column + width) * factor)
            windows = _windows(near.part((rows, columns)).scaled(width, height).continued())
            found.append((windows + np.array([column, row, 0])) * factor + np.array([x, y, 0]))
    return _agreed(np.concatenate(found))


def _windows(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Middle (x, y) and side of every square that looks like a face in a picture or in its mirror image, (N, 3) in px."""
    low, high = _FOUND_PX
    windows = []
    for flipped in (False, True):
        found = _detector().detect_multi_scale(
            img=np.ascontiguousarray(picture[:, ::-1]) if flipped else picture,
            scale_factor=1.1,
            step_ratio=1,
            min_size=(low, low),
            max_size=(high, high),
            # Every square for itself: joined ones do not tell how many they were, and so how certain they are.
            min_neighbor_number=0,
            intersection_score_threshold=2,
        )
        for box in found:
            x = box["c"] + box["width"] / 2
            windows.append((picture.shape[1] - x if flipped else x, box["r"] + box["width"] / 2, box["width"]))
    return np.array(windows, np.float64).reshape(-1, 3)


def _agreed(windows: NDArray[np.float64]) -> list[Box]:
    """The squares in which there is a face for enough of the windows, those for most of them first."""

    def alike(number: int) -> NDArray[np.bool_]:
        x, y, side = windows[number]
        apart = np.maximum(np.abs(windows[:, 0] - x), np.abs(windows[:, 1] - y))
        return (apart < 0.2 * side) & (np.abs(np.log(windows[:, 2] / side)) < 0.2)

    frames: list[Box] = []
    is_left = np.ones(len(windows), bool)
    votes = [int(alike(number).sum()) for number in range(len(windows))]
    for number in sorted(range(len(windows)), key=lambda number: -votes[number]):
        agree = alike(number) & is_left
        if is_left[number] and agree.sum() >= _NEEDED:
            frames.append(_frame(*np.median(windows[agree], axis=0)))
            left, top, right, bottom = frames[-1]
            x, y, _ = windows.T
            is_left &= ~((left < x) & (x < right) & (top < y) & (y < bottom))
    return frames


def _frame(x: float, y: float, side: float) -> Box:
    """The square in which a face lies as in an aligned picture."""
    right_share, down_share, of_frame = _FACE_IN_FRAME
    frame = side / of_frame
    left, top = round(x - right_share * frame), round(y - down_share * frame)
    return left, top, left + round(frame), top + round(frame)


def _places(unknown: NDArray[np.uint8], factor: int) -> list[Box]:
    """Where to look for faces once a picture is reduced: left, top, width and height there of what is around thick holes."""
    height, width = (max(1, length // factor) for length in unknown.shape)
    if height * width > _MOST_SEARCHED_PX:
        return []
    reduced = cv2.resize(unknown * np.uint8(255), (width, height), interpolation=cv2.INTER_AREA)
    thick = cv2.erode((np.asarray(reduced) >= 128).astype(np.uint8), np.ones((_HIDING_PX, _HIDING_PX), np.uint8))
    around = cv2.dilate(thick, np.ones((2 * _REACH_PX + 1,) * 2, np.uint8))
    count, _, table, _ = cv2.connectedComponentsWithStats(around)
    places = [
        (x, y, w, h) for x, y, w, h, _ in np.asarray(table, np.int32)[1:count].tolist() if w * h <= _LARGEST_PLACE_PX
    ]
    return places if sum(w * h for *_, w, h in places) <= _MOST_PX else []

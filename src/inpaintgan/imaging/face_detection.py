"""Faces seen from the front: where they are in a picture, how large, and how far turned.

scikit-image's cascade says of a square whether it looks like an upright face, and of most squares around one that they do. How
many, at which sizes and in which turns of the picture, tells how certain a face is, and the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.data import lbp_frontal_face_cascade_filename
from skimage.feature import Cascade

FOUND_PX = 32, 70
"""Sides of the faces that are looked for, from above the brows to the chin."""
_TURNS = 0.0, -25.0, 25.0
"""Degrees clockwise by which faces may be turned: the cascade knows those within some 15 of it."""
_CLOSER_TURNS = -15.0, 15.0
"""The same around a square that looks like a face, beside none."""
_CLOSE_PX, _PATCH_PX = 48, 112
"""Side of a face at a closer look, and of what is looked at then."""
_HINTS, _NEEDED = 2, 12
"""Squares beside each other that must look like a face for a closer look, and to be one: bricks and leaves do to fewer."""
_MOST_HINTS = 8
"""Places that are looked at closely."""


@dataclass(frozen=True)
class Face:
    """A square around a face, from above the brows to the chin."""

    x: float
    y: float
    """Its middle, in px from the picture's left and top border."""
    side: float
    degrees: float
    """How far it is turned clockwise."""
    votes: int
    """How many squares looked like this face."""


@cache
def _cascade() -> Cascade:
    return Cascade(lbp_frontal_face_cascade_filename())


def detect_faces(picture: NDArray[np.uint8], needed: int = _NEEDED) -> list[Face]:
    """Find faces of about `FOUND_PX` that are turned by no more than about 35 degrees.

    Args:
        picture: (H, W, 3) RGB. Turned faces in its corners are not found.
        needed: Squares that must look like a face.

    Returns:
        Some faces more than once.
    """
    height, width = picture.shape[:2]
    middle = width / 2, height / 2
    hints = [_look(picture, middle, degrees, 1.0, (width, height), step=1.2) for degrees in _TURNS]
    faces = []
    for hint in islice(_groups(np.concatenate(hints), _HINTS), _MOST_HINTS):
        face = next(_groups(_closer(picture, hint), needed), None)
        if face and face.side >= FOUND_PX[0]:
            faces.append(face)
    return faces


def _closer(picture: NDArray[np.uint8], hint: Face) -> NDArray[np.float64]:
    """The squares around one that look like a face, as `_look` gives them, once it is upright and of one size."""

    def look(*turns: float) -> NDArray[np.float64]:
        return np.concatenate(
            [
                _look(picture, middle, hint.degrees + turn, scale, (_PATCH_PX, _PATCH_PX), flipped=flipped)
                for turn in turns
                for flipped in (False, True)
            ]
        )

    middle, scale = (hint.x, hint.y), _CLOSE_PX / hint.side
    squares = look(0.0)
    return np.concatenate([squares, look(*_CLOSER_TURNS)]) if len(squares) >= _HINTS else squares


def _look(
    picture: NDArray[np.uint8],
    middle: tuple[float, float],
    degrees: float,
    scale: float,
    size: tuple[int, int],
    *,
    step: float = 1.1,
    flipped: bool = False,
) -> NDArray[np.float64]:
    """Find the squares that look like a face, if a picture is turned.

    Args:
        picture: (H, W, 3).
        middle: What to look at, in px.
        degrees: By which the faces are turned clockwise.
        scale: By which the picture is enlarged.
        size: Width and height of what is looked at then, in px.
        step: Ratio of the sizes that are looked for.
        flipped: Whether to look in the mirror image.

    Returns:
        (N, 4) of middle (x, y) and side in px of the picture, and degrees.
    """
    matrix = np.asarray(cv2.getRotationMatrix2D(middle, degrees, scale), np.float64)
    matrix[:, 2] += np.array(size) / 2 - middle
    seen = np.asarray(cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    low, high = FOUND_PX
    found = _cascade().detect_multi_scale(
        img=np.ascontiguousarray(seen[:, ::-1]) if flipped else seen,
        scale_factor=step,
        step_ratio=1,
        min_size=(low, low),
        max_size=(high, high),
        # Every square for itself: joined ones do not tell how many they were, and so how certain they are.
        min_neighbor_number=0,
        intersection_score_threshold=2,
    )
    boxes = np.array([(box["c"], box["r"], box["width"]) for box in found], np.float64).reshape(-1, 3)
    x, y = (boxes[:, :2] + boxes[:, 2:] / 2).T
    points = np.stack([size[0] - x if flipped else x, y, np.ones(len(x))])
    return np.column_stack(
        [(cv2.invertAffineTransform(matrix) @ points).T, boxes[:, 2] / scale, np.full(len(x), degrees)]
    )


def _groups(squares: NDArray[np.float64], needed: int) -> Iterator[Face]:
    """Yield what at least some number of squares, of which no other has any, agree on, most first."""
    apart = np.abs(squares[:, None, :2] - squares[:, :2]).max(axis=-1)
    side = squares[:, 2]
    alike = (apart < 0.2 * side[:, None]) & (np.abs(np.log(side / side[:, None])) < 0.2)
    while len(squares) and (votes := alike.sum(axis=1)).max() >= needed:
        group = alike[votes.argmax()].copy()
        x, y, length = np.median(squares[group, :3], axis=0).tolist()
        yield Face(x, y, length, float(squares[group, 3].mean()), int(group.sum()))
        alike[:, group] = False

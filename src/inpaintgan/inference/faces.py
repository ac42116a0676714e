"""Faces of which a hole hides something, for networks that learned from aligned ones.

Such networks know a face that fills the frame, and little of half a face, of one that is a fifth of what they see, or of one that
is turned.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.face_detection import FOUND_PX, Face, detect_faces
from .frames import Frame
from .views import Scene

_REACH_PX = 64
"""How far around a hole: a face of which it hides something lies within, and not in the corners."""
_HIDING_PX = 3
"""Thickness at which a hole hides something of a face of that size that its surroundings do not tell."""
_LARGEST_PLACE_PX, _MOST_PX = 1 << 17, 1 << 20
"""How much is looked at around one hole, some 0.4 seconds, and in all at one scale: faces that are small beside the extent
of a hole, or beside many, are not found."""
_MOST_SEARCHED_PX = 1 << 24
"""How large a reduced picture is searched for holes."""
_PAINTED_NEEDED = 6
"""Squares that must look like a face in what was painted: they do in 12 of 17 faces not found before, and 3 of 120 others."""
_UPRIGHT = 2.0
"""Degrees by which a face must be turned for the picture to be: it is known about as exactly."""
_FACE_IN_FRAME = 0.5, 0.546, 0.718
"""Where the detector sees the middle of an aligned face, and its side, in shares of the picture's: the median of 106 faces."""
_ALIGNED = 0.13
"""How far the corners of a face's square may lie from those of a picture for it to be an aligned one, in shares of its side:
nine in ten that are lie so."""


def find_faces(scene: Scene, *, painted: bool = False) -> list[Frame]:
    """Find the faces of which a hole hides something.

    What lies under the hole has no part in it: looked at is the picture with its holes filled smoothly.

    Args:
        scene: The picture.
        painted: Its holes were filled already, and it is looked at as it is: less will do for a face.

    Returns:
        For each face the square that shows it as aligned sets do, the most certain first; in a picture that shows it so that is
        the picture. No two show the same face. Faces below 48 px are not found, nor such as are seen from the side, or are turned
        by more than about 35 degrees.
    """
    found: list[Face] = []
    left, top, hole_width, hole_height = cv2.boundingRect(scene.unknown)
    most = min(min(scene.unknown.shape) // FOUND_PX[0], min(hole_width, hole_height) // (_HIDING_PX - 1))
    # At each scale faces of one range are looked for: at the next, half as large, those twice as large are.
    for factor in (1 << number for number in range(most.bit_length())):
        reach = _REACH_PX * factor
        x, y = max(0, left - reach), max(0, top - reach)
        near = scene.part((slice(y, top + hole_height + reach), slice(x, left + hole_width + reach)))
        for column, row, width, height in _places(near.unknown, factor):
            rows = slice(row * factor, (row + height) * factor)
            columns = slice(column * factor, (column + width) * factor)
            seen = near.part((rows, columns)).scaled(width, height)
            for face in detect_faces(seen.pixels, _PAINTED_NEEDED) if painted else detect_faces(seen.continued()):
                middle = (face.x + column) * factor + x, (face.y + row) * factor + y
                found.append(Face(*middle, face.side * factor, face.degrees, face.votes))
    frames: list[Frame] = []
    for face in sorted(found, key=lambda face: -face.votes):
        if not any(frame.holds(face.x, face.y) for frame in frames):
            frames.append(_aligned(_frame(face), *scene.unknown.shape))
    return frames


def _frame(face: Face) -> Frame:
    """The square in which a face lies as in an aligned picture."""
    right_share, down_share, of_frame = _FACE_IN_FRAME
    side = max(1, round(face.side / of_frame))
    degrees = face.degrees if abs(face.degrees) > _UPRIGHT else 0.0
    x, y = Frame(face.x, face.y, side, degrees).point(1 - right_share, 1 - down_share)
    # An upright square begins at a whole pixel, so that nothing is interpolated.
    left, top = round(x - side / 2), round(y - side / 2)
    return Frame(left + side / 2, top + side / 2, side, degrees)


def _aligned(frame: Frame, height: int, width: int) -> Frame:
    """Return the square that is a picture as a whole where a face's is nearly that, else the face's."""
    whole = Frame(width / 2, height / 2, max(width, height))
    corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    farthest = max(math.dist(frame.point(*corner), whole.point(*corner)) for corner in corners)
    return whole if farthest <= _ALIGNED * whole.side else frame


def _places(unknown: NDArray[np.uint8], factor: int) -> list[tuple[int, int, int, int]]:
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

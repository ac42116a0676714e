"""Which parts of a large picture to show the networks.

The networks know pictures at the size they were trained on. Each hole is therefore seen in a crop with context around
it. Holes that lie well inside a crop that is needed anyway are filled in the same pass, and large holes whose crops
overlap share one, so that three hundred specks are not three hundred passes. Faces that the networks know as a whole are
shown as a whole, before what else is hidden around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .frames import Box, Frame
from .refine import Canvas
from .views import Scene

MIN_CONTEXT_PX = 64
_CONTEXT_OF_HOLE = 0.5
"""Context on each side as a share of the hole's longer side, at least `MIN_CONTEXT_PX`."""
_KEPT_OF_FACE = 0.05
"""How much of a face's square at each border is left to another pass: what the hole goes on to outside of it lacks context."""
_MERGED_GROWTH = 1.5
"""Two crops become one when that is at most this much larger than the larger of them: more would cost detail."""


@dataclass(frozen=True)
class Crop:
    """A rectangle of the picture and the part of the mask that is filled in it."""

    top: int
    left: int
    height: int
    width: int
    hole: NDArray[np.uint8]
    """(height, width), 1 where this pass fills; other holes in the rectangle are unknown, but left to their own pass."""
    face: Frame | None = None
    """The square of a face, which the networks are to see as a whole and upright; the rectangle is what surrounds it."""

    @property
    def window(self) -> tuple[slice, slice]:
        """The rectangle as an index into the picture."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    @property
    def longest_px(self) -> int:
        """The longer side of what the networks see."""
        return max(self.height, self.width) if self.face is None else self.face.side

    def taken(self, scene: Scene) -> tuple[Scene, NDArray[np.uint8]]:
        """Return what the networks are to see of a picture, and what of it is to be filled, 1 there."""
        part = scene.part(self.window)
        if self.face is None:
            return part, self.hole
        upright = self.face.upright(part, self.left, self.top)
        return upright, upright.unknown

    def laid_back(self, canvas: Canvas) -> Canvas:
        """Return what was filled of what was taken as it lies in the rectangle."""
        return canvas if self.face is None else self.face.laid_back(canvas, self.left, self.top, self.hole.shape)


def plan_crops(mask: NDArray[np.uint8], network_size: int, faces: Sequence[Frame] = ()) -> list[Crop]:
    """Cover every hole of a mask by crops: those of faces first, then the others, largest hole first.

    Args:
        mask: (H, W), 1 in the hole.
        network_size: Side in px of the pictures that the networks were trained on; no crop but a face's is smaller, unless
            the picture is.
        faces: Squares to show as a whole.

    Returns:
        Crops whose holes together are the mask and do not overlap. Empty for an empty mask.
    """
    mask = mask.copy() if faces else mask
    crops = [crop for face in faces if (crop := _take_face(mask, face)) is not None]
    return crops + _plan_holes(mask, network_size)


def _take_face(mask: NDArray[np.uint8], face: Frame) -> Crop | None:
    """Return the crop of a face, or None if the mask hides nothing of it; what the crop fills is taken out of the mask."""
    box = left, top, right, bottom = face.box(mask.shape)
    part = mask[top:bottom, left:right]
    is_whole = part.shape == mask.shape and bool(face.covered(box, 0).all())
    hole = part * face.covered(box, 0 if is_whole else _KEPT_OF_FACE)
    if not hole.any():
        return None
    part[hole == 1] = 0
    return Crop(top, left, bottom - top, right - left, hole, face)


def _plan_holes(mask: NDArray[np.uint8], network_size: int) -> list[Crop]:
    """Cover the holes by crops with context around each."""
    if not mask.any():
        return []
    # A small hole in a large picture must not cost labels for all of its pixels.
    x, y, box_width, box_height = cv2.boundingRect(mask)
    count, found, table, _ = cv2.connectedComponentsWithStats(
        mask[y : y + box_height, x : x + box_width], connectivity=8
    )
    labels, stats = np.asarray(found, np.int32), np.asarray(table, np.int32)[:, :4]
    boxes = np.concatenate([stats[:, :2], stats[:, :2] + stats[:, 2:]], axis=1) + np.array([x, y, x, y], np.int32)
    sides = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    is_large = _crop_side(sides, network_size) > network_size
    is_large[0] = False
    groups = _merge(boxes, np.flatnonzero(is_large).tolist(), network_size)
    singles = sorted(np.flatnonzero(~is_large)[1:].tolist(), key=lambda label: -sides[label])
    groups += [(_box(boxes[label]), [label]) for label in singles]
    crops: list[Crop] = []
    done = np.zeros(count, bool)
    for (left, top, right, bottom), members in groups:
        if done[members].all():
            continue
        longest = max(right - left, bottom - top)
        side = int(_crop_side(longest, network_size))
        first_row, height = _span(top, bottom - top, side, mask.shape[0])
        first_column, width = _span(left, right - left, side, mask.shape[1])
        window = (first_column, first_row, first_column + width, first_row + height)
        filled = _well_inside(boxes, window, mask.shape, int(_context(longest)) // 2) & ~done
        filled[members] = ~done[members]
        filled[0] = False
        done |= filled
        part = _cut(labels, (x, y), window)
        crops.append(Crop(first_row, first_column, height, width, filled[part].astype(np.uint8)))
    return crops


def _cut(labels: NDArray[np.int32], origin: tuple[int, int], window: Box) -> NDArray[np.int32]:
    """The labels in a window of the picture, 0 outside of the box that was labelled, whose left and top are given."""
    left, top, right, bottom = window
    x, y = origin
    rows = slice(max(top, y), min(bottom, y + labels.shape[0]))
    columns = slice(max(left, x), min(right, x + labels.shape[1]))
    part = np.zeros((bottom - top, right - left), np.int32)
    found = labels[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
    part[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = found
    return part


def _context(longest: int | NDArray[np.int32]) -> NDArray[np.int64]:
    """Context on each side of a hole, for its longer side."""
    return np.maximum(MIN_CONTEXT_PX, np.rint(_CONTEXT_OF_HOLE * np.asarray(longest)).astype(np.int64))


def _crop_side(longest: int | NDArray[np.int32], network_size: int) -> NDArray[np.int64]:
    """Side of the crop for a hole's longer side."""
    return np.maximum(network_size, longest + 2 * _context(longest))


def _box(row: NDArray[np.int32]) -> Box:
    left, top, right, bottom = (int(value) for value in row)
    return left, top, right, bottom


def _merge(boxes: NDArray[np.int32], large: list[int], network_size: int) -> list[tuple[Box, list[int]]]:
    """Join large holes whose crops overlap, unless the joint crop would be much larger; largest first."""
    large = sorted(large, key=lambda label: -_longest(boxes[label]))
    found, members = boxes[large], [[label] for label in large]
    i = 0
    while i < len(found):
        fitting = np.flatnonzero(_belong_together(found[i], found[i + 1 :], network_size))
        if not len(fitting):
            i += 1
            continue
        j = i + 1 + int(fitting[0])
        joint = _joint(found[i], found[j])
        both = members[i] + members[j]
        found = np.delete(found, (i, j), axis=0)
        del members[j], members[i]
        i = int((_longest(found[:i]) >= _longest(joint)).sum())
        found = np.insert(found, i, joint, axis=0)
        members.insert(i, both)
        # Among those before it none belonged to another, but one may belong to what has grown.
        i = next((k for k in range(i) if _belong_together(found[k], joint, network_size)), i)
    return [(_box(row), labels) for row, labels in zip(found, members, strict=True)]


def _longest(boxes: NDArray[np.int32]) -> NDArray[np.int32]:
    return (boxes[..., 2:] - boxes[..., :2]).max(axis=-1)


def _joint(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int32]:
    """The smallest box around two."""
    return np.concatenate([np.minimum(a[..., :2], b[..., :2]), np.maximum(a[..., 2:], b[..., 2:])], axis=-1)


def _belong_together(a: NDArray[np.int32], b: NDArray[np.int32], network_size: int) -> NDArray[np.bool_]:
    """Whether the crops of a hole and of smaller ones, (4,) and (..., 4), overlap, and the joint crop is not much larger."""
    reach = (_context(_longest(a)) + _context(_longest(b)))[..., None]
    overlap = ((a[:2] - reach < b[..., 2:]) & (b[..., :2] - reach < a[2:])).all(axis=-1)
    joint = _joint(np.broadcast_to(a, b.shape), b)
    limit = _MERGED_GROWTH * _crop_side(_longest(a), network_size)
    return overlap & (_crop_side(_longest(joint), network_size) <= limit)


def _span(start: int, length: int, side: int, limit: int) -> tuple[int, int]:
    """Place ``side`` px around a hole's extent on one axis, moved to lie inside the picture: (start, length)."""
    side = min(side, limit)
    first = start + length // 2 - side // 2
    return min(max(first, 0), limit - side), side


def _well_inside(boxes: NDArray[np.int32], window: Box, shape: tuple[int, ...], margin: int) -> NDArray[np.bool_]:
    """Which holes have at least ``margin`` px of context in a window; the picture's own border needs none."""
    left, top, right, bottom = window
    enough = (boxes[:, 0] >= left + (margin if left else 0)) & (boxes[:, 1] >= top + (margin if top else 0))
    enough &= boxes[:, 2] <= right - (margin if right < shape[1] else 0)
    return enough & (boxes[:, 3] <= bottom - (margin if bottom < shape[0] else 0))

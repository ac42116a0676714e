"""Which pictures of a set are nearly the same: resized, recompressed, or a little brighter.

Each picture leaves a thumbnail of 9x9 gray levels, from whose differences between neighbours a hash of 128 bits is made
(difference hash, dHash, along rows and columns). Two hashes that differ in fewer than eight bits agree in at least one
of eight bands of 16 bits. So the hashes are sorted once for each band, by that band and then by the rest, and each is
compared with those that come next: the time grows with the number of pictures, not with its square, whatever the
pictures look like. What the hashes propose, the thumbnails have to confirm.

Source: Manku, Jain and Das Sarma, "Detecting near-duplicates for web crawling" (WWW 2007), for the sorted tables.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.picture import to_gray

THUMBNAIL_BYTES = 81
_SIDE = 9
_BANDS = 8
_MAX_BITS = 7
_NEIGHBOURS = 24
_MIN_CONTRAST = 6.0
_MAX_DIFFERENCE = 0.2


def thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    """Return the 9x9 gray levels of an (H, W, 3) RGB picture as 81 bytes."""
    return cv2.resize(to_gray(pixels), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).tobytes()


def find_alike(thumbnails: NDArray[np.uint8]) -> dict[int, int]:
    """Find pictures that are nearly the same as an earlier one.

    Args:
        thumbnails: (N, 81) uint8, as `thumbnail` makes them.

    Returns:
        For each picture that has an earlier one like it, in rising order, the index of the first of those that are alike
        from one to the next. A picture without contrast is like no other.
    """
    levels = thumbnails.reshape(-1, _SIDE, _SIDE)
    hashes = _hashes(levels)
    earlier = np.full(len(levels), len(levels))
    for one, other in _proposed(hashes):
        first, second = np.minimum(one, other), np.maximum(one, other)
        unknown = earlier[second] == len(levels)  # or a film's frames would be compared with each other again and again
        first, second = first[unknown], second[unknown]
        alike = _confirmed(levels, first, second)
        np.minimum.at(earlier, second[alike], first[alike])
    first_of: dict[int, int] = {}
    for index in np.flatnonzero(earlier < len(levels)).tolist():
        before = int(earlier[index])
        first_of[index] = first_of.get(before, before)
    return first_of


def _hashes(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(N, 16) uint8: for each place whether it is brighter than its left neighbour, then than its upper one."""
    rows = levels[:, :8, 1:] > levels[:, :8, :-1]
    columns = levels[:, 1:, :8] > levels[:, :-1, :8]
    bits = np.concatenate([rows.reshape(-1, 64), columns.reshape(-1, 64)], axis=1)
    return np.packbits(bits, axis=1)


def _proposed(hashes: NDArray[np.uint8]):
    """Yield pairs of arrays of indices whose hashes are near each other; a pair may come more than once."""
    for band in range(_BANDS):
        turned = np.ascontiguousarray(np.roll(hashes, -2 * band, axis=1))
        words = turned.view(np.dtype(">u8"))
        order = np.lexsort((words[:, 1], words[:, 0]))
        ordered = turned.view(np.uint64)[order]
        for distance in range(1, min(_NEIGHBOURS, len(order) - 1) + 1):
            different = np.bitwise_count(ordered[distance:] ^ ordered[:-distance]).sum(axis=1)
            near = np.flatnonzero(different <= _MAX_BITS)
            yield order[near], order[near + distance]


def _confirmed(levels: NDArray[np.uint8], first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which pairs look the same once brightness and contrast are evened out."""
    pairs = [levels[side].reshape(-1, THUMBNAIL_BYTES).astype(np.float32) for side in (first, second)]
    contrast = [side.std(axis=1, keepdims=True) for side in pairs]
    even = [
        (side - side.mean(axis=1, keepdims=True)) / np.maximum(c, 1) for side, c in zip(pairs, contrast, strict=True)
    ]
    clear = np.minimum(*contrast)[:, 0] >= _MIN_CONTRAST
    return clear & (np.abs(even[0] - even[1]).mean(axis=1) <= _MAX_DIFFERENCE)

"""Masks: reading and checking them. 1 is the hole, 0 is where the picture is known."""

from __future__ import annotations

import cv2
import numpy as np

from ..core.errors import InpaintError
from .io import Readable, decode, read_plain_gray
from .picture import to_gray

_ONE_COLOUR = 2
"""Gray values of one colour differ by less than this, of 255."""
_GRAY = (40, 215)
_MOSTLY_GRAY = 0.25
"""The share of tones between black and white that a blurred border does not explain; as in the editor's ``mask-file.js``."""
_MOSTLY_WHITE = 0.6
_SAME_SHAPE = 0.02
"""By how much the proportions of two sizes may differ that rounding made of one."""


def binarize(gray: np.ndarray) -> np.ndarray:
    """Return (H, W) uint8 that is 1 (hole) where a gray value is at least half, 128 of 255."""
    return (gray >= 128).astype(np.uint8)


def is_empty(mask: np.ndarray) -> bool:
    """Whether a mask has no hole at all, so that there is nothing to fill."""
    return not mask.any()


def check_mask(mask: np.ndarray) -> None:
    """Refuse a mask that leaves nothing of the picture.

    Raises:
        InpaintError: ``mask-full``.
    """
    if mask.all():
        raise InpaintError(
            "mask-full",
            "The mask covers the whole picture, so there is nothing to fill it from.",
            "White marks the hole: leave some of the mask black, or invert it.",
        )


def load_levels(source: Readable | bytes) -> np.ndarray:
    """Read a file of edges, or of a mask, as (H, W) uint8 gray: what is transparent is 0.

    What was drawn into the alpha channel alone (all that is opaque is of one colour, whatever lies unseen under the rest) is
    read from there; ``web/inference/editor/mask-file.js`` reads files by the same rule.

    Raises:
        InpaintError: ``picture-missing``, ``picture-unreadable`` or ``picture-too-large``.
    """
    gray = read_plain_gray(source)
    if gray is None:
        picture = decode(source)
        gray = to_gray(picture.pixels)
        if picture.alpha is not None:
            opaque = picture.alpha >= 128
            seen = gray[opaque]
            one_colour = len(seen) and not opaque.all() and int(np.ptp(seen)) < _ONE_COLOUR
            gray = picture.alpha if one_colour else np.where(opaque, gray, 0)
    return gray


def load_mask(source: Readable | bytes) -> np.ndarray:
    """Read a mask file at its own size, (H, W) uint8 of 0 and 1: opaque is the hole where all is of one colour.

    Raises:
        InpaintError: As `load_levels`.
    """
    return binarize(load_levels(source))


def read_mask(
    source: Readable | bytes, height: int, width: int, *, for_filling: bool = False
) -> tuple[np.ndarray, str]:
    """Read a mask, as `load_mask` does, for a picture of a given size.

    Args:
        source: The file.
        height: Of the picture.
        width: Of the picture.
        for_filling: Let a line survive that is thinner than a pixel of the picture, because half a scratch is no use, and tell of
            a file that is no mask.

    Returns:
        The mask, (height, width) uint8 of 0 and 1, and a notice for people, empty when there is nothing to say.
    """
    levels = load_levels(source)
    mask = binarize(levels)
    resized = resize_mask(_thickened(mask, height, width) if for_filling else mask, height, width)
    notices = (_like_a_photo(levels) if for_filling else "", _resized(mask, height, width, "mask"))
    return resized, " ".join(filter(None, notices))


def mostly_white(mask: np.ndarray) -> str:
    """The notice about a mask of 0 and 1 that may be meant the other way round; empty where it covers less."""
    if mask.mean() <= _MOSTLY_WHITE:
        return ""
    return f"{mask.mean():.0%} of the mask is white, which means hole. If it was meant the other way round, invert it."


def _like_a_photo(levels: np.ndarray) -> str:
    gray = cv2.countNonZero(cv2.inRange(levels, _GRAY[0] + 1, _GRAY[1] - 1)) / levels.size
    if gray <= _MOSTLY_GRAY:
        return ""
    return (
        f"The mask looks like a photo rather than a mask: {gray:.0%} of it is neither black nor white. Its bright parts became "
        "the hole."
    )


def is_stretched(width: int, height: int, to_width: int, to_height: int) -> bool:
    """Whether resizing to another size changes the proportions."""
    return abs(width * to_height / (height * to_width) - 1) > _SAME_SHAPE


def read_lines(source: Readable | bytes, height: int, width: int) -> tuple[np.ndarray, str]:
    """Read edges to paint along for a picture of a given size: (height, width) uint8 gray, and a notice as `read_mask`'s."""
    levels = load_levels(source)
    levels = np.where(levels > 1, levels, np.uint8(0))  # 1 of 255 is not a line; in an array of 0 and 1 it would be one
    resized = resize_mask(_thickened(levels, height, width), height, width)
    return resized, _resized(levels, height, width, "picture of edges")


def _thickened(array: np.ndarray, height: int, width: int) -> np.ndarray:
    """Widen what is bright by so much that it is met when a smaller size takes one pixel of several."""
    rows, columns = -(-array.shape[0] // height), -(-array.shape[1] // width)
    return array if rows == columns == 1 else cv2.dilate(array, np.ones((rows, columns), np.uint8))


def _resized(array: np.ndarray, height: int, width: int, name: str) -> str:
    if array.shape == (height, width):
        return ""
    stretched = ", which stretched it" if is_stretched(array.shape[1], array.shape[0], width, height) else ""
    return f"The {name} of {array.shape[1]}x{array.shape[0]} was resized to the picture's {width}x{height}{stretched}."


def with_white_hole(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return a picture with its hole in white, to be looked at; both are (H, W, ...) uint8."""
    return np.where(mask[..., None] == 1, np.uint8(255), picture)


def resize_mask(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a mask by nearest neighbour, so that it stays 0 and 1."""
    if mask.shape == (height, width):
        return mask
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)

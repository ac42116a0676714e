"""A picture in memory, and the small operations on its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

WHITE_16 = 65535


@dataclass(frozen=True)
class Picture:
    """A decoded picture with everything that saving it again should keep."""

    pixels: np.ndarray
    """(H, W, 3) uint8 RGB, upright: the EXIF orientation is applied."""
    alpha: np.ndarray | None = None
    """(H, W) uint8, or None."""
    icc: bytes | None = None
    exif: bytes | None = None
    """EXIF block whose orientation says upright."""
    format: str = "PNG"
    notices: tuple[str, ...] = ()
    """What decoding had to change, in words."""
    conversion: str = ""
    """That of them which a saved picture keeps: other colours or another way to store them."""
    deep: np.ndarray | None = None
    """(H, W, 3) or (H, W, 4) uint16 RGB(A) of a 16-bit picture, of which ``pixels`` and ``alpha`` are the 8-bit view."""
    gray: bool = False
    """The file holds no colour; saving keeps it so where the format can."""
    dpi: tuple[float, float] | None = None
    """Pixels an inch, across and down."""
    coding: Mapping[str, Any] = field(default_factory=dict)
    """How the file was coded, as options for `encode` in the same ``format``."""
    xmp: bytes | None = None
    """XMP packet whose orientation says upright."""

    def profile_for(self, *, gray: bool) -> bytes | None:
        """The colour profile for a file of gray or of colours: one of gray would make a file of colours unreadable."""
        return self.icc if self.icc and (gray or self.icc[16:20] != b"GRAY") else None


def on_white(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Composite (H, W, 3) uint8 pixels with (H, W) uint8 alpha on white."""
    opacity = alpha[..., None].astype(np.uint16)
    return ((pixels * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)


def to_gray(rgb: np.ndarray) -> np.ndarray:
    """Return the luma of (H, W, 3) uint8 or uint16 RGB as (H, W) of the same type; gray pixels keep their value."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)


def reduced(deep: np.ndarray) -> np.ndarray:
    """Return 16-bit values scaled to 8 bits, rounded to the nearest."""
    result = np.empty(deep.shape, np.uint8)
    for row, values in enumerate(deep):  # by rows: the sum needs more than 16 bits
        result[row] = (values.astype(np.uint32) + 128) // 257
    return result


def middle_square(array: np.ndarray) -> np.ndarray:
    """Return the largest square in the middle of an array (H, W, ...), a view."""
    height, width = array.shape[:2]
    cut = min(height, width)
    top, left = (height - cut) // 2, (width - cut) // 2
    return array[top : top + cut, left : left + cut]


def deepened(pixels: np.ndarray) -> np.ndarray:
    """Return 8-bit values scaled to 16 bits, which `reduced` undoes exactly."""
    return pixels.astype(np.uint16) * np.uint16(257)


def resize_square(rgb: np.ndarray, side: int) -> np.ndarray:
    """Cut the largest square from the middle and resize it to ``side`` px: by area when shrinking, else bilinearly."""
    square = middle_square(rgb)
    cut = len(square)
    if cut == side:
        return np.ascontiguousarray(square)
    return cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA if cut > side else cv2.INTER_LINEAR)

"""Squares of a picture that the networks see as a whole and upright: taken out of it, and what was filled laid back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .refine import Canvas
from .views import MOSTLY, Scene

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in px; right and bottom lie outside."""


@dataclass(frozen=True)
class Frame:
    """A square of a picture, which may be turned and may reach out of the picture."""

    x: float
    y: float
    """Its middle, in px from the picture's left and top border."""
    side: int
    degrees: float = 0.0
    """How far it is turned clockwise."""

    def box(self, shape: tuple[int, ...]) -> Box:
        """Left, top, right and bottom of what a picture of that shape holds of it; right and bottom lie outside."""
        half = self.side / 2 * float(np.abs(self._turn()[0]).sum())
        left, top = (max(0, int(np.floor(middle - half))) for middle in (self.x, self.y))
        right, bottom = (
            min(length, int(np.ceil(middle + half))) for middle, length in ((self.x, shape[1]), (self.y, shape[0]))
        )
        return left, top, right, bottom

    def holds(self, x: float, y: float) -> bool:
        """Whether a point of the picture, in px, lies in the square."""
        from_middle = np.array([x - self.x, y - self.y]) @ self._turn()
        return bool(np.abs(from_middle).max() < self.side / 2)

    def covered(self, box: Box, margin: float) -> NDArray[np.uint8]:
        """Return what the square covers of its box, (H, W), 1 there, but for a margin along its borders in shares of its side."""
        left, top, right, bottom = box
        wide = round(margin * self.side)
        square = np.zeros((self.side, self.side), np.uint8)
        square[wide : self.side - wide, wide : self.side - wide] = 1
        size = (right - left, bottom - top)
        return np.asarray(cv2.warpAffine(square, self._matrix(left, top), size, flags=cv2.INTER_NEAREST), np.uint8)

    def point(self, across: float, down: float) -> tuple[float, float]:
        """The point of the picture, x and y in px, at shares of the square."""
        x, y = np.array([self.x, self.y]) + self._turn() @ (np.array([across, down]) - 0.5) * self.side
        return float(x), float(y)

    def upright(self, part: Scene, left: int, top: int) -> Scene:
        """Return the square as a scene, upright; beyond the picture's border its last pixels are repeated.

        Args:
            part: What lies in the square's box.
            left: Where in the picture the part begins, in px.
            top: The same, downwards.
        """
        colour, weight = part.known_mean(lambda array: self._taken(array, left, top, cv2.INTER_CUBIC))
        return Scene(
            colour,
            (weight < MOSTLY).astype(np.uint8),
            None if part.edges is None else self._taken(part.edges, left, top, cv2.INTER_NEAREST),
        )

    def laid_back(self, canvas: Canvas, left: int, top: int, shape: tuple[int, ...]) -> Canvas:
        """Return an upright canvas of the square as it lies in a part of the picture, given where that begins and its shape."""
        matrix, size = self._matrix(left, top), (shape[1], shape[0])
        return Canvas(
            np.asarray(cv2.warpAffine(canvas.colour, matrix, size, flags=cv2.INTER_CUBIC), np.uint16),
            np.asarray(cv2.warpAffine(canvas.edges, matrix, size, flags=cv2.INTER_LINEAR), np.uint8),
        )

    def _taken(self, array: np.ndarray, left: int, top: int, method: int) -> np.ndarray:
        size, flags = (self.side, self.side), method | cv2.WARP_INVERSE_MAP
        return np.asarray(
            cv2.warpAffine(array, self._matrix(left, top), size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        )

    def _matrix(self, left: int, top: int) -> NDArray[np.float64]:
        """From the pixels of the upright square to those of a part of the picture."""
        turn = self._turn()
        first = np.array([self.x - left, self.y - top]) + turn @ np.full(2, (1 - self.side) / 2) - 0.5
        return np.column_stack([turn, first])

    def _turn(self) -> NDArray[np.float64]:
        cosine, sine = np.cos(np.deg2rad(self.degrees)), np.sin(np.deg2rad(self.degrees))
        return np.array([[cosine, -sine], [sine, cosine]])

"""Edge detectors from image gradients: Sobel, Laplacian of Gaussian, and gradients merged over a Gaussian pyramid.

All give thin binary maps. Unknown pixels are left out of the blur by normalised convolution (a known pixel becomes the
weighted mean of known ones), and pixels whose derivatives reach unknown ones are never edges: the border of a hole gives
no edge. That is what the ``mask=`` of scikit-image's Canny does too.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage
from skimage.filters import apply_hysteresis_threshold
from skimage.morphology import thin

# In the unit of `scipy.ndimage.sobel`, eight times the change per px of a gray value in [0, 1]. scikit-image's Canny
# begins a line at 0.2 and follows it down to 0.1: a single threshold lies between.
_LOW, _MIDDLE, _HIGH = 0.1, 0.15, 0.2
_LEVEL_WEIGHTS = (0.5, 0.3, 0.2)
_SMALLEST_LEVEL_PX = 16


def sobel(gray: np.ndarray, sigma: float, hole: np.ndarray | None = None) -> np.ndarray:
    """Return the ridges of the Sobel gradient above one threshold: Canny without its following of weak lines.

    Args:
        gray: (H, W) float in [0, 1].
        sigma: Blur before, in px, above 0.
        hole: (H, W), not 0 where unknown.

    Returns:
        (H, W) uint8: 1 on edges, else 0.
    """
    known = _known(gray, hole)
    x, y = _gradient(_blur(gray, sigma, known))
    return _thinned(_ridges(x, y) * _inside(known) > _MIDDLE)


def laplacian_of_gaussian(gray: np.ndarray, sigma: float, hole: np.ndarray | None = None) -> np.ndarray:
    """Return the zero crossings of the Laplacian of Gaussian where the gradient is steep. Arguments as `sobel`.

    Without the second condition every shadow and every grain of noise has a closed contour.

    Source: Marr and Hildreth, Theory of edge detection (1980).
    """
    known = _known(gray, hole)
    smooth = _blur(gray, sigma, known)
    response = ndimage.laplace(smooth, mode="nearest")
    crossing = np.zeros(gray.shape, bool)
    for axis in (0, 1):
        first, second = (np.delete(response, end, axis) for end in (-1, 0))
        changes = (first < 0) != (second < 0)
        # The line goes through the pixel of the pair that is nearer to zero.
        nearer = np.abs(first) <= np.abs(second)
        crossing |= np.insert(changes & nearer, changes.shape[axis], False, axis)
        crossing |= np.insert(changes & ~nearer, 0, False, axis)
    # A crossing compares neighbours, so it reaches one pixel further than a derivative.
    steep = np.hypot(*_gradient(smooth)) > _MIDDLE
    return _thinned(crossing & steep & (_inside(_inside(known)) > 0))


def multi_scale(gray: np.ndarray, sigma: float, hole: np.ndarray | None = None) -> np.ndarray:
    """Return edges over a Gaussian pyramid of three levels, merged by weight. Arguments as `sobel`.

    Each level, half the size of the one before, is blurred by ``sigma`` and differentiated in its own pixels, so that an
    edge is as strong on every level where it exists. The gradients are enlarged and averaged with weights 0.5, 0.3 and
    0.2, finest first, and the ridges of the mean are followed with Canny's two thresholds. Texture cancels itself on the
    coarse levels, contours add up, and the finest level keeps them in their place.

    Source: the InpaintGAN paper (Yehoshua, Peretz 2023), section 2.5, for the pyramid and the merging by weight. The
    weights and the thresholds are ours.
    """
    known = _known(gray, hole)
    inside, level = _inside(known), gray
    sums = [np.zeros(gray.shape, np.float32) for _ in range(3)]
    sizes: list[tuple[int, int]] = []
    for weight in _LEVEL_WEIGHTS:
        x, y = _gradient(_blur(level, sigma, known))
        for total, part in zip(sums, (x * known, y * known, known), strict=True):
            total += weight * _enlarged(part, sizes)
        if min(level.shape) < 2 * _SMALLEST_LEVEL_PX:
            break
        sizes.append((level.shape[1], level.shape[0]))
        share = cv2.pyrDown(known)
        level = cv2.pyrDown(level * known) / np.maximum(share, 1e-6)
        known = (share >= 0.5).astype(np.float32)
    x, y, weights = sums[0], sums[1], np.maximum(sums[2], 1e-6)
    return _thinned(apply_hysteresis_threshold(_ridges(x / weights, y / weights) * inside, _LOW, _HIGH))


def _known(gray: np.ndarray, hole: np.ndarray | None) -> np.ndarray:
    """(H, W) float32, 1 where the picture is known."""
    return np.ones(gray.shape, np.float32) if hole is None else (hole == 0).astype(np.float32)


def _inside(known: np.ndarray) -> np.ndarray:
    """1 where a pixel and its eight neighbours are known; what lies outside the picture does not count."""
    return ndimage.minimum_filter(known, 3, mode="nearest")


def _blur(gray: np.ndarray, sigma: float, known: np.ndarray) -> np.ndarray:
    """Blur what is known by what is known."""
    if known.all():
        return ndimage.gaussian_filter(gray, sigma, mode="nearest")
    share = ndimage.gaussian_filter(known, sigma, mode="nearest")
    return ndimage.gaussian_filter(gray * known, sigma, mode="nearest") / np.maximum(share, 1e-6)


def _gradient(smooth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return ndimage.sobel(smooth, 1, mode="nearest"), ndimage.sobel(smooth, 0, mode="nearest")


def _ridges(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient's magnitude where it is the largest across its edge, else 0: non-maximum suppression."""
    magnitude = np.hypot(x, y)
    height, width = magnitude.shape
    padded = np.pad(magnitude, 1)
    # Directions 0 to 3: along x, down to the right, along y, down to the left.
    direction = np.round(np.arctan2(y, x) / (np.pi / 4)).astype(int) % 4
    kept = np.zeros(magnitude.shape, bool)
    for index, (dy, dx) in enumerate(((0, 1), (1, 1), (1, 0), (1, -1))):
        ahead = padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        behind = padded[1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width]
        kept |= (direction == index) & (magnitude > ahead) & (magnitude >= behind)
    return magnitude * kept


def _thinned(edges: np.ndarray) -> np.ndarray:
    return thin(edges).astype(np.uint8)


def _enlarged(part: np.ndarray, sizes: list[tuple[int, int]]) -> np.ndarray:
    """Bring a level of the pyramid to the size of the first; ``sizes`` are (width, height) of the levels before it."""
    for size in reversed(sizes):
        part = cv2.pyrUp(part, dstsize=size)
    return part

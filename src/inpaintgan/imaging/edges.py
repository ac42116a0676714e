"""Edge maps by scikit-image's Canny detector."""

from __future__ import annotations

import numpy as np
from skimage.feature import canny as _canny

NO_EDGES = -1.0
RANDOM_SIGMA = 0.0
_RANDOM_RANGE = (1.0, 4.0)


def canny(
    gray: np.ndarray,
    sigma: float,
    hole: np.ndarray | None = None,
    rng: np.random.Generator | None = None,
) -> np.ndarray:
    """Return the edge map of a gray picture.

    Args:
        gray: (H, W), uint8 in [0, 255] or floating point in [0, 1].
        sigma: Standard deviation of the Gaussian blur in px; 0 draws it uniformly from 1 to 4, -1 gives no edges.
        hole: (H, W), not 0 where the picture is unknown. Its pixels are left out of the detection, so that the border
            of the hole gives no edge. None in training, where the picture is whole.
        rng: Needed when ``sigma`` is 0.

    Returns:
        (H, W) uint8: 1 on edges, else 0.

    Raises:
        ValueError: ``sigma`` is 0 and there is no ``rng``.
    """
    if sigma == NO_EDGES:
        return np.zeros(gray.shape, np.uint8)
    if sigma == RANDOM_SIGMA:
        if rng is None:
            raise ValueError("a random sigma needs a random generator")
        sigma = float(rng.uniform(*_RANDOM_RANGE))
    if gray.dtype == np.uint8:
        gray = gray.astype(np.float32) / 255
    known = None if hole is None else hole == 0
    return _canny(gray, sigma=sigma, mask=known).astype(np.uint8)

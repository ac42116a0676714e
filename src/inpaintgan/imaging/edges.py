"""Edge maps: the detector that a config names, and scikit-image's Canny, the papers' detector."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from skimage.feature import canny as _canny

from ..core.config import Config
from .gradients import laplacian_of_gaussian, multi_scale, sobel

NO_EDGES = -1.0
RANDOM_SIGMA = 0.0
_RANDOM_RANGE = (1.0, 4.0)

_DETECTORS: dict[str, Callable[[np.ndarray, float, np.ndarray | None], np.ndarray]] = {
    "sobel": sobel,
    "log": laplacian_of_gaussian,
    "multi-scale": multi_scale,
}


def detect_edges(
    gray: np.ndarray,
    config: Config,
    hole: np.ndarray | None = None,
    rng: np.random.Generator | None = None,
    external: np.ndarray | None = None,
) -> np.ndarray:
    """Return the edge map of a gray picture by the detector of a config.

    Training, preview, validation, filling and evaluation all ask here.

    Args:
        gray: (H, W), uint8 in [0, 255] or floating point in [0, 1].
        config: Of which ``edge``, ``sigma`` and ``edge_nms`` are used. A ``sigma`` of -1 gives no edges, 0 draws it
            uniformly from 1 to 4.
        hole: (H, W), not 0 where the picture is unknown. Its pixels are left out of the detection, so that the border
            of the hole gives no edge. None in training, where the picture is whole.
        rng: Needed when ``sigma`` is 0.
        external: (H, W) of 0 and 1, the edges that a file gives for this picture under ``edge: external``. With
            ``edge_nms`` those are kept that Canny finds too (EdgeConnect's NMS). None, for a picture without such a
            file, stands Canny in for them.

    Returns:
        (H, W) uint8: 1 on edges, else 0.

    Raises:
        ValueError: ``sigma`` is 0 and there is no ``rng``.
    """
    if config.edge == "external" and external is not None and config.sigma != NO_EDGES:
        edges = external * canny(gray, config.sigma, hole, rng) if config.edge_nms else external
        return edges.astype(np.uint8) if hole is None else (edges * (hole == 0)).astype(np.uint8)
    detector = _DETECTORS.get(config.edge)
    if detector is None:
        return canny(gray, config.sigma, hole, rng)
    sigma = _one_sigma(config.sigma, rng)
    return np.zeros(gray.shape, np.uint8) if sigma == NO_EDGES else detector(_unit(gray), sigma, hole)


def canny(
    gray: np.ndarray,
    sigma: float,
    hole: np.ndarray | None = None,
    rng: np.random.Generator | None = None,
) -> np.ndarray:
    """Return the edge map of a gray picture by Canny's detector; see `detect_edges` for the arguments.

    Raises:
        ValueError: ``sigma`` is 0 and there is no ``rng``.
    """
    sigma = _one_sigma(sigma, rng)
    if sigma == NO_EDGES:
        return np.zeros(gray.shape, np.uint8)
    known = None if hole is None else hole == 0
    return _canny(_unit(gray), sigma=sigma, mask=known).astype(np.uint8)


def random_sigma(rng: np.random.Generator) -> float:
    """Draw the blur that a ``sigma`` of 0 stands for, in px."""
    return float(rng.uniform(*_RANDOM_RANGE))


def _one_sigma(sigma: float, rng: np.random.Generator | None) -> float:
    """A random sigma becomes a number."""
    if sigma != RANDOM_SIGMA:
        return sigma
    if rng is None:
        raise ValueError("a random sigma needs a random generator")
    return random_sigma(rng)


def _unit(gray: np.ndarray) -> np.ndarray:
    """Gray values as floating point in [0, 1]."""
    return gray.astype(np.float32) / 255 if gray.dtype == np.uint8 else gray

"""Fills that need no training: the baselines that say what a score is worth. No torch."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.restoration import inpaint_biharmonic

RADIUS_PX = 3
"""Neighbourhood of OpenCV's methods."""

Filler = Callable[[NDArray[np.uint8], NDArray[np.uint8]], NDArray[np.uint8]]
"""(H, W, 3) uint8 picture and (H, W) mask in, (H, W, 3) uint8 picture out."""


def telea(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """OpenCV's fast marching method (Telea 2004)."""
    return _opencv(image, mask, cv2.INPAINT_TELEA)


def navier_stokes(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """OpenCV's Navier-Stokes method (Bertalmio et al. 2001)."""
    return _opencv(image, mask, cv2.INPAINT_NS)


def _opencv(image: NDArray[np.uint8], mask: NDArray[np.uint8], method: int) -> NDArray[np.uint8]:
    # Where a hole reaches the picture's border, OpenCV lets what lies under it there shine through.
    return np.asarray(cv2.inpaint(mean_fill(image, mask), mask, RADIUS_PX, method), np.uint8)


def biharmonic(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """scikit-image's biharmonic equation (Damelin and Hoang 2018)."""
    # The result must not depend on what lies under the hole.
    blank = np.where(mask[..., None] == 1, np.uint8(0), image)
    return np.rint(inpaint_biharmonic(blank, mask, channel_axis=-1).clip(0, 1) * 255).astype(np.uint8)


def mean_fill(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mean colour of the known pixels."""
    filled = image.copy()
    filled[mask == 1] = np.rint(image[mask == 0].mean(axis=0)).astype(np.uint8)
    return filled


CLASSICAL: dict[str, Filler] = {
    "telea": telea,
    "navier-stokes": navier_stokes,
    "biharmonic": biharmonic,
    "mean": mean_fill,
}

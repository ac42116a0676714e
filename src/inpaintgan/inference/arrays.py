"""What a caller gives: refused with what is needed, or brought to the form that is used inside.

All raise `ValueError` for what is not an array or has the wrong shape or type.
"""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from ..core.textures import TEXTURES
from ..imaging.masks import check_mask

_OVERSHOOT = 1.5
"""A resized array of real numbers may exceed its white: by no more than this, while it would exceed another's many times."""
AS_PREDICTED = -1
"""In place of the level of an edge: what the networks predict there."""


def checked_hole(image: np.ndarray, mask: np.ndarray) -> NDArray[np.uint8]:
    """Refuse arrays that cannot be filled; return the mask as (H, W) of 0 and 1."""
    check_image(image)
    hole = checked_flags("mask", mask, image)
    check_mask(hole)
    return hole


def check_image(image: object) -> None:
    """Refuse what is not a picture as the networks take it."""
    if not isinstance(image, np.ndarray) or image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"image must be a NumPy array of shape (H, W, 3) and type uint8, not {_seen(image)}")
    if not image.size:
        raise ValueError(f"image must have pixels, not the shape {image.shape}")


def check_feather(feather_px: float) -> None:
    """Refuse what is no width in px."""
    if not isinstance(feather_px, Real) or not 0 <= feather_px < math.inf:
        raise ValueError(f"feather_px must be a finite number of at least 0, not {feather_px!r}")


def check_texture(texture: str) -> None:
    """Refuse what is none of `TEXTURES`."""
    if texture not in TEXTURES:
        raise ValueError(f"texture must be one of {', '.join(TEXTURES)}, not {texture!r}")


def checked_flags(name: str, layer: np.ndarray, image: np.ndarray) -> NDArray[np.uint8]:
    """Binarise an array of the image's height and width at half, as mask files are; it may reach up to 1, 255 or 65535."""
    return (layer >= _white(name, layer, image) / 2).astype(np.uint8)


def checked_levels(name: str, layer: np.ndarray, image: np.ndarray) -> NDArray[np.int16]:
    """Return an array that may reach up to 1, 255 or 65535 as levels from 0 to 255, `AS_PREDICTED` where it is negative."""
    white = _white(name, layer, image)
    if white == 255 and layer.dtype in (np.uint8, np.int16):
        return np.maximum(layer.astype(np.int16), AS_PREDICTED)
    scaled = np.rint(layer.astype(np.float32) * np.float32(255 / white))
    return np.where(layer < 0, AS_PREDICTED, scaled.clip(0, 255, out=scaled)).astype(np.int16)


def _white(name: str, layer: np.ndarray, image: np.ndarray) -> int:
    """Refuse what is not an array of the image's size; returns what stands for white in it."""
    if not isinstance(layer, np.ndarray):
        raise ValueError(f"{name} must be a NumPy array, not {_seen(layer)}")
    if layer.shape != image.shape[:2]:
        channel = f"; {name}[..., 0] would do" if layer.shape[:-1] == image.shape[:2] else ""
        raise ValueError(f"{name} must be as high and wide as the image, {image.shape[:2]}, not {layer.shape}{channel}")
    if layer.dtype.kind not in "buif" or (layer.dtype.kind == "f" and np.isnan(layer).any()):
        raise ValueError(f"{name} must be of numbers, not {_seen(layer)}{' with NaN' * (layer.dtype.kind == 'f')}")
    slack = _OVERSHOOT if layer.dtype.kind == "f" else 1
    return 65535 if (layer > slack * 255).any() else 255 if (layer > slack).any() else 1


def _seen(value: object) -> str:
    return f"{value.shape} {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__

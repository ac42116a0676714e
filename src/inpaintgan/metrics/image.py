"""PSNR, SSIM and L1 of filled pictures, over the whole picture and in the hole only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity
from torch import Tensor

PSNR_CEILING = 100.0
"""Decibels given to equal pictures, whose PSNR is infinite."""


def psnr(fake: Tensor, real: Tensor) -> Tensor:
    """PSNR in dB of each picture of a batch, (B, C, H, W) in [0, 1] to (B,)."""
    return _decibels((fake.float() - real.float()).square().flatten(1).mean(1))


def psnr_hole(fake: Tensor, real: Tensor, mask: Tensor) -> Tensor:
    """PSNR in dB over the hole's pixels alone, (B,). The hole must not be empty."""
    error = ((fake.float() - real.float()).square() * mask).flatten(1).sum(1)
    return _decibels(error / (mask.flatten(1).sum(1) * fake.shape[1]))


def _decibels(mse: Tensor) -> Tensor:
    return (-10 * mse.clamp(min=1e-30).log10()).clamp(max=PSNR_CEILING)


def image_scores(fake: NDArray[np.uint8], real: NDArray[np.uint8], mask: NDArray[np.uint8]) -> dict[str, float]:
    """Scores of one picture: ``psnr``, ``ssim``, ``l1`` in full, and the same in the hole with ``_hole`` behind.

    Args:
        fake: (H, W, 3) uint8, the composite.
        real: (H, W, 3) uint8.
        mask: (H, W), 1 in the hole; must not be empty.
    """
    a, b = fake.astype(np.float64) / 255, real.astype(np.float64) / 255
    hole = mask.astype(bool)
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "full": True}
    mean_ssim, ssim_map, *_ = structural_similarity(b, a, data_range=1.0, channel_axis=2, **options)
    squared, absolute = (a - b) ** 2, np.abs(a - b)
    return {
        "psnr": _db(squared.mean()),
        "ssim": float(mean_ssim),
        "l1": float(absolute.mean()),
        "psnr_hole": _db(squared[hole].mean()),
        "ssim_hole": float(ssim_map[hole].mean()),
        "l1_hole": float(absolute[hole].mean()),
    }


def _db(mse: float) -> float:
    return float(min(PSNR_CEILING, -10 * np.log10(max(mse, 1e-30))))

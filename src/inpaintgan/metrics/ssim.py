"""SSIM of batches on their own device, as scikit-image computes it picture by picture."""

from __future__ import annotations

import torch
from torch import Tensor

_SIGMA, _RADIUS = 1.5, 5
_C1, _C2 = 0.01**2, 0.03**2


def ssim(fake: Tensor, real: Tensor) -> Tensor:
    """Mean SSIM of each picture without its border, where the window leaves it: (B, C, H, W) in [0, 1] to (B,)."""
    inner = (..., slice(_RADIUS, -_RADIUS), slice(_RADIUS, -_RADIUS))
    return _similarity(fake, real)[inner].flatten(1).mean(1)


def ssim_hole(fake: Tensor, real: Tensor, mask: Tensor) -> Tensor:
    """Mean SSIM around the hole's pixels alone, (B,). The hole must not be empty."""
    inside = (_similarity(fake, real) * mask).flatten(1).sum(1)
    return inside / (mask.flatten(1).sum(1) * fake.shape[1])


def _similarity(fake: Tensor, real: Tensor) -> Tensor:
    """The structural similarity around each pixel, (B, C, H, W).

    Source: Wang et al., "Image quality assessment", equation 13, with its 11 x 11 Gaussian window.
    """
    a, b = fake.float(), real.float()
    mean_a, mean_b, square_a, square_b, product = _blurred(torch.cat([a, b, a * a, b * b, a * b])).chunk(5)
    variance = square_a - mean_a**2 + square_b - mean_b**2
    covariance = product - mean_a * mean_b
    above = (2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)
    return above / ((mean_a**2 + mean_b**2 + _C1) * (variance + _C2))


def _blurred(pictures: Tensor) -> Tensor:
    """Weigh each pixel's surroundings; beyond the border the picture is mirrored, its last pixel included."""
    x = torch.arange(-_RADIUS, _RADIUS + 1, device=pictures.device, dtype=pictures.dtype)
    window = torch.exp(-(x**2) / (2 * _SIGMA**2))
    window = window / window.sum()
    # No convolution: a GPU rounds its factors to TF32, and differences of squares are lost in that.
    for _ in range(2):
        size = pictures.shape[-2]
        mirrored = [pictures[..., :_RADIUS, :].flip(-2), pictures, pictures[..., -_RADIUS:, :].flip(-2)]
        padded = torch.cat(mirrored, -2)
        blurred = torch.zeros_like(pictures)
        for i, weight in enumerate(window):
            blurred += weight * padded[..., i : i + size, :]
        pictures = blurred.transpose(-1, -2)
    return pictures

"""Spatial variant reconstruction (SVR): an L1 loss that trusts the hole's border more than its middle.

Source: the InpaintGAN paper (Yehoshua, Peretz 2023), Eq. 3 and 4; Wang et al., Image Inpainting via Generative
Multi-column CNNs (GMCNN, arXiv 1810.08771), section 3.3.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..networks.blocks import full_precision

_TAPS = 64
_SIGMA_PX = 40.0
_ITERATIONS = 7


@torch.no_grad()
def svr_weights(mask: Tensor) -> Tensor:
    """Confidence of each pixel of the hole, spread inwards from the known ones by seven blurs (Eq. 3).

    Q = (g * (1 - M + Q)) . M, seven times from Q = 0; g is a Gaussian of 64x64 taps, sigma 40 px, sum 1, and what lies
    outside the picture counts 0.

    Args:
        mask: (B, 1, H, W), 1 in the hole.

    Returns:
        (B, 1, H, W) float32 in [0, 1]; 0 where the picture is known.
    """
    with full_precision(mask.device):
        mask = mask.float()
        # The blur along both sides is one along each; as matrix products they take a fifth of a convolution's time.
        down, along = (_blur_matrix(size, mask.device) for size in mask.shape[-2:])
        weights = torch.zeros_like(mask)
        for _ in range(_ITERATIONS):
            weights = down @ (1 - mask + weights) @ along.T * mask
        return weights


def _blur_matrix(size: int, device: torch.device) -> Tensor:
    """(size, size) matrix whose product with a column blurs it, nothing coming from beyond its ends."""
    index = torch.arange(size, device=device)
    # An even filter has no middle tap: it reaches 32 pixels back and 31 ahead.
    tap = index[None, :] - index[:, None] + _TAPS // 2
    taps = torch.arange(_TAPS, device=device)
    gaussian = torch.exp(-(taps - (_TAPS - 1) / 2).square() / (2 * _SIGMA_PX**2))
    gaussian = gaussian / gaussian.sum()
    return torch.where((tap >= 0) & (tap < _TAPS), gaussian[tap.clamp(0, _TAPS - 1)], 0.0)


def svr_loss(fake: Tensor, true: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute difference, weighted by `svr_weights` (Eq. 4); known pixels count 0.

    Args:
        fake: (B, C, H, W) prediction.
        true: (B, C, H, W) ground truth.
        mask: (B, 1, H, W), 1 in the hole.

    Returns:
        A scalar, a mean over all pixels of the picture.
    """
    return ((true.float() - fake.float()).abs() * svr_weights(mask)).mean()

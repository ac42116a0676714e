"""A supervised term for edges, for trainings too short for adversarial loss and feature matching alone."""

from __future__ import annotations

import torch
from torch import Tensor

_EDGE_WEIGHT = 9.0
"""How much more an edge pixel counts than an empty one.

With it a pixel is called an edge, at the threshold of 0.5, where an edge is at least 10 % likely. Precision and recall
together (F1) are best at half of their best value (Lipton et al., arXiv 1402.1892), which is about 0.2 in holes."""


def edge_bce_loss(predicted: Tensor, true: Tensor, mask: Tensor, hole_share: Tensor | None = None) -> Tensor:
    """Mean binary cross entropy of edge probabilities in the hole, edge pixels weighted.

    Args:
        predicted: (B, 1, H, W) probabilities.
        true: (B, 1, H, W) in {0, 1}.
        mask: (B, 1, H, W), 1 in the hole.
        hole_share: Mean of the mask, a scalar, where these pictures are only a part of those it is taken over.

    Returns:
        A scalar, 0 for certain and right predictions.

    Source: ours; the weighting is in the manner of HED (arXiv 1504.06375), Eq. 2.
    """
    probability = predicted.float().clamp(1e-6, 1 - 1e-6)
    entropy = -(_EDGE_WEIGHT * true * probability.log() + (1 - true) * torch.log1p(-probability))
    share = mask.mean() if hole_share is None else hole_share
    return (entropy * mask).mean() / share.clamp(min=1 / mask.numel())

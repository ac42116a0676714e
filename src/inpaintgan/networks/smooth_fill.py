"""Fills a hole smoothly from its border: the push-pull pyramid, in a handful of small tensor operations.

Source: Gortler et al., The Lumigraph (SIGGRAPH 1996), section 3.4.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


@torch.no_grad()
def smooth_fill(image: Tensor, mask: Tensor) -> Tensor:
    """Continue what is known into the hole.

    Args:
        image: (B, C, H, W); what lies in the hole is not looked at.
        mask: (B, 1, H, W), 1 in the hole; at least one pixel must be known.

    Returns:
        (B, C, H, W), equal to ``image`` outside the hole.
    """
    colour, weight = image * (1 - mask), 1 - mask
    levels = [(colour, weight)]
    while max(colour.shape[-2:]) > 1:
        # Push: a coarser pixel is the mean of its known children, and known as soon as one of them is.
        total = 4 * F.avg_pool2d(weight, 2, ceil_mode=True, count_include_pad=True)
        colour = 4 * F.avg_pool2d(colour * weight, 2, ceil_mode=True, count_include_pad=True) / total.clamp(min=1e-6)
        weight = total.clamp(max=1)
        levels.append((colour, weight))
    filled, _ = levels.pop()
    for colour, weight in reversed(levels):
        # Pull: what is unknown here comes from the coarser level.
        coarser = F.interpolate(filled, size=colour.shape[-2:], mode="bilinear", align_corners=False)
        filled = colour * weight + coarser * (1 - weight)
    return filled

"""In which order to fill a hole: splits it into areas by priority, the easiest first.

Priority is confidence times data term, as in exemplar-based filling: how much is known around a pixel, times how strong
a line of the known picture runs into the hole there. There, both are worked out on the hole's border alone, again and
again as it shrinks; here for every pixel of the hole at once, from averages over neighbourhoods of every size.

Source: Criminisi, Perez, Toyama, "Region filling and object removal by exemplar-based image inpainting" (IEEE TIP 2004),
Eq. 1; the split into sub-areas: Cai, Li, Yang (Sensors 2023, 23(4), 2316).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .blocks import full_precision

# The data term's share is kept from deciding alone, or flat parts next to the border would come last.
_FLOOR = 0.5


@torch.no_grad()
def hole_order(gray: Tensor, mask: Tensor, n_areas: int) -> Tensor:
    """Number the areas of a hole.

    Args:
        gray: (B, 1, H, W) in [0, 1]; values in the hole are ignored.
        mask: (B, 1, H, W), 1 in the hole.
        n_areas: How many areas of equal size, for each picture by itself.

    Returns:
        (B, 1, H, W) float32: 0 where the picture is known, else 1 for the easiest area to ``n_areas`` for the last.
    """
    with full_precision(gray.device):
        hole = mask.flatten(1) > 0.5
        priority = torch.where(hole, _priority(gray.float(), mask.float()).flatten(1), -1.0)
        # Sorting the sorting gives each pixel its rank; equals keep the order of reading, on any device.
        if torch.compiler.is_exporting():  # ONNX has no stable sort, and its TopK keeps that order
            by_priority = priority.topk(priority.shape[1], dim=1).indices
        else:
            by_priority = priority.argsort(dim=1, descending=True, stable=True)
        rank = by_priority.argsort(dim=1)
        n_hole = hole.sum(dim=1, keepdim=True).clamp(min=1)
        return (torch.where(hole, rank * n_areas // n_hole + 1, 0)).view(mask.shape).float()


def _priority(gray: Tensor, mask: Tensor) -> Tensor:
    """(B, 1, H, W) float32, not negative; of meaning in the hole only."""
    known = 1 - mask
    dx, dy = _gradient(gray)
    # A difference that reaches into the hole would show the hole's own border.
    whole = 1 - F.max_pool2d(mask, 3, 1, 1)
    dx, dy = dx * whole, dy * whole
    around = _averages(torch.cat([known, dx * dx, dx * dy, dy * dy], dim=1))
    confidence, xx, xy, yy = around.chunk(4, dim=1)
    normal_x, normal_y = _gradient(confidence)
    # The isophote runs across the gradient; its part along the border's normal, squared and averaged.
    energy = normal_x.square() * yy - 2 * normal_x * normal_y * xy + normal_y.square() * xx
    length = (normal_x.square() + normal_y.square()).clamp(min=1e-12)
    data = (energy / length / confidence.clamp(min=1e-6)).clamp(min=0).sqrt()
    data = data / (data * mask).amax(dim=(2, 3), keepdim=True).clamp(min=1e-6)
    return confidence * (_FLOOR + (1 - _FLOOR) * data)


def _gradient(x: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences along x and y."""
    padded = F.pad(x, (1, 1, 1, 1), mode="replicate")
    return (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]) / 2, (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]) / 2


def _averages(x: Tensor) -> Tensor:
    """The mean over neighbourhoods of every size, from 2x2 to the whole picture; the same size out."""
    size = x.shape[-2:]
    total, n_levels, level = torch.zeros_like(x), 0, x
    while max(level.shape[-2:]) > 1:
        level = F.avg_pool2d(level, 2, ceil_mode=True)
        total = total + F.interpolate(level, size=size, mode="bilinear", align_corners=False)
        n_levels += 1
    return total / max(n_levels, 1)

"""What the networks of others have in common: where their weights come from, and how far apart two pictures lie in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from ..core.errors import InpaintError

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

BGR_MEAN = (103.939, 116.779, 123.68)
"""What networks with Caffe's colours take off BGR from 0 to 255."""


def pretrained_state(
    weights: str, torchvisions: Callable[[], WeightsEnum], setting: str, hint: str
) -> dict[str, Tensor] | None:
    """Read a network's weights.

    Args:
        weights: ``"auto"`` for torchvision's, downloaded once into PyTorch's cache; or a file.
        torchvisions: Names torchvision's weights; called for ``"auto"`` only, since it imports torchvision.
        setting: Where the weights were named, for a refusal.
        hint: What would do, for a refusal.

    Returns:
        Tensors by name, or None where ``"auto"`` can neither find nor download them.

    Raises:
        InpaintError: ``weights-unreadable`` for a file that is missing or holds no tensors.
    """
    if weights == "auto":
        try:
            return dict(torchvisions().get_state_dict(progress=False, check_hash=True))
        except (OSError, RuntimeError):  # no network, or a broken download
            return None
    try:
        return dict(torch.load(weights, map_location="cpu", weights_only=True))
    except Exception as error:
        message = f"{setting}: {weights} cannot be read as network weights."
        raise InpaintError("weights-unreadable", message, hint) from error


def feature_distance(fake: Tensor, real: Tensor, mask: Tensor) -> Tensor:
    """Squared distance of channel-unit-normalised features, averaged over the hole.

    Args:
        fake: (B, C, h, w).
        real: As ``fake``, or (1, C, h, w) that all are compared with.
        mask: (B or 1, 1, H, W), 1 in the hole; area-resized to the features.

    Returns:
        (B,) float32 from 0 to 4; 0 without a hole.

    Source: LPIPS (Zhang et al., arXiv 1801.03924), Eq. 1, without its learned weights, and in the hole alone.
    """
    distance = (F.normalize(fake.float(), dim=1) - F.normalize(real.float(), dim=1)).square().sum(1, keepdim=True)
    weight = F.interpolate(mask.float(), size=distance.shape[-2:], mode="area")
    return (distance * weight).flatten(1).sum(1) / weight.flatten(1).sum(1).clamp(min=1e-6)

"""What the networks of others have in common: where their weights come from, the colours they see, and how far apart two
pictures lie in them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core.errors import InpaintError

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

_BGR_MEAN = (103.939, 116.779, 123.68)
_RGB_MEAN, _RGB_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Colours(nn.Module):
    """What a network was trained to see in place of RGB in [0, 1]: torchvision's normalised RGB, or Caffe's BGR."""

    def __init__(self, *, caffe: bool, normalize: bool = True) -> None:
        """Choose.

        Args:
            caffe: BGR from 0 to 255 less the channels' means.
            normalize: Off, RGB stays as it is; Caffe-style weights always need theirs.
        """
        super().__init__()
        self._caffe = caffe
        self._normalize = normalize
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(_BGR_MEAN if caffe else _RGB_MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(_RGB_STD).view(1, 3, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        """(B, 3, H, W) RGB in [0, 1] to float32 of the same shape."""
        image = image.float()
        if self._caffe:
            return image.flip(1) * 255 - self.mean
        return (image - self.mean) / self.std if self._normalize else image


def origin(weights: str) -> str:
    """Where weights come from, for a run's record; ``weights`` as in `pretrained_state`."""
    return "torchvision IMAGENET1K_V1" if weights == "auto" else Path(weights).name


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
            with redirect_stdout(sys.stderr):  # where PyTorch says that it downloads; a report may be on the other
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

"""The perceptual proxy: an LPIPS-like distance in the hole where LPIPS's own weights are missing. Never call it LPIPS."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from ..networks.pretrained import feature_distance
from ..networks.vgg19 import VGG19Features

PROXY_LAYERS = ("relu1_2", "relu2_2", "relu3_4")


@torch.inference_mode()
def perceptual_proxy(vgg: VGG19Features, fake: Tensor, real: Tensor, mask: Tensor) -> Tensor:
    """Mean over relu1_2, 2_2, 3_4 of the squared distance of channel-unit-normalised features, averaged over the hole.

    Args:
        vgg: VGG19 with at least those layers.
        fake: (B, 3, H, W) RGB in [0, 1], the composite.
        real: As ``fake``.
        mask: (B, 1, H, W), 1 in the hole; area-resized to each feature map.

    Returns:
        (B,), 0 for equal pictures; OpenCV's Telea on faces with 20-30 % holes is near 0.475.
    """
    return proxy_of_features(vgg(fake, PROXY_LAYERS), vgg(real, PROXY_LAYERS), mask)


@torch.inference_mode()
def proxy_of_features(fake: Mapping[str, Tensor], real: Mapping[str, Tensor], mask: Tensor) -> Tensor:
    """The proxy of features that are already computed.

    Args:
        fake: (B, C, h, w) by name, of `PROXY_LAYERS` at least.
        real: As ``fake``, or of one picture that all are compared with.
        mask: (B or 1, 1, H, W), 1 in the hole.

    Returns:
        (B,).
    """
    return torch.stack([feature_distance(fake[name], real[name], mask) for name in PROXY_LAYERS]).mean(0)

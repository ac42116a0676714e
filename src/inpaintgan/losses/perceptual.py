"""Perceptual and style losses over VGG19, and a perceptual loss of high receptive field over SqueezeNet.

Source: Johnson et al. (arXiv 1603.08155); Gatys et al. (1508.06576); layers as in EdgeConnect (1901.00212), section 3.2;
LaMa (2109.07161), section 2.2.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..networks.blocks import full_precision
from ..networks.pretrained import feature_distance
from ..networks.squeezenet import SqueezeNetFeatures
from ..networks.vgg19 import VGG19Features

PERCEPTUAL_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
STYLE_LAYERS = ("relu2_2", "relu3_4", "relu4_4", "relu5_2")


def perceptual_loss(vgg: VGG19Features, fake: Tensor, real: Tensor) -> Tensor:
    """Sum over relu1_1 ... relu5_1 of the mean absolute feature difference. (B, 3, H, W) in [0, 1] in, a scalar out."""
    with torch.no_grad():
        target = vgg(real, PERCEPTUAL_LAYERS)
    features = vgg(fake, PERCEPTUAL_LAYERS)
    return torch.stack([(features[name].float() - target[name].float()).abs().mean() for name in features]).sum()


def style_loss(vgg: VGG19Features, fake: Tensor, real: Tensor, mask: Tensor) -> Tensor:
    """Sum over relu2_2 ... relu5_2 of the mean absolute difference of Gram matrices, both pictures seen in the hole only."""
    with torch.no_grad():
        target = vgg(real * mask, STYLE_LAYERS)
    features = vgg(fake * mask, STYLE_LAYERS)
    return torch.stack([(_gram(features[name]) - _gram(target[name])).abs().mean() for name in features]).sum()


def hrf_distance(network: SqueezeNetFeatures, fake: Tensor, real: Tensor, mask: Tensor) -> Tensor:
    """Mean over the network's maps of the distance of unit-normalised features in the hole, see `feature_distance`.

    LaMa takes the squared error of one deep map of a ResNet50 that was trained to segment; this network is what is available
    everywhere, and small.

    Args:
        network: SqueezeNet.
        fake: (B, 3, H, W) in [0, 1].
        real: As ``fake``.
        mask: (B, 1, H, W), 1 in the hole.

    Returns:
        (B,) float32 from 0 to 4.
    """
    with torch.no_grad():
        target = network(real)
    pairs = zip(network(fake), target, strict=True)
    return torch.stack([feature_distance(features, wanted, mask) for features, wanted in pairs]).mean(0)


def hrf_loss(network: SqueezeNetFeatures, fake: Tensor, real: Tensor, mask: Tensor) -> Tensor:
    """Mean of `hrf_distance` over the batch, a scalar."""
    return hrf_distance(network, fake, real, mask).mean()


def _gram(x: Tensor) -> Tensor:
    """(B, C, H, W) to the Gram matrix (B, C, C) over C*H*W, in float32 under autocast too."""
    batch, channels, height, width = x.shape
    flat = x.float().reshape(batch, channels, height * width)
    with full_precision(x.device):
        return flat @ flat.transpose(1, 2) / (channels * height * width)

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
_GRID_PX = 16
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

    LaMa takes the squared error of one deep map of a ResNet50 that was trained to segment; this network is what can be had
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


def crop_around_holes(mask: Tensor, focus: Tensor | None, side: int, *pictures: Tensor) -> list[Tensor]:
    """Cut the same square out of each picture and its mask: around the middle of its hole, as far as the border lets it.

    Where the hole is wider or higher than the square, it lies around the focus instead, so that over a training every part
    of such holes is seen. Its corner lies on VGG19's coarsest grid, so that pooling meets the same pixels as in the whole
    picture.

    Args:
        mask: (B, 1, H, W), 1 in the hole.
        focus: (B, 2) integers, row and column of a pixel of each hole; None for the middle of large holes too.
        side: Of the squares in px, a multiple of 16, at most H and W.
        pictures: (B, C, H, W) each.

    Returns:
        The mask's squares, (B, 1, side, side), then the pictures'. Nothing here waits for a GPU.
    """
    rows, columns = (
        _window(mask.amax(other), side, None if focus is None else focus[:, axis, None])
        for axis, other in enumerate((3, 2))
    )
    return [
        picture.gather(2, rows[..., None].expand(-1, picture.shape[1], -1, picture.shape[3])).gather(
            3, columns[:, :, None].expand(-1, picture.shape[1], side, -1)
        )
        for picture in (mask, *pictures)
    ]


def _window(touched: Tensor, side: int, focus: Tensor | None) -> Tensor:
    """(B, 1, N), not 0 where a line of pixels meets the hole, to the (B, 1, side) lines of a window around those."""
    size = touched.shape[-1]
    met = (touched > 0).to(torch.uint8)
    first, last = met.argmax(-1), size - 1 - met.flip(-1).argmax(-1)
    middle = (first + last) // 2
    if focus is not None:
        middle = torch.where(last - first < side, middle, focus)
    start = ((middle - side // 2).clamp(0, size - side) + _GRID_PX // 2) // _GRID_PX * _GRID_PX
    return start.clamp(max=size - side)[..., None] + torch.arange(side, device=touched.device)

"""The 70x70 PatchGAN discriminator of both stages.

Five Conv4 with padding 1, spectral norm and no bias, LeakyReLU 0.2 between: 64 s2, 128 s2, 256 s2, 512 s1, 1 s1 at
width 64. 2,762,752 parameters on gray + edge, 2,763,776 on rgb.

Source: EdgeConnect (arXiv 1901.00212), section 3.1; pix2pix (arXiv 1611.07004).
"""

from __future__ import annotations

from torch import Tensor, nn

from .blocks import conv


class Discriminator(nn.Module):
    """Judges overlapping patches of a picture, or of an edge map beside its picture."""

    def __init__(self, in_channels: int, width: int = 64) -> None:
        super().__init__()
        channels = [in_channels, width, 2 * width, 4 * width, 8 * width, 1]
        strides = [2, 2, 2, 1, 1]
        for i, stride in enumerate(strides):
            layer = [conv(nn.Conv2d(channels[i], channels[i + 1], 4, stride, 1, bias=False), spectral=True)]
            if i < 4:
                layer.append(nn.LeakyReLU(0.2, inplace=True))
            setattr(self, f"conv{i + 1}", nn.Sequential(*layer))

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Judge.

        Args:
            x: (B, in_channels, H, W), at least 32x32.

        Returns:
            Logits (B, 1, h, w), and the five feature maps, the logits being the last.
        """
        features = []
        for i in range(1, 6):
            x = getattr(self, f"conv{i}")(x)
            features.append(x)
        return x, features

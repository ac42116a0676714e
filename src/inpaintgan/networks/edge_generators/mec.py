"""Multi-scale Edge Completion (MEC): residual branches at three scales, merged from coarse to fine.

Layers at 256x256, width 64: the encoder of EdgeConnect to 256@64; average pooling to 8, 16 and 32; a separate branch of
8 residual blocks at each; up 8->16 (256), concat with the 16 branch; up 16->32 (512->256), concat with the 32 branch;
up 32->64 (512->256); ConvT4 128@128, ConvT4 64@256, Conv7 1@256, sigmoid. The upsamplers are ConvT4 s2, instance norm,
ReLU without spectral norm; all else has it but the last convolution. 34,879,105 parameters.

Our reading differs from the paper's Table 9 in the encoder's strides: 1, 2, 2, because its 2, 2, 1 cannot give the
sizes that the table states. Pooling is by ratio (/8, /4, /2 of the encoder's output), so any size works.

Source: the InpaintGAN paper (Yehoshua, Peretz 2023), section 5.1, Tables 9 to 11.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..blocks import Stem, decoder, encoder, residual_blocks, upsampler
from ..generator import EdgeGenerator


class MECGenerator(EdgeGenerator):
    """Masked gray, known edges and mask in; edge probabilities out."""

    multiple = 32

    def __init__(self, width: int = 64, stem: Stem = "conv") -> None:
        super().__init__(stem)
        channels = 4 * width
        self.encoder = encoder(3, width, stem=stem, spectral=True)
        self.branch8 = residual_blocks(channels, spectral=True, bias=False)
        self.branch16 = residual_blocks(channels, spectral=True, bias=False)
        self.branch32 = residual_blocks(channels, spectral=True, bias=False)
        self.upsample1 = upsampler(channels, channels)
        self.upsample2 = upsampler(2 * channels, channels)
        self.upsample3 = upsampler(2 * channels, channels)
        self.decoder = decoder(channels, width, 1, stem=stem, spectral=True)

    def trunk(self, x: Tensor) -> Tensor:
        return self.hourglass(x, self.encoder, self._scales, self.decoder)

    def _scales(self, features: Tensor) -> Tensor:
        """The three branches over ever larger maps, merged."""
        at8 = self.branch8(F.avg_pool2d(features, 8))
        at16 = self.branch16(F.avg_pool2d(features, 4))
        at32 = self.branch32(F.avg_pool2d(features, 2))
        merged = torch.cat([self.upsample1(at8), at16], dim=1)
        merged = torch.cat([self.upsample2(merged), at32], dim=1)
        return self.upsample3(merged)

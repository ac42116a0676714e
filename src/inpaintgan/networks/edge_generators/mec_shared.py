"""MEC with one stack of residual blocks for all scales, as its public code builds it.

Layers at 256x256, width 64: the encoder of EdgeConnect to 256@64; average pooling to 8, 16 and 32; the same 8 residual
blocks 256 applied to each of the three and to the unpooled 64; up 8->16 (256), concat with the result at 16; up 16->32
(512->256), concat with the result at 32; up 32->64 (512->256), concat with the result at 64; ConvT4 512->128@128, ConvT4
64@256, Conv7 1@256, sigmoid. The upsamplers are ConvT4 s2, instance norm, ReLU without spectral norm; all else has it
but the last convolution. 16,529,025 parameters.

How it differs from Tables 9 to 11 of the InpaintGAN paper (see `mec`): those count a stack of blocks for each scale and
stop at 32; here one stack learns for all four, so that there are half as many parameters, and the full 64 costs the
arithmetic back. Spectral norm is worked out once per pass, not once per scale: the four uses are of one weight.

Source: Edge-guided Learnable Bidirectional Attention Maps (arXiv 2104.12087), the multi-scale edge completion network.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils import parametrize

from ..blocks import Stem, decoder, encoder, residual_blocks, upsampler
from ..generator import EdgeGenerator


class SharedMECGenerator(EdgeGenerator):
    """Masked gray, known edges and mask in; edge probabilities out."""

    multiple = 32

    def __init__(self, width: int = 64, stem: Stem = "conv") -> None:
        super().__init__(stem)
        channels = 4 * width
        # These names are those of the public code's weight files. It concatenates in the other order, which the import sees to.
        self.encoder = encoder(3, width, stem=stem, spectral=True)
        self.middle = residual_blocks(channels, spectral=True, bias=False)
        self.upsample1 = upsampler(channels, channels)
        self.upsample2 = upsampler(2 * channels, channels)
        self.upsample3 = upsampler(2 * channels, channels)
        self.decoder = decoder(2 * channels, width, 1, stem=stem, spectral=True)

    def trunk(self, x: Tensor) -> Tensor:
        return self.hourglass(x, self.encoder, self._scales, self.decoder)

    def _scales(self, features: Tensor) -> Tensor:
        """The shared blocks over four scales, merged."""
        with parametrize.cached():
            at8, at16, at32 = (self.middle(F.avg_pool2d(features, ratio)) for ratio in (8, 4, 2))
            at64 = self.middle(features)
        merged = torch.cat([self.upsample1(at8), at16], dim=1)
        merged = torch.cat([self.upsample2(merged), at32], dim=1)
        return torch.cat([self.upsample3(merged), at64], dim=1)

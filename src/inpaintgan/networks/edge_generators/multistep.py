"""Multistep edge completion: the hole is closed area by area, the easiest first, with an eye on texture.

The hole is split into 4 areas by priority (see `hole_order`). One generator is applied once for each: the first pass
gives the edges of the first area, the second sees those as known and gives the second area's, and so on. Probabilities
are handed on as they are, and gradients flow back through all passes. Known pixels take the last pass's probabilities.

Layers of the generator at 256x256, width 64:

| stage | layers | out |
|---|---|---|
| encoder | Conv7; Conv4 s2; Conv4 s2, on gray, edge, mask, LBP | 64@256; 128@128; 256@64 |
| middle | 8 residual blocks (convolutions without bias); attention | 256@64 |
| decoder | ConvT4 s2, attention; ConvT4 s2, attention; Conv7, sigmoid | 128@128; 64@256; 1@256 |
| structure | 6 gated Conv3 on gray, LBP | 32@256, 64@256; s2 128@128, 128@128; s2 256@64, 256@64 |

A gated Conv3 is ReLU(IN(Conv3(x))) * sigmoid(Conv3(x)). Attention multiplies the features of a decoder scale by
1 + sigmoid(Conv1(s)), s being the structure branch's last map at that scale. Encoder, blocks and decoder are
EdgeConnect's, instance and spectral norm included; the branch has no spectral norm. 13,102,273 parameters.

Our reading, where the sources leave it open:

- The paper's section 2.3 describes the method in words; the generator under it is EdgeConnect's, which both compare to.
- LBP(8,1) is scikit-image's default variant, over 255. It is taken from the masked gray, so the hole's inside is known to
  nobody; of the hole's border it shows what the mask shows.
- Gray and LBP do not change between passes, so the branch is run once; so are the weights' spectral norms.
- Where attention enters and how is not given: at the decoder's input and after each of its two upsamplings; around 1, so
  that a branch that knows nothing takes nothing away.
- The edge channel is 0 in what is still open, and the mask shows that: each pass is EdgeConnect's task on a smaller hole.

Source: Cai, Li, Yang (Sensors 2023, 23(4), 2316); the InpaintGAN paper (Yehoshua, Peretz 2023), section 2.3; gated
convolution: Yu et al. (arXiv 1806.03589); local binary patterns: Ojala et al. (IEEE TPAMI 2002).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ..blocks import Stem, conv, decoder, encoder, full_precision, residual_blocks
from ..generator import EdgeGenerator
from ..hole_order import hole_order
from ..norm import InstanceNorm

N_AREAS = 4
# A neighbour as bright as the centre sets its bit; interpolation must not turn rounding into texture.
_EQUAL = 1e-6


@torch.no_grad()
def local_binary_pattern(gray: Tensor) -> Tensor:
    """LBP(8,1): which of eight neighbours on a circle of one pixel are at least as bright as the centre.

    Args:
        gray: (B, 1, H, W) in [0, 1].

    Returns:
        (B, 1, H, W) float32, the eight bits as a number over 255; bit 0 is the neighbour to the right, then against the
        clock.
    """
    with full_precision(gray.device):
        gray = gray.float()
        height, width = gray.shape[-2:]
        padded = F.pad(gray, (1, 1, 1, 1), mode="replicate")

        def shifted(dy: int, dx: int) -> Tensor:
            return padded[..., 1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]

        code = torch.zeros_like(gray)
        near = math.sqrt(0.5)  # a diagonal neighbour lies between four pixels
        for bit, (dy, dx) in enumerate([(0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)]):
            if dy and dx:
                sides = shifted(dy, 0) + shifted(0, dx)
                corner = shifted(dy, dx)
                neighbour = (1 - near) ** 2 * gray + near * (1 - near) * sides + near**2 * corner
            else:
                neighbour = shifted(dy, dx)
            code = code + (neighbour >= gray - _EQUAL) * 2.0**bit
        return code / 255


class GatedConv(nn.Module):
    """ReLU(IN(Conv3(x))) * sigmoid(Conv3(x)), as one convolution of twice the channels."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.both = conv(nn.Conv2d(in_channels, 2 * out_channels, 3, stride, 1))
        self.norm = InstanceNorm(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        feature, gate = self.both(x).chunk(2, dim=1)
        return F.relu(self.norm(feature)) * torch.sigmoid(gate)


class MultistepGenerator(EdgeGenerator):
    """Masked gray, known edges and mask in; edge probabilities out."""

    n_inputs = 4

    def __init__(self, width: int = 64, stem: Stem = "conv") -> None:
        super().__init__(stem)
        self.encoder = encoder(self.n_inputs, width, stem=stem, spectral=True)
        self.middle = residual_blocks(4 * width, spectral=True, bias=False)
        self.decoder = decoder(4 * width, width, 1, stem=stem, spectral=True, skips=False)
        scales = [width, 2 * width, 4 * width]
        self.structure = nn.ModuleList(
            [
                nn.Sequential(GatedConv(2 * self.fold**2, width // 2), GatedConv(width // 2, width)),
                nn.Sequential(GatedConv(width, 2 * width, 2), GatedConv(2 * width, 2 * width)),
                nn.Sequential(GatedConv(2 * width, 4 * width, 2), GatedConv(4 * width, 4 * width)),
            ]
        )
        self.attention = nn.ModuleList(conv(nn.Conv2d(channels, channels, 1)) for channels in scales)

    def inputs(self, masked_gray: Tensor, masked_edge: Tensor, mask: Tensor) -> Tensor:
        return torch.cat([super().inputs(masked_gray, masked_edge, mask), local_binary_pattern(masked_gray)], dim=1)

    def forward(self, masked_gray: Tensor, masked_edge: Tensor, mask: Tensor) -> Tensor:
        order = hole_order(masked_gray, mask, N_AREAS)
        x = torch.cat([self.inputs(masked_gray, masked_edge, mask), order], dim=1)
        return torch.sigmoid(self.logits(x).float())

    def layers(self, x: Tensor) -> Tensor:
        gray, edge, _, lbp, order = x.chunk(5, dim=1)  # each is one channel, or those of its folded pixels
        attention = self._attention(torch.cat([gray, lbp], dim=1))
        completed = torch.zeros_like(edge)
        with parametrize.cached():
            for area in range(1, N_AREAS + 1):
                left = (order >= area).to(edge.dtype)
                seen = torch.cat([gray, edge, left, lbp], dim=1)
                logits = self._one_pass(seen, attention).float()
                here = (order == area) if area < N_AREAS else (order == area) | (order == 0)
                completed = torch.where(here, logits, completed)
                edge = torch.where(order == area, torch.sigmoid(logits), edge)
        return completed

    def _one_pass(self, x: Tensor, attention: list[Tensor]) -> Tensor:
        at64 = self.middle(self.encoder(x)) * attention[2]
        at128 = self.decoder[:3](at64) * attention[1]
        at256 = self.decoder[3:6](at128) * attention[0]
        logits = self.decoder[6:](at256)
        return logits if self.stem == "conv" else logits + self.shortcut(x)

    def _attention(self, gray_and_lbp: Tensor) -> list[Tensor]:
        """What the decoder's scales are multiplied by, the finest first."""
        maps, x = [], gray_and_lbp
        for layers, attend in zip(self.structure, self.attention, strict=True):
            x = layers(x)
            maps.append(1 + torch.sigmoid(attend(x)))
        return maps

"""Enhanced gated convolution (EGC): an encoder whose gates see the mask and the gate before them.

Layers at 256x256, width 64, each with instance norm and ReLU unless said otherwise:

| stage | layers | out |
|---|---|---|
| gated encoder | k3 s2; k3 s1; k3 s2; k3 s1; k3 s1; k3 s2 | 32@128; 64@128; 128@64; 128@64; 128@64; 256@32 |
| middle | 8 residual blocks (convolutions without bias) | 256@32 |
| concat | with the encoder's output | 512@32 |
| decoder | ConvT4 s2, Conv3; ConvT4 s2, Conv3; ConvT4 s2; Conv7, sigmoid | 256@64; 128@128; 64@256; 1@256 |

A gated layer, with F its input, M the mask:

    Gate_i = Conv3([sigmoid(Conv3(F)), Gate_{i-1}, M])        F_i = ReLU(IN(Conv3(F))) * sigmoid(Gate_i)

Sees gray (1 in the hole), edge (0 in the hole) and the mask as three channels. 16,065,729 parameters: the encoder's
features 0.68 million, its gates 2.45, the blocks 9.44, the decoder 3.49, and biases. With `svr_loss_weight` it is the
paper's third attempt.

Where our reading differs from the tables, and why:

- The instance norm in a gated layer is ours: Eq. 1 has none, but weights start at N(0, 0.02), and six layers without a
  norm, each times a gate near 1/2, would hand the residual blocks an input a ten-thousandth of its size.
- The kernels in the gate are not given; 3x3 for both, as in the features, gives the 16 million that are reported.
- Gate_0 does not exist: the first layer's gate sees the mask alone beside its own sigmoid(Conv3(F)).
- Where a layer halves the map, the gate before it is averaged and the mask max-pooled, so that a pixel of a coarse mask
  is hole as soon as one of its pixels is.
- Spectral norm on all but the last convolution, as in EdgeConnect, and not in the gates: a gate must be able to close.
- With an ``unshuffle`` stem every size above is a half or a quarter; the mask is the maximum over what is folded.

Source: the InpaintGAN paper (Yehoshua, Peretz 2023), Tables 3 to 5; "Generative image inpainting with enhanced gated
convolution and Transformers", Eq. 1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..blocks import ReflectionPad, Stem, conv, residual_blocks
from ..generator import EdgeGenerator
from ..norm import InstanceNorm


class EnhancedGatedConv(nn.Module):
    """One gated layer: features and gate, from the features, the gate and the mask of the layer before."""

    def __init__(self, in_channels: int, out_channels: int, gate_channels: int, stride: int) -> None:
        super().__init__()
        self.halves = stride == 2
        self.feature = conv(nn.Conv2d(in_channels, out_channels, 3, stride, 1), spectral=True)
        self.norm = InstanceNorm(out_channels)
        self.local_gate = conv(nn.Conv2d(in_channels, out_channels, 3, stride, 1))
        self.gate = conv(nn.Conv2d(out_channels + gate_channels + 1, out_channels, 3, 1, 1))

    def forward(self, features: Tensor, gate: Tensor | None, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return features and gate logits (B, out, h, w) and the mask (B, 1, h, w) at this layer's size."""
        if self.halves:
            mask = F.max_pool2d(mask, 2)
            gate = None if gate is None else F.avg_pool2d(gate, 2)
        before = [] if gate is None else [gate]
        logits = self.gate(torch.cat([torch.sigmoid(self.local_gate(features)), *before, mask], dim=1))
        return F.relu(self.norm(self.feature(features))) * torch.sigmoid(logits), logits, mask


def _normed(layer: nn.Conv2d | nn.ConvTranspose2d) -> list[nn.Module]:
    return [conv(layer, spectral=True), InstanceNorm(layer.out_channels), nn.ReLU(inplace=True)]


def _doubled(in_channels: int, out_channels: int) -> list[nn.Module]:
    return _normed(nn.ConvTranspose2d(in_channels, out_channels, 4, 2, 1))


def _smoothed(channels: int) -> list[nn.Module]:
    return [ReflectionPad(1), *_normed(nn.Conv2d(channels, channels, 3))]


class EGCGenerator(EdgeGenerator):
    """Masked gray, known edges and mask in; edge probabilities out."""

    multiple = 8

    def __init__(self, width: int = 64, stem: Stem = "conv") -> None:
        super().__init__(stem)
        folded = self.fold**2
        channels = [3 * folded, width // 2, width, 2 * width, 2 * width, 2 * width, 4 * width]
        strides = [2, 1, 2, 1, 1, 2]
        self.encoder = nn.ModuleList(
            EnhancedGatedConv(channels[i], channels[i + 1], channels[i] if i else 0, stride)
            for i, stride in enumerate(strides)
        )
        self.middle = residual_blocks(4 * width, spectral=True, bias=False)
        self.decoder = nn.Sequential(
            *_doubled(8 * width, 4 * width),
            *_smoothed(4 * width),
            *_doubled(4 * width, 2 * width),
            *_smoothed(2 * width),
            *_doubled(2 * width, width),
            ReflectionPad(3),
            conv(nn.Conv2d(width, folded, 7)),
        )

    def trunk(self, x: Tensor) -> Tensor:
        # The mask is the last channel, or with an unshuffle stem the last third of them.
        mask = x[:, 2 * x.shape[1] // 3 :].amax(dim=1, keepdim=True)
        features, gate = x, None
        for layer in self.encoder:
            features, gate, mask = layer(features, gate, mask)
        return self.decoder(torch.cat([self.middle(features), features], dim=1))

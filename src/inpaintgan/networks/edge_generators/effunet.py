"""EffU-Net: a U-Net whose encoder is EfficientNet-B0.

Layers at 256x256, width 64:

| stage | layers | out |
|---|---|---|
| trunk | torchvision's EfficientNet-B0 `features[0..7]` on gray, edge, mask | 16@128, 24@64, 40@32, 112@16, 320@8 |
| decoder | Conv3, IN, ReLU, twice the size | 256@16 |
| | concat 112; Conv3, IN, ReLU, twice the size | 128@32 |
| | concat 40; Conv3, IN, ReLU, twice the size | 64@64 |
| | concat 24; Conv3, IN, ReLU, twice the size | 32@128 |
| | concat 16; Conv3, IN, ReLU, twice the size | 16@256 |
| head | Conv3, sigmoid | 1@256 |

Sees gray (1 in the hole), edge (0 in the hole) and the mask as the trunk's three channels. 4,886,269 parameters: the
trunk's 3,595,388 and the decoder's.

Where our reading differs from the tables, and why:

- Table 2 ends in 3 channels, which is a picture; an edge map has one.
- The taps are the last layer at each size, before the next one halves it.
- The decoder's instance norm is ours: convolutions start at N(0, 0.02), and five of them without a norm give nothing.
  The upsampling repeats pixels, for which its order with the ReLU does not matter; the next Conv3 smooths.
- The 1,280 channels before EfficientNet's classifier, and its dropout of whole layers, are left out.
- `width` scales the decoder only. The trunk is one published network, with weights for that one size.
- Its weights start at torchvision's own initialisation, or with `efficientnet_weights` at ImageNet's: Table 1 does not
  say, and the other generators start from noise. Its batch norm is kept: weights from ImageNet mean nothing without it.
- There is no ``unshuffle`` form: the trunk begins with its own 3-channel convolution, which halves the picture already.

Source: the InpaintGAN paper (Yehoshua, Peretz 2023), Tables 1 and 2; EfficientNet (arXiv 1905.11946), Table 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...core.errors import InpaintError
from ..blocks import Stem, conv
from ..generator import EdgeGenerator
from ..norm import InstanceNorm
from ..pretrained import pretrained_state
from ..weights import weights_fit

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

_TAPS = {1: 16, 2: 24, 3: 40, 5: 112}
"""Where the trunk's sizes end, and with how many channels: 1/2, 1/4, 1/8 and 1/16."""
_LAST, _LAST_CHANNELS = 7, 320


class EffUNetGenerator(EdgeGenerator):
    """Masked gray, known edges and mask in; edge probabilities out."""

    multiple = 32

    def __init__(self, width: int = 64, stem: Stem = "conv") -> None:
        if stem != "conv":
            raise ValueError("effunet has no unshuffle stem")
        from torchvision.models import efficientnet_b0  # two seconds of imports, at the start of every command

        super().__init__(stem)
        self.trunk_layers = efficientnet_b0(weights=None, stochastic_depth_prob=0.0).features[: _LAST + 1]
        outs = [4 * width, 2 * width, width, width // 2, width // 4]
        skips = [0, *reversed(_TAPS.values())]
        ins = [_LAST_CHANNELS, *outs]
        self.decoder = nn.ModuleList(
            nn.Sequential(
                conv(nn.Conv2d(ins[i] + skips[i], outs[i], 3, 1, 1)),
                InstanceNorm(outs[i]),
                nn.ReLU(inplace=True),
            )
            for i in range(5)
        )
        self.head = conv(nn.Conv2d(outs[-1], 1, 3, 1, 1))

    def trunk(self, x: Tensor) -> Tensor:
        taps = []
        for i, layer in enumerate(self.trunk_layers):
            x = layer(x)
            if i in _TAPS:
                taps.append(x)
        for i, layer in enumerate(self.decoder):
            x = F.interpolate(layer(torch.cat([x, taps.pop()], dim=1) if i else x), scale_factor=2, mode="nearest")
        return self.head(x)

    def start_from_imagenet(self, weights: str) -> None:
        """Give the trunk weights trained on ImageNet.

        Args:
            weights: ``"off"`` changes nothing; ``"auto"`` takes torchvision's, downloaded once into PyTorch's cache;
                else a file of torchvision's layout (``features.N...``).

        Raises:
            InpaintError: ``weights-missing`` when they can neither be found nor downloaded, ``weights-unreadable`` for a
                file that holds no EfficientNet-B0.
        """
        if weights == "off":
            return
        hint = "Give an EfficientNet-B0 file of torchvision's layout, or 'auto', or 'off'."
        state = pretrained_state(weights, _torchvisions, "efficientnet_weights", hint)
        if state is None:
            text = "efficientnet_weights: torchvision's weights are neither on this machine nor downloadable."
            raise InpaintError("weights-missing", text, hint)
        trunk = {key.removeprefix("features."): value for key, value in state.items() if key.startswith("features.")}
        trunk = {key: value for key, value in trunk.items() if int(key.split(".")[0]) <= _LAST}
        problems = weights_fit(trunk, self.trunk_layers)
        if problems:
            text = f"efficientnet_weights: {weights} holds no EfficientNet-B0: {'; '.join(problems[:3])}."
            raise InpaintError("weights-unreadable", text, hint)
        self.trunk_layers.load_state_dict(trunk)


def _torchvisions() -> WeightsEnum:
    from torchvision.models import EfficientNet_B0_Weights  # two seconds of imports, at the start of every command

    return EfficientNet_B0_Weights.IMAGENET1K_V1

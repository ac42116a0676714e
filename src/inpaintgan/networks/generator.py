"""What the generators have in common: any size goes in, the stem folds pixels, the decoder may see the encoder's maps."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import FOLD, Stem

_KNOWN_EDGE_LOGIT = 4.0


class Generator(nn.Module):
    """Any-size wrapper of a generator: pads to the multiple the layers need, folds the stem, crops back.

    Subclasses set `multiple`, the factor by which their layers shrink a picture at the conv stem, and define `layers`.

    The ``conv`` stem is the papers'. The ``unshuffle`` stems, ours, fold 2x2 pixels into channels for a quarter of the
    arithmetic, or 4x4 for a sixteenth. Their bottleneck is too narrow to carry every known pixel, so there are ways around
    it: each generator has one of its own, and in most the decoder sees the encoder's maps (U-Net, arXiv 1505.04597).
    """

    multiple = 4

    def __init__(self, stem: Stem) -> None:
        super().__init__()
        self.stem: Stem = stem
        self.fold = FOLD[stem]
        self.multiple *= self.fold

    def layers(self, x: Tensor) -> Tensor:
        """Map stem-folded input to stem-folded logits. (B, C, H, W) float in, same H and W out."""
        raise NotImplementedError

    def hourglass(
        self, x: Tensor, encoder: nn.Sequential, middle: Callable[[Tensor], Tensor], decoder: nn.Sequential
    ) -> Tensor:
        """Encode, do what is to be done at a quarter of the size, decode; with skips where the stem folds pixels."""
        if self.stem == "conv":
            return decoder(middle(encoder(x)))
        fine = encoder[:4](x)
        coarse = encoder[4:7](fine)
        x = decoder[:3](middle(encoder[7:](coarse)))
        x = decoder[3:6](torch.cat([x, coarse], dim=1))
        return decoder[6:](torch.cat([x, fine], dim=1))

    def logits(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) of any size to (B, out_channels, H, W)."""
        height, width = x.shape[-2:]
        x = pad_to_multiple(x, self.multiple)
        x = (
            self.layers(x)
            if self.fold == 1
            else F.pixel_shuffle(self.layers(F.pixel_unshuffle(x, self.fold)), self.fold)
        )
        return x[..., :height, :width]


class EdgeGenerator(Generator):
    """What the edge generators share: their inputs, and with an unshuffle stem a convolution around the layers.

    That 3x3 convolution of the input is added to the logits. It starts as a copy of the known edges.

    Subclasses define `trunk`, or `layers` where the shortcut belongs elsewhere (`MultistepGenerator`), and set `n_inputs`
    when `inputs` adds channels behind gray, edge and mask.
    """

    n_inputs = 3

    def __init__(self, stem: Stem) -> None:
        super().__init__(stem)
        if stem != "conv":
            folded = self.fold**2
            self.shortcut = nn.Conv2d(folded * self.n_inputs, folded, 3, padding=1)
            nn.init.zeros_(self.shortcut.weight)
            self.shortcut.bias = nn.Parameter(torch.full((folded,), -_KNOWN_EDGE_LOGIT))
            copy = torch.zeros(1, self.n_inputs)
            copy[0, 1] = 2 * _KNOWN_EDGE_LOGIT
            # The folded pixels of each input channel lie next to each other.
            self.shortcut.weight.data[:, :, 1, 1] = torch.kron(copy, torch.eye(folded))

    def forward(self, masked_gray: Tensor, masked_edge: Tensor, mask: Tensor) -> Tensor:
        """Complete the edges.

        Args:
            masked_gray: (B, 1, H, W) in [0, 1], 1 in the hole.
            masked_edge: (B, 1, H, W) in {0, 1}, 0 in the hole.
            mask: (B, 1, H, W), 1 in the hole.

        Returns:
            (B, 1, H, W) edge probabilities.
        """
        return torch.sigmoid(self.logits(self.inputs(masked_gray, masked_edge, mask)).float())

    def inputs(self, masked_gray: Tensor, masked_edge: Tensor, mask: Tensor) -> Tensor:
        """What the layers see, (B, n_inputs, H, W): gray, edge, mask, and what a subclass adds."""
        return torch.cat([masked_gray, masked_edge, mask], dim=1)

    def trunk(self, x: Tensor) -> Tensor:
        """What `layers` are without the shortcut."""
        raise NotImplementedError

    def layers(self, x: Tensor) -> Tensor:
        return self.trunk(x) if self.stem == "conv" else self.trunk(x) + self.shortcut(x)


def pad_to_multiple(x: Tensor, multiple: int) -> Tensor:
    """Repeat the last row and column until height and width are multiples, two at least.

    Instance norm needs more than one value at the coarsest scale.
    """
    height, width = x.shape[-2:]
    pad_y, pad_x = (max(-size % multiple, 2 * multiple - size) for size in (height, width))
    return F.pad(x, (0, pad_x, 0, pad_y), mode="replicate") if pad_x or pad_y else x

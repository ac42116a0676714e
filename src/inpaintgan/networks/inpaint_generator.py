"""EdgeConnect's second stage: paints colour into the hole along an edge map.

Layers at 256x256, width 64: Conv7 64@256, Conv4 s2 128@128, Conv4 s2 256@64, 8 residual blocks 256@64, ConvT4 s2
128@128, ConvT4 s2 64@256, Conv7 3@256, (tanh + 1) / 2. Instance norm and ReLU after each but the last; no spectral
norm, all biases. 10,774,595 parameters. The papers' generator sees four channels and has to tell the hole by its white.
With the ``unshuffle`` stems, ours, it sees the mask as a fifth, and the hole smoothly filled from its border (see
`smooth_fill`), to which its layers add inside the hole: a short training starts from there instead of from noise.

Source: EdgeConnect (arXiv 1901.00212), section 3.2 and appendix A.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .blocks import Stem, decoder, encoder, residual_blocks
from .generator import Generator
from .smooth_fill import smooth_fill


class InpaintGenerator(Generator):
    """Masked picture and edges in, picture out."""

    def __init__(self, width: int = 64, stem: Stem = "conv") -> None:
        super().__init__(stem)
        self.encoder = encoder(4 if stem == "conv" else 5, width, stem=stem, spectral=False)
        self.middle = residual_blocks(4 * width, spectral=False, bias=True)
        self.decoder = decoder(4 * width, width, 3, stem=stem, spectral=False)
        if stem != "conv":
            # What is added starts at nothing, so that the first steps do not have to unlearn noise.
            for parameter in self.decoder[-1].parameters():
                torch.nn.init.zeros_(parameter)

    def layers(self, x: Tensor) -> Tensor:
        return self.hourglass(x, self.encoder, self.middle, self.decoder)

    def forward(self, masked_image: Tensor, edge: Tensor, mask: Tensor | None = None) -> Tensor:
        """Paint.

        Args:
            masked_image: (B, 3, H, W) in [0, 1], 1 in the hole.
            edge: (B, 1, H, W) in [0, 1], complete.
            mask: (B, 1, H, W), 1 in the hole; the ``conv`` stem alone does without it.

        Returns:
            (B, 3, H, W) in [0, 1], the whole picture as the network sees it.
        """
        if self.stem == "conv":
            return (torch.tanh(self.logits(torch.cat([masked_image, edge], dim=1)).float()) + 1) / 2
        assert mask is not None, "behind this stem the mask is needed too"
        smooth = smooth_fill(masked_image, mask)
        # Outside the hole nothing is to be added. Were the layers left to learn that, L1 would hold them at nothing inside
        # too: it pulls hardest at exactly 0, and most of a picture wants 0.
        added = mask * torch.tanh(self.logits(torch.cat([smooth, edge, mask], dim=1)).float())
        return (smooth + added).clamp(0, 1)

"""EdgeConnect's first stage: the inpaint generator's trunk with spectral norm, one edge map out.

Layers at 256x256, width 64: Conv7 64@256, Conv4 s2 128@128, Conv4 s2 256@64, 8 residual blocks 256@64 (convolutions
without bias), ConvT4 s2 128@128, ConvT4 s2 64@256, Conv7 1@256, sigmoid. Spectral norm on all but the last
convolution. 10,761,089 parameters.

Source: EdgeConnect (arXiv 1901.00212), section 3.1 and appendix A.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..blocks import Generator, Stem, decoder, encoder, masked_edge_copy, residual_blocks


class EdgeConnectGenerator(Generator):
    """Masked gray, known edges and mask in; edge probabilities out."""

    def __init__(self, width: int = 64, stem: Stem = "conv") -> None:
        super().__init__(stem, *masked_edge_copy())
        self.encoder = encoder(3, width, stem=stem, spectral=True)
        self.middle = residual_blocks(4 * width, spectral=True, bias=False)
        self.decoder = decoder(4 * width, width, 1, stem=stem, spectral=True)

    def layers(self, x: Tensor) -> Tensor:
        return self.decoder(self.middle(self.encoder(x)))

    def forward(self, masked_gray: Tensor, masked_edge: Tensor, mask: Tensor) -> Tensor:
        """Complete the edges.

        Args:
            masked_gray: (B, 1, H, W) in [0, 1], 1 in the hole.
            masked_edge: (B, 1, H, W) in {0, 1}, 0 in the hole.
            mask: (B, 1, H, W), 1 in the hole.

        Returns:
            (B, 1, H, W) edge probabilities.
        """
        # EdgeConnect marks the hole in the edge channel too: edge * (1 - M) + M.
        return torch.sigmoid(self.logits(torch.cat([masked_gray, masked_edge + mask, mask], dim=1)))

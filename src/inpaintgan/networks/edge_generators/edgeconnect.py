"""EdgeConnect's first stage: the inpaint generator's trunk with spectral norm, one edge map out.

Layers at 256x256, width 64: Conv7 64@256, Conv4 s2 128@128, Conv4 s2 256@64, 8 residual blocks 256@64 (convolutions
without bias), ConvT4 s2 128@128, ConvT4 s2 64@256, Conv7 1@256, sigmoid. Spectral norm on all but the last
convolution. 10,761,089 parameters.

Source: EdgeConnect (arXiv 1901.00212), section 3.1 and appendix A.
"""

from __future__ import annotations

from torch import Tensor

from ..blocks import Stem, decoder, encoder, residual_blocks
from ..generator import EdgeGenerator


class EdgeConnectGenerator(EdgeGenerator):
    """Masked gray, known edges and mask in; edge probabilities out."""

    def __init__(self, width: int = 64, stem: Stem = "conv") -> None:
        super().__init__(stem)
        self.encoder = encoder(3, width, stem=stem, spectral=True)
        self.middle = residual_blocks(4 * width, spectral=True, bias=False)
        self.decoder = decoder(4 * width, width, 1, stem=stem, spectral=True)

    def trunk(self, x: Tensor) -> Tensor:
        return self.hourglass(x, self.encoder, self.middle, self.decoder)

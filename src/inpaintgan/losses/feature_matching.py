"""Feature matching: the generator is to give the discriminator's layers what the ground truth gives them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def feature_matching_loss(fake: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """Sum over feature maps of the mean absolute difference; no gradient flows into the real side.

    Source: the InpaintGAN paper, Eq. 7; EdgeConnect (arXiv 1901.00212), Eq. 3.
    """
    terms = [(f.float() - r.detach().float()).abs().mean() for f, r in zip(fake, real, strict=True)]
    return torch.stack(terms).sum()

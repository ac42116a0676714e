"""Adversarial losses by name: ``nsgan`` (binary cross entropy on logits), ``lsgan`` (squares), ``hinge``.

Source: EdgeConnect (arXiv 1901.00212), Eq. 2 and 6; LSGAN (1611.04076), Eq. 9; spectral normalisation (1802.05957),
Eq. 16 and 17, for the hinge.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def discriminator_loss(kind: str, real: Tensor, fake: Tensor) -> Tensor:
    """Mean of the loss on real and on fake logits, (real + fake) / 2. Logits of any shape in, a scalar out."""
    real, fake = real.float(), fake.float()
    if kind == "nsgan":
        return (F.softplus(-real).mean() + F.softplus(fake).mean()) / 2
    if kind == "lsgan":
        return ((real - 1).square().mean() + fake.square().mean()) / 2
    if kind == "hinge":
        return (F.relu(1 - real).mean() + F.relu(1 + fake).mean()) / 2
    raise ValueError(f"unknown adversarial loss {kind!r}")


def generator_loss(kind: str, fake: Tensor) -> Tensor:
    """What the generator pays for fakes that are seen through. Logits of any shape in, a scalar out."""
    fake = fake.float()
    if kind == "nsgan":
        return F.softplus(-fake).mean()
    if kind == "lsgan":
        return (fake - 1).square().mean()
    if kind == "hinge":
        return -fake.mean()
    raise ValueError(f"unknown adversarial loss {kind!r}")

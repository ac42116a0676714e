"""Adversarial losses by name: ``nsgan`` (binary cross entropy on logits), ``lsgan`` (squares), ``hinge``.

Source: EdgeConnect (arXiv 1901.00212), Eq. 2 and 6; LSGAN (1611.04076), Eq. 9; spectral normalisation (1802.05957),
Eq. 16 and 17, for the hinge.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def discriminator_loss(kind: str, real: Tensor, fake: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean of the loss on real and on fake logits, (real + fake) / 2.

    Args:
        kind: ``nsgan``, ``lsgan`` or ``hinge``.
        real: Logits, (B, ...).
        fake: As ``real``.
        weight: As ``real``: how much each logit counts in its picture's mean; those of a picture add up to 1, or to 0 where it
            does not count. None: all alike.

    Returns:
        A scalar.
    """
    real, fake = real.float(), fake.float()
    if kind == "nsgan":
        return (_mean(F.softplus(-real), weight) + _mean(F.softplus(fake), weight)) / 2
    if kind == "lsgan":
        return (_mean((real - 1).square(), weight) + _mean(fake.square(), weight)) / 2
    if kind == "hinge":
        return (_mean(F.relu(1 - real), weight) + _mean(F.relu(1 + fake), weight)) / 2
    raise ValueError(f"unknown adversarial loss {kind!r}")


def generator_loss(kind: str, fake: Tensor, weight: Tensor | None = None) -> Tensor:
    """What the generator pays for fakes that are seen through, a scalar. Arguments as in `discriminator_loss`."""
    fake = fake.float()
    if kind == "nsgan":
        return _mean(F.softplus(-fake), weight)
    if kind == "lsgan":
        return _mean((fake - 1).square(), weight)
    if kind == "hinge":
        return _mean(-fake, weight)
    raise ValueError(f"unknown adversarial loss {kind!r}")


def _mean(values: Tensor, weight: Tensor | None) -> Tensor:
    if weight is None:
        return values.mean()
    # Over all pictures, those that do not count too: then equal parts of a batch give what the whole gives.
    return (values * weight).sum() / len(values)

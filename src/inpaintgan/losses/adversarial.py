"""Adversarial losses by name: ``nsgan`` (binary cross entropy on logits), ``lsgan`` (squares), ``hinge``.

Source: EdgeConnect (arXiv 1901.00212), Eq. 2 and 6; LSGAN (1611.04076), Eq. 9; spectral normalisation (1802.05957),
Eq. 16 and 17, for the hinge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class _Costs(NamedTuple):
    """What each logit costs: the discriminator, on a real and on a fake picture, and the generator on a fake one."""

    real: Callable[[Tensor], Tensor]
    fake: Callable[[Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


_COSTS = {
    "nsgan": _Costs(lambda real: F.softplus(-real), F.softplus, lambda fake: F.softplus(-fake)),
    "lsgan": _Costs(lambda real: (real - 1).square(), torch.square, lambda fake: (fake - 1).square()),
    "hinge": _Costs(lambda real: F.relu(1 - real), lambda fake: F.relu(1 + fake), torch.neg),
}


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
    costs = _costs(kind)
    return (_mean(costs.real(real.float()), weight) + _mean(costs.fake(fake.float()), weight)) / 2


def generator_loss(kind: str, fake: Tensor, weight: Tensor | None = None) -> Tensor:
    """What the generator pays for fakes that are seen through, a scalar. Arguments as in `discriminator_loss`."""
    return _mean(_costs(kind).generator(fake.float()), weight)


def _costs(kind: str) -> _Costs:
    if kind not in _COSTS:
        raise ValueError(f"unknown adversarial loss {kind!r}")
    return _COSTS[kind]


def _mean(values: Tensor, weight: Tensor | None) -> Tensor:
    if weight is None:
        return values.mean()
    # Over all pictures, those that do not count too: then equal parts of a batch give what the whole gives.
    return (values * weight).sum() / len(values)

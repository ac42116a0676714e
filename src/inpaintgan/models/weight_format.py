"""What changed in our weight files, so that older ones still compute what they were trained to.

Format 1, without a number in the file: the edge generators with EdgeConnect's encoder saw the known edges plus the mask,
1 in the hole. Format 2: they see 0 there, as EdgeConnect's own do.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..networks.generator import EdgeGenerator

WEIGHT_FORMAT = 2

_FIRST = ("encoder.1.weight", "encoder.1.parametrizations.weight.original")


def in_todays_format(state: dict[str, Tensor], network: nn.Module, saved_format: int) -> dict[str, Tensor]:
    """Return weights that compute today what they did in the format they were saved in, up to rounding.

    Args:
        state: Of a weight file, in float32.
        network: Of the kind that they belong to.
        saved_format: The file's.
    """
    if saved_format >= 2 or not isinstance(network, EdgeGenerator) or not any(name in state for name in _FIRST):
        return state
    # The edges e and the mask m enter the first layers linearly: a(e + m) + bm = ae + (a + b)m. Spectral norm divides by
    # u'Wv: what the weight of m gains from a, v loses in e, so that the divisor stays what it was.
    state = dict(state)
    for name in (*_FIRST, "shortcut.weight"):
        if name in state:
            state[name] = _added(state[name], network, source=1, target=2)
    name = "encoder.1.parametrizations.weight.0._v"
    if name in state:
        weight = network.get_parameter(_FIRST[1])
        v = state[name].reshape(1, *weight.shape[1:])
        state[name] = _added(v, network, source=2, target=1, sign=-1).flatten()
    return state


def _added(weight: Tensor, network: EdgeGenerator, *, source: int, target: int, sign: int = 1) -> Tensor:
    """(out, in, k, k) with one input's weights added to another's; each is as many channels as pixels are folded."""
    inputs = list(weight.split(network.fold**2, dim=1))
    inputs[target] = inputs[target] + sign * inputs[source]
    return torch.cat(inputs, dim=1)

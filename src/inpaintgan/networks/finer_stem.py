"""Makes of a trained generator one whose stem folds fewer pixels: it starts as the coarser one seen through a magnifying glass.

A network behind ``unshuffle4`` sees 4x4 pixels in a cell, one behind ``unshuffle`` 2x2, with the same layers in between. On a
picture of half the size the finer one computes what the coarser one did on the whole, as far as pixels of a 2x2 square are
alike; the whole picture it sees as if that were twice as large. That is nearer to the end of a training than to its start.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from .generator import Generator
from .widening import estimate_spectral_norms


def refold(source: Generator, network: Generator) -> list[str]:
    """Give a network with a finer stem the weights of a coarser one's.

    Args:
        source: Trained, with an unshuffle stem; left as it is.
        network: Of the same kind and width, its stem folding half as many pixels to a side. Left as it is when something is
            in the way.

    Returns:
        In words what keeps the network from being a finer one of that kind; empty when it has got the weights.
    """
    ratio = source.fold // network.fold
    old, state = source.state_dict(), network.state_dict()
    problems = [f"{name} is missing" for name in state.keys() - old.keys()]
    for name in state.keys() & old.keys():
        if name.endswith(("._u", "._v")):
            continue  # spectral norm's estimates: recomputed below
        value = _refolded(old[name], state[name], ratio, network.fold)
        if value.shape != state[name].shape:
            problems.append(f"{name} is {tuple(old[name].shape)}, expected {tuple(state[name].shape)}")
        state[name] = value
    if not problems:
        network.load_state_dict(state)
        estimate_spectral_norms(network)
    return problems


def _refolded(old: Tensor, new: Tensor, ratio: int, fold: int) -> Tensor:
    """Of the channels that folded pixels became: inputs are added up, outputs averaged. Kernels are laid around with zeros."""
    if old.dim() and old.shape[0] == new.shape[0] * ratio**2:
        old = _apart(old, ratio, fold).mean((2, 4)).flatten(0, 2)
    if old.dim() == 4:
        if old.shape[1] == new.shape[1] * ratio**2:
            old = _apart(old.transpose(0, 1), ratio, fold).sum((2, 4)).flatten(0, 2).transpose(0, 1)
        margin = (new.shape[-1] - old.shape[-1]) // 2
        old = F.pad(old, [margin] * 4)
    return old


def _apart(value: Tensor, ratio: int, fold: int) -> Tensor:
    """(N * (fold * ratio)**2, ...) as `torch.nn.PixelUnshuffle` orders it to (N, fold, ratio, fold, ratio, ...)."""
    return value.unflatten(0, (-1, fold, ratio, fold, ratio))

"""Makes a wider generator of a trained one: each channel becomes several, which together compute what it did.

The copies of a channel share its outgoing weights unequally, drawn at random, so that they get different gradients and
diverge as soon as training continues.

Source: Net2Net's wider operator (Chen et al., arXiv 1511.05641), with all channels of a layer repeated instead of some.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from .blocks import SpectralNorm
from .generator import Generator
from .weights import weights_fit

_POWER_ITERATIONS = 50


def widen(source: Generator, network: Generator) -> list[str]:
    """Give a wider network of the same kind the function of a narrower one, up to rounding.

    Args:
        source: Trained; left as it is.
        network: Wider by a whole factor, or as wide, which is a plain copy. Left as it is when something is in the way.

    Returns:
        In words what keeps the network from being a wider one of that kind; empty when it has been widened.
    """
    if not weights_fit(source.state_dict(), network):
        network.load_state_dict(source.state_dict())
        return []
    random = torch.Generator().manual_seed(0)
    layers = dict(network.named_modules())
    state = network.state_dict()
    problems: list[str] = []
    for name, old in source.state_dict().items():
        layer, _, value = name.partition(".parametrizations.weight.")
        if value and value != "original":
            continue  # spectral norm's estimates: recomputed below
        module = layers.get(layer if value else name.rpartition(".")[0])
        new = state.get(name)
        if new is None or old.dim() != new.dim() or any(n % o for n, o in zip(new.shape, old.shape, strict=True)):
            problems.append(f"{name} is {tuple(old.shape)}, expected {tuple(new.shape) if new is not None else 'none'}")
            continue
        state[name] = _repeated(old, new.shape, random, transposed=isinstance(module, nn.ConvTranspose2d))
    problems += [f"{name} is missing" for name in state.keys() - source.state_dict().keys()]
    if not problems:
        network.load_state_dict(state)
        estimate_spectral_norms(network)
    return problems


def _repeated(old: Tensor, shape: torch.Size, random: torch.Generator, *, transposed: bool) -> Tensor:
    """Each output channel repeated; each input channel repeated, its weight split among the copies."""
    if old.dim() < 2:
        return old.repeat_interleave(shape[0] // old.shape[0]) if old.dim() else old
    inputs, outputs = (0, 1) if transposed else (1, 0)
    wide = old.repeat_interleave(shape[outputs] // old.shape[outputs], outputs)
    copies = shape[inputs] // old.shape[inputs]
    if copies == 1:
        return wide
    shares = 0.5 + torch.rand((copies, *wide.shape), generator=random)
    shares /= shares.sum(dim=0)
    # The copies of one channel lie side by side, so that those of concatenated maps do too.
    return (wide * shares).movedim(0, inputs + 1).flatten(inputs, inputs + 1)


@torch.no_grad()
def estimate_spectral_norms(network: nn.Module) -> None:
    """Run the power iteration, which starts from noise in a new network, on the weights it now has."""
    lists = [module for module in network.modules() if isinstance(module, parametrize.ParametrizationList)]
    for weight, norm in [(found.original, norm) for found in lists for norm in found if isinstance(norm, SpectralNorm)]:
        training = norm.training
        norm.train()  # else it does not iterate
        for _ in range(_POWER_ITERATIONS):
            norm(weight)
        norm.train(training)

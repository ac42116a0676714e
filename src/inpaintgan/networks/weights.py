"""What is asked of the weights of any network."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def n_parameters(module: nn.Module) -> int:
    """Number of weights, trainable or frozen; buffers do not count."""
    return sum(parameter.numel() for parameter in module.parameters())


def weights_fit(state: dict[str, Tensor], module: nn.Module) -> list[str]:
    """Return in words what keeps a state dict from loading into a module; an empty list when it fits."""
    own = module.state_dict()
    problems = [f"{key} is missing" for key in own if key not in state]
    problems += [f"{key} is not known" for key in state if key not in own]
    problems += [
        f"{key} is {tuple(state[key].shape)}, expected {tuple(own[key].shape)}"
        for key in own
        if key in state and state[key].shape != own[key].shape
    ]
    return problems


def to_float32(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Half-precision storage back to float32."""
    return {key: value.to(torch.float32) if value.is_floating_point() else value for key, value in state.items()}

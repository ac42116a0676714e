"""What a network costs: multiply-adds of one forward pass, for comparisons that name their price."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode


def gmac(module: nn.Module, *inputs: Tensor) -> float:
    """Count the multiply-adds of convolutions and matrix products; element-wise work is left out, as papers do.

    Nothing is computed: a copy of the module runs on PyTorch's ``meta`` device, in evaluation mode.

    Args:
        module: Any network, on any device; it is left as it is.
        inputs: What ``module.forward`` takes; only their shapes matter.

    Returns:
        1e9 multiply-adds for this input, the whole batch together.
    """
    shadow = copy.deepcopy(module).to("meta").eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        shadow(*(value.detach().to("meta") for value in inputs))
    return counter.get_total_flops() / 2e9

"""Instance norm without affine parameters or running statistics, in the memory format that a GPU's convolutions like."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class InstanceNorm(nn.InstanceNorm2d):
    """`torch.nn.InstanceNorm2d`, which on a GPU neither leaves channels-last memory nor float32 statistics.

    PyTorch's own copies a channels-last tensor to channels-first and so costs two copies a layer there. On a CPU it is the
    faster one: channels-last training measured 0.87 to 0.98 of its pace.
    """

    def forward(self, input: Tensor) -> Tensor:
        return instance_norm(input, self.eps) if input.is_cuda else super().forward(input)


def instance_norm(x: Tensor, eps: float) -> Tensor:
    """(B, C, H, W) of any floating type and memory format to the same, zero mean and unit variance a channel.

    Elementwise operations and two reductions, which keep the memory format and which `torch.compile` joins with the ReLU
    that follows.
    """
    values = x.float()
    variance, mean = torch.var_mean(values, dim=(2, 3), correction=0, keepdim=True)
    return ((values - mean) * torch.rsqrt(variance + eps)).to(x.dtype)

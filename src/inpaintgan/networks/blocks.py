"""The layers that networks share: residual block, encoder, decoder, spectral norm.

Source: EdgeConnect (arXiv 1901.00212), appendix A.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import _SpectralNorm

from .norm import InstanceNorm

Stem = Literal["conv", "unshuffle", "unshuffle4"]
FOLD: dict[Stem, int] = {"conv": 1, "unshuffle": 2, "unshuffle4": 4}
"""Side of the square of pixels that a stem folds into channels."""
_OUTER_KERNEL: dict[Stem, int] = {"conv": 7, "unshuffle": 7, "unshuffle4": 3}
"""Of the first and the last convolution: over 4x4 pixels folded, 7x7 would be most of the work."""
N_RESIDUAL_BLOCKS = 8
_N_DETAIL_BLOCKS = 4


def full_precision(device: torch.device) -> AbstractContextManager[object]:
    """Within it, arithmetic stays float32 although the networks around it run under autocast."""
    # The meta device, where costs are counted, has no autocast; asking PyTorch for that would break a compiled graph in 2.11.
    return nullcontext() if device.type == "meta" else torch.autocast(device.type, enabled=False)


class SpectralNorm(_SpectralNorm):
    """PyTorch's spectral norm with its power iteration in float32, which autocast would run in half precision."""

    def forward(self, weight: Tensor) -> Tensor:
        with full_precision(weight.device):
            return super().forward(weight)


def conv(module: nn.Conv2d | nn.ConvTranspose2d, *, spectral: bool = False) -> nn.Module:
    """Initialise a convolution with N(0, 0.02) and zero bias, then attach spectral norm if asked for.

    The order matters: the norm's power iteration starts from the weights it finds.
    """
    nn.init.normal_(module.weight, 0.0, 0.02)
    if module.bias is not None:
        nn.init.zeros_(module.bias)
    if not spectral:
        return module
    # A transposed convolution keeps its output channels in dimension 1.
    dim = 1 if isinstance(module, nn.ConvTranspose2d) else 0
    parametrize.register_parametrization(module, "weight", SpectralNorm(module.weight, dim=dim))
    return module


class ReflectionPad(nn.ReflectionPad2d):
    """Reflection padding that repeats the border where a map is too small to be mirrored: MEC's coarsest on small input.

    On a GPU it keeps the memory format, which PyTorch's loses, compiled too: each convolution behind one would copy its input.
    """

    def forward(self, input: Tensor) -> Tensor:
        fits = min(input.shape[-2:]) > max(self.padding)
        padded = F.pad(input, self.padding, mode="reflect" if fits else "replicate")
        if input.is_cuda and input.is_contiguous(memory_format=torch.channels_last):
            return padded.contiguous(memory_format=torch.channels_last)
        return padded


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions, the first dilated by 2, added to the input; no ReLU after the sum."""

    def __init__(self, channels: int, *, spectral: bool, bias: bool) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(
            ReflectionPad(2),
            conv(nn.Conv2d(channels, channels, 3, dilation=2, bias=bias), spectral=spectral),
            InstanceNorm(channels),
            nn.ReLU(inplace=True),
            ReflectionPad(1),
            conv(nn.Conv2d(channels, channels, 3, bias=bias), spectral=spectral),
            InstanceNorm(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)


class DetailBlock(nn.Module):
    """What a narrow pair of 3x3 convolutions, the first dilated by 2, adds to the input, without a norm."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            conv(nn.Conv2d(channels, channels // 2, 3, padding=2, dilation=2)),
            nn.ReLU(inplace=True),
            conv(nn.Conv2d(channels // 2, channels, 3, padding=1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.block(x)


def residual_blocks(channels: int, *, spectral: bool, bias: bool) -> nn.Sequential:
    """The trunk of eight residual blocks."""
    return nn.Sequential(*(ResidualBlock(channels, spectral=spectral, bias=bias) for _ in range(N_RESIDUAL_BLOCKS)))


def encoder(in_channels: int, width: int, *, stem: Stem, spectral: bool) -> nn.Sequential:
    """Conv7, then two stride-2 Conv4: (B, in, H, W) to (B, 4*width, H/4, W/4), of a folded H and W."""
    in_channels *= FOLD[stem] ** 2
    kernel = _OUTER_KERNEL[stem]
    return nn.Sequential(
        ReflectionPad(kernel // 2),
        conv(nn.Conv2d(in_channels, width, kernel), spectral=spectral),
        InstanceNorm(width),
        nn.ReLU(inplace=True),
        conv(nn.Conv2d(width, 2 * width, 4, 2, 1), spectral=spectral),
        InstanceNorm(2 * width),
        nn.ReLU(inplace=True),
        conv(nn.Conv2d(2 * width, 4 * width, 4, 2, 1), spectral=spectral),
        InstanceNorm(4 * width),
        nn.ReLU(inplace=True),
    )


def decoder(
    in_channels: int, width: int, out_channels: int, *, stem: Stem, spectral: bool, skips: bool = True
) -> nn.Sequential:
    """The encoder's mirror: two stride-2 ConvT4 and a Conv7, which never has spectral norm.

    With an unshuffle stem and skips the last two see the encoder's map of their size too, behind the one before them (see
    `Generator.hourglass`), and detail blocks come before the last.
    """
    skips = skips and stem != "conv"
    out_channels *= FOLD[stem] ** 2
    kernel = _OUTER_KERNEL[stem]
    maps = 2 if skips else 1
    detail = [DetailBlock(2 * width) for _ in range(_N_DETAIL_BLOCKS)] if skips else []
    return nn.Sequential(
        conv(nn.ConvTranspose2d(in_channels, 2 * width, 4, 2, 1), spectral=spectral),
        InstanceNorm(2 * width),
        nn.ReLU(inplace=True),
        conv(nn.ConvTranspose2d(maps * 2 * width, width, 4, 2, 1), spectral=spectral),
        InstanceNorm(width),
        nn.ReLU(inplace=True),
        *detail,
        ReflectionPad(kernel // 2),
        conv(nn.Conv2d(maps * width, out_channels, kernel)),
    )


def upsampler(in_channels: int, out_channels: int) -> nn.Sequential:
    """Twice the size: ConvT4 s2, instance norm, ReLU, without spectral norm; MEC's way from one scale to the next."""
    return nn.Sequential(
        conv(nn.ConvTranspose2d(in_channels, out_channels, 4, 2, 1)),
        InstanceNorm(out_channels),
        nn.ReLU(inplace=True),
    )


@contextmanager
def held_spectral_norm(*networks: nn.Module) -> Iterator[None]:
    """Within it, forward passes divide by the spectral norm as last estimated, without another power iteration.

    Passes over the parts of one batch, or of the same weights again, then compute with the same weights.
    """
    norms = [module for network in networks for module in network.modules() if isinstance(module, SpectralNorm)]
    before = [norm.training for norm in norms]
    for norm in norms:
        norm.eval()
    try:
        yield
    finally:
        for norm, training in zip(norms, before, strict=True):
            norm.train(training)


@contextmanager
def held_batch_norm(*networks: nn.Module) -> Iterator[None]:
    """Within it, forward passes leave the running statistics of batch norm as they are: the same pictures counted before."""
    norms = [module for network in networks for module in network.modules() if isinstance(module, _BatchNorm)]
    before = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, before, strict=True):
            norm.momentum = momentum

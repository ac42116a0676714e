"""EdgeConnect's weight files made of random numbers, and its networks computed without ours.

Everything here is written from the layer table (EdgeConnect, arXiv 1901.00212, appendix A; Edge-LBAM, arXiv 2104.12087)
with `torch.nn.functional` alone: it is the independent source that imported networks are compared with.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

Weights = dict[str, Tensor]


def random_generator(width: int, kind: str, seed: int) -> tuple[Weights, set[str]]:
    """Weights and biases by key, and which of them carry spectral norm. ``kind``: edgeconnect, mec-shared or inpaint."""
    generator = torch.Generator().manual_seed(seed)
    inpaint, shared = kind == "inpaint", kind == "mec-shared"
    weights: Weights = {}

    def layer(name: str, *shape: int, bias: int = 0) -> None:
        weights[f"{name}.weight"] = torch.randn(shape, generator=generator) * 0.1
        if bias:
            weights[f"{name}.bias"] = torch.randn(bias, generator=generator) * 0.1

    w = width
    layer("encoder.1", w, 4 if inpaint else 3, 7, 7, bias=w)
    layer("encoder.4", 2 * w, w, 4, 4, bias=2 * w)
    layer("encoder.7", 4 * w, 2 * w, 4, 4, bias=4 * w)
    for block in range(8):
        for conv in (1, 5):
            layer(f"middle.{block}.conv_block.{conv}", 4 * w, 4 * w, 3, 3, bias=4 * w if inpaint else 0)
    if shared:
        for number, channels in ((1, 4 * w), (2, 8 * w), (3, 8 * w)):
            layer(f"upsample{number}.0", channels, 4 * w, 4, 4, bias=4 * w)
    layer("decoder.0", 8 * w if shared else 4 * w, 2 * w, 4, 4, bias=2 * w)
    layer("decoder.3", 2 * w, w, 4, 4, bias=w)
    layer("decoder.7", 3 if inpaint else 1, w, 7, 7, bias=3 if inpaint else 1)
    normed = {
        name
        for name in weights
        if name.endswith("weight") and not inpaint and not name.startswith(("upsample", "decoder.7"))
    }
    return weights, normed


def random_discriminator(width: int, channels: int, seed: int) -> tuple[Weights, set[str]]:
    """As `random_generator`, for the 70x70 PatchGAN."""
    generator = torch.Generator().manual_seed(seed)
    sizes = [channels, width, 2 * width, 4 * width, 8 * width, 1]
    weights = {
        f"conv{i + 1}.0.weight": torch.randn(sizes[i + 1], sizes[i], 4, 4, generator=generator) * 0.1 for i in range(5)
    }
    return weights, set(weights)


def matrix(name: str, weight: Tensor) -> Tensor:
    """Output channels in rows; a transposed convolution keeps them in its second dimension."""
    transposed = name in ("decoder.0.weight", "decoder.3.weight")
    return (weight.transpose(0, 1) if transposed else weight).reshape(weight.shape[1 if transposed else 0], -1)


def as_file(weights: Weights, normed: set[str], layout: str) -> tuple[Weights, Weights]:
    """A state dict as a version of PyTorch would have saved it, and the weights that its network multiplies with.

    ``new`` holds original, u and v; ``old``, of the first releases, original, u and the divided weight; ``parametrized``,
    of recent ones, original, u and v under other names; ``baked`` the divided weight alone.
    """
    state, effective = {}, dict(weights)
    for name, weight in weights.items():
        if name not in normed:
            state[name] = weight
            continue
        # Two steps of the power iteration: not converged, as in a young network.
        rows = matrix(name, weight)
        u = F.normalize(torch.arange(1.0, rows.shape[0] + 1), dim=0)
        v = F.normalize(rows.T @ u, dim=0)
        u = F.normalize(rows @ v, dim=0)
        effective[name] = weight / torch.dot(u, rows @ v)
        stem = name.removesuffix(".weight")
        if layout == "new":
            state |= {f"{stem}.weight_orig": weight, f"{stem}.weight_u": u, f"{stem}.weight_v": v}
        elif layout == "old":
            state |= {f"{stem}.weight_orig": weight, f"{stem}.weight_u": u, f"{stem}.weight": effective[name]}
        elif layout == "parametrized":
            prefix = f"{stem}.parametrizations.weight"
            state |= {f"{prefix}.original": weight, f"{prefix}.0._u": u, f"{prefix}.0._v": v}
        else:
            state[name] = effective[name]
    return state, effective


def generate(weights: Weights, kind: str, x: Tensor) -> Tensor:
    """Run a generator of the given effective weights: (B, C, H, W) in, edges or colours in [0, 1] out."""

    def conv(x: Tensor, name: str, *, pad: int = 0, **options: int) -> Tensor:
        x = F.pad(x, (pad,) * 4, mode="reflect") if pad else x
        return F.conv2d(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"), **options)

    def up(x: Tensor, name: str) -> Tensor:
        x = F.conv_transpose2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], stride=2, padding=1)
        return F.relu(F.instance_norm(x))

    def blocks(x: Tensor) -> Tensor:
        for block in range(8):
            inner = F.relu(F.instance_norm(conv(x, f"middle.{block}.conv_block.1", pad=2, dilation=2)))
            x = x + F.instance_norm(conv(inner, f"middle.{block}.conv_block.5", pad=1))
        return x

    x = F.relu(F.instance_norm(conv(x, "encoder.1", pad=3)))
    for name in ("encoder.4", "encoder.7"):
        x = F.relu(F.instance_norm(conv(x, name, stride=2, padding=1)))
    if kind == "mec-shared":
        merged = up(blocks(F.avg_pool2d(x, 8)), "upsample1.0")
        # Each scale's own maps come first, as in the public code.
        merged = up(torch.cat([blocks(F.avg_pool2d(x, 4)), merged], 1), "upsample2.0")
        merged = up(torch.cat([blocks(F.avg_pool2d(x, 2)), merged], 1), "upsample3.0")
        x = torch.cat([blocks(x), merged], 1)
    else:
        x = blocks(x)
    x = conv(up(up(x, "decoder.0"), "decoder.3"), "decoder.7", pad=3)
    return (torch.tanh(x) + 1) / 2 if kind == "inpaint" else torch.sigmoid(x)


def judge(weights: Weights, x: Tensor) -> Tensor:
    """Run a discriminator of the given effective weights and return its logits."""
    for i, stride in enumerate((2, 2, 2, 1, 1), 1):
        x = F.conv2d(x, weights[f"conv{i}.0.weight"], stride=stride, padding=1)
        x = F.leaky_relu(x, 0.2) if i < 5 else x
    return x

"""VGG19 weights that nobody trained, as files hold them."""

from __future__ import annotations

import math

import torch


def torchvision_layout(n_convs: int) -> dict[str, torch.Tensor]:
    """Random VGG19 weights under torchvision's keys; the channel plan is configuration E of arXiv 1409.1556."""
    plan = [64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512]
    generator = torch.Generator().manual_seed(0)
    state, index, channels, made = {}, 0, 3, 0
    for item in plan:
        if item == "M":
            index += 1
            continue
        if made < n_convs:
            scale = math.sqrt(2 / (9 * channels))
            state[f"features.{index}.weight"] = torch.randn(item, channels, 3, 3, generator=generator) * scale
            state[f"features.{index}.bias"] = torch.zeros(item)
        made += 1
        channels = item
        index += 2
    return state

"""Between pictures and tensors: (H, W, C) uint8 here, (B, C, H, W) float32 in [0, 1] there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def to_tensor(pictures: Sequence[NDArray[np.uint8]]) -> Tensor:
    """Stack (H, W, C) uint8 pictures of one size to (B, C, H, W) float32 in [0, 1]."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255


def flags_to_tensor(maps: Sequence[NDArray[np.uint8]]) -> Tensor:
    """Stack (H, W) maps of 0 and 1, as masks and edges are, to (B, 1, H, W) float32."""
    return torch.from_numpy(np.stack(maps)[:, None]).float()


def to_pixels(tensor: Tensor) -> NDArray[np.uint8]:
    """(B, C, H, W) in [0, 1], on any device, to (B, H, W, C) uint8, rounded."""
    return np.rint(tensor.detach().float().clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy() * 255).astype(np.uint8)

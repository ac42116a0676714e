"""A picture at one resolution, and the patches of it that touch its hole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ..views import resize_any

REACH_PX = 3
SIDE_PX = 2 * REACH_PX + 1
"""Of patches."""
SPREAD_PX = 1.5
"""Standard deviation of the weights in a patch whose mean a pixel is."""
_LEAST_PART = 1e-3
"""Of the weight of a patch's middle: what has less is left out."""


@dataclass(frozen=True)
class Level:
    """The picture at one resolution. Places are indices into its flattened pixels."""

    colour: Tensor
    """(H, W, 3), filled."""
    hole: Tensor
    """(H, W), whether it is in the hole."""
    depth: Tensor
    """(H * W,), how far it is from what is known, in whole px; 0 there."""
    wanted: Tensor
    """(N,), places of patches that touch the hole."""
    is_source: Tensor
    """(H * W,), whether the patch there is known whole."""
    sources: Tensor
    """(M,), the places of those."""

    @classmethod
    def of(
        cls,
        fill: NDArray[np.float32],
        hole: NDArray[np.uint8],
        barred: NDArray[np.uint8],
        size: tuple[int, int],
        device: torch.device,
    ) -> Level:
        """Reduce a filled picture to a size, (width, height); no patch is taken from its hole or from what is barred."""
        barred = barred | hole
        if hole.shape != size[::-1]:
            fill = np.asarray(cv2.resize(fill, size, interpolation=cv2.INTER_AREA), np.float32)
            hole, barred = resize_any(hole, *size), resize_any(barred, *size)
        brush = np.ones((SIDE_PX, SIDE_PX), np.uint8)
        whole = cv2.erode(1 - barred, brush, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        # Where all is hole there is nothing to be far from, and OpenCV says infinitely far.
        depth = np.ceil(cv2.distanceTransform(hole, cv2.DIST_L2, cv2.DIST_MASK_5).clip(max=sum(size))).astype(np.int64)
        places = (torch.from_numpy(np.flatnonzero(flags)).to(device) for flags in (cv2.dilate(hole, brush), whole))
        layers = (
            torch.from_numpy(layer).to(device) for layer in (fill, hole == 1, depth.reshape(-1), whole.reshape(-1) == 1)
        )
        colour, inside, steps, is_source = layers
        wanted, sources = places
        return cls(colour, inside, steps, wanted, is_source, sources)

    @property
    def width(self) -> int:
        return self.hole.shape[1]

    @property
    def flat(self) -> Tensor:
        """(H * W, 3), the colours."""
        return self.colour.reshape(-1, 3)

    def moved(self, places: Tensor, down: Tensor | int, right: Tensor | int) -> Tensor:
        """Return places so much further, or at the border of the picture."""
        height, width = self.hole.shape
        rows = (places // width + down).clamp(0, height - 1)
        return rows * width + (places % width + right).clamp(0, width - 1)

    def patches(self, colour: Tensor, places: Tensor) -> Tensor:
        """Return the patches around places of an (H, W, C) image, (N, 49, C)."""
        padded = framed(colour)[0].flatten(1).T
        width = self.width + 2 * REACH_PX
        corners = places // self.width * width + places % self.width
        return padded[corners[:, None] + _around(width, places.device) + REACH_PX * (width + 1)]

    def tone(self, colour: Tensor, match: Tensor, most: float) -> Tensor:
        """Return by how much patches are brighter in an (H, W, 3) image than at their matches, (N, 3), at most ``most``."""
        return (_means(colour)[self.wanted] - self._known_means[match]).clamp(-most, most)

    @cached_property
    def _known_means(self) -> Tensor:
        return _means(self.colour)

    def mean_of(
        self, match: Tensor, tone: Tensor, distance: Tensor | None = None, spread_px: float = SPREAD_PX
    ) -> Tensor:
        """Return the colours that patches at ``match`` give where they are wanted.

        Args:
            match: (N,), known places.
            tone: (N, 3), how much brighter they are to be.
            distance: (N,), by how much they differ from what is wanted; the less, the more weight.
            spread_px: How much of a patch counts; the less, the sharper.

        Returns:
            (H, W, 3), else as known.
        """
        height, width = self.hole.shape
        weight = torch.ones(len(match), device=match.device)
        if distance is not None:
            usual = distance.sort().values[len(distance) * 3 // 4] if len(distance) else 1
            weight = torch.exp(-distance / (2 * usual + 1e-9))
        # Patches at the border reach beyond it.
        frame_width = width + 2 * REACH_PX
        total = torch.zeros((height + 2 * REACH_PX) * frame_width, 4, device=match.device)
        middles = (self.wanted // width + REACH_PX) * frame_width + self.wanted % width + REACH_PX
        given = F.pad(self.flat, (0, 1), value=1.0)
        offset = F.pad(tone, (0, 1))
        for down in range(-REACH_PX, REACH_PX + 1):
            for right in range(-REACH_PX, REACH_PX + 1):
                part = math.exp(-(down**2 + right**2) / (2 * spread_px**2))
                if part >= _LEAST_PART:
                    colours = (given[match + (down * width + right)] + offset) * (weight * part)[:, None]
                    # Each place but once, so that the sum is the same each time.
                    total.index_add_(0, middles + (down * frame_width + right), colours)
        total = total.reshape(-1, frame_width, 4)[REACH_PX:-REACH_PX, REACH_PX:-REACH_PX]
        return torch.where(self.hole[..., None], total[..., :3] / total[..., 3:].clamp(min=1e-9), self.colour)


def framed(image: Tensor) -> Tensor:
    """Return an (H, W, C) image with as much of its border around it as patches reach, (1, C, H + 6, W + 6)."""
    return F.pad(image.permute(2, 0, 1)[None], (REACH_PX,) * 4, mode="replicate")


def _means(image: Tensor) -> Tensor:
    """Return the mean of the patch around each pixel of an (H, W, C) image, (H * W, C)."""
    return F.avg_pool2d(framed(image), SIDE_PX, stride=1)[0].flatten(1).T


def _around(width: int, device: torch.device) -> Tensor:
    """By how much the places of a patch's pixels differ from that of its middle, (49,)."""
    reach = torch.arange(-REACH_PX, REACH_PX + 1, device=device)
    return (reach[:, None] * width + reach).reshape(-1)

"""The part of a picture that a loss looks at, where it does not look at all of it."""

from __future__ import annotations

import torch
from torch import Tensor

_GRID_PX = 16


def crop_around_holes(mask: Tensor, focus: Tensor | None, side: int, *pictures: Tensor) -> list[Tensor]:
    """Cut the same square out of each picture and its mask: around the middle of its hole, as far as the border lets it.

    Where the hole is wider or higher than the square, it lies around the focus instead, so that over a training every part
    of such holes is seen. Its corner lies on VGG19's coarsest grid, so that pooling meets the same pixels as in the whole
    picture.

    Args:
        mask: (B, 1, H, W), 1 in the hole.
        focus: (B, 2) integers, row and column of a pixel of each hole; None for the middle of large holes too.
        side: Of the squares in px, a multiple of 16, at most H and W.
        pictures: (B, C, H, W) each.

    Returns:
        The mask's squares, (B, 1, side, side), then the pictures'. Nothing here waits for a GPU.
    """
    rows, columns = (
        _window(mask.amax(other), side, None if focus is None else focus[:, axis, None])
        for axis, other in enumerate((3, 2))
    )
    return [
        picture.gather(2, rows[..., None].expand(-1, picture.shape[1], -1, picture.shape[3])).gather(
            3, columns[:, :, None].expand(-1, picture.shape[1], side, -1)
        )
        for picture in (mask, *pictures)
    ]


def _window(touched: Tensor, side: int, focus: Tensor | None) -> Tensor:
    """(B, 1, N), not 0 where a line of pixels meets the hole, to the (B, 1, side) lines of a window around those."""
    size = touched.shape[-1]
    met = (touched > 0).to(torch.uint8)
    first, last = met.argmax(-1), size - 1 - met.flip(-1).argmax(-1)
    middle = (first + last) // 2
    if focus is not None:
        middle = torch.where(last - first < side, middle, focus)
    start = ((middle - side // 2).clamp(0, size - side) + _GRID_PX // 2) // _GRID_PX * _GRID_PX
    return start.clamp(max=size - side)[..., None] + torch.arange(side, device=touched.device)

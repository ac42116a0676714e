"""What the networks are shown: parts of a picture, scaled, with what is unknown in them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.batch import Batch
from ..data.tensors import flags_to_tensor, to_pixels, to_tensor
from ..imaging.picture import to_gray
from ..networks.smooth_fill import smooth_fill
from .arrays import AS_PREDICTED

_CERTAIN = 250
"""Of 255: networks hardly ever predict as much."""


@dataclass(frozen=True)
class View:
    """One picture as the networks see it."""

    pixels: NDArray[np.uint8]
    """(h, w, 3) RGB."""
    unknown: NDArray[np.uint8]
    """(h, w), 1 where the picture is not known."""
    known_edges: NDArray[np.uint8]
    """(h, w), 1 on edges of what is known."""
    given_edges: NDArray[np.int16] | None
    """(h, w), edges to paint along in the hole as `checked_levels` gives them, or None to have all of them predicted."""


@dataclass(frozen=True)
class Prediction:
    """What the networks made of a `View`."""

    colour: NDArray[np.float32]
    """(h, w, 3) RGB in [0, 1], the whole view."""
    edges: NDArray[np.float32]
    """(h, w) in [0, 1]: known edges outside the hole, predicted or given ones inside."""


def scaled(
    pixels: NDArray[np.uint8], unknown: NDArray[np.uint8], edges: NDArray[np.int16] | None, width: int, height: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int16] | None]:
    """Scale a picture, its 0/1 hole and its edges; nothing in the hole reaches pixels outside of it."""
    if pixels.shape[:2] == (height, width):
        return pixels, unknown, edges
    if height < pixels.shape[0]:
        # A mean over an area with any unknown pixel is itself unknown, so what is under the hole cannot leak.
        resized = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    else:
        continued = to_pixels(smooth_fill(to_tensor([pixels]), flags_to_tensor([unknown])))[0]
        resized = cv2.resize(continued, (width, height), interpolation=cv2.INTER_CUBIC)
    drawn = None if edges is None else _resized_lines(edges, width, height)
    return np.asarray(resized, np.uint8), resize_any(unknown, width, height), drawn


def resize_any(flags: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Resize 0/1 flags so that a pixel is set where any of its sources was: thin holes and lines survive shrinking."""
    resized = cv2.resize((flags != 0).astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    grown = flags.shape[1] <= width
    return (resized >= 0.5 if grown else resized > 0).astype(np.uint8)


def _resized_lines(levels: NDArray[np.int16], width: int, height: int) -> NDArray[np.int16]:
    """Resize edges: those that are certain, such as drawn ones, survive however thin; others are averaged."""
    values = np.maximum(levels, 0).astype(np.uint8)
    resized = np.asarray(cv2.resize(values, (width, height), interpolation=cv2.INTER_AREA), np.int16)
    if width < levels.shape[1]:
        resized[resize_any((values >= _CERTAIN).astype(np.uint8), width, height) == 1] = 255
    given = (levels != AS_PREDICTED).astype(np.uint8)
    return resized if given.all() else np.where(resize_any(given, width, height) == 1, resized, np.int16(AS_PREDICTED))


def make_batch(views: list[View], device: torch.device) -> tuple[Batch, Tensor | None]:
    """Tensors of views of one size, and their given edges, if any: (B, 1, H, W), negative where they are to be predicted."""
    batch = Batch(
        image=to_tensor([view.pixels for view in views]),
        gray=to_tensor([to_gray(view.pixels)[..., None] for view in views]),
        edge=flags_to_tensor([view.known_edges * (1 - view.unknown) for view in views]),
        mask=flags_to_tensor([view.unknown for view in views]),
    ).to(device)
    given = [view.given_edges for view in views if view.given_edges is not None]
    return batch, torch.from_numpy(np.stack(given))[:, None].to(device, torch.float32) / 255 if given else None

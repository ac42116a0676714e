"""What the networks are shown: parts of a picture, scaled, with what is unknown in them."""

from __future__ import annotations

from collections.abc import Callable
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

Window = tuple[slice, slice]

MOSTLY = 0.5
"""Share of a pixel that must be known for the pixel to be: with any less than all of it a hole grew with each reduction, and what
lies at its border was lost."""
_CERTAIN = 250
"""Of 255: networks hardly ever predict as much."""


@dataclass(frozen=True)
class Scene:
    """A picture or part of one, what is not known of it, and what was drawn over that."""

    pixels: NDArray[np.uint8]
    """(H, W, 3) RGB."""
    unknown: NDArray[np.uint8]
    """(H, W), 1 where the picture is not known."""
    edges: NDArray[np.int16] | None
    """(H, W), edges to paint along in the hole as `checked_levels` gives them, or None to have all of them predicted."""

    def part(self, window: Window) -> Scene:
        """Return what lies in a window, as views of the same arrays."""
        return Scene(self.pixels[window], self.unknown[window], None if self.edges is None else self.edges[window])

    def continued(self) -> NDArray[np.uint8]:
        """Return the pixels with what is unknown filled smoothly, from what is known alone."""
        if not self.unknown.any():
            return np.ascontiguousarray(self.pixels)
        return to_pixels(smooth_fill(to_tensor([self.pixels]), flags_to_tensor([self.unknown])))[0]

    def scaled(self, width: int, height: int) -> Scene:
        """Return the scene at another size; nothing in the hole reaches pixels outside of it."""
        if self.unknown.shape == (height, width):
            return self
        edges = None if self.edges is None else _resized_lines(self.edges, width, height)
        if not _shrinks(self.unknown, width, height):
            unknown = resize_any(self.unknown, width, height)
            resized = cv2.resize(self.continued(), (width, height), interpolation=cv2.INTER_CUBIC)
        else:
            resized, unknown = self._reduced(width, height)
        return Scene(np.asarray(resized, np.uint8), unknown, edges)

    def _reduced(self, width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Pixels and what is unknown of them at a smaller size. Where no pixel is mostly known, a little has to do."""
        size = (width, height)
        colour, weight = self.known_mean(
            lambda array: np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_AREA), np.float32)
        )
        is_known = weight >= MOSTLY
        return colour, 1 - (is_known if is_known.any() else weight > 0).astype(np.uint8)

    def known_mean(
        self, taken: Callable[[NDArray[np.float32]], NDArray[np.float32]]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Return the colours of a resampled scene, (h, w, 3), and how much of each is known, (h, w).

        Colours are means over known pixels alone, so that nothing reaches out of the hole.

        Args:
            taken: Resamples an (H, W) or (H, W, 3) array; each pixel that it makes is a weighted mean.
        """
        known = (self.unknown == 0).astype(np.float32)
        weight = taken(known)
        total = taken(self.pixels * known[..., None])
        colour = np.rint(total / np.maximum(weight, 1e-6)[..., None]).clip(0, 255).astype(np.uint8)
        return colour, weight


@dataclass(frozen=True)
class View:
    """A scene as the networks see it."""

    scene: Scene
    known_edges: NDArray[np.uint8]
    """(H, W), 1 on edges of what is known, 0 in the hole."""


@dataclass(frozen=True)
class Prediction:
    """What the networks made of a `View`."""

    colour: NDArray[np.float32]
    """(h, w, 3) RGB in [0, 1], the whole view."""
    edges: NDArray[np.float32]
    """(h, w) in [0, 1]: known edges outside the hole, predicted or given ones inside."""


def resize_any(flags: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Resize 0/1 flags so that a pixel is set where any of its sources was: thin holes and lines survive shrinking."""
    resized = cv2.resize((flags != 0).astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    return (resized > 0 if _shrinks(flags, width, height) else resized >= 0.5).astype(np.uint8)


def _shrinks(array: np.ndarray, width: int, height: int) -> bool:
    """Whether a size is smaller in either direction: a narrow picture may keep its width."""
    return array.shape[0] > height or array.shape[1] > width


def _resized_lines(levels: NDArray[np.int16], width: int, height: int) -> NDArray[np.int16]:
    """Resize edges: those that are certain, such as drawn ones, survive however thin; others are averaged."""
    values = np.maximum(levels, 0).astype(np.uint8)
    resized = np.asarray(cv2.resize(values, (width, height), interpolation=cv2.INTER_AREA), np.int16)
    if _shrinks(levels, width, height):
        resized[resize_any((values >= _CERTAIN).astype(np.uint8), width, height) == 1] = 255
    given = (levels != AS_PREDICTED).astype(np.uint8)
    return resized if given.all() else np.where(resize_any(given, width, height) == 1, resized, np.int16(AS_PREDICTED))


def make_batch(views: list[View], device: torch.device) -> tuple[Batch, Tensor | None]:
    """Tensors of views of one size, and their given edges, if any: (B, 1, H, W), negative where they are to be predicted."""
    scenes = [view.scene for view in views]
    batch = Batch(
        image=to_tensor([scene.pixels for scene in scenes]),
        gray=to_tensor([to_gray(scene.pixels)[..., None] for scene in scenes]),
        edge=flags_to_tensor([view.known_edges for view in views]),
        mask=flags_to_tensor([scene.unknown for scene in scenes]),
    ).to(device)
    given = [scene.edges for scene in scenes if scene.edges is not None]
    return batch, torch.from_numpy(np.stack(given))[:, None].to(device, torch.float32) / 255 if given else None

"""`Inpainter`: a loaded checkpoint that fills pictures of any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..core.errors import InpaintError
from ..data.batch import Batch
from ..imaging.edges import RANDOM_SIGMA, detect_edges
from ..imaging.masks import check_mask
from ..imaging.picture import to_gray
from ..models.checkpoint import Checkpoint, bake_spectral_norm, load_checkpoint
from ..models.composition import composite
from ..models.device import pick_device
from ..models.edge_model import predict_edges
from ..models.inpaint_model import paint
from .strategy import Crop, plan_crops

Progress = Callable[[str, float], None]
"""Called as a part begins, ``"edges"``, ``"inpaint"`` or ``"paste"``, with the share of all crops done, 0 to 1."""
_DEFAULT_SIGMA = 2.0
_CANNY_STANDS_IN = (
    "This checkpoint was trained on edges from files. Canny's stand in for them here; "
    "edges of your own can be given inside the hole."
)


@dataclass(frozen=True)
class Fill:
    """A filled picture and the edges it was painted along."""

    picture: NDArray[np.uint8]
    """(H, W, 3) RGB; identical to the input outside the mask."""
    edges: NDArray[np.uint8]
    """(H, W) in [0, 255]: known edges outside the mask, predicted or given ones inside."""


class Inpainter:
    """Fills holes with a checkpoint's networks.

    Example:
        ``Inpainter.load("checkpoints/faces-lite").fill(image, mask)``

    Attributes:
        checkpoint: The networks and the config they were trained with.
        device: Where they compute.
        notices: What is to know about every fill of this checkpoint, in words.
    """

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self.checkpoint = checkpoint
        self.device = device
        config = checkpoint.config
        self._size = config.input_size
        # A training may draw sigma anew for every picture; using it wants one.
        sigma = _DEFAULT_SIGMA if config.sigma == RANDOM_SIGMA else config.sigma
        self._edge_config = config.model_copy(update={"sigma": sigma})
        self.notices = (_CANNY_STANDS_IN,) if config.edge == "external" else ()

    @classmethod
    def load(cls, path: str | Path, device: str = "auto") -> Inpainter:
        """Load a checkpoint or run folder.

        Args:
            path: The folder.
            device: ``auto`` (a GPU if there is one), ``cpu`` or ``cuda``.

        Raises:
            InpaintError: The checkpoint is missing, damaged or does not fit its config, or there is no such device.
        """
        where = pick_device(device)
        checkpoint = load_checkpoint(Path(path), where)
        for network in (checkpoint.edge_generator, checkpoint.inpaint_generator):
            if network is not None:
                bake_spectral_norm(network)
        return cls(checkpoint, where)

    def fill(
        self,
        image: NDArray[np.uint8],
        mask: NDArray[np.uint8],
        edges: NDArray[np.uint8] | None = None,
        progress: Progress | None = None,
    ) -> NDArray[np.uint8]:
        """Fill the hole of a picture; see `fill_with_edges`. Returns (H, W, 3) uint8 RGB."""
        hole = _checked_hole(image, mask, edges)
        self._must_paint()
        # Edges outside the hole are for looking at only, and take about a second at 12 megapixels.
        return self._run(image, hole, edges, progress, np.zeros_like(hole)).picture

    def fill_with_edges(
        self,
        image: NDArray[np.uint8],
        mask: NDArray[np.uint8],
        edges: NDArray[np.uint8] | None = None,
        progress: Progress | None = None,
    ) -> Fill:
        """Fill the hole of a picture of any size.

        Args:
            image: (H, W, 3) uint8 RGB.
            mask: (H, W), not 0 in the hole. An empty mask gives the picture back.
            edges: (H, W), not 0 on edges to paint along inside the hole, in place of predicted ones.
            progress: Called as parts begin.

        Returns:
            The picture and the edges.

        Raises:
            ValueError: An array has the wrong shape or type.
            InpaintError: ``mask-full``, or ``inpaint-generator-missing`` for an edge-only checkpoint.
        """
        hole = _checked_hole(image, mask, edges)
        self._must_paint()
        return self._run(image, hole, edges, progress, self.detect_edges(image, hole) * np.uint8(255))

    def predict_edges(self, image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the edges that `fill` would paint along, (H, W) in [0, 255], without painting."""
        hole = _checked_hole(image, mask, None)
        return self._run(
            image, hole, None, None, self.detect_edges(image, hole) * np.uint8(255), with_paint=False
        ).edges

    def detect_edges(self, image: NDArray[np.uint8], mask: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
        """Return a picture's edges by the detector that the networks were trained with, (H, W) of 0 and 1.

        Args:
            image: (H, W, 3) uint8 RGB.
            mask: (H, W), not 0 where the picture is unknown: there and around its border is no edge.
        """
        return detect_edges(to_gray(image), self._edge_config, hole=mask)

    def _must_paint(self) -> None:
        if self.checkpoint.inpaint_generator is None:
            raise InpaintError(
                "inpaint-generator-missing",
                f"{self.checkpoint.path} holds an edge generator only and cannot paint.",
                "Train an inpaint model that starts from it, or choose another checkpoint.",
            )

    def _run(
        self,
        image: NDArray[np.uint8],
        hole: NDArray[np.uint8],
        edges: NDArray[np.uint8] | None,
        progress: Progress | None,
        drawn: NDArray[np.uint8],
        *,
        with_paint: bool = True,
    ) -> Fill:
        """Fill crop by crop; the hole's edges are written into ``drawn``, (H, W) in [0, 255]."""
        progress = progress or (lambda _step, _share: None)
        picture = image.copy()
        # Later crops see what earlier ones filled.
        unknown = hole.copy()
        crops = plan_crops(hole, self._size)
        for index, crop in enumerate(crops):
            window = crop.window
            batch, given = self._batch(picture[window], unknown[window], None if edges is None else edges[window])
            progress("edges", index / len(crops))
            with torch.inference_mode():
                complete = self._complete_edges(batch, given)
                if with_paint:
                    progress("inpaint", (index + 0.4) / len(crops))
                    painted = paint(self.checkpoint.inpaint_generator, batch, complete)  # pyright: ignore
                    pixels = _to_uint8(painted[0].permute(1, 2, 0), crop)
                    picture[window][crop.hole == 1] = pixels[crop.hole == 1]
            inside = _to_uint8(complete[0, 0], crop) if edges is None else (edges[window] != 0) * np.uint8(255)
            drawn[window][crop.hole == 1] = inside[crop.hole == 1]
            unknown[window][crop.hole == 1] = 0
        progress("paste", 1.0)
        return Fill(picture, drawn)

    def _batch(
        self, pixels: NDArray[np.uint8], unknown: NDArray[np.uint8], edges: NDArray[np.uint8] | None
    ) -> tuple[Batch, Tensor | None]:
        """Scale a crop to the networks' size: a batch of one, and the given edges, if any."""
        scale = self._size / max(pixels.shape[:2])
        if scale != 1:
            size = tuple(max(1, round(side * scale)) for side in (pixels.shape[1], pixels.shape[0]))
            # What lies under the hole must not bleed into its surroundings when pixels are averaged.
            pixels = _spread_into_hole(pixels, unknown) if scale < 1 else pixels
            method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            pixels = np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
            unknown = _resize_any(unknown, size)
            edges = None if edges is None else _resize_any(edges != 0, size)
        gray = to_gray(pixels)
        known_edges = detect_edges(gray, self._edge_config, hole=unknown)
        batch = Batch(
            image=torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None].float() / 255,
            gray=_map(gray) / 255,
            edge=_map(known_edges * (1 - unknown)),
            mask=_map(unknown),
        ).to(self.device)
        return batch, None if edges is None else _map((edges != 0).astype(np.uint8)).to(self.device)

    def _complete_edges(self, batch: Batch, given: Tensor | None) -> Tensor:
        """Known edges outside the hole; inside, the given ones, else predicted ones, else none."""
        if given is not None:
            return composite(given, batch.edge, batch.mask)
        if self.checkpoint.edge_generator is None:
            return batch.edge
        return composite(predict_edges(self.checkpoint.edge_generator, batch), batch.edge, batch.mask)


def _checked_hole(image: np.ndarray, mask: np.ndarray, edges: np.ndarray | None) -> NDArray[np.uint8]:
    """Refuse arrays that cannot be filled; returns the mask as (H, W) of 0 and 1."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"image must be (H, W, 3) uint8, not {image.shape} {image.dtype}")
    for name, array in (("mask", mask), ("edges", edges)):
        if array is not None and array.shape != image.shape[:2]:
            raise ValueError(f"{name} must be {image.shape[:2]} as the image, not {array.shape}")
    hole = (mask != 0).astype(np.uint8)
    check_mask(hole)
    return hole


def _map(array: NDArray[np.uint8]) -> Tensor:
    """(H, W) to (1, 1, H, W) float32."""
    return torch.from_numpy(np.ascontiguousarray(array))[None, None].float()


def _to_uint8(values: Tensor, crop: Crop) -> NDArray[np.uint8]:
    """Network output in [0, 1] to uint8 at the crop's size."""
    array = values.float().cpu().numpy()
    if array.shape[:2] != (crop.height, crop.width):
        shrink = array.shape[0] > crop.height
        method = cv2.INTER_AREA if shrink else cv2.INTER_CUBIC
        array = cv2.resize(array, (crop.width, crop.height), interpolation=method)
    return np.rint(array.clip(0, 1) * 255).astype(np.uint8)


def _resize_any(flags: np.ndarray, size: tuple[int, ...]) -> NDArray[np.uint8]:
    """Resize 0/1 flags so that a pixel is set where any of its sources was: thin holes and lines survive shrinking."""
    shrunk = cv2.resize(flags.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    grown = flags.shape[1] <= size[0]
    return (shrunk >= 0.5 if grown else shrunk > 0).astype(np.uint8)


def _spread_into_hole(pixels: NDArray[np.uint8], hole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Replace what lies under the hole by a smooth continuation of its surroundings."""
    known = (1 - hole).astype(np.float32)
    weight = cv2.blur(known, (9, 9))[..., None]
    mean = cv2.blur(pixels * known[..., None], (9, 9)) / np.maximum(weight, 1e-6)
    return np.where((hole == 1)[..., None] & (weight > 0), mean, pixels).round().astype(np.uint8)

"""`Inpainter`: a loaded checkpoint that fills pictures of any size."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..imaging.edges import RANDOM_SIGMA, detect_edges
from ..imaging.picture import to_gray
from ..models.checkpoint import Checkpoint, load_baked
from ..models.device import pick_device
from .arrays import check_feather, check_image, check_texture, checked_flags, checked_hole, checked_levels
from .engine_choice import choose
from .engines import build
from .faces import find_faces
from .patches import Patch, feathered, paste, paste_edges, trimmed
from .predictor import MAX_BATCH, OnProgress, Predictor, Work, batches
from .refine import Canvas, fill_coarse_to_fine, plan_scales, size_as_seen, to_canvas
from .strategy import Crop, plan_crops
from .texture.laying import beyond_faces, textured, without_faces
from .views import Prediction, Scene, View

_DEFAULT_SIGMA = 2.0
_CANNY_STANDS_IN = (
    "This checkpoint was trained on edges from files. Canny's are used here instead; "
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

    def __init__(
        self, checkpoint: Checkpoint, device: str | torch.device = "cpu", engine: str = "eager", n_fills: int = 1
    ) -> None:
        """Fill with a checkpoint that is loaded already, on its device, with spectral norm baked in; see `load`."""
        self.checkpoint = checkpoint
        self.device = pick_device(device)
        if engine == "auto":
            engine = choose(checkpoint, self.device, n_fills)
        self._predictor = Predictor(build(checkpoint, engine, self.device), self.device)
        config = checkpoint.config
        self._size = config.input_size
        # A training may draw sigma for every picture; using it needs one value.
        sigma = _DEFAULT_SIGMA if config.sigma == RANDOM_SIGMA else config.sigma
        self._edge_config = config.model_copy(update={"sigma": sigma})
        self.notices = (_CANNY_STANDS_IN,) if config.edge == "external" else ()

    @classmethod
    def load(
        cls, path: str | Path, device: str | torch.device = "auto", engine: str = "auto", n_fills: int = 1
    ) -> Inpainter:
        """Load a checkpoint or run folder.

        Args:
            path: The folder.
            device: ``auto`` (a GPU if there is one), ``cpu``, ``cuda`` or one of several GPUs, such as ``cuda:1``.
            engine: What runs the networks: ``eager``, ``compile``, ``onnx`` or ``openvino``; ``auto`` is the one that
                was measured to cost the least here (see `engine_choice`).
            n_fills: About how many fills there will be, which decides how much starting an engine may cost.

        Raises:
            InpaintError: The checkpoint is missing, damaged or does not fit its config, or there is no such device or
                engine.
        """
        where = pick_device(device)
        return cls(load_baked(Path(path), where), where, engine, n_fills)

    @property
    def engine(self) -> str:
        """What runs the networks."""
        return self._predictor.networks.engine

    def fill(
        self,
        image: NDArray[np.uint8],
        mask: NDArray[np.uint8],
        edges: NDArray[Any] | None = None,
        progress: OnProgress | None = None,
        *,
        feather_px: float = 0.0,
        texture: str = "auto",
    ) -> NDArray[np.uint8]:
        """Fill the hole of a picture of any size.

        Args:
            image: (H, W, 3) uint8 RGB.
            mask: (H, W), from 0 to 1, 255 or 65535; the hole is where it is at least half of that. An empty mask changes
                nothing.
            edges: (H, W) from 0 to 1, 255 or 65535, edges to paint along inside the hole, in place of predicted ones. Values
                between are lines that are less than certain, as `predict_edges` gives them; where it is negative, edges are
                predicted all the same.
            progress: Called as a part begins, with ``edges``, ``inpaint``, ``texture`` or ``paste`` and the share of all
                work done, 0 to 1.
            feather_px: Over how many pixels from the hole's border, inside it, the fill fades into what the picture
                shows there; 0 never looks under the hole.
            texture: ``on`` lays patches of the picture over what was painted, but in faces that are shown as a whole, ``off``
                nowhere, and ``auto`` where networks that know faces alone (``subject: face``) are of little use: in thick
                holes outside of them, unless most of the picture is hidden.

        Returns:
            (H, W, 3) uint8 RGB, equal to ``image`` outside the hole.

        Raises:
            ValueError: What is given is not an array, or has the wrong shape or type; ``feather_px`` is below 0 or no
                number, or ``texture`` something else.
            InpaintError: ``mask-full``, or ``inpaint-generator-missing`` for an edge-only checkpoint.
        """
        patches = self.fill_patches(image, mask, edges, progress, feather_px=feather_px, texture=texture)
        filled = image.copy()
        paste(filled, patches)
        return filled

    def fill_with_edges(
        self,
        image: NDArray[np.uint8],
        mask: NDArray[np.uint8],
        edges: NDArray[Any] | None = None,
        progress: OnProgress | None = None,
        *,
        feather_px: float = 0.0,
        texture: str = "auto",
    ) -> Fill:
        """Fill the hole of a picture as `fill` does, and return the edges of the whole picture too."""
        patches = self.fill_patches(image, mask, edges, progress, feather_px=feather_px, texture=texture)
        filled = image.copy()
        paste(filled, patches)
        return Fill(filled, self.edges_of(image, mask, patches))

    def predict_edges(
        self, image: NDArray[np.uint8], mask: NDArray[np.uint8], *, texture: str = "auto"
    ) -> NDArray[np.uint8]:
        """Return the edges that `fill` would paint along, (H, W) in [0, 255]; an edge-only checkpoint knows them too."""
        hole = checked_hole(image, mask)
        check_texture(texture)
        return self.edges_of(image, hole, self._run(image, hole, None, None, with_paint=False, texture=texture))

    def fill_patches(
        self,
        image: NDArray[np.uint8],
        mask: NDArray[np.uint8],
        edges: NDArray[Any] | None = None,
        progress: OnProgress | None = None,
        *,
        feather_px: float = 0.0,
        texture: str = "auto",
    ) -> list[Patch]:
        """Fill as `fill` does, and return new colour for each part of the hole; together they cover it and do not overlap."""
        hole = checked_hole(image, mask)
        check_feather(feather_px)
        check_texture(texture)
        drawn = None if edges is None else checked_levels("edges", edges, image)
        if drawn is not None:  # outside the hole the picture has its own: scaled, given ones would reach in
            drawn = np.where(hole == 1, drawn, np.minimum(drawn, np.int16(0)))
        self.checkpoint.painter()
        patches = self._run(image, hole, drawn, progress, with_paint=True, texture=texture)
        return [feathered(patch, image, hole, feather_px) for patch in patches] if feather_px > 0 else patches

    def detect_edges(self, image: NDArray[np.uint8], mask: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
        """Return a picture's edges by the detector that the networks were trained with, (H, W) of 0 and 1.

        Args:
            image: (H, W, 3) uint8 RGB.
            mask: (H, W), as `fill` takes it, where the picture is unknown: there and around its border is no edge.

        Raises:
            ValueError: What is given is not an array, or has the wrong shape or type.
        """
        check_image(image)
        hole = None if mask is None else checked_flags("mask", mask, image)
        return detect_edges(to_gray(image), self._edge_config, hole=hole)

    def known_edges(self, image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the edges around a hole as the networks are shown them, (H, W) of 0 and 1; an exported file wants these.

        Arguments and errors are those of `fill`. What lies under the hole has no part in them.
        """
        hole = checked_hole(image, mask)
        return self._view(Scene(image, hole, None)).known_edges

    def edges_of(self, image: NDArray[np.uint8], mask: NDArray[np.uint8], patches: list[Patch]) -> NDArray[np.uint8]:
        """Return a filled picture's edges, (H, W) in [0, 255]: its own, and in the hole those of the fill's patches."""
        drawn = self.detect_edges(image, mask) * np.uint8(255)
        paste_edges(drawn, patches)
        drawn[drawn == 1] = 0  # where nothing is brighter, 1 would be taken for white when it is given back
        return drawn

    def _run(
        self,
        image: NDArray[np.uint8],
        hole: NDArray[np.uint8],
        edges: NDArray[np.int16] | None,
        progress: OnProgress | None,
        *,
        with_paint: bool,
        texture: str,
    ) -> list[Patch]:
        """Plan crops, and show them to the networks: small ones in batches, large ones coarse to fine.

        Without ``with_paint`` only edges are wanted. They are painted along all the same where a later crop or a finer step
        looks at the result; where nothing was painted, the patches' colour is black.
        """
        # One of just the networks' size is taken for one of such a set, in which the face fills the frame.
        has_faces = self.checkpoint.config.subject == "face" and hole.shape != (self._size, self._size)
        crops = plan_crops(hole, self._size, find_faces(Scene(image, hole, None)) if has_faces else ())
        if texture == "auto" and not has_faces:
            texture = "off"
        looked_at = len(crops) > 1 or any(map(self._is_large, crops))
        paints = self._predictor.networks.inpaint is not None and (with_paint or looked_at)
        work = Work(progress or (lambda _step, _share: None), len(crops))
        patches: list[Patch] = []
        # Later crops see what earlier ones filled.
        scene = Scene(image.copy(), hole.copy(), edges) if len(crops) > 1 else Scene(image, hole, edges)

        def chosen(crop: Crop, wanted: NDArray[np.uint8]) -> NDArray[np.uint8]:
            if texture == "off" or crop.face is not None or not paints or not (with_paint or len(crops) > 1):
                return np.zeros_like(wanted)
            return wanted if texture == "on" else beyond_faces(wanted, hole.size)

        def finish(crop: Crop, part: Scene, wanted: NDArray[np.uint8], laid: NDArray[np.uint8], canvas: Canvas) -> None:
            if texture == "auto" and laid.any():
                laid = without_faces(scene, crop.window, wanted, laid, canvas)
            painted = canvas
            if laid.any():
                work.tell("texture")
                canvas = textured(part, wanted, laid, canvas, self.device)
            is_textured = canvas is not painted
            canvas = crop.laid_back(canvas)
            lines = canvas.edges if edges is None else _laid_over(edges[crop.window], canvas.edges)
            patch = Patch(crop.top, crop.left, crop.hole, canvas.colour, lines, textured=is_textured)
            patches.append(trimmed(patch))
            if len(crops) > 1 and paints:
                paste(scene.pixels, [patch])
                scene.unknown[crop.window][crop.hole == 1] = 0

        def predict(views: list[View]) -> list[Prediction]:
            return self._predictor.predict(views, work, with_paint=paints)

        def predict_pass(views: list[View]) -> list[Prediction]:
            predictions = predict(views)
            work.next_pass()
            return predictions

        for (is_face, large), group in groupby(crops, key=lambda crop: (crop.face is not None, self._is_large(crop))):
            for batch in batches(list(group), 1 if large else MAX_BATCH):
                taken = [crop.taken(scene) for crop in batch]
                to_texture = [chosen(crop, wanted) for crop, (_, wanted) in zip(batch, taken, strict=True)]
                if large:
                    ((part, hole_in_it),) = taken
                    n_scales = len(plan_scales(hole_in_it, self._size, as_whole=is_face))
                    work.take(1, n_scales + bool(to_texture[0].any()))
                    canvas = fill_coarse_to_fine(
                        part, hole_in_it, self._size, self._view, predict_pass, as_whole=is_face, paints=paints
                    )
                    canvases = [canvas]
                else:
                    work.take(len(batch))
                    views = [self._view(part.scaled(*size_as_seen(part, self._size))) for part, _ in taken]
                    shapes = [hole_in_it.shape for _, hole_in_it in taken]
                    canvases = [to_canvas(*pair) for pair in zip(predict(views), shapes, strict=True)]
                for crop, (part, wanted), laid, canvas in zip(batch, taken, to_texture, canvases, strict=True):
                    finish(crop, part, wanted, laid, canvas)
        work.take(0)
        work.tell("paste")
        return patches

    def _is_large(self, crop: Crop) -> bool:
        return crop.longest_px > self._size

    def _view(self, scene: Scene) -> View:
        # In training, edges reach into the hole and end at its border, for they are found in the whole picture. Left out of the
        # detection, the hole takes the edges beside it along; continued smoothly, it leaves them where they are.
        return View(scene, self.detect_edges(scene.continued()) * (1 - scene.unknown))


def _laid_over(given: NDArray[np.int16], predicted: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.where(given < 0, predicted, given).astype(np.uint8)

"""A fresh checkpoint, which paints the smooth fill that its networks start from."""

from __future__ import annotations

from typing import Any

import torch

from inpaintgan.core.config import Config
from inpaintgan.core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.models.checkpoint import Checkpoint, build_generator


def smooth_inpainter(**settings: Any) -> Inpainter:
    config = Config(edge_generator="edgeconnect", width=8, input_size=64, stem="unshuffle", **settings)
    edge, inpaint = (build_generator(name, config).eval() for name in (EDGE_WEIGHTS, INPAINT_WEIGHTS))
    return Inpainter(Checkpoint(None, config, 0, edge, inpaint), torch.device("cpu"))  # pyright: ignore

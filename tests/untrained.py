"""Checkpoints that nobody trained."""

from __future__ import annotations

from pathlib import Path

from inpaintgan.core.config import Config
from inpaintgan.core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS
from inpaintgan.models.checkpoint import build_generator, save_checkpoint


def write_checkpoint(folder: Path, config: Config, step: int = 1) -> Path:
    """Write both networks as they begin; returns the folder."""
    save_checkpoint(folder, config, step, *(build_generator(name, config) for name in (EDGE_WEIGHTS, INPAINT_WEIGHTS)))
    return folder

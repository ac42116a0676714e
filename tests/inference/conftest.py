"""An untrained checkpoint, which fills with noise: enough to test everything but beauty."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from inpaintgan.core.config import Config
from inpaintgan.core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.models.checkpoint import build_generator, save_checkpoint
from untrained import write_checkpoint

CONFIG = Config(edge_generator="edgeconnect", width=8, input_size=64)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("checkpoint"), CONFIG, 5)


@pytest.fixture(scope="session")
def inpainter(checkpoint: Path) -> Inpainter:
    return Inpainter.load(checkpoint, "cpu")


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whose inpaint generator draws something."""
    torch.manual_seed(3)
    config = Config(edge_generator="edgeconnect", width=8, input_size=64, stem="unshuffle")
    folder = tmp_path_factory.mktemp("weights")
    edge, inpaint = (build_generator(name, config) for name in (EDGE_WEIGHTS, INPAINT_WEIGHTS))
    with torch.no_grad():
        # The last layers start at nothing: an untrained network that draws something tells engines apart.
        for parameter in inpaint.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    save_checkpoint(folder, config, 9, edge, inpaint)
    return folder

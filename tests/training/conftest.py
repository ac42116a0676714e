"""A training as small as one can be, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from inpaintgan.core.config import Config
from inpaintgan.core.events import read_events
from inpaintgan.core.rundir import RunDir
from inpaintgan.data.batch import Batch
from inpaintgan.training.stages import Stage
from inpaintgan.training.trainer import Trainer

TINY = {
    "input_size": 32, "width": 8, "batch_size": 2, "workers": 0, "log_interval": 1, "sample_interval": 0,
    "eval_interval": 0, "save_interval": 0, "sample_size": 2, "val_size": 2, "device": "cpu", "threads": 1,
    "perceptual_weights": "off", "tensorboard": False, "max_iters": 3,
}  # fmt: skip


class Training:
    """Runs trainings in one folder and reads what they left."""

    def __init__(self, data: Path, path: Path) -> None:
        self.data = data
        self.run = RunDir(path)

    def config(self, **settings: Any) -> Config:
        return Config(**{**TINY, "data": str(self.data), **settings})

    def trainer(self, *, resume: bool = False, sinks: list | None = None, **settings: Any) -> Trainer:
        config = self.config(**settings)
        return Trainer(config, self.run, resume=resume, sinks=sinks or [])

    def train(self, *, resume: bool = False, sinks: list | None = None, **settings: Any) -> str:
        return self.trainer(resume=resume, sinks=sinks, **settings).train()

    @staticmethod
    def painted_along(stage: Stage, batch: Batch) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Take a step; return the edges that the inpaint generator saw in it, and what was logged."""
        assert stage.inpaint
        seen, forward = [], stage.inpaint.forward

        def noting(batch: Batch, edges: torch.Tensor) -> torch.Tensor:
            if edges.requires_grad:
                edges.retain_grad()
            seen.append(edges)
            return forward(batch, edges)

        stage.inpaint.forward = noting
        try:
            logs = stage.step(batch, 0)
        finally:
            stage.inpaint.forward = forward
        (edges,) = seen
        return edges, logs

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        return [event for event in read_events(self.run.events_file) if kind in (None, event["type"])]


@pytest.fixture
def training(pictures: Path, tmp_path: Path) -> Training:
    return Training(pictures, tmp_path / "run")


@pytest.fixture(scope="session")
def lasting_training(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Training]:
    """Trainings that several tests look at."""
    return lambda name: Training(pictures, tmp_path_factory.mktemp(name) / "run")


@pytest.fixture
def new_training(pictures: Path, tmp_path: Path) -> Callable[[str], Training]:
    return lambda name: Training(pictures, tmp_path / name)


@pytest.fixture
def edge_run(new_training: Callable[[str], Training]) -> Training:
    """A training of the edge model, a few steps long."""
    edge = new_training("edge")
    edge.train(stage="edge")
    return edge

"""A small folder of synthetic pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data

from inpaintgan.core.config import Config
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.picture import Picture

N_PICTURES = 7


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Seven different crops of a photograph, in sub-folders."""
    astronaut = skimage.data.astronaut()
    root = tmp_path / "pictures"
    for index in range(N_PICTURES):
        path = root / f"set-{index % 2}" / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        save_picture(Picture(np.ascontiguousarray(astronaut[index * 40 :][:100, index * 50 :][:, :120])), path)
    return root


@pytest.fixture
def config(folder: Path) -> Config:
    return Config(data=str(folder), input_size=64, batch_size=4, mask="mixed", workers=0, val_size=5, device="cpu")

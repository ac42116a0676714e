"""Masks as files, and what files show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def draw_mask(path: Path, size: tuple[int, int] = (96, 96), box: tuple[int, int, int, int] = (20, 30, 50, 60)) -> Path:
    """A mask file; size is (width, height), box (left, top, right, bottom)."""
    mask = Image.new("L", size, 0)
    mask.paste(255, box)
    path.parent.mkdir(parents=True, exist_ok=True)
    mask.save(path)
    return path


def load(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))

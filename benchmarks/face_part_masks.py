"""Draws masks that hide the parts of an aligned face: for trainings of faces (`mask=external`), and to score eyes and mouths.

    python benchmarks/face_part_masks.py FOLDER [--count N] [--strokes SHARE] [--seed N]

One or two parts, larger or smaller than they are and a little off, half of the time with a stray shape or two. A share of the
masks are the free-form strokes of every other training instead. Parts lie where they do in a face of 256 px whose eyes are
level, at 37 and 63 % of its width.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.imaging.training_masks import add_shape, draw_strokes

SIDE = 256
PARTS = {
    "left eye": (95, 113, 26, 18),
    "right eye": (160, 113, 26, 18),
    "nose": (128, 145, 22, 26),
    "mouth": (128, 187, 38, 20),
}
"""Centre and half axes in px."""
HIDDEN_TOGETHER = (
    ("left eye",),
    ("right eye",),
    ("left eye", "right eye"),
    ("mouth",),
    ("nose",),
    ("nose", "mouth"),
    ("left eye", "nose"),
    ("right eye", "mouth"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=2400)
    parser.add_argument("--strokes", type=float, default=0.0, metavar="SHARE", help="of the masks, 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(arguments.seed)
    for number in range(arguments.count):
        mask = draw_strokes(SIDE, SIDE, rng) if rng.random() < arguments.strokes else draw_parts(rng)
        cv2.imwrite(str(arguments.folder / f"{number:05d}.png"), mask * 255)


def draw_parts(rng: np.random.Generator) -> np.ndarray:
    """Return (256, 256) uint8, 1 over some parts of a face."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for part in HIDDEN_TOGETHER[rng.integers(len(HIDDEN_TOGETHER))]:
        x, y, across, down = PARTS[part]
        place = np.rint(np.array((x, y)) + rng.normal(0, 6, 2)).astype(int).tolist()
        size = rng.uniform(0.7, 1.6) * rng.uniform(0.85, 1.2, 2)
        axes = np.rint((across, down) * size).astype(int).tolist()
        cv2.ellipse(mask, place, axes, rng.normal(0, 15), 0, 360, 1, -1)
    if rng.random() < 0.5:
        for _ in range(rng.integers(3)):
            add_shape(mask, rng, scale=0.6)
    return mask


if __name__ == "__main__":
    main()

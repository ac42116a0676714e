"""How sharp fills are beside their pictures: at the border of a picture, in its middle, and between.

    python benchmarks/sharpness.py CHECKPOINT [CHECKPOINT...] --data DIR [--masks MASKS] [--limit N]

Prints, for each region, the mean absolute Laplacian of the fills inside their holes as a share of that of the pictures: 1 is as
sharp, 0 is flat. What is near a hole's border is left out, where a fill takes its sharpness from the picture.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.evaluation.cases import cases
from inpaintgan.imaging.picture import to_gray
from inpaintgan.inference.pipeline import Inpainter

SIDE, INSIDE_PX = 256, 4
BORDERS_PX = {"outer 32 px": (0, 32), "between": (32, 64), "middle 128 px": (64, 128)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+", metavar="CHECKPOINT")
    parser.add_argument("--data", type=Path, required=True, help="a folder of pictures")
    parser.add_argument("--masks", default="irregular", help="as of main.py evaluate")
    parser.add_argument("--limit", type=int, default=64, help="pictures")
    arguments = parser.parse_args()
    found = list(cases(arguments.data, arguments.masks, SIDE, limit=arguments.limit, seed=1))
    for checkpoint in arguments.checkpoints:
        inpainter = Inpainter.load(checkpoint)
        edges = {name: np.zeros(2) for name in BORDERS_PX}
        for case in found:
            pair = [laplacian(picture) for picture in (inpainter.fill(case.picture, case.mask), case.picture)]
            inside = cv2.erode((case.mask > 0).astype(np.uint8), np.ones((2 * INSIDE_PX + 1,) * 2), borderValue=1) > 0
            for name, region in regions().items():
                edges[name] += [values[inside & region].sum() for values in pair]
        print(
            checkpoint,
            {name: round(float(fills / pictures), 3) for name, (fills, pictures) in edges.items()},
            flush=True,
        )


def laplacian(picture: np.ndarray) -> np.ndarray:
    """(H, W, 3) to (H, W): how much each pixel differs from the mean of its neighbours, four times over."""
    return np.abs(cv2.Laplacian(to_gray(picture).astype(np.float32), cv2.CV_32F))


def regions() -> dict[str, np.ndarray]:
    """Boolean (SIDE, SIDE) for each part of a picture, by the distance to the picture's border."""
    line = np.minimum(np.arange(SIDE), np.arange(SIDE)[::-1])
    distance = np.minimum(line[:, None], line[None])
    return {name: (distance >= low) & (distance < high) for name, (low, high) in BORDERS_PX.items()}


if __name__ == "__main__":
    main()

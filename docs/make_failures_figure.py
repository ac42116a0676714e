"""What a checkpoint for faces does badly: the figure of its model card.

    python docs/make_failures_figure.py [--checkpoint DIR] [--output FILE.png]

Three cases, each as the hole, the fill and the truth: an eye that is wholly hidden, half of a face, and a picture that is
not a face.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from make_edge_figure import FACE, ROOT, SIDE, strip

from inpaintgan.core.paths import default_checkpoint
from inpaintgan.imaging.encode import save_picture
from inpaintgan.inference.pipeline import Inpainter

CUP = (slice(90, 90 + SIDE), slice(210, 210 + SIDE))


def cases() -> list[tuple[np.ndarray, np.ndarray]]:
    """Pictures (H, W, 3) with their holes (H, W), 1 in the hole."""
    face, cup = (
        np.ascontiguousarray(picture) for picture in (skimage.data.astronaut()[FACE], skimage.data.coffee()[CUP])
    )
    eye, half, rim = (np.zeros((SIDE, SIDE), np.uint8) for _ in range(3))
    cv2.ellipse(eye, (118, 82), (28, 22), 0, 0, 360, 1, -1)
    half[24:168, 97:150] = 1
    cv2.circle(rim, (96, 96), 40, 1, -1)
    return [(face, eye), (face, half), (cup, rim)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=default_checkpoint())
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "failures.png")
    arguments = parser.parse_args()
    inpainter = Inpainter.load(arguments.checkpoint)
    panels = []
    for picture, mask in cases():
        holed = np.where(mask[..., None] == 1, np.uint8(255), picture)
        panels += [holed, inpainter.fill(picture, mask), picture]
    save_picture(strip(panels), arguments.output)


if __name__ == "__main__":
    main()

"""How a drawn line changes a face: the figure of the README.

    python docs/make_edge_figure.py [--checkpoint DIR] [--output FILE.png]

The astronaut's mouth is a hole. From left to right: the hole, the fill along the edges that the checkpoint predicts, and
twice a line drawn by hand in the hole with the fill along it. What the lines change is also printed as a number, because
a checkpoint that was hardly trained may ignore them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import skimage.data

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.paths import default_checkpoint
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.masks import with_white_hole
from inpaintgan.imaging.picture import Picture
from inpaintgan.inference.pipeline import Inpainter

SIDE = 192
FACE = (slice(20, 20 + SIDE), slice(128, 128 + SIDE))
MIDDLE = (224.0, 110.0)
"""Of her face, in px of the picture."""
MOUTH_X, MOUTH_Y = 98, 129
"""The middle of the mouth in the face's crop, in px."""
GAP_PX = 6


def line(bend_px: int) -> np.ndarray:
    """A mouth: lips that part a little, with corners that lie ``bend_px`` above their middle."""
    edges = np.zeros((SIDE, SIDE), np.uint8)
    x = np.linspace(-26, 26, 60)
    for lip in (-3, 4):
        y = MOUTH_Y - bend_px * ((x / 26) ** 2 - 0.4) + lip * (1 - (x / 26) ** 2)
        points = np.rint(np.stack([MOUTH_X + x, y], axis=1)).astype(np.int32)
        cv2.polylines(edges, [points], isClosed=False, color=255)
    return edges


def turned(array: np.ndarray, degrees: float) -> np.ndarray:
    """The astronaut, (H, W, 3), or a hole in her picture, (H, W), turned clockwise about the middle of her face."""
    matrix = cv2.getRotationMatrix2D(MIDDLE, -degrees, 1)
    method = cv2.INTER_NEAREST if array.ndim == 2 else cv2.INTER_CUBIC
    return np.asarray(
        cv2.warpAffine(array, matrix, array.shape[1::-1], flags=method, borderMode=cv2.BORDER_REFLECT)
    )


def strip(panels: list[np.ndarray]) -> Picture:
    """Pictures of one height beside each other, with white between them."""
    gap = np.full((panels[0].shape[0], GAP_PX, 3), 255, np.uint8)
    return Picture(np.concatenate([part for panel in panels for part in (panel, gap)][:-1], axis=1))


def stacked(rows: list[Picture]) -> Picture:
    """Pictures of one width below each other, with white between them."""
    gap = np.full((GAP_PX, *rows[0].pixels.shape[1:]), 255, np.uint8)
    return Picture(np.concatenate([part for row in rows for part in (row.pixels, gap)][:-1]))


def asked(description: str | None, file: str) -> argparse.Namespace:
    """What a figure's script is told: the ``checkpoint`` that fills, and the ``output``, by default a file of docs/."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=default_checkpoint())
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / file)
    return parser.parse_args()


def main() -> None:
    arguments = asked(__doc__, "edge-steering.png")
    inpainter = Inpainter.load(arguments.checkpoint)
    face = np.ascontiguousarray(skimage.data.astronaut()[FACE])
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(mask, (MOUTH_X, MOUTH_Y), (40, 22), 0, 0, 360, 1, -1)
    holed = with_white_hole(face, mask)
    plain = inpainter.fill(face, mask)
    panels = [holed, plain]
    for bend in (12, -12):
        drawn = line(bend) * mask
        filled = inpainter.fill(face, mask, drawn)
        panels += [np.where(drawn[..., None] > 0, np.uint8(0), holed), filled]
        change = np.abs(filled.astype(int) - plain)[mask == 1]
        print(
            f"corners {bend:+d} px: the fill changes by {change.mean():.2f} levels of 255 on average, {change.max()} at most"
        )
    save_picture(strip(panels), arguments.output)


if __name__ == "__main__":
    main()

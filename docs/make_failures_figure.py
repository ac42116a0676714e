"""What a checkpoint for faces does badly: the figure of its model card.

    python docs/make_failures_figure.py [--checkpoint DIR] [--output FILE.png]

Three cases, each as the hole, the fill and the truth: an eye in a face that is turned too far to be found as one, half of a face,
and a picture that is not a face.
"""

from __future__ import annotations

import cv2
import numpy as np
import skimage.data
from make_edge_figure import FACE, SIDE, asked, strip, turned

from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.masks import with_white_hole
from inpaintgan.inference.pipeline import Inpainter

CUP = (slice(90, 90 + SIDE), slice(210, 210 + SIDE))
EYE = (205, 114)
"""The middle of the astronaut's right eye, in px."""
TURN_DEG = -60.0


def cases() -> list[tuple[np.ndarray, np.ndarray, tuple[slice, slice]]]:
    """Pictures (H, W, 3) with their holes (H, W), 1 in the hole, and the part of them that the figure shows."""
    astronaut, coffee = (np.ascontiguousarray(picture) for picture in (skimage.data.astronaut(), skimage.data.coffee()))
    eye, half, rim = (np.zeros(picture.shape[:2], np.uint8) for picture in (astronaut, astronaut, coffee))
    cv2.ellipse(eye, EYE, (22, 15), 0, 0, 360, 1, -1)
    half[FACE][24:168, 97:150] = 1
    cv2.circle(rim[CUP], (96, 96), 40, 1, -1)
    return [(turned(astronaut, TURN_DEG), turned(eye, TURN_DEG), FACE), (astronaut, half, FACE), (coffee, rim, CUP)]


def main() -> None:
    arguments = asked(__doc__, "failures.png")
    inpainter = Inpainter.load(arguments.checkpoint)
    panels = []
    for picture, mask, shown in cases():
        holed = with_white_hole(picture, mask)
        panels += [part[shown] for part in (holed, inpainter.fill(picture, mask), picture)]
    save_picture(strip(panels), arguments.output)


if __name__ == "__main__":
    main()

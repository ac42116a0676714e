"""What it does to a face in a larger picture to be shown as a whole: the figure of docs/filling.md.

    python docs/make_faces_figure.py [--checkpoint DIR] [--output FILE.png]

Thrice the astronaut, whose face takes up a tenth of her picture, the last time turned: the hole, the fill in crops around it as
for any other picture, the fill with her face shown as a whole and upright, the truth.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import skimage.data
from make_edge_figure import FACE, asked, strip, turned

from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.masks import with_white_hole
from inpaintgan.inference.pipeline import Inpainter

HOLES = (((222, 152), (28, 13), 0.0), ((222, 112), (45, 12), 0.0), ((205, 115), (20, 13), 24.0))
"""Middle and half axes of the ellipse over her mouth, over her eyes, and over one, in px, and by how far she is turned."""


def main() -> None:
    arguments = asked(__doc__, "faces.png")
    whole = Inpainter.load(arguments.checkpoint)
    config = whole.checkpoint.config.model_copy(update={"subject": "any"})
    crops = Inpainter(dataclasses.replace(whole.checkpoint, config=config), whole.device)
    astronaut = np.ascontiguousarray(skimage.data.astronaut())
    panels = []
    for middle, axes, degrees in HOLES:
        hole = np.zeros(astronaut.shape[:2], np.uint8)
        cv2.ellipse(hole, middle, axes, 0, 0, 360, 1, -1)
        picture, mask = turned(astronaut, degrees), turned(hole, degrees)
        holed = with_white_hole(picture, mask)
        panels += [part[FACE] for part in (holed, crops.fill(picture, mask), whole.fill(picture, mask), picture)]
    save_picture(strip(panels), arguments.output)


if __name__ == "__main__":
    main()

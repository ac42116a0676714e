"""What it does to a face in a larger picture to be shown as a whole: the figure of docs/filling.md.

    python docs/make_faces_figure.py [--checkpoint DIR] [--output FILE.png]

Twice the astronaut, whose face takes up a tenth of her picture: the hole, the fill in crops around the hole as for any other
picture, the fill with her face shown as a whole, the truth.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from make_edge_figure import FACE, ROOT, strip

from inpaintgan.core.paths import default_checkpoint
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.masks import with_white_hole
from inpaintgan.inference.pipeline import Inpainter

HOLES = (((222, 152), (28, 13)), ((222, 112), (45, 12)))
"""Middle and half axes of the ellipse over her mouth, and over her eyes, in px."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=default_checkpoint())
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "faces.png")
    arguments = parser.parse_args()
    whole = Inpainter.load(arguments.checkpoint)
    config = whole.checkpoint.config.model_copy(update={"subject": "any"})
    crops = Inpainter(dataclasses.replace(whole.checkpoint, config=config), whole.device)
    picture = np.ascontiguousarray(skimage.data.astronaut())
    panels = []
    for middle, axes in HOLES:
        mask = np.zeros(picture.shape[:2], np.uint8)
        cv2.ellipse(mask, middle, axes, 0, 0, 360, 1, -1)
        holed = with_white_hole(picture, mask)
        panels += [part[FACE] for part in (holed, crops.fill(picture, mask), whole.fill(picture, mask), picture)]
    save_picture(strip(panels), arguments.output)


if __name__ == "__main__":
    main()

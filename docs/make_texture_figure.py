"""What texture of the picture does where networks know nothing: the figure of README.md.

    python docs/make_texture_figure.py [--checkpoint DIR] [--output FILE.png]

Two things to be rid of, a row each: the hole, the fill as painted, the fill with texture laid over it, what was there.
"""

from __future__ import annotations

import cv2
import numpy as np
import skimage.data
from make_edge_figure import asked, stacked, strip

from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.masks import with_white_hole
from inpaintgan.inference.pipeline import Inpainter

HOLES = {
    "rocket": ((320, 270), (36, 160), (slice(60, 380), slice(160, 480))),
    "astronaut": ((171, 386), (54, 54), (slice(192, 512), slice(10, 330))),
}
"""Of scikit-image's pictures: middle and half axes of an ellipse, in px, and what the figure shows."""


def main() -> None:
    arguments = asked(__doc__, "texture.png")
    inpainter = Inpainter.load(arguments.checkpoint)
    rows = []
    for name, (middle, axes, shown) in HOLES.items():
        picture = np.ascontiguousarray(getattr(skimage.data, name)())
        mask = np.zeros(picture.shape[:2], np.uint8)
        cv2.ellipse(mask, middle, axes, 0, 0, 360, 1, -1)
        fills = [inpainter.fill(picture, mask, texture=texture) for texture in ("off", "on")]
        rows.append(strip([part[shown] for part in (with_white_hole(picture, mask), *fills, picture)]))
    save_picture(stacked(rows), arguments.output)


if __name__ == "__main__":
    main()

"""How the shipped checkpoints fill holes that nobody picked: the figure of the README.

    python docs/make_fills_figure.py [--output FILE.png]

The astronaut's face with strokes drawn by the first seeds, a row each: the hole, the fill of each checkpoint, the truth.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import skimage.data
from make_edge_figure import FACE, ROOT, SIDE, stacked, strip

from inpaintgan.core.paths import resource
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.masks import with_white_hole
from inpaintgan.imaging.training_masks import draw_strokes
from inpaintgan.inference.pipeline import Inpainter

CHECKPOINTS = ("faces-lite", "faces")
SEEDS = (0, 1, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "fills.png")
    arguments = parser.parse_args()
    inpainters = [Inpainter.load(resource("checkpoints") / name) for name in CHECKPOINTS]
    face = np.ascontiguousarray(skimage.data.astronaut()[FACE])
    rows = []
    for seed in SEEDS:
        mask = draw_strokes(SIDE, SIDE, np.random.default_rng(seed))
        print(f"seed {seed}: {mask.mean():.0%} of the picture is hole")
        holed = with_white_hole(face, mask)
        rows.append(strip([holed, *(inpainter.fill(face, mask) for inpainter in inpainters), face]))
    save_picture(stacked(rows), arguments.output)


if __name__ == "__main__":
    main()

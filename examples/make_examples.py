"""Makes the pictures, masks and the tiny training set of this folder from scikit-image's bundled pictures.

Run ``python examples/make_examples.py``. Astronaut is NASA's and in the public domain, chelsea (Stefan van der Walt)
and coffee (Rachel Michetti) are CC0, rocket is SpaceX's and CC0: the docstrings of ``skimage.data`` say so.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import skimage.data

HERE = Path(__file__).resolve().parent
TRAINING_SIDE_PX = 128


def main() -> None:
    """Write every file of this folder."""
    pictures = {name: getattr(skimage.data, name)() for name in ("astronaut", "chelsea", "coffee", "rocket")}
    for name in ("astronaut", "chelsea", "coffee"):
        save(HERE / f"{name}.png", pictures[name])
    save(HERE / "masks" / "astronaut.png", astronaut_mask(pictures["astronaut"].shape[:2]))
    save(HERE / "masks" / "chelsea.png", scratches(pictures["chelsea"].shape[:2], seed=1))
    save(HERE / "masks" / "coffee.png", scratches(pictures["coffee"].shape[:2], seed=2))
    rng = np.random.default_rng(0)
    for name, picture in pictures.items():
        for index in range(6):
            crop = random_crop(picture, rng)
            cv2.imwrite(str(HERE / "training" / f"{name}-{index}.jpg"), crop[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])


def astronaut_mask(shape: tuple[int, int]) -> np.ndarray:
    """Three scratches, one of them across the face."""
    mask = np.zeros(shape, np.uint8)
    for points in (
        [[160, 30], [196, 84], [232, 128], [262, 190], [300, 262]],
        [[60, 250], [130, 300], [170, 372], [180, 470]],
        [[300, 20], [330, 84], [338, 170], [372, 250]],
    ):
        cv2.polylines(mask, [np.array(points)], False, 255, thickness=7)
    return mask


def scratches(shape: tuple[int, int], seed: int) -> np.ndarray:
    """A few curved strokes from border to border."""
    rng = np.random.default_rng(seed)
    mask = np.zeros(shape, np.uint8)
    height, width = shape
    x = np.linspace(0, width, 40)
    for _ in range(3):
        y = height * (rng.uniform(0.2, 0.8) + 0.1 * np.sin(x / width * rng.uniform(2, 6) + rng.uniform(0, 6)))
        cv2.polylines(mask, [np.stack([x, y], 1).astype(np.int32)], False, 255, thickness=int(rng.integers(5, 11)))
    return mask


def random_crop(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A square of the picture at a random place and scale, at the training size."""
    side = int(rng.uniform(0.5, 1.0) * min(picture.shape[:2]))
    top, left = (int(rng.integers(0, size - side + 1)) for size in picture.shape[:2])
    crop = picture[top : top + side, left : left + side]
    return cv2.resize(crop, (TRAINING_SIDE_PX, TRAINING_SIDE_PX), interpolation=cv2.INTER_AREA)


def save(path: Path, picture: np.ndarray) -> None:
    """Write RGB or gray as PNG."""
    cv2.imwrite(str(path), picture[..., ::-1] if picture.ndim == 3 else picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()

"""Large pictures: crops filled coarse to fine against plain resizing of the whole picture to the networks' size.

    python benchmarks/large_pictures.py --data DIR --perceptual-weights VGG19.pth

Each picture of the folder, and scikit-image's astronaut at its full 512 px, gets three holes: specks and scratches,
brush strokes over an area of 256 px, and one ellipse much larger than the networks' size would like. Scores are taken
in the hole; methods take turns within one run, so that they share the machine's moods.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import psutil
import skimage.data
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.atomic import write_json
from inpaintgan.core.paths import default_checkpoint
from inpaintgan.data.tensors import to_tensor
from inpaintgan.imaging.classical import telea
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.imaging.io import read_rgb
from inpaintgan.imaging.masks import with_white_hole
from inpaintgan.imaging.training_masks import draw_strokes
from inpaintgan.inference import refine
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.metrics.image import image_scores
from inpaintgan.metrics.perceptual import perceptual_proxy
from inpaintgan.models.device import device_name
from inpaintgan.networks.vgg19 import load_vgg19

Method = Callable[[np.ndarray, np.ndarray], np.ndarray]
_MARGIN_PX = 32


def specks(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    for _ in range(60):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(mask, centre, int(rng.integers(2, 6)), 1, -1)
    for _ in range(3):
        start, end = ((int(rng.integers(width)), int(rng.integers(height))) for _ in range(2))
        cv2.line(mask, start, end, 1, 4, cv2.LINE_8)
    return mask


def strokes(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    top, left = int(rng.integers(height - 255)), int(rng.integers(width - 255))
    mask[top : top + 256, left : left + 256] = draw_strokes(256, 256, rng)
    return mask


def ellipse(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    centre = (width // 2 + int(rng.integers(-60, 61)), height // 2 + int(rng.integers(-40, 41)))
    cv2.ellipse(mask, centre, (int(0.32 * height), int(0.24 * height)), float(rng.uniform(0, 180)), 0, 360, 1, -1)
    return mask


HOLES = {"specks and scratches": specks, "strokes": strokes, "large ellipse": ellipse}


def plain_resizing(inpainter: Inpainter) -> Method:
    """The whole picture at the networks' size, filled, enlarged and pasted into the hole."""
    side = inpainter.checkpoint.config.input_size

    def fill(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
        height, width = mask.shape
        scale = side / max(height, width)
        size = (round(width * scale), round(height * scale))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        hole = (cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0).astype(np.uint8)
        large = cv2.resize(inpainter.fill(small, hole, texture="off"), (width, height), interpolation=cv2.INTER_CUBIC)
        return np.where(mask[..., None] == 1, large, image)

    return fill


def enlarged_crops(inpainter: Inpainter) -> Method:
    """Crops as ours, but each filled once at the networks' size and enlarged."""

    def fill(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
        with mock.patch.object(refine, "plan_scales", lambda hole, size, **_: [min(1.0, size / max(hole.shape))]):
            return inpainter.fill(image, mask, texture="off")

    return fill


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of pictures of at least 256 px")
    parser.add_argument("--checkpoint", type=Path, default=default_checkpoint())
    parser.add_argument("--perceptual-weights", default="auto")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results" / "large-pictures.json")
    parser.add_argument("--strips", type=Path, help="folder for picture, hole and fills side by side")
    parser.add_argument("--limit", type=int, default=0)
    arguments = parser.parse_args()
    inpainter = Inpainter.load(arguments.checkpoint)
    vgg = load_vgg19(arguments.perceptual_weights)
    methods: dict[str, Method] = {
        "plain resizing": plain_resizing(inpainter),
        "crops, enlarged once": enlarged_crops(inpainter),
        "crops, coarse to fine": partial(inpainter.fill, texture="off"),
        "the same, with texture": inpainter.fill,
        "telea": telea,
    }
    pictures = {file.name: read_rgb(file) for file in find_pictures(arguments.data)[: arguments.limit or None]}
    pictures["astronaut (scikit-image)"] = skimage.data.astronaut()
    warm = np.zeros((256, 256), np.uint8)
    warm[:64] = 1
    inpainter.fill(np.zeros((256, 256, 3), np.uint8), warm)
    rows = []
    for index, (name, picture) in enumerate(pictures.items()):
        for number, (kind, draw) in enumerate(HOLES.items()):
            mask = draw(*picture.shape[:2], np.random.default_rng([index, number]))
            fills = {}
            for method, fill in methods.items():
                start = time.perf_counter()
                fills[method] = fill(picture, mask)
                seconds = time.perf_counter() - start
                scores = score(fills[method], picture, mask, vgg)
                rows.append({"picture": name, "hole": kind, "method": method, "seconds": seconds, **scores})
                print(name, kind, method, {k: round(v, 3) for k, v in scores.items()}, f"{seconds:.2f} s", flush=True)
            if arguments.strips:
                arguments.strips.mkdir(parents=True, exist_ok=True)
                holed = with_white_hole(picture, mask)
                strip = np.concatenate([picture, holed, *fills.values()], axis=1)
                file = arguments.strips / f"{Path(name).stem}-{number}.png"
                file.write_bytes(cv2.imencode(".png", strip[..., ::-1])[1].tobytes())
    report = {
        "machine": f"{device_name(inpainter.device)}, {platform.machine()}, torch {torch.__version__}",
        "load_average": list(psutil.getloadavg()),
        "checkpoint": str(arguments.checkpoint.name),
        "step": inpainter.checkpoint.step,
        "proxy_network": vgg.origin if vgg else None,
        "n_pictures": len(pictures),
        "means": means(rows),
        "cases": rows,
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    write_json(arguments.output, report)
    for kind, by_method in report["means"].items():
        for method, scores in by_method.items():
            print(f"| {kind} | {method} | " + " | ".join(f"{value:.3f}" for value in scores.values()) + " |")


def score(filled: np.ndarray, picture: np.ndarray, mask: np.ndarray, vgg) -> dict[str, float]:
    """Scores in the hole, taken on its surroundings."""
    left, top, width, height = cv2.boundingRect(mask)
    rows = slice(max(0, top - _MARGIN_PX), top + height + _MARGIN_PX)
    columns = slice(max(0, left - _MARGIN_PX), left + width + _MARGIN_PX)
    a, b, hole = filled[rows, columns], picture[rows, columns], np.ascontiguousarray(mask[rows, columns])
    all_scores = image_scores(a, b, hole)
    scores = {name: all_scores[name] for name in ("psnr_hole", "ssim_hole")}
    if vgg is not None:
        flags = to_tensor([hole[..., None] * np.uint8(255)])
        scores["proxy"] = float(perceptual_proxy(vgg, to_tensor([a]), to_tensor([b]), flags))
    return scores


def means(rows: list[dict]) -> dict[str, dict[str, dict[str, float]]]:
    """Mean scores and median seconds by hole and method."""
    result: dict[str, dict[str, dict[str, float]]] = {}
    for kind in HOLES:
        for method in dict.fromkeys(row["method"] for row in rows):
            chosen = [row for row in rows if row["hole"] == kind and row["method"] == method]
            names = [name for name in chosen[0] if name in ("psnr_hole", "ssim_hole", "proxy")]
            scores = {name: statistics.fmean(row[name] for row in chosen) for name in names}
            scores["seconds"] = statistics.median(row["seconds"] for row in chosen)
            result.setdefault(kind, {})[method] = scores
    return result


if __name__ == "__main__":
    main()

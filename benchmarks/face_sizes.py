"""Faces of every size, upright and turned: shown to the networks as a whole, against crops around the hole as for any picture.

    python benchmarks/face_sizes.py --data DIR --perceptual-weights VGG19.pth

Each face of a folder of aligned ones is resized, set at a random place of a larger picture, whose rest continues the face's
borders, and loses an eye, both, or its mouth. Pictures with faces of one size are also turned, as heads are. Aligned pictures,
resized and nothing around them, lose 20 to 30 % to strokes. Scores are taken in the hole; faces of more than 256 px are reduced
to that for the score, since they have no more detail than that. The ways take turns within one run.
"""

from __future__ import annotations

import argparse
import dataclasses
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch

from large_pictures import score as score_around

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.atomic import write_json
from inpaintgan.core.paths import default_checkpoint
from inpaintgan.evaluation.cases import cases
from inpaintgan.imaging.classical import telea
from inpaintgan.imaging.scoring_masks import draw_bucket
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.models.device import device_name
from inpaintgan.networks.vgg19 import load_vgg19

SIDE = 256
FACES_PX = (96, 128, 192, 256, 384, 512, 768)
TURNED_PX, TURNS = 192, (10, 20, 30)
"""Side of the faces that are turned too, and by how many degrees, one to the right and the next to the left."""
ALIGNED_PX = (128, 192, 320, 512)
"""Side of the pictures that hold a face and nothing around it."""
PARTS = ((0.375, 0.47, 0.11, 0.07), (0.625, 0.47, 0.11, 0.07), (0.5, 0.73, 0.15, 0.08), (0.5, 0.47, 0.24, 0.08))
"""An eye, the other, the mouth, both eyes: middle (x, y) and half axes of an ellipse, in shares of an aligned face's side."""


def resize(face: np.ndarray, side: int) -> np.ndarray:
    method = cv2.INTER_AREA if side < len(face) else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(face, (side, side), interpolation=method))


def scene(
    face: np.ndarray, side: int, degrees: float, part: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A picture with a face of some side in it, turned clockwise, and its hole, (H, W, 3) and (H, W), 1 in the hole."""
    resized = resize(face, side)
    x, y, half_width, half_height = (round(share * side) for share in PARTS[part])
    hole = np.zeros((side, side), np.uint8)
    cv2.ellipse(hole, (x, y), (half_width, half_height), 0, 0, 360, 1, -1)
    room = max(384, side * 5 // 4) - side
    top, left = rng.integers(0, room + 1, 2).tolist()
    around = top, room - top, left, room - left
    picture = cv2.copyMakeBorder(resized, *around, cv2.BORDER_REPLICATE)
    hole = cv2.copyMakeBorder(hole, *around, cv2.BORDER_CONSTANT, value=0)
    if not degrees:
        return picture, hole
    matrix = cv2.getRotationMatrix2D((left + side / 2, top + side / 2), -degrees, 1)
    size = (room + side, room + side)
    return (
        cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        cv2.warpAffine(hole, matrix, size, flags=cv2.INTER_NEAREST),
    )


def score(filled: np.ndarray, picture: np.ndarray, hole: np.ndarray, face_px: int, vgg) -> dict[str, float]:
    """Scores in the hole of faces reduced to 256 px if they are larger; see `large_pictures.score`."""
    scale = min(1.0, SIDE / face_px)
    size = (round(hole.shape[1] * scale), round(hole.shape[0] * scale))
    a, b = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (filled, picture))
    flags = (cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0).astype(np.uint8)
    return score_around(a, b, flags, vgg)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of aligned faces")
    parser.add_argument("--checkpoint", type=Path, default=default_checkpoint())
    parser.add_argument("--perceptual-weights", default="auto")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results" / "face-sizes.json")
    parser.add_argument("--limit", type=int, default=48, help="faces")
    arguments = parser.parse_args()
    whole = Inpainter.load(arguments.checkpoint)
    config = whole.checkpoint.config
    crops = Inpainter(
        dataclasses.replace(whole.checkpoint, config=config.model_copy(update={"subject": "any"})),
        whole.device,
        whole.engine,
    )
    vgg = load_vgg19(arguments.perceptual_weights)
    ways: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
        "as a whole": whole.fill,
        "crops": crops.fill,
        "telea": telea,
    }
    faces = [case.picture for case in cases(arguments.data, "half", SIDE, limit=arguments.limit, seed=0)]
    rows = []
    sets = [("placed", side, 0) for side in FACES_PX]
    sets += [("turned", TURNED_PX, degrees) for degrees in TURNS]
    sets += [("aligned", side, 0) for side in ALIGNED_PX]
    for kind, side, degrees in sets:
        for index, face in enumerate(faces):
            rng = np.random.default_rng([side, index])
            if kind == "aligned":
                picture, hole = resize(face, side), draw_bucket(side, side, rng, 0.2, 0.3)
            else:
                picture, hole = scene(face, side, degrees if index % 2 else -degrees, index % len(PARTS), rng)
            for way, fill in ways.items():
                start = time.perf_counter()
                filled = fill(picture, hole)
                seconds = time.perf_counter() - start
                scores = score(filled, picture, hole, side, vgg)
                rows.append(
                    {"kind": kind, "face_px": side, "degrees": degrees, "way": way, "seconds": seconds, **scores}
                )
        print(kind, side, degrees, means(rows[-len(faces) * len(ways) :], "kind")[kind], flush=True)
    upright = [row for row in rows if row["kind"] == "placed"]
    turned = [row for row in rows if row["kind"] == "turned"]
    report = {
        "machine": f"{device_name(whole.device)}, {platform.machine()}, torch {torch.__version__}",
        "checkpoint": arguments.checkpoint.name,
        "step": whole.checkpoint.step,
        "engine": whole.engine,
        "proxy_network": vgg.origin if vgg else None,
        "n_faces": len(faces),
        "means": means(upright, "face_px"),
        "turned_px": TURNED_PX,
        "turned": means([*(row for row in upright if row["face_px"] == TURNED_PX), *turned], "degrees"),
        "aligned": means([row for row in rows if row["kind"] == "aligned"], "face_px"),
    }
    write_json(arguments.output, report)


def means(rows: list[dict], by: str) -> dict[str, dict[str, dict[str, float]]]:
    """Mean scores and median seconds by one of a row's names, and the way."""
    result: dict[str, dict[str, dict[str, float]]] = {}
    for value, way in dict.fromkeys((row[by], row["way"]) for row in rows):
        chosen = [row for row in rows if (row[by], row["way"]) == (value, way)]
        mean = {
            name: statistics.fmean(row[name] for row in chosen) for name in chosen[0] if name in ("psnr_hole", "proxy")
        }
        result.setdefault(str(value), {})[way] = {
            **{name: round(value, 4) for name, value in mean.items()},
            "seconds": round(statistics.median(row["seconds"] for row in chosen), 3),
        }
    return result


if __name__ == "__main__":
    main()

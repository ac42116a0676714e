"""How fast a hole is filled on a CPU, side by side with the plain EdgeConnect pair of generators in eager PyTorch.

    python benchmarks/filling.py [--checkpoint DIR] [--engines eager onnx openvino compile] [--rounds 15]

All fill the same 256x256 region, in turns within one run, so that they share the machine's moods; the answer is the ratio
of medians. The pair is as published: width 64, spectral norm left in, no_grad; only its two passes are timed. Our times
hold everything a fill does: edge detection, both networks, colour matching, pasting. Then the window's worker: the first
fill after a warm load, and the second fill of the same 12-megapixel picture.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import psutil
import skimage.data
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.atomic import write_json
from inpaintgan.core.paths import default_checkpoint
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.picture import Picture
from inpaintgan.inference import worker
from inpaintgan.inference.engines import is_available
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.models.device import device_name
from inpaintgan.networks.edge_generators import EDGE_GENERATORS
from inpaintgan.networks.inpaint_generator import InpaintGenerator

PLAIN = "EdgeConnect pair, eager"
SIDE = 256


def hole() -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(mask, (128, 128), (60, 40), 30, 0, 360, 1, -1)
    return mask


def plain_pair() -> Callable[[], None]:
    edge, inpaint = EDGE_GENERATORS["edgeconnect"](64, "conv").eval(), InpaintGenerator(64, "conv").eval()
    gray, picture, mask = (
        torch.rand(1, 1, SIDE, SIDE),
        torch.rand(1, 3, SIDE, SIDE),
        torch.from_numpy(hole())[None, None].float(),
    )

    def run() -> None:
        with torch.no_grad():
            inpaint(picture, edge(gray, torch.zeros_like(gray), mask), mask)

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=default_checkpoint())
    parser.add_argument("--engines", nargs="+", default=["eager", "onnx", "openvino", "compile"])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results" / "filling-cpu.json")
    arguments = parser.parse_args()
    cpu = torch.device("cpu")
    image = cv2.resize(skimage.data.astronaut(), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    methods: dict[str, Callable[[], object]] = {PLAIN: plain_pair()}
    starts: dict[str, float] = {}
    for engine in arguments.engines:
        if not is_available(engine, cpu):
            print(f"{engine} is not installed")
            continue
        start = time.perf_counter()
        inpainter = Inpainter.load(arguments.checkpoint, "cpu", engine)
        inpainter.fill(image, hole())
        starts[f"fill, {engine}"] = time.perf_counter() - start
        methods[f"fill, {engine}"] = lambda inpainter=inpainter: inpainter.fill(image, hole())
    times: dict[str, list[float]] = {name: [] for name in methods}
    for turn in range(arguments.rounds + 1):
        for name, run in methods.items():
            start = time.perf_counter()
            run()
            if turn:  # the first round warms up
                times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in times.items()}
    rows = {
        name: {
            "median_s": median,
            "share_of_plain_pair": median / medians[PLAIN],
            "min_s": min(times[name]),
            "load_and_first_fill_s": starts.get(name),
        }
        for name, median in medians.items()
    }
    report = {
        "machine": f"{device_name(cpu)}, {platform.machine()}, torch {torch.__version__}",
        "load_average": list(psutil.getloadavg()),
        "checkpoint": arguments.checkpoint.name,
        "region_px": SIDE,
        "rounds": arguments.rounds,
        "methods": rows,
        "worker": worker_times(arguments.checkpoint),
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    write_json(arguments.output, report)
    for name, row in rows.items():
        print(f"| {name} | {1000 * row['median_s']:.0f} ms | {row['share_of_plain_pair']:.3f} |")
    for name, seconds in report["worker"].items():
        print(f"| worker: {name} | {1000 * seconds:.0f} ms |")


def worker_times(checkpoint: Path) -> dict[str, float]:
    """What a person waits for in the window, without the browser."""
    result: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large = np.ascontiguousarray(cv2.resize(skimage.data.astronaut(), (4000, 3000), interpolation=cv2.INTER_CUBIC))
        save_picture(Picture(large), folder / "large.jpg")
        mask = np.zeros((3000, 4000, 3), np.uint8)
        mask[1400:1490, 1900:1990] = 255
        save_picture(Picture(mask, gray=True), folder / "mask.png")  # the window sends gray ones too
        request = {
            "checkpoint": str(checkpoint), "device": "cpu", "engine": "eager", "image": str(folder / "large.jpg"),
            "mask": str(folder / "mask.png"), "folder": name, "stem": "fill",
        }  # fmt: skip
        worker.HANDLERS["load"](request, lambda _: None)
        for label in ("first fill of a 12-megapixel JPEG, decoding included", "second fill of it", "third fill of it"):
            start = time.perf_counter()
            answer = worker.HANDLERS["fill"](request, lambda _: None)
            result[label] = time.perf_counter() - start
            result[f"{label}: networks and what is around them"] = answer["seconds"]
    return result


if __name__ == "__main__":
    main()

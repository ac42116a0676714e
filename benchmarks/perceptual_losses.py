"""What the losses over networks of others cost, side by side: a pass there and back over the same pictures.

python benchmarks/perceptual_losses.py --vgg19 FILE --squeezenet FILE [--report FILE.json]
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.atomic import write_json
from inpaintgan.losses.perceptual import hrf_loss, perceptual_loss, style_loss
from inpaintgan.networks.squeezenet import load_squeezenet
from inpaintgan.networks.vgg19 import load_vgg19

ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vgg19", default="auto", help="a weights file, or auto")
    parser.add_argument("--squeezenet", default="auto", help="a weights file, or auto")
    parser.add_argument("--pictures", type=int, default=4)
    parser.add_argument("--sides", type=int, nargs="+", default=[128, 256])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--report", type=Path, metavar="FILE.json")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    vgg, squeezenet = load_vgg19(arguments.vgg19), load_squeezenet(arguments.squeezenet)
    if vgg is None or squeezenet is None:
        parser.error("both networks' weights are needed")
    found: dict[int, dict[str, float]] = {}
    for side in arguments.sides:
        fake, real = (torch.rand(arguments.pictures, 3, side, side) for _ in range(2))
        mask = torch.zeros(arguments.pictures, 1, side, side)
        mask[..., side // 4 : 3 * side // 4, side // 4 : 3 * side // 4] = 1
        fake.requires_grad_()
        times = take_turns(
            {
                "vgg19_perceptual": lambda f=fake, r=real: perceptual_loss(vgg, f, r),
                "vgg19_style": lambda f=fake, r=real, m=mask: style_loss(vgg, f, r, m),
                "squeezenet_hrf": lambda f=fake, r=real, m=mask: hrf_loss(squeezenet, f, r, m),
            }
        )
        ratio = (times["vgg19_perceptual"] + times["vgg19_style"]) / times["squeezenet_hrf"]
        found[side] = {**{name: round(value, 4) for name, value in times.items()}, "ratio": round(ratio, 1)}
        print(f"{side} px: {found[side]}", flush=True)
    if arguments.report:
        machine = f"{arguments.threads} threads, {platform.machine()}, torch {torch.__version__}, bfloat16"
        write_json(arguments.report, {"machine": machine, "pictures": arguments.pictures, "seconds": found})


def take_turns(losses: dict[str, Callable[[], Tensor]]) -> dict[str, float]:
    """Median seconds of each loss with its gradient, under autocast; one of each, then again."""
    times: dict[str, list[float]] = {name: [] for name in losses}
    for turn in range(ROUNDS + 1):
        for name, loss in losses.items():
            begun = time.perf_counter()
            with torch.autocast("cpu", torch.bfloat16):
                value = loss()
            value.backward()
            if turn:  # the first one warms up
                times[name].append(time.perf_counter() - begun)
    return {name: statistics.median(values) for name, values in times.items()}


if __name__ == "__main__":
    main()

"""How fast the training loop is: beside a plain loop, and with its parts switched off one by one.

    python benchmarks/training.py --threads 1 --report benchmarks/results/training-cpu.json
    python benchmarks/training.py --device cuda --size 256 --steps 20 --workers 8 --report benchmarks/results/training-cuda.json

All loops run side by side: each is a process of its own, built and compiled first, a few of them at once; then they take
turns, a few steps each, in an order that is redrawn for every round. A ratio is the median over the rounds of a loop's
pace over the plain loop's in the same round, so that a busy machine slows both; so is that of processor time, which waits
for nobody and with one thread says what a loop has to do on a machine that is never calm. Peak memory is the process's own
(on a GPU, the card's). The share of a card's matrix rate counts the operations of all networks' passes, as our loop needs
them, against what the card reaches on products of large bfloat16 matrices.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "benchmarks")]

import cv2
import numpy as np
import skimage.data
import torch
from torchvision.models import vgg19

from inpaintgan.core.atomic import read_json, write_json
from inpaintgan.models.device import device_name, pick_device
from training_variants import OURS, PLAIN, VARIANTS, Variant, count_flops, serve

N_PICTURES = 48
PICTURE_PX = 512
_AT_ONCE = max(1, (os.cpu_count() or 1) // 4)
"""Loops that compile side by side: eighteen on 16 cores were not done after five minutes."""
_WARM_UP_STEPS = 2
"""Alone: cuDNN tries its algorithms in the first, and would choose badly beside others."""
_TOLD = ("edge_generator", "width", "input_size", "batch_size", "workers", "device", "precision", "threads")


def main() -> None:
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, weights = _prepared(Path(folder), arguments.data)
        report: dict[str, Any] = {"machine": _machine(arguments), "stages": _earlier_stages(arguments.report)}
        for stage in arguments.stages:
            settings = _settings(arguments, stage, data, weights, folder)
            rows = compare(_chosen(arguments, stage), settings, arguments)
            report["stages"][stage] = {
                "settings": {name: settings[name] for name in _TOLD}
                | {"steps": arguments.steps, "rounds": arguments.rounds},
                "load": report["machine"]["load_before"],
                "loops": rows,
            }
            if arguments.device == "cuda":
                report["stages"][stage] |= _share_of_matrix_rate(settings, rows, report["machine"]["bf16_tflops"])
            if arguments.report:
                write_json(arguments.report, report)


def _share_of_matrix_rate(settings: dict[str, Any], rows: list[dict[str, Any]], rate: float) -> dict[str, float]:
    tflop = _in_child(count_flops, settings).recv() / 1e12
    ours = next(row for row in rows if row["name"] == OURS.name)
    share = ours["images_per_s"] * tflop / rate
    print(f"{tflop:.3f} TFLOP an image; our loop reaches {share:.0%} of {rate:.0f} TFLOP/s on matrix products")
    return {"tflop_per_image": tflop, "share_of_matrix_rate": share}


def _earlier_stages(report: Path | None) -> dict[str, Any]:
    """The stages of a report that is there already: they may be measured one at a time."""
    earlier = read_json(report) if report else None
    return earlier["stages"] if isinstance(earlier, dict) else {}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stages", nargs="+", default=["edge", "inpaint"], choices=["edge", "inpaint"])
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--generator", default="edgeconnect", help="edge generator")
    parser.add_argument("--size", type=int, default=128, help="px")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--workers", type=int, default=0, help="0 keeps a loop's data out of the others' turns")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=2, help="steps in a turn")
    parser.add_argument(
        "--threads", type=int, default=0, help="CPU threads; 1 makes processor time exact on a busy machine"
    )
    parser.add_argument("--data", type=Path, help="a folder of pictures; default: crops of scikit-image's, as JPEG")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="TEXT", help="variants whose name has one of these in it"
    )
    parser.add_argument("--report", type=Path, metavar="FILE.json")
    return parser


def _prepared(folder: Path, data: Path | None) -> tuple[Path, Path]:
    """Return a folder of pictures, and VGG19 with random weights: as fast as the trained ones."""
    torch.manual_seed(0)
    weights = folder / "vgg19.pth"
    features = vgg19(weights=None, init_weights=False).features.state_dict()
    torch.save({f"features.{name}": value for name, value in features.items()}, weights)
    if data:
        return data, weights
    pictures = folder / "pictures"
    pictures.mkdir()
    draw = np.random.default_rng(0)
    sources = [cv2.resize(picture, None, fx=2, fy=2) for picture in (skimage.data.astronaut(), skimage.data.coffee())]
    for index in range(N_PICTURES):
        source = sources[index % len(sources)]
        top, left = (int(draw.integers(size - PICTURE_PX)) for size in source.shape[:2])
        crop = source[top : top + PICTURE_PX, left : left + PICTURE_PX, ::-1]
        cv2.imwrite(str(pictures / f"{index:02}.jpg"), crop)
    return pictures, weights


def _settings(arguments: argparse.Namespace, stage: str, data: Path, weights: Path, folder: str) -> dict[str, Any]:
    return {
        "stage": stage, "data": str(data), "edge_generator": arguments.generator, "width": arguments.width,
        "input_size": arguments.size, "batch_size": arguments.batch, "workers": arguments.workers,
        "device": arguments.device, "precision": "bfloat16" if arguments.device == "cuda" else "float32",
        "perceptual_weights": str(weights), "threads": arguments.threads,
        "cache_dir": f"{folder}/cache", "max_iters": 10**8, "tensorboard": False,
    }  # fmt: skip


def _chosen(arguments: argparse.Namespace, stage: str) -> list[Variant]:
    found = [v for v in VARIANTS if stage in v.stages and (arguments.device == "cuda" or not v.gpu)]
    wanted = [v for v in found if not arguments.only or any(text in v.name for text in arguments.only)]
    return [PLAIN, OURS, *(v for v in wanted if v not in (PLAIN, OURS))]


def compare(variants: list[Variant], settings: dict[str, Any], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Run the loops of one stage side by side and return a row for each."""
    print(f"\n{settings['stage']}: {settings['input_size']} px, batch {settings['batch_size']}", flush=True)
    built = []
    for first in range(0, len(variants), _AT_ONCE):
        some = [(v, _in_child(serve, VARIANTS.index(v), settings)) for v in variants[first : first + _AT_ONCE]]
        built += [(variant, pipe) for variant, pipe in some if _is_built(variant, pipe)]
    variants, pipes = [list(column) for column in zip(*built, strict=True)]
    rounds = take_turns(pipes, arguments.rounds, arguments.steps)
    for pipe in pipes:
        pipe.send(None)
    return [_row(variant, turns, rounds[0]) for variant, turns in zip(variants, rounds, strict=True)]


def _is_built(variant: Variant, pipe: Any) -> bool:
    """Wait for a loop's first step; its process ends before it answers where memory or the compiler fails it."""
    try:
        return pipe.recv() == "built"
    except EOFError:
        print(f"{variant.name}: cannot run here", flush=True)
        return False


def take_turns(pipes: Sequence[Any], n_rounds: int, n_steps: int) -> list[list[dict[str, float]]]:
    """Let one loop after the other take its steps. Returns what each turn took, by loop and round."""
    for pipe in pipes:
        _turn(pipe, _WARM_UP_STEPS)
    rounds: list[list[dict[str, float]]] = [[] for _ in pipes]
    order = list(range(len(pipes)))
    for number in range(n_rounds):
        random.Random(number).shuffle(order)
        for index in order:
            rounds[index].append(_turn(pipes[index], n_steps))
    return rounds


def _in_child(work: Callable[..., None], *arguments: Any) -> Any:
    """Start a process for some work and return the pipe to it."""
    start = multiprocessing.get_context("spawn")
    ours, theirs = start.Pipe()
    # No daemon: those may not have loaders' processes.
    start.Process(target=work, args=(*arguments, theirs)).start()
    theirs.close()
    return ours


def _turn(pipe: Any, steps: int) -> dict[str, float]:
    pipe.send(steps)
    return pipe.recv()


def _row(variant: Variant, turns: list[dict[str, float]], plain: list[dict[str, float]]) -> dict[str, Any]:
    ratios = {
        name: sorted(turn[name] / base[name] for turn, base in zip(turns, plain, strict=True))
        for name in ("images_per_s", "images_per_cpu_s")
    }
    wall, worked = ratios.values()
    row = {
        "name": variant.name,
        "equal_losses": variant.equal,
        "images_per_s": round(statistics.median(turn["images_per_s"] for turn in turns), 3),
        "images_per_cpu_s": round(statistics.median(turn["images_per_cpu_s"] for turn in turns), 3),
        "ratio_to_plain": round(statistics.median(wall), 3),
        "ratio_range": [round(wall[0], 3), round(wall[-1], 3)],
        "cpu_ratio_to_plain": round(statistics.median(worked), 3),
        "cpu_ratio_range": [round(worked[0], 3), round(worked[-1], 3)],
        "data_wait": round(statistics.median(turn["data_wait"] for turn in turns), 4),
        "peak_mib": round(turns[-1]["peak_mib"]),
    }
    print(
        f"{row['name']:55} {row['images_per_s']:8.2f} images/s {row['ratio_to_plain']:5.2f}x ({wall[0]:.2f} to {wall[-1]:.2f})"
        f"  processor {row['cpu_ratio_to_plain']:5.2f}x ({worked[0]:.2f} to {worked[-1]:.2f})  wait {row['data_wait']:6.1%}"
        f"  {row['peak_mib']:6} MiB",
        flush=True,
    )
    return row


def _machine(arguments: argparse.Namespace) -> dict[str, Any]:
    machine = {
        "device": device_name(pick_device(arguments.device)),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "torch": str(torch.__version__),
    }
    return machine | {"bf16_tflops": matrix_rate()} if arguments.device == "cuda" else machine


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def matrix_rate(size: int = 8192, products: int = 20) -> float:
    """Return the TFLOP/s that the card reaches on products of two square bfloat16 matrices, the best of several."""
    a, b = (torch.randn(size, size, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    times = []
    for _ in range(products):
        start = time.perf_counter()
        a @ b
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return 2 * size**3 / min(times) / 1e12


if __name__ == "__main__":
    main()

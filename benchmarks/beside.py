"""A training and fills at once on a CPU: how much either slows the other down, and what waiting awake does to it.

    python benchmarks/beside.py [--checkpoint DIR] [--rounds 3] [--seconds 30] [--spins 0 1000 ...]

Each on its own, then both at once, with OpenMP's default of 300,000 rounds that a thread waits awake, with the program's
own number (`inpaintgan.core.threads`) and with others that are asked for, in turns within one run. The training is the preset
*Fast on a CPU*, without its perceptual losses, at 128 px on the bundled examples; the fill is three scratches in the astronaut.
Reported are medians over the rounds: seconds a fill, and steps a second.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.atomic import write_json
from inpaintgan.core.events import read_events
from inpaintgan.core.paths import default_checkpoint
from inpaintgan.core.rundir import RunDir
from inpaintgan.core.threads import wait_briefly

DEFAULT, OURS = "default", "ours"
SETTINGS = ["width=32", "stem=unshuffle4", "input_size=128", "batch_size=8", "perceptual_weights=off", "hrf_weights=off",
            "workers=0", "sample_interval=0", "eval_interval=0", "save_interval=0", "log_interval=1", "max_iters=100000",
            "tensorboard=false", "device=cpu", "cache_gib=0"]  # fmt: skip
STROKES = [
    [(160, 30), (232, 128), (300, 262)],
    [(60, 250), (170, 372), (180, 470)],
    [(300, 20), (338, 170), (372, 250)],
]


def environment(waiting: str) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if key not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    if waiting == OURS:
        return inherited
    return {**inherited, "GOMP_SPINCOUNT": "300000" if waiting == DEFAULT else waiting}


def fill_for(checkpoint: Path, seconds: float) -> None:
    """The child's side: fill for a while, and print the seconds of each fill but the first."""
    wait_briefly()
    import cv2
    import numpy as np
    import skimage.data

    from inpaintgan import Inpainter

    image = skimage.data.astronaut()
    mask = np.zeros(image.shape[:2], np.uint8)
    for stroke in STROKES:
        cv2.polylines(mask, [np.array(stroke, np.int32)], False, 1, 7)
    inpainter = Inpainter.load(checkpoint, device="cpu", engine="eager")
    inpainter.fill(image, mask)
    took: list[float] = []
    while sum(took) < seconds or not took:
        began = time.perf_counter()
        inpainter.fill(image, mask)
        took.append(time.perf_counter() - began)
    print(json.dumps(took))


def fills(waiting: str, arguments: argparse.Namespace) -> float:
    command = [sys.executable, __file__, "--fill", "--checkpoint", arguments.checkpoint, "--seconds", arguments.seconds]
    done = subprocess.run([str(word) for word in command], env=environment(waiting), capture_output=True, check=True)
    return statistics.median(json.loads(done.stdout))


class Training:
    """A training in a process of its own, which has taken its first steps."""

    def __init__(self, waiting: str, folder: Path) -> None:
        self.run = RunDir(folder / f"run-{time.monotonic_ns()}")
        command = [sys.executable, ROOT / "main.py", "train", "--data", ROOT / "examples" / "training"]
        self.process = subprocess.Popen(
            [*map(str, command), "--run", str(self.run.path), "--set", *SETTINGS],
            env=environment(waiting),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name == "posix",  # as the window starts it
        )
        while self.steps() < 5:
            time.sleep(0.2)

    def steps(self) -> int:
        events = read_events(self.run.events_file) if self.run.events_file.exists() else []
        return max((event["step"] for event in events if event["type"] == "step"), default=0)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


def measure(waiting: str, arguments: argparse.Namespace, folder: Path) -> dict[str, float]:
    found = {"fill_alone_s": fills(waiting, arguments)}
    training = Training(waiting, folder)
    before, began = training.steps(), time.monotonic()
    time.sleep(arguments.seconds)
    found["steps_per_s_alone"] = (training.steps() - before) / (time.monotonic() - began)
    before, began = training.steps(), time.monotonic()
    found["fill_beside_s"] = fills(waiting, arguments)
    found["steps_per_s_beside"] = (training.steps() - before) / (time.monotonic() - began)
    training.end()
    print(waiting, {key: round(value, 2) for key, value in found.items()}, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=default_checkpoint())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--spins", nargs="*", default=[], help="other numbers of rounds to measure as well")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results" / "beside-cpu.json")
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.fill:
        fill_for(arguments.checkpoint, arguments.seconds)
        return
    rounds: dict[str, list[dict[str, float]]] = {waiting: [] for waiting in (DEFAULT, OURS, *arguments.spins)}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.rounds):
            for waiting, found in rounds.items():
                found.append(measure(waiting, arguments, Path(folder)))
    report = {
        "machine": f"{platform.processor() or platform.machine()}, {psutil.cpu_count()} cores, {platform.system()}",
        "checkpoint": arguments.checkpoint.name,
        **{
            waiting: {key: round(statistics.median(one[key] for one in found), 3) for key in found[0]}
            for waiting, found in rounds.items()
        },
    }
    write_json(arguments.output, report)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

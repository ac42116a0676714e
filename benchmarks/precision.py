"""Whether training in bfloat16 ends at float32's scores: the same short trainings in both, by several seeds.

    python benchmarks/precision.py --data DIR --report benchmarks/results/precision-cuda.json

The noise to compare with is the spread of one precision's own seeds.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.atomic import write_json
from inpaintgan.core.events import read_events

PRECISIONS = ("float32", "bfloat16")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder of pictures")
    parser.add_argument("--stages", nargs="+", default=["edge", "inpaint"])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE", help="settings of all trainings")
    parser.add_argument("--report", type=Path, metavar="FILE.json")
    arguments = parser.parse_args()
    report: dict[str, Any] = {"steps": arguments.steps, "settings": arguments.set, "stages": {}}
    for stage in arguments.stages:
        scores = {p: [train(arguments, stage, p, seed) for seed in arguments.seeds] for p in PRECISIONS}
        report["stages"][stage] = scores
        for name in scores["float32"][0]:
            means = {p: statistics.mean(values[name] for values in scores[p]) for p in PRECISIONS}
            noise = statistics.stdev([values[name] for values in scores["float32"]])
            print(
                f"{stage} {name}: float32 {means['float32']:.4f}, bfloat16 {means['bfloat16']:.4f}, noise {noise:.4f}"
            )
        if arguments.report:
            write_json(arguments.report, report)


def train(arguments: argparse.Namespace, stage: str, precision: str, seed: int) -> dict[str, float]:
    """Train once and return the validation scores of the end."""
    settings = {
        "stage": stage, "precision": precision, "seed": seed, "max_iters": arguments.steps,
        "eval_interval": arguments.steps, "save_interval": 0, "sample_interval": 0, "val_size": 200, "tensorboard": False,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            str(ROOT / "main.py"),
            "train",
            "--data",
            str(arguments.data),
            "--run",
            f"{folder}/run",
        ]
        words = [f"{name}={value}" for name, value in settings.items()]
        subprocess.run([*command, "--set", *words, *arguments.set], check=True)
        events = list(read_events(Path(folder) / "run" / "events.jsonl"))
    return next(event["values"] for event in reversed(events) if event["type"] == "validation")


if __name__ == "__main__":
    main()

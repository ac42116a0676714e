"""A comparison's report without the trainings: what `compare` would have written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inpaintgan.core.config import Config
from inpaintgan.evaluation.compare import summary
from inpaintgan.evaluation.compare.summary import method_summary

SCORES = [
    key for key in summary.SCORES if key not in ("parameters", "gmac", "seconds_per_step", "proxy", "f1", "f1_1px")
]
GENERATORS = ("mec", "<egc>")


def rows(name: str, level: float, shares: tuple[float, ...] = (0.05, 0.25, 0.29)) -> list[dict[str, Any]]:
    """One seed's cases: every score is ``level`` and a bit for each picture."""
    return [
        {"picture": f"{i}.png", "hole_share": share, "scores": {name: dict.fromkeys(SCORES, level + 0.01 * i)}}
        for i, share in enumerate(shares)
    ]


def make_report(folder: Path, seeds: tuple[int, ...] = (10, 11)) -> dict[str, Any]:
    """A report of two generators, one with a name that HTML has to escape."""
    cost = {"parameters": 1.5, "gmac": 2.5, "seconds_per_step": 0.125}
    methods = [
        method_summary(
            name, "generator", [rows(name, 20 + i + 0.1 * k) for k in range(len(seeds))], [cost] * len(seeds)
        )
        for i, name in enumerate(GENERATORS)
    ]
    methods += [
        method_summary(name, "bound", [rows(name, level)] * len(seeds))
        for name, level in (("true edges", 24), ("no edges", 19))
    ]
    methods.append(method_summary("telea", "classical", [rows("telea", 18)]))
    run = {
        "run": "mec-seed-10", "steps": 40, "elapsed_s": 5.0, "seconds_per_step": 0.125, "device": "CPU, 1 threads",
        "perceptual": "off",
    }  # fmt: skip
    points = [(step, 0.1 + step / 1000) for step in range(10, 50, 10)]
    return {
        "title": "Edge generators on faces & dogs", "version": "0", "made": "today", "machine": "CPU",
        "versions": {"python": "3", "torch": "2"}, "generators": list(GENERATORS), "seeds": list(seeds), "steps": 40,
        "seconds": None, "inpaint": None, "config": Config(data=str(folder)).model_dump(), "budget": "40 steps",
        "val_data": str(folder), "n_train": 100, "n_scored": 3, "masks": "random-block",
        "hole_share": {"mean": 0.2, "min": 0.05, "max": 0.29}, "side_px": 256, "proxy_network": None, "rows": methods,
        "failures": [], "runs": [run], "inpaint_runs": [run],
        "curves": [
            {"generator": name, "seed": seed, "validation": {"precision": points, "recall": points}, "step": {}}
            for name in GENERATORS for seed in seeds
        ],
        "inpaint_curves": [],
    }  # fmt: skip

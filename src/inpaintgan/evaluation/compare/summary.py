"""From scores and events to the numbers of a comparison's report: means, spread, buckets, curves, costs."""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from ...core.events import read_events
from ...core.rundir import RunDir
from ...metrics.edge import f1

Row = dict[str, Any]
"""One picture's scores: ``picture``, ``hole_share``, ``scores`` by method."""
Summary = dict[str, Any]

GROUPS = (
    ("Edges in the hole", ("precision", "recall", "f1", "precision_1px", "recall_1px", "f1_1px", "edge_l1", "fm")),
    ("Filled picture", ("psnr_hole", "psnr", "ssim_hole", "ssim", "proxy")),
    ("Cost", ("parameters", "gmac", "seconds_per_step")),
)
"""The scores of the report, by what they are about."""
SCORES = tuple(key for _, keys in GROUPS for key in keys)
BUCKET_SCORES = ("precision", "recall", "precision_1px", "recall_1px", "psnr_hole")
_N_BUCKETS = 10
_MAX_POINTS = 120


def bucket(hole_share: float) -> str:
    """Name the hole-size bucket of a share of the picture: ``"20-30 %"`` holds 0.2 and not 0.3."""
    lower = min(int(hole_share * _N_BUCKETS + 1e-9), _N_BUCKETS - 1) * 100 // _N_BUCKETS
    return f"{lower}-{lower + 100 // _N_BUCKETS} %"


def _smallest_first(buckets: Iterable[str]) -> list[str]:
    return sorted(set(buckets), key=lambda bucket: int(bucket.split("-")[0]))


def method_summary(name: str, kind: str, rows_of_seeds: Sequence[Sequence[Row]], costs: Sequence[Row] = ()) -> Summary:
    """Summarise one method.

    Args:
        name: The method, as in the rows.
        kind: ``"generator"``, ``"bound"`` or ``"classical"``.
        rows_of_seeds: The cases of each seed.
        costs: Numbers of each seed's training that are not scores.

    Returns:
        ``name``, ``kind``, ``n_seeds``; ``scores``: ``{key: {"mean", "std"}}``, the mean over seeds of the mean over
        pictures and its standard deviation over seeds, None for one seed; ``buckets`` by name with ``n`` pictures.
    """
    seeds = [[row["scores"][name] for row in rows] for rows in rows_of_seeds]
    scores = _over_seeds([_with_f1(_means(rows)) for rows in seeds]) | _over_seeds(costs)
    buckets = {}
    for label in _smallest_first(bucket(row["hole_share"]) for row in rows_of_seeds[0]):
        inside = [[row["scores"][name] for row in rows if bucket(row["hole_share"]) == label] for rows in rows_of_seeds]
        kept = [{key: mean for key, mean in _means(rows).items() if key in BUCKET_SCORES} for rows in inside]
        buckets[label] = {"n": len(inside[0]), "scores": _over_seeds(kept)}
    return {"name": name, "kind": kind, "n_seeds": len(seeds), "scores": scores, "buckets": buckets}


def _means(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.fmean(row[key] for row in rows) for key in rows[0]}


def _with_f1(means: dict[str, float]) -> dict[str, float]:
    found = {
        f"f1{suffix}": f1(means[f"precision{suffix}"], means[f"recall{suffix}"])
        for suffix in ("", "_1px")
        if f"precision{suffix}" in means
    }
    return means | found


def _over_seeds(values: Sequence[dict[str, float]]) -> dict[str, dict[str, float | None]]:
    if not values:
        return {}
    return {
        key: {
            "mean": statistics.fmean(seed[key] for seed in values),
            "std": statistics.stdev([seed[key] for seed in values]) if len(values) > 1 else None,
        }
        for key in values[0]
    }


def training_summary(run: RunDir) -> Summary:
    """Return what a finished training's events tell: its steps, time, pace and machine."""
    events = list(read_events(run.events_file))
    started = next(event for event in events if event["type"] == "run_started")
    last = next(event for event in reversed(events) if event["type"] == "run_finished")
    return {
        "run": run.path.name,
        "steps": last["step"],
        "elapsed_s": last["elapsed_s"],
        "seconds_per_step": _pace(events) or last["elapsed_s"] / max(last["step"], 1),
        **{key: started[key] for key in ("device", "n_train", "n_val", "parameters", "perceptual", "versions")},
    }


def _pace(events: Iterable[dict[str, Any]]) -> float | None:
    """Median seconds of training per step over the log windows, or None when there is none.

    The first window after a start warms up, and one that a resume cuts would mix two processes: both are left out.
    """
    paces, before = [], None
    for event in events:
        if event["type"] == "run_started":
            before = None
        elif event["type"] == "step":
            if before is not None and event["step"] > before["step"]:
                paces.append((event["elapsed_s"] - before["elapsed_s"]) / (event["step"] - before["step"]))
            before = event
    return statistics.median(paces) if paces else None


def curves(run: RunDir, names: Sequence[str], kind: str) -> dict[str, list[tuple[int, float]]]:
    """Return curves over steps, thinned by means to what a chart can show.

    Args:
        run: Of one training.
        names: Of values in its events.
        kind: ``"step"`` or ``"validation"``.
    """
    points: dict[str, dict[int, float]] = {name: {} for name in names}
    for event in read_events(run.events_file):
        if event["type"] == kind:
            for name in names:
                value = event["values"].get(name)
                if value is not None and math.isfinite(value):
                    points[name][event["step"]] = value  # a resumed run repeats steps; the last word counts
    return {name: _thin(sorted(found.items())) for name, found in points.items() if found}


def _thin(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    size = max(1, math.ceil(len(points) / _MAX_POINTS))
    parts = [points[i : i + size] for i in range(0, len(points), size)]
    return [(part[-1][0], float(f"{statistics.fmean(value for _, value in part):.5g}")) for part in parts]


def csv_text(report: dict[str, Any]) -> str:
    """The report's table as CSV: a row for each method, its means, spreads and buckets."""
    labels = _smallest_first(label for row in report["rows"] for label in row["buckets"])
    header = ["method", "kind", "seeds"]
    header += [name for key in SCORES for name in (key, f"{key}_std")]
    header += [f"{key} [{label}]" for label in labels for key in BUCKET_SCORES]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in report["rows"]:
        line = [row["name"], row["kind"], row["n_seeds"]]
        line += [row["scores"].get(key, {}).get(part) for key in SCORES for part in ("mean", "std")]
        for label in labels:
            inside = row["buckets"].get(label, {"scores": {}})["scores"]
            line += [inside.get(key, {}).get("mean") for key in BUCKET_SCORES]
        writer.writerow(["" if value is None else value for value in line])
    return text.getvalue()

"""Watches a training for a day in minutes: does the memory of the page or of the window's server grow?

    python benchmarks/soak.py --minutes 14.4 --speed 100 --report soak.json

A run of 200,000 step events already exists. This script then writes on as its trainer, at a hundred times the pace of
a real training by default, while Chromium shows the progress page. Memory is read after a garbage collection.
How long such a run takes to open is measured by open_run.py.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import sync_playwright

from served import served

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.config_io import make_config
from inpaintgan.core.rundir import RunDir

LOG_INTERVAL = 10
STEP_S = 0.4
"""Seconds of a real step; one step event every four seconds then."""
LOSSES = (
    "edge_generator_loss", "edge_discriminator_loss", "edge_adversarial_loss", "feature_matching_loss",
    "inpaint_generator_loss", "inpaint_discriminator_loss", "l1_loss", "perceptual_loss", "style_loss",
    "precision", "recall", "psnr",
)  # fmt: skip


def training(past_s: float) -> Iterator[dict[str, Any]]:
    """Yield the events of an endless training, one step event after another with what belongs to it."""
    noise = random.Random(1)
    begun = time.time() - past_s
    seq = 1
    yield {
        "seq": seq, "time": begun, "step": 0, "stage": "joint", "type": "run_started", "device": "cpu", "n_train": 900,
        "n_val": 16, "max_iters": 20_000_000, "resumed": False, "parameters": {"edge_generator": 7_000_000},
        "perceptual": "off", "versions": {},
    }  # fmt: skip
    index = 0
    while True:
        index += 1
        step = index * LOG_INTERVAL
        values = {name: round(0.2 + noise.random() * math.exp(-index / 1e5), 6) for name in LOSSES}
        events: list[dict[str, Any]] = [
            {"type": "step", "phase": "", "learning_rate": 1e-4, "values": values, "images_per_s": 9.5, "data_wait": 0.01,
             "elapsed_s": step * STEP_S, "eta_s": 1e6, "gpu_memory": None}
        ]  # fmt: skip
        if step % 1000 == 0:
            events.append({"type": "sample", "path": "samples/step-000000000.png", "columns": ["masked", "fill"]})
            scores = {"psnr_hole": 20 + index / 1e5, "psnr": 28.0, "precision": 0.4, "recall": 0.5}
            events.append({"type": "validation", "values": scores, "baselines": {}, "best": False})
        if step % 5000 == 0:
            events.append({"type": "checkpoint", "path": f"checkpoints/step-{step:09d}", "reason": "interval"})
            events.append({"type": "warning", "code": "soak", "message": f"A warning at step {step}."})
        for event in events:
            seq += 1
            yield {"seq": seq, "time": begun + step * STEP_S, "step": step, "stage": "joint", **event}


def line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=14.4, help="how long; 14.4 at speed 100 is a day")
    parser.add_argument("--speed", type=float, default=100, help="times a real training's pace")
    parser.add_argument("--past", type=int, default=200_000, help="step events that are there at the beginning")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--report", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        report = soak(RunDir(Path(folder) / "runs" / "soak"), arguments)
    text = json.dumps(report, indent=2)
    print(text)
    if arguments.report:
        arguments.report.write_text(text + "\n")
    return 0


def soak(run: RunDir, arguments: argparse.Namespace) -> dict[str, Any]:
    """Watch a simulated training and return what memory did meanwhile."""
    run.path.mkdir(parents=True)
    run.create(make_config({"stage": "joint", "max_iters": 2_000_000}))
    events = training(arguments.past * LOG_INTERVAL * STEP_S)
    with open(run.events_file, "wb") as file:
        n_steps = 0
        while n_steps < arguments.past:
            event = next(events)
            n_steps += event["type"] == "step"
            file.write(line(event))
    run.claim()
    try:
        with served(run.path.parent) as (url, server), sync_playwright() as playwright:
            options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
            browser = playwright.chromium.launch(executable_path=arguments.chromium, args=options)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(url)
            page.goto(f"{url.split('/?')[0]}/train/progress.html?run={run.path.name}")
            page.wait_for_selector("#loss-charts .u-over")
            readings = list(watch(page, server, events, run, arguments))
            browser.close()
    finally:
        run.release()
    return {"past_step_events": arguments.past, "minutes": arguments.minutes, "speed": arguments.speed,
            "growth": growth(readings), "readings": readings}  # fmt: skip


def watch(
    page: Any, server: int, events: Iterator[dict[str, Any]], run: RunDir, arguments: argparse.Namespace
) -> Iterator[dict[str, float]]:
    """Write events at their pace and yield memory readings, twelve in all."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    per_s = arguments.speed / (LOG_INTERVAL * STEP_S)
    begun, written, read = time.monotonic(), 0, 0
    with open(run.events_file, "ab", buffering=0) as file:
        while read < 12:
            passed = time.monotonic() - begun
            lines = []
            while written < passed * per_s:
                event = next(events)
                written += event["type"] == "step"
                lines.append(line(event))
            file.write(b"".join(lines))
            if passed >= (read + 1) * arguments.minutes * 60 / 12:
                read += 1
                devtools.send("HeapProfiler.collectGarbage")
                found = {entry["name"]: entry["value"] for entry in devtools.send("Performance.getMetrics")["metrics"]}
                yield {
                    "seconds": round(passed, 1),
                    "step_events": written,
                    "page_heap_mb": round(found["JSHeapUsedSize"] / 1e6, 2),
                    "page_nodes": found["Nodes"],
                    "page_listeners": found["JSEventListeners"],
                    "server_mb": round(psutil.Process(server).memory_info().rss / 1e6, 1),
                }
            page.wait_for_timeout(200)


def growth(readings: list[dict[str, float]]) -> dict[str, float]:
    """Ratio of the last quarter's mean to that of the quarter after the first: 1 is no growth."""
    quarter = len(readings) // 4
    early, late = readings[quarter : 2 * quarter], readings[-quarter:]
    names = ("page_heap_mb", "page_nodes", "page_listeners", "server_mb")
    return {name: round(sum(row[name] for row in late) / sum(row[name] for row in early), 3) for name in names}


if __name__ == "__main__":
    sys.exit(main())

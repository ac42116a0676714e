"""How long a run of 2,000,000 steps takes to open: ``python benchmarks/open_run.py --report open-run.json``.

Writes 200,000 step events, starts the window's server, and clicks on the run in the list of all runs, in Chromium. What is
timed is the way from the click to the page with all its charts, its newest sample and its log: at the very first look at the
run, when all its events are read; at the first look after each later start of the program, which finds the thinned curves
that the first one kept; and once more in the same program.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import sync_playwright

from served import served
from soak import LOG_INTERVAL, LOSSES, ROOT, STEP_S, line, training

sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.config_io import make_config
from inpaintgan.core.rundir import RunDir

N_LOSSES = sum(name.endswith("_loss") for name in LOSSES)
DRAWN = f"""
() => document.querySelectorAll('#loss-charts .u-over').length >= {N_LOSSES}
  && document.querySelectorAll('#metric-charts .u-over').length >= 2
  && document.querySelector('#sample').naturalWidth > 0
  && document.querySelectorAll('#log li').length > 400
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=200_000, help="step events of the run")
    parser.add_argument(
        "--rounds", type=int, default=3, help="programs started, one after another; each opens the run twice"
    )
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--report", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="open-run-") as folder:
        run = RunDir(Path(folder) / "runs" / "long")
        run.path.mkdir(parents=True)
        run.create(make_config({"stage": "joint", "max_iters": arguments.steps * LOG_INTERVAL}))
        sample = next((ROOT / "examples").glob("*.png"))
        run.sample_path(0).write_bytes(sample.read_bytes())
        write_events(run, arguments.steps)
        with sync_playwright() as playwright:
            options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
            browser = playwright.chromium.launch(executable_path=arguments.chromium, args=options)
            rounds = [open_twice(browser, run) for _ in range(arguments.rounds)]
            browser.close()
        size = run.events_file.stat().st_size
    report = {
        "step_events": arguments.steps,
        "events_mb": round(size / 1e6, 1),
        "cores": psutil.cpu_count(),
        "load": round(psutil.getloadavg()[0], 1),
        "very_first_s": [rounds[0][0]],
        "first_after_start_s": [first for first, _ in rounds[1:]],
        "again_s": [again for _, again in rounds],
    }
    text = json.dumps(report, indent=2)
    print(text)
    if arguments.report:
        arguments.report.write_text(text + "\n")
    return 0


def write_events(run: RunDir, steps: int) -> None:
    """Write the events of a finished training."""
    events = training(steps * LOG_INTERVAL * STEP_S)
    n_steps = 0
    with open(run.events_file, "wb") as file:
        while n_steps < steps:
            event = next(events)
            n_steps += event["type"] == "step"
            file.write(line(event))
        last = {"seq": event["seq"] + 1, "time": time.time(), "step": event["step"], "stage": "joint"}
        file.write(line({**last, "type": "run_finished", "reason": "max_iters", "elapsed_s": event["step"] * STEP_S}))


def open_twice(browser: Any, run: RunDir) -> tuple[float, float]:
    """Return the seconds of the first and of the second opening in one program."""
    with served(run.path.parent) as (url, _):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(url)
        times = opened(page, url, run), opened(page, url, run)
        context.close()
    return times


def opened(page: Any, url: str, run: RunDir) -> float:
    page.goto(f"{url.split('/?')[0]}/train/runs.html")
    link = page.get_by_role("link", name=run.path.name, exact=True)
    link.wait_for()
    begun = time.perf_counter()
    link.click()
    page.wait_for_function(DRAWN, timeout=60_000)
    return round(time.perf_counter() - begun, 2)


if __name__ == "__main__":
    sys.exit(main())

"""What the tests of the training pages share: drawn pictures, the way through the pages, runs nobody trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil

from inpaintgan.core.config_io import make_config
from inpaintgan.core.events import EventLog, RunFinished, Sample, Step, Validation
from inpaintgan.core.rundir import RunDir
from run_events import run_started

TINY = {
    "Width": "8",
    "Input size": "64",
    "Batch size": "2",
    "Iterations": "5000",
    "Loader processes": "0",
    "CPU threads": "1",
    "Log interval": "1",
    "Sample interval": "5",
    "Validation interval": "0",
    "Save interval": "5",
}


def draw_pictures(folder: Path, count: int = 8) -> Path:
    """Write small pictures of circles and boxes on gradients."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(5)
    for index in range(count):
        ramp = np.linspace(40, 220, 96, dtype=np.uint8)
        picture = np.ascontiguousarray(np.stack([np.tile(ramp, (96, 1))] * 3, axis=2))
        for _ in range(4):
            color = tuple(int(value) for value in rng.integers(0, 255, 3))
            x, y = (int(value) for value in rng.integers(10, 80, 2))
            cv2.circle(picture, (x, y), int(rng.integers(5, 25)), color, -1)
            cv2.rectangle(picture, (y, x), (y + 14, x + 9), color[::-1], -1)
        ok, data = cv2.imencode(".png", picture)
        assert ok
        (folder / f"picture-{index}.png").write_bytes(data.tobytes())
    return folder


def open_train(page: Any) -> None:
    page.get_by_role("link", name="Train", exact=True).click()
    page.wait_for_url("**/train/model.html")
    page.wait_for_selector("html[data-eel=ready]")
    page.get_by_label("Model to train").locator("option").first.wait_for(state="attached")


def type_dataset(page: Any, folder: Path) -> None:
    page.get_by_label("Dataset folder path").fill(str(folder))
    page.get_by_label("Dataset folder path").press("Enter")


def go_on(page: Any, folder: Path) -> None:
    """From the first page to the second with a dataset."""
    page.get_by_label("Dataset folder path").fill(str(folder))
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/train/gan.html")


def open_settings(page: Any, folder: Path) -> None:
    """From anywhere to the second page with a dataset."""
    open_train(page)
    go_on(page, folder)
    page.get_by_label("Learning Rate").wait_for()


def start_tiny(page: Any, folder: Path, **settings: str) -> str:
    """Start a real training of the smallest kind from the pages and return its run's name."""
    open_settings(page, folder)
    for label, value in {**TINY, **settings}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Train The Model").click()
    page.wait_for_url("**/train/progress.html?run=*")
    wait_state(page, "Training", "Finished")  # a short one may be over before it is seen
    return page.locator("#run-name").inner_text()


def wait_state(page: Any, *states: str) -> None:
    page.wait_for_function(
        "(states) => states.includes(document.querySelector('#state').textContent)", arg=list(states)
    )


def iteration(page: Any) -> int:
    """Return the step that the page shows."""
    return int(page.locator("#iteration").inner_text().split("/")[0].replace(",", ""))


def wait_iteration(page: Any, step: int) -> None:
    page.wait_for_function(
        "(step) => Number(document.querySelector('#iteration').textContent.split('/')[0].replaceAll(',', '')) >= step",
        arg=step,
    )


def seconds(text: str) -> int:
    """Return what a timer such as 1:02:03 shows, in seconds."""
    total = 0
    for part in text.split(":"):
        total = total * 60 + int(part)
    return total


def make_run(runs: Path, name: str, sample: Path, steps: int = 60, stage: str = "edge") -> RunDir:
    """Write the folder of a finished run without training it."""
    run = RunDir(runs / name)
    run.create(make_config({"stage": stage, "data": str(sample.parent), "max_iters": steps, "width": 24}))
    log = EventLog(run.events_file)
    log.emit(run_started(stage=stage, max_iters=steps, parameters={"edge_generator": 10}))
    for step in range(0, steps + 1, 10):
        if step:
            values = {"edge_generator_loss": 5 / step, "edge_discriminator_loss": 0.7, "precision": 0.3, "recall": 0.4}
            log.emit(
                Step(step=step, stage=stage, values=values, images_per_s=2, data_wait=0.1, elapsed_s=step, eta_s=0)
            )
        run.sample_path(step).write_bytes(sample.read_bytes())
        log.emit(
            Sample(
                step=step,
                stage=stage,
                path=f"samples/{run.sample_path(step).name}",
                columns=["masked", "edges", "canny"],
            )
        )
    log.emit(Validation(step=steps, stage=stage, values={"precision": 0.35, "recall": 0.45}, baselines={}, best=True))
    log.emit(RunFinished(step=steps, stage=stage, reason="max_iters", elapsed_s=steps))
    return run


def open_run(page: Any, app: Any, run: str) -> None:
    """Open the page of a training and wait for its first words."""
    page.goto(f"{app.origin}/train/progress.html?run={run}")
    page.wait_for_selector("html[data-eel=ready]")
    page.locator("#log li").first.wait_for()


def training_processes(run: Path) -> list[psutil.Process]:
    """Return the processes that train in a run folder."""
    found = []
    for process in psutil.process_iter():
        try:
            arguments = process.cmdline()
        except psutil.Error:
            continue
        if "train" in arguments and str(run) in arguments:
            found.append(process)
    return found

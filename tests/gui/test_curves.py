"""The page of a training draws its past: curves, samples and scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from inpaintgan.core.config_io import make_config
from inpaintgan.core.events import EventLog, Paused, Step, Validation
from inpaintgan.core.rundir import RunDir

from .training_pages import (
    make_run,
    open_run,
)


def test_a_run_is_drawn_from_its_events(page: Any, app: Any, pictures: Path) -> None:
    run = make_run(app.runs, "drawn-run", pictures / "picture-0.png")
    open_run(page, app, "drawn-run")
    expect(page.locator("#state")).to_have_text("Finished")
    expect(page.locator("#timer")).to_have_text("1:00")
    expect(page.locator("#iteration")).to_have_text("60 / 60")
    # Those of validation, as on the run's card: one batch is noise.
    expect(page.locator("#numbers div").filter(has_text="Precision")).to_have_text("Precision, validation0.3500")
    expect(page.locator("#loss-charts figure")).to_have_count(2)
    # The first is drawn alone, over both columns, and has to give way to the second.
    page.wait_for_function(
        "() => [...document.querySelectorAll('.chart')].every("
        "(chart) => chart.querySelector('.uplot').offsetWidth <= chart.offsetWidth)"
    )
    expect(page.locator("#metric-charts figure")).to_have_count(1)
    expect(page.locator("#log")).to_contain_text("Validation, the best so far: precision 0.3500")
    slider = page.get_by_label("Sample over time")
    expect(page.locator("#sample-step")).to_have_text("Step 60, the newest")
    slider.press("Home")
    expect(page.locator("#sample-step")).to_have_text("Step 0")
    assert page.locator("#sample").get_attribute("src").endswith("step-000000000.png")
    expect(page.locator("#sample-heads")).to_have_text("MaskedPredicted edgesTrue edges (Canny)")
    expect(page.locator("#sample-key")).to_have_text("Edges: red predicted in the hole, black known.")
    page.get_by_label("Logarithmic").check()
    page.get_by_role("link", name="New run from this one").wait_for(state="hidden")
    chart = page.locator("#loss-charts .u-over").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(page.locator("#loss-charts figure").nth(1)).to_contain_text("step 30")
    assert run.load_config().width == 24


def test_arrow_keys_read_a_curve(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "drawn-run", pictures / "picture-0.png")
    open_run(page, app, "drawn-run")
    curve = page.get_by_role("slider", name="Step in Edge generator")
    # The value beside the bold line's key is the bold line's.
    expect(curve).to_have_attribute("aria-valuetext", "step 60, 0.1825")
    page.get_by_label("Smoothing").fill("0")
    other = page.locator("#loss-charts figure").nth(1)
    expect(curve).to_have_attribute("aria-valuetext", "step 60, 0.0833")
    expect(other).not_to_contain_text("step")
    for key, step, loss in (("ArrowLeft", 50, "0.1000"), ("Home", 10, "0.5000"), ("ArrowRight", 20, "0.2500")):
        curve.press(key)
        expect(curve).to_have_attribute("aria-valuetext", f"step {step}, {loss}")
        expect(other).to_contain_text(f"step {step}")
    log = EventLog(app.runs / "drawn-run" / "events.jsonl")
    for step in range(70, 200, 10):  # the curve grows, and its old steps move to the left
        values = {"edge_generator_loss": 5 / step}
        log.emit(Step(step=step, stage="edge", values=values, images_per_s=2, data_wait=0.1, elapsed_s=step, eta_s=0))
    expect(curve).to_have_attribute("aria-valuemax", "190")
    expect(curve).to_have_attribute("aria-valuetext", "step 20, 0.2500")
    curve.press("Escape")
    expect(curve).to_have_attribute("aria-valuetext", "step 190, 0.0263")
    expect(other).not_to_contain_text("step")


def test_a_gpu_training_shows_the_gpu_and_fill_scores_stand_beside_the_classical_ones(page: Any, app: Any) -> None:
    run = RunDir(app.runs / "on-gpu")
    run.path.mkdir(parents=True)
    run.create(make_config({"stage": "inpaint", "max_iters": 100}))
    run.claim()
    log = EventLog(run.events_file)
    telea = {"psnr": 26.0, "psnr_hole": 18.5, "ssim": 0.9, "ssim_hole": 0.625}
    ours = {"psnr": 28.0, "psnr_hole": 20.5, "ssim": 0.92, "ssim_hole": 0.71}
    for step in (10, 20):
        log.emit(
            Step(
                step=step,
                stage="inpaint",
                values={"l1_loss": 1 / step, "psnr": 20 + step / 10},
                images_per_s=90,
                data_wait=0.1,
                elapsed_s=step,
                eta_s=8,
                gpu_memory=(60.25, 139.8),
                gpu_utilisation=0.875,
            )
        )
        log.emit(Validation(step=step, stage="inpaint", values=ours, baselines={"telea": telea}, best=True))
    open_run(page, app, "on-gpu")
    numbers = page.locator("#numbers div")
    expect(numbers.filter(has_text="GPU memory")).to_contain_text("60.3 of 140 GB")
    expect(numbers.filter(has_text="88 %")).to_have_text("GPU88 %")
    charts = page.locator("#metric-charts figure")
    for title, values in {  # a score of the full picture would flatter beside a baseline in the hole
        "SSIM, full picture": ["validation 0.9200", "OpenCV Telea 0.9000"],
        "SSIM in the hole": ["validation 0.7100", "OpenCV Telea 0.6250"],
        "PSNR, full picture": ["21.53 dB", "validation 28.00 dB", "OpenCV Telea 26.00 dB"],
        "PSNR in the hole": ["validation 20.50 dB", "OpenCV Telea 18.50 dB"],
    }.items():
        chart = charts.filter(has=page.get_by_role("heading", name=title, exact=True))
        expect(chart.locator(".readout")).to_have_text(values, use_inner_text=False)
    log.emit(Paused(step=20, stage="inpaint"))
    expect(numbers.filter(has_text="88 %")).to_have_count(0)
    run.release()


def test_charts_redraw_in_the_dark(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "drawn-run", pictures / "picture-0.png")
    open_run(page, app, "drawn-run")
    before = page.locator("html").evaluate("(node) => getComputedStyle(node).backgroundColor")
    for _ in range(2):
        page.get_by_role("button", name="Theme").click()
    after = page.locator("html").evaluate("(node) => getComputedStyle(node).backgroundColor")
    assert before != after
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

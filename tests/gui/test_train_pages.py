"""The training pages beyond the test plan: settings, live progress, and trainings that survive their page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import expect

from inpaintgan.core.config_io import load_config, make_config
from inpaintgan.core.events import EventLog, Paused, RunFinished, Sample, Step, Validation, Warned, read_events
from inpaintgan.core.rundir import RunDir
from inpaintgan.gui.runs import MISSED_BYTES
from run_events import run_started

from .training_pages import (
    START_S,
    draw_pictures,
    iteration,
    open_settings,
    open_train,
    seconds,
    start_tiny,
    training_processes,
    type_dataset,
    wait_iteration,
    wait_state,
)


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
        log.emit(Sample(step=step, stage=stage, path=f"samples/{run.sample_path(step).name}", columns=["masked"]))
    log.emit(Validation(step=steps, stage=stage, values={"precision": 0.35, "recall": 0.45}, baselines={}, best=True))
    log.emit(RunFinished(step=steps, stage=stage, reason="max_iters", elapsed_s=steps))
    return run


def open_run(page: Any, app: Any, run: str) -> None:
    page.goto(f"{app.origin}/train/progress.html?run={run}")
    page.wait_for_selector("html[data-eel=ready]")
    page.locator("#log li").first.wait_for()


def test_preview_follows_sigma_and_mask(page: Any, pictures: Path) -> None:
    open_train(page)
    type_dataset(page, pictures)
    edges = page.locator("#preview-grid img[alt$='edges']").first
    edges.wait_for()
    before = edges.get_attribute("src")
    page.get_by_label("Sigma", exact=True).fill("5")
    expect(edges).not_to_have_attribute("src", before)
    expect(page.locator("#sigma-value")).to_have_text("5.0 px")
    page.get_by_label("Masking image").select_option(label="External")
    expect(page.locator("#preview-grid")).to_contain_text("Choose the folder of masks")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert").filter(has_text="Mask path is not defined")).to_be_visible()


def test_preview_follows_the_edge_detector(page: Any, pictures: Path) -> None:
    open_train(page)
    type_dataset(page, pictures)
    edges = page.locator("#preview-grid img[alt$='edges']").first
    edges.wait_for()
    for title in ("Sobel", "Laplacian of Gaussian", "Multi-scale"):
        before = edges.get_attribute("src")
        page.get_by_label("Edge Detector").select_option(label=title)
        expect(edges).not_to_have_attribute("src", before)
        expect(page.locator("#edge-data-field")).to_be_hidden()
    page.get_by_label("Edge Detector").select_option(label="External")
    expect(page.locator("#preview-grid")).to_contain_text("Choose the folder of edges")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert").filter(has_text="Edge path is not defined")).to_be_visible()


def test_external_edges_are_previewed_and_missing_ones_keep_from_going_on(page: Any, pictures: Path) -> None:
    folder = pictures.parent / "edges"
    folder.mkdir()
    for file in pictures.iterdir():
        edges = cv2.Canny(cv2.imread(str(file)), 50, 150)
        assert cv2.imwrite(str(folder / file.name), cv2.dilate(edges, np.ones((5, 5), np.uint8)))
    lost = folder / "picture-3.png"
    lost.rename(pictures.parent / "elsewhere.png")
    open_train(page)
    type_dataset(page, pictures)
    page.get_by_label("Edge Detector").select_option(label="External")
    page.get_by_label("Edge folder, typed").fill(str(folder))
    page.keyboard.press("Enter")
    expect(page.locator("#preview-grid")).to_contain_text("1 of 8 pictures have no edge picture")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#next-error")).to_contain_text("picture-3")
    (pictures.parent / "elsewhere.png").rename(lost)
    page.get_by_label("Keep only edges that Canny finds too").check()
    thinned = page.locator("#preview-grid img[alt$='edges']").first
    thinned.wait_for()
    before = thinned.get_attribute("src")
    page.get_by_label("Keep only edges that Canny finds too").uncheck()
    expect(thinned).not_to_have_attribute("src", before)
    expect(page.locator("#sigma-field")).to_be_hidden()
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/train/gan.html")


def test_a_folder_that_cannot_be_used_is_refused_in_words(page: Any, pictures: Path) -> None:
    open_train(page)
    type_dataset(page, pictures / "nowhere")
    expect(page.locator("#data-error")).to_contain_text("There is no folder")
    empty = pictures.parent / "empty"
    empty.mkdir()
    type_dataset(page, empty)
    expect(page.locator("#check-problems")).to_contain_text("no picture")


def test_folder_dialog_works_by_keyboard(page: Any, pictures: Path) -> None:
    open_train(page)
    page.get_by_role("button", name="Select Dataset Path").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Folder path").fill(str(pictures / "nowhere"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("There is no folder")
    dialog.get_by_label("Folder path").fill(str(pictures.parent))
    page.keyboard.press("Enter")
    folder = dialog.get_by_role("button", name=pictures.name)
    folder.focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Folder path")).to_have_value(str(pictures))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Select Dataset Path")).to_be_focused()


def test_settings_are_checked_at_their_fields_and_block_the_start(page: Any, pictures: Path, app: Any) -> None:
    open_settings(page, pictures)
    page.get_by_label("Batch size").fill("0")
    row = page.locator("[data-key=batch_size]")
    expect(row.get_by_role("alert")).to_contain_text("0 does not fit; allowed: 1 to 1024")
    page.get_by_role("button", name="Train The Model").click()
    expect(page.get_by_label("Batch size")).to_be_focused()
    assert page.url.endswith("/train/gan.html")
    assert not list(app.runs.glob("*"))
    page.get_by_label("Batch size").fill("12")
    expect(row.get_by_role("alert")).to_be_hidden()


def test_a_preset_says_what_the_page_before_chose_otherwise(page: Any, pictures: Path) -> None:
    open_train(page)
    page.get_by_label("Edge generator").select_option(label="EdgeConnect")
    type_dataset(page, pictures)
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/train/gan.html")
    expect(page.locator("#kept")).to_be_hidden()
    page.get_by_label("Preset").select_option(label="Paper 4.2: EGC")
    expect(page.locator("#kept-text")).to_contain_text("Edge generator EdgeConnect instead of EGC")
    page.get_by_role("button", name="Take the preset's").click()
    expect(page.locator("#kept")).to_be_hidden()
    expect(page.locator("#summary")).to_contain_text("EGC")


def test_changes_are_marked_against_the_preset_and_survive_going_back(page: Any, pictures: Path) -> None:
    open_settings(page, pictures)
    page.get_by_label("Preset").select_option(label="The paper")
    page.get_by_label("Learning Rate", exact=True).select_option(label="Other…")
    page.get_by_label("Another learning rate").fill("0.00042")
    page.get_by_label("GAN loss").select_option(label="Hinge")
    expect(page.locator("[data-changed]")).to_have_count(2)
    expect(page.locator("#changes")).to_contain_text("2 settings differ from the preset")
    page.get_by_role("link", name="Back").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Another learning rate")).to_have_value("0.00042")
    page.locator("[data-key=gan_loss]").get_by_role("button").click()
    expect(page.get_by_label("GAN loss")).to_have_value("nsgan")
    page.get_by_label("Preset").select_option(label="EdgeConnect")
    expect(page.locator("[data-changed]")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Another learning rate")).to_have_value("0.00042")


def test_yaml_goes_out_and_comes_in(page: Any, pictures: Path, tmp_path: Path) -> None:
    open_settings(page, pictures)
    page.get_by_label("Style weight").fill("250")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export YAML").click()
    file = tmp_path / "config.yml"
    download.value.save_as(file)
    assert load_config(file).style_loss_weight == 250
    page.get_by_role("button", name="Put all back").click()
    expect(page.get_by_label("Style weight")).to_have_value("1")
    page.locator("#import-file").set_input_files(file)
    expect(page.get_by_label("Style weight")).to_have_value("250")
    file.write_text("style_weight: 3\n", encoding="utf-8")
    page.locator("#import-file").set_input_files(file)
    expect(page.locator("#start-error")).to_contain_text("style_weight")


def test_a_run_is_drawn_from_its_events(page: Any, app: Any, pictures: Path) -> None:
    run = make_run(app.runs, "drawn-run", pictures / "picture-0.png")
    open_run(page, app, "drawn-run")
    expect(page.locator("#state")).to_have_text("Finished")
    expect(page.locator("#timer")).to_have_text("1:00")
    expect(page.locator("#iteration")).to_have_text("60 / 60")
    expect(page.locator("#numbers")).to_contain_text("0.3000")
    expect(page.locator("#loss-charts figure")).to_have_count(2)
    expect(page.locator("#metric-charts figure")).to_have_count(1)
    expect(page.locator("#log")).to_contain_text("Validation, the best so far: precision 0.3500")
    slider = page.get_by_label("Sample over time")
    expect(page.locator("#sample-step")).to_have_text("Step 60, the newest")
    slider.press("Home")
    expect(page.locator("#sample-step")).to_have_text("Step 0")
    assert page.locator("#sample").get_attribute("src").endswith("step-000000000.png")
    page.get_by_label("Logarithmic").check()
    page.get_by_role("link", name="New run from this one").wait_for(state="hidden")
    chart = page.locator("#loss-charts .u-over").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(page.locator("#loss-charts figure").nth(1)).to_contain_text("step 30")
    assert run.load_config().width == 24


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
    chart = page.locator("#metric-charts figure").filter(has=page.get_by_role("heading", name="SSIM"))
    expect(chart.locator(".readout")).to_have_text(
        ["validation 0.9200", "in the holevalidation 0.7100", "OpenCV Telea 0.6250"], use_inner_text=False
    )
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


def test_a_deleted_run_comes_back(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "first", pictures / "picture-0.png")
    make_run(app.runs, "second", pictures / "picture-1.png")
    page.goto(f"{app.origin}/train/runs.html")
    expect(page.locator(".run-card")).to_have_count(2)
    page.get_by_role("button", name="Delete first").click()
    expect(page.locator(".run-card")).to_have_count(1)
    assert not (app.runs / "first").exists() and (app.runs / "second").exists()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".run-card")).to_have_count(2)
    expect(page.locator("#deleted")).to_be_empty()
    expect(page.locator("[data-run=first]")).to_contain_text("Precision 0.3500, Recall 0.4500 at step 60")
    expect(page.locator("[data-run=first] img")).to_have_js_property("complete", True)
    assert (app.runs / "first" / "samples" / "step-000000060.png").is_file()


def test_runs_stand_side_by_side(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "first", pictures / "picture-0.png")
    make_run(app.runs, "second", pictures / "picture-1.png", steps=40)
    page.goto(f"{app.origin}/train/runs.html")
    page.get_by_label("Compare first").check()
    expect(page.get_by_role("link", name="Compare 1 run")).to_be_hidden()
    page.get_by_label("Compare second").check()
    page.get_by_role("link", name="Compare 2 runs").click()
    rows = page.locator("#differences tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_have_text("Iterations6040")
    expect(page.locator("#samples figure").nth(0)).to_contain_text("first step 60")
    expect(page.locator("#samples figure").nth(1)).to_contain_text("second step 40")
    page.get_by_label("Samples over time").press("Home")
    expect(page.locator("#samples figure").nth(1)).to_contain_text("second step 0")
    curves = page.locator("#charts figure").filter(has_text="Edge generator")
    expect(curves.locator(".readout")).to_have_text(["first 0.0833", "second 0.1250"])
    expect(page.locator("#charts figure").filter(has_text="Validation: Recall")).to_be_visible()
    page.get_by_label("Logarithmic").check()
    page.goto(f"{app.origin}/train/runs-compare.html?run=first")
    expect(page.locator("#refused")).to_contain_text("Choose two runs or more")


def test_a_run_is_duplicated_with_changes(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "first", pictures / "picture-0.png")
    page.goto(f"{app.origin}/train/runs.html")
    page.get_by_role("button", name="Duplicate first").click()
    page.wait_for_url("**/train/model.html")
    expect(page.locator("#data-path")).to_have_text(str(pictures))
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Width")).to_have_value("24")
    expect(page.get_by_label("Iterations")).to_have_value("60")


def test_queued_trainings_follow_one_another(page: Any, app: Any, pictures: Path, ended_trainings: Any) -> None:
    for name in ("one", "two"):
        run = RunDir(app.runs / name)
        run.path.mkdir(parents=True)
        run.create(
            make_config(
                {"data": str(pictures), "width": 8, "input_size": 64, "batch_size": 1, "max_iters": 2, "workers": 0,
                 "threads": 1, "eval_interval": 0, "perceptual_weights": "off", "log_interval": 1}
            )
        )  # fmt: skip
    page.goto(f"{app.origin}/train/runs.html")
    page.get_by_role("button", name="Queue one").click()
    page.get_by_role("button", name="Queue two").click()
    expect(page.locator("[data-run=two] .pill")).to_contain_text("Waiting")
    for name in ("one", "two"):
        expect(page.locator(f"[data-run={name}] .pill")).to_have_text("Finished", timeout=START_S * 1000)
    expect(page.locator("#queue-note")).to_have_text("")
    one, two = (list(read_events(RunDir(app.runs / name).events_file)) for name in ("one", "two"))
    assert one[-1]["type"] == two[-1]["type"] == "run_finished"
    assert one[-1]["time"] < two[0]["time"]


def test_the_log_is_searched(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "drawn-run", pictures / "picture-0.png")
    open_run(page, app, "drawn-run")
    search = page.get_by_label("Search the log")
    search.fill("recall BEST")
    expect(page.locator("#log li:visible")).to_have_count(1)
    expect(page.locator("#log-found")).to_have_text("1 line found")
    search.fill("")
    expect(page.locator("#log-found")).to_have_text("")
    assert page.locator("#log li:visible").count() > 10


def test_the_inpaint_model_is_offered_the_newest_edge_run(page: Any, app: Any, pictures: Path) -> None:
    run = make_run(app.runs, "edges", pictures / "picture-0.png")
    open_train(page)
    page.get_by_label("Model to train").select_option(label="Inpaint Model")
    expect(page.get_by_label("Start from")).to_have_value(str(run.path))
    expect(page.locator("#init_from-text")).to_contain_text("Suggested")
    type_dataset(page, pictures)
    page.get_by_role("button", name="Next").click()
    # The network's shape follows the run, or its weights would not fit.
    expect(page.get_by_label("Width")).to_have_value("24")


def test_an_unknown_run_is_named(page: Any, app: Any) -> None:
    page.goto(f"{app.origin}/train/progress.html?run=nowhere")
    expect(page.locator("#alerts")).to_contain_text("There is no run 'nowhere'")


def test_progress_survives_closing_and_reopening_the_page(
    page: Any, app: Any, pictures: Path, ended_trainings: Any
) -> None:
    run = start_tiny(page, pictures)
    wait_iteration(page, 6)
    before, timer = iteration(page), seconds(page.locator("#timer").inner_text())
    page.goto(f"{app.origin}/index.html")
    expect(page.locator("#running")).to_contain_text(run)
    page.get_by_role("link", name=run).click()
    page.wait_for_url("**/train/progress.html?run=*")
    wait_iteration(page, before + 2)
    assert seconds(page.locator("#timer").inner_text()) >= timer
    expect(page.locator("#log")).to_contain_text("Started: Edge Model")
    expect(page.locator("#numbers")).to_contain_text("RAM")
    expect(page.locator("#numbers")).to_contain_text(" GB")
    expect(page.locator("#loss-charts figure")).to_have_count(4)
    page.wait_for_function("() => document.querySelector('#sample').naturalWidth > 0")


def test_pause_sample_save_stop_and_resume(page: Any, app: Any, pictures: Path, ended_trainings: Any) -> None:
    run = start_tiny(page, pictures, **{"Sample interval": "0", "Save interval": "0"})
    events = app.runs / run / "events.jsonl"
    wait_iteration(page, 3)
    page.get_by_role("button", name="Pause").click()
    wait_state(page, "Paused", 20)
    paused, timer = iteration(page), page.locator("#timer").inner_text()
    page.wait_for_timeout(1500)
    assert iteration(page) == paused
    assert page.locator("#timer").inner_text() == timer
    page.get_by_role("button", name="Resume").click()
    wait_iteration(page, paused + 1, 20)
    page.get_by_role("button", name="Sample now").click()
    expect(page.get_by_role("status").filter(has_text="Sample drawn.")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Save now").click()
    expect(page.get_by_role("status").filter(has_text="Checkpoint saved.")).to_be_visible(timeout=20_000)

    seen = iteration(page)
    page.get_by_role("button", name="Stop and save").click()
    wait_state(page, "Stopped", 30)
    stopped = next(event["step"] for event in read_events(events) if event["type"] == "run_finished")
    assert seen <= stopped == iteration(page)
    assert (app.runs / run / "checkpoints" / f"step-{stopped:09d}").is_dir()

    page.get_by_role("button", name="Resume training").click()
    wait_iteration(page, stopped + 2)
    wait_state(page, "Training")
    resumed = [event for event in read_events(events) if event["type"] == "run_started"][-1]
    assert resumed["resumed"] and resumed["step"] == stopped
    expect(page.locator("#log")).to_contain_text(f"Resumed at step {stopped}")


def test_a_page_that_was_hidden_for_hours_comes_back_to_a_thinned_past(page: Any, app: Any, pictures: Path) -> None:
    run = make_run(app.runs, "long", pictures / "picture-0.png")
    open_run(page, app, "long")
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true})"
    page.evaluate(hide % "true" + "; document.dispatchEvent(new Event('visibilitychange'))")
    first = {"seq": 1000, "time": 5, "stage": "edge", "type": "step", "images_per_s": 2, "data_wait": 0, "eta_s": 0}
    with open(run.events_file, "a", encoding="utf-8") as file:
        for n in range(40_000):
            event = {**first, "seq": 1000 + n, "step": 70 + n, "elapsed_s": n, "values": {"precision": 0.5}}
            file.write(json.dumps(event, separators=(",", ":")) + "\n")
    assert run.events_file.stat().st_size > MISSED_BYTES
    page.evaluate(hide % "false" + "; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#iteration")).to_contain_text("40,069", timeout=30_000)
    expect(page.locator('#log li[data-kind="step"]')).to_have_count(500)
    EventLog(run.events_file).emit(Warned(step=40_070, stage="edge", code="x", message="It goes on from there."))
    expect(page.locator("#log li").last).to_contain_text("It goes on from there.")


def test_a_killed_training_is_noticed_and_goes_on_from_its_checkpoint(
    page: Any, app: Any, pictures: Path, ended_trainings: Any
) -> None:
    run = start_tiny(page, pictures)
    wait_iteration(page, 7)
    for process in training_processes(app.runs / run):
        process.kill()
    wait_state(page, "Interrupted", 20)
    expect(page.locator("#alerts")).to_contain_text("interrupted")
    page.get_by_role("button", name="Resume training").click()
    wait_state(page, "Training")
    resumed = [event for event in read_events(app.runs / run / "events.jsonl") if event["type"] == "run_started"][-1]
    assert resumed["resumed"] and resumed["step"] >= 5
    wait_iteration(page, resumed["step"] + 1)


def test_a_training_that_cannot_start_says_why(page: Any, app: Any, tmp_path: Path, ended_trainings: Any) -> None:
    folder = draw_pictures(tmp_path / "set", 4)
    open_settings(page, folder)
    expect(page.locator("#dataset-text")).to_contain_text("4 pictures")
    for path in folder.iterdir():
        path.write_bytes(b"not a picture")
    page.get_by_role("button", name="Train The Model").click()
    page.wait_for_url("**/train/progress.html?run=*")
    wait_state(page, "Failed")
    expect(page.locator("#alerts")).to_contain_text("The training failed.")
    expect(page.locator("#alerts")).not_to_contain_text("Traceback")


def test_a_path_typed_while_the_page_is_loading_counts(page: Any, app: Any, pictures: Path) -> None:
    page.goto(f"{app.origin}/train/model.html", wait_until="commit")
    page.get_by_label("Dataset path, typed").fill(str(pictures))
    page.keyboard.press("Tab")
    expect(page.locator("#data-path")).to_have_text(str(pictures))

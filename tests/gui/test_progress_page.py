"""The page of a training: drawn from its events, live, and long after it was closed."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from inpaintgan.core.atomic import write_json
from inpaintgan.core.config_io import make_config
from inpaintgan.core.events import CheckpointSaved, EventLog, RunFinished, Warned
from inpaintgan.core.rundir import TRAINING_STATE, RunDir
from inpaintgan.gui.runs import MISSED_BYTES
from run_events import events_of, run_started
from waiting import wait_for

from .training_pages import (
    draw_pictures,
    iteration,
    make_run,
    open_run,
    open_settings,
    seconds,
    start_tiny,
    training_processes,
    wait_iteration,
    wait_state,
)


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


def test_an_unknown_run_is_named(page: Any, app: Any) -> None:
    page.goto(f"{app.origin}/train/progress.html?run=nowhere")
    expect(page.locator("#no-run")).to_contain_text("There is no run 'nowhere'")
    expect(page.locator("#no-log")).to_be_hidden()
    expect(page.locator("#state")).to_be_hidden()
    page.goto(f"{app.origin}/train/gan.html?resume=nowhere")
    expect(page.locator("#no-run")).to_contain_text("There is no run 'nowhere'")
    expect(page.get_by_role("button", name="Train The Model")).to_be_hidden()
    page.goto(f"{app.origin}/train/progress.html")
    expect(page.locator("#no-run")).to_contain_text("No run is named in this address.")
    expect(page.get_by_role("navigation", name="Trainings").get_by_role("link", name="All runs")).to_be_visible()


def test_a_run_that_is_deleted_elsewhere_is_named(page: Any, app: Any, pictures: Path, page_errors: list[str]) -> None:
    run = make_run(app.runs, "deleted", pictures / "picture-0.png")
    open_run(page, app, "deleted")
    shutil.rmtree(run.path)
    expect(page.locator("#no-run")).to_contain_text("There is no run 'deleted'")
    page_errors[:] = [error for error in page_errors if "404" not in error]  # the browser's word for the same


def test_an_order_waits_for_the_step_to_end_before_another_is_taken(page: Any, app: Any, claimed_run: Any) -> None:
    run = claimed_run("slow")
    open_run(page, app, "slow")
    sample, save = (page.get_by_role("button", name=name) for name in ("Sample now", "Save now"))
    sample.dblclick()
    expect(page.locator("#waiting")).to_have_text("Sample now: waiting for the step to end.")
    expect(save).to_be_disabled()
    page.reload()
    expect(page.locator("#waiting")).to_have_text("Sample now: waiting for the step to end.")
    answer = page.evaluate("eel.control_run('slow', 'save-now')()")
    assert answer["error"]["message"] == "'Sample now' is still pending."
    expect(page.get_by_role("button", name="Stop and save")).to_be_enabled()
    assert run.control.take() == "sample-now"
    expect(save).to_be_enabled()
    expect(page.locator("#waiting")).to_have_text("")


def test_an_order_that_died_with_its_process_does_not_bind_the_next_one(page: Any, app: Any, claimed_run: Any) -> None:
    run = claimed_run("killed")
    open_run(page, app, "killed")
    page.get_by_role("button", name="Stop and save").click()
    expect(page.get_by_role("button", name="Pause")).to_be_disabled()
    # The page closes its buttons before its order has arrived.
    wait_for(lambda: run.control.take() == "stop")
    expect(page.locator("#status")).to_have_text("Stopping after this step, then saving…")
    run.release()
    wait_state(page, "Interrupted")
    expect(page.locator("#status")).to_be_empty()
    run.claim()
    EventLog(run.events_file).emit(run_started(stage="edge", max_iters=100, resumed=True))
    wait_state(page, "Training")
    for name in ("Pause", "Sample now", "Save now", "Stop and save"):
        expect(page.get_by_role("button", name=name)).to_be_enabled()


def test_a_stop_that_could_not_save_is_not_said_to_have_saved(page: Any, app: Any, claimed_run: Any) -> None:
    run = claimed_run("full")
    open_run(page, app, "full")
    page.get_by_role("button", name="Stop and save").click()
    expect(page.locator("#status")).to_have_text("Stopping after this step, then saving…")
    log = EventLog(run.events_file)
    log.emit(Warned(step=2, stage="edge", code="not-saved", message="The disk takes nothing: step 2 is not saved."))
    log.emit(RunFinished(step=2, stage="edge", reason="stopped", elapsed_s=2))
    expect(page.locator("#status")).to_have_text("Stopped.")
    expect(page.locator("#alerts")).to_contain_text("step 2 is not saved")


def test_a_new_warning_leaves_the_notices_before_it_alone(page: Any, app: Any, pictures: Path) -> None:
    run = make_run(app.runs, "warned", pictures / "picture-0.png")
    log = EventLog(run.events_file)
    log.emit(Warned(step=60, stage="edge", code="x", message="The first."))
    open_run(page, app, "warned")
    # What is put in anew, a screen reader speaks again.
    page.locator("#alerts .notice").evaluate("(node) => { node.dataset.mine = 'yes'; }")
    log.emit(Warned(step=60, stage="edge", code="x", message="The second."))
    expect(page.locator("#alerts .notice")).to_have_text(["Step 60. The second.", "Step 60. The first."])
    expect(page.locator("#alerts [data-mine=yes]")).to_have_text("Step 60. The first.")
    log.emit(Warned(step=70, stage="edge", code="x", message="The first."))
    log.emit(RunFinished(step=70, stage="edge", reason="stopped", elapsed_s=70))
    expect(page.locator("#alerts .notice")).to_have_text(["Step 70. The first.", "Step 60. The second."])
    expect(page.locator("#status")).to_be_empty()


def test_a_page_whose_program_is_gone_says_so_and_takes_no_orders(
    page: Any, app: Any, claimed_run: Any, page_errors: list[str]
) -> None:
    claimed_run("running")
    open_run(page, app, "running")
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    app.stop()
    expect(page.locator("#state")).to_have_text("Not connected")
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    expect(page.locator("#status")).to_contain_text("open the address it printed")
    page.wait_for_timeout(1500)  # the browser tries again meanwhile
    expect(page.locator("#status")).to_contain_text("open the address it printed")
    page_errors.clear()


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
    wait_iteration(page, 3)
    page.get_by_role("button", name="Pause").click()
    wait_state(page, "Paused")
    paused, timer = iteration(page), page.locator("#timer").inner_text()
    page.wait_for_timeout(1500)
    assert iteration(page) == paused
    assert page.locator("#timer").inner_text() == timer
    page.get_by_role("button", name="Resume").click()
    wait_iteration(page, paused + 1)
    page.get_by_role("button", name="Sample now").click()
    expect(page.get_by_role("status").filter(has_text="Sample drawn.")).to_be_visible()
    page.get_by_role("button", name="Save now").click()
    expect(page.get_by_role("status").filter(has_text="Checkpoint saved.")).to_be_visible()

    seen = iteration(page)
    page.get_by_role("button", name="Stop and save").click()
    wait_state(page, "Stopped")
    stopped = events_of(app.runs / run, "run_finished")[0]["step"]
    assert seen <= stopped == iteration(page)
    assert (app.runs / run / "checkpoints" / f"step-{stopped:09d}").is_dir()

    page.get_by_role("button", name="Resume training").click()
    wait_iteration(page, stopped + 2)
    wait_state(page, "Training")
    resumed = events_of(app.runs / run, "run_started")[-1]
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
    expect(page.locator("#iteration")).to_contain_text("40,069")
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
    wait_state(page, "Interrupted")
    expect(page.locator("#alerts")).to_contain_text("interrupted")
    page.get_by_role("button", name="Resume training").click()
    wait_state(page, "Training")
    resumed = events_of(app.runs / run, "run_started")[-1]
    assert resumed["resumed"] and resumed["step"] >= 5
    wait_iteration(page, resumed["step"] + 1)


def test_a_training_that_was_killed_before_its_first_checkpoint_says_that_it_starts_again(page: Any, app: Any) -> None:
    run = RunDir(app.runs / "early")
    run.create(make_config({"stage": "edge", "max_iters": 60, "batch_size": 4}))
    log = EventLog(run.events_file)
    log.emit(run_started(stage="edge", max_iters=60))
    open_run(page, app, "early")
    expect(page.locator("#alerts")).to_contain_text("No checkpoint was saved: Resume starts again from step 0.")
    page.goto(f"{app.origin}/train/gan.html?resume=early")
    expect(page.locator("#preset-text")).to_contain_text("No checkpoint was saved: it starts again from step 0")
    expect(page.locator("#summary")).to_contain_text("60 steps of 4 pictures: 240 pictures seen.")
    saved = run.checkpoint_path(50)
    saved.mkdir()
    (saved / TRAINING_STATE).write_bytes(b"")
    log.emit(CheckpointSaved(step=50, stage="edge", path=str(saved), reason="interval"))
    page.reload()
    expect(page.locator("#summary")).to_contain_text("10 more steps of 4 pictures: 40 more pictures seen.")
    open_run(page, app, "early")
    expect(page.locator("#alerts")).to_contain_text("Resume continues from the last checkpoint.")


def test_a_training_that_cannot_start_says_why(page: Any, app: Any, tmp_path: Path, ended_trainings: Any) -> None:
    folder = draw_pictures(tmp_path / "set", 4)
    open_settings(page, folder)
    expect(page.locator("#dataset-text")).to_contain_text("4 pictures")
    for path in folder.iterdir():
        path.write_bytes(b"not a picture")
    page.get_by_role("button", name="Train The Model").click()
    page.wait_for_url("**/train/progress.html?run=*")
    wait_state(page, "Failed")
    expect(page.locator("#alerts")).to_contain_text("The training failed. None of the pictures can be read.")
    expect(page.locator("#alerts")).not_to_contain_text("Traceback")
    expect(page.locator("#no-log")).to_contain_text(
        "The training ended before its log began: None of the pictures can be read."
    )
    expect(page.locator("#no-samples")).to_have_text("No sample was drawn.")
    expect(page.get_by_role("link", name="Resume with changes")).to_be_visible()


def test_a_resume_that_was_refused_is_told_after_a_reload_as_in_the_list(page: Any, app: Any, pictures: Path) -> None:
    run = make_run(app.runs, "moved", pictures / "picture-0.png")
    open_run(page, app, "moved")
    expect(page.locator("#state")).to_have_text("Finished")
    expect(page.get_by_role("button", name="Resume training")).to_be_hidden()
    run.log_file.write_text("--- started 2026\nerror: data: there is no picture.\n")
    write_json(run.path / "launch.json", {"pid": 2**22 + 1, "started": 0, "launched": time.time() + 1})
    for _ in range(2):
        expect(page.locator("#state")).to_have_text("Failed")
        expect(page.locator("#alerts")).to_have_text("The training failed. Dataset folder path: there is no picture.")
        expect(page.get_by_role("button", name="Resume training")).to_be_visible()
        page.reload()
    page.goto(f"{app.origin}/train/runs.html")
    expect(page.locator("[data-run=moved]")).to_contain_text("Dataset folder path: there is no picture.")

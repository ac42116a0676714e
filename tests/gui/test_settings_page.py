"""Page 2 beyond its form: what settings cost on this machine, what is not used, the differences, and runs that go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from inpaintgan.core.config_io import make_config
from inpaintgan.core.events import read_events
from inpaintgan.core.rundir import RunDir

from .training_pages import (
    TINY,
    go_on,
    make_run,
    open_settings,
    open_train,
    start_tiny,
    wait_state,
)


def test_what_settings_cost_is_measured_by_real_steps(page: Any, app: Any, pictures: Path) -> None:
    open_settings(page, pictures)
    for label, value in {**TINY, "Iterations": "1000"}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Measure on this machine").click()
    text, facts = page.locator("#machine-text"), page.locator("#machine-facts")
    expect(facts).to_contain_text("Time per step")
    expect(text).to_contain_text("5 real steps of 2 pictures on CPU, 1 thread:")
    expect(facts).to_contain_text("1,000 steps")
    page.get_by_label("Iterations").fill("7000")
    expect(facts).to_contain_text("7,000 steps")
    expect(text).to_contain_text("5 real steps")
    page.get_by_label("Batch size").fill("3")
    expect(text).to_contain_text("Measured with different settings")
    assert not list(app.runs.glob("*"))


def test_measuring_can_be_cancelled(page: Any, pictures: Path) -> None:
    open_settings(page, pictures)
    page.get_by_role("button", name="Measure on this machine").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#machine-text")).to_contain_text("Cancelled; nothing was measured.")
    expect(page.get_by_role("button", name="Measure on this machine")).to_be_focused()


def test_what_a_model_does_not_use_is_dimmed_with_the_reason(page: Any, pictures: Path) -> None:
    open_train(page)
    page.get_by_label("Model to train").select_option(label="Inpaint Model")
    go_on(page, pictures)
    unused = page.locator("[data-key=svr_loss_weight]")
    expect(unused).to_have_attribute("data-unused", "")
    expect(unused).to_contain_text("Not used: the Inpaint Model does not train the edge generator.")
    expect(page.locator("[data-key=l1_loss_weight]")).not_to_have_attribute("data-unused", "")
    expect(page.get_by_role("button", name="Choose the validation edges")).to_be_disabled()
    drop = page.locator("[data-key=lr_drop_step]")
    expect(drop).to_contain_text("Not used")
    page.locator("#setting-lr_schedule").select_option("drop")
    expect(drop).not_to_contain_text("Not used")


def test_a_setting_is_found_by_its_words_and_shown_when_it_is_jumped_to(page: Any, pictures: Path) -> None:
    open_settings(page, pictures)
    rows = page.locator(".setting:visible")
    every = rows.count()
    page.get_by_label("Find a setting").fill("warm-up")
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-key", "lr_warmup_steps")
    expect(page.locator(".settings-group:visible")).to_have_count(1)
    page.get_by_label("Find a setting").fill("no such words")
    expect(page.locator("#find-result")).to_have_text("No setting contains these words.")
    page.get_by_label("Find a setting").fill("reset to")
    expect(page.locator("#find-result")).to_have_text("No setting contains these words.")
    for term, key in {"EMA": "ema_decay", "momentum": "beta1", "epochs": "max_iters", "CUDA": "device"}.items():
        page.get_by_label("Find a setting").fill(term)
        expect(page.locator(f".setting[data-key={key}]")).to_be_visible()
    page.get_by_label("Find a setting").fill("mask")
    result = page.locator("#find-result")
    expect(result).to_have_text("1 setting; on the previous page: Masking image")
    expect(result.get_by_role("link")).to_have_attribute("href", "/train/model.html#mask")
    page.get_by_label("Find a setting").fill("")
    page.get_by_label("Only settings that apply").check()
    expect(page.locator(".setting[data-unused]:visible")).to_have_count(0)
    assert 0 < rows.count() < every
    page.get_by_label("Find a setting").fill("warm-up")
    page.get_by_label("Find a setting").press("Enter")
    assert page.url.endswith("/gan.html"), "Enter in the search starts no training"
    page.locator("#setting-lr_warmup_steps").fill("3")
    page.locator("#diff summary").click()
    page.get_by_label("Find a setting").fill("sigma")
    page.locator(".differences").get_by_role("button").click()
    expect(page.get_by_label("Warm-up")).to_be_focused()
    expect(rows).to_have_count(every)
    page.get_by_label("Validation folder", exact=True).fill(str(pictures / "none"))
    page.get_by_label("Find a setting").fill("sigma")
    expect(page.locator("#find-result")).to_have_text("1 setting; on the previous page: Sigma")
    page.get_by_role("button", name="Train The Model").click()
    expect(page.get_by_label("Validation folder", exact=True)).to_be_focused()
    refusal = page.locator("[data-key=val_data]").get_by_role("alert")
    expect(refusal).to_contain_text(f"There is no folder {pictures / 'none'}.")
    page.wait_for_timeout(800)  # a check that the typing before had set in motion would be answered by now
    expect(refusal).to_contain_text(f"There is no folder {pictures / 'none'}.")


def test_the_differences_are_a_table_that_leads_to_the_settings(page: Any, pictures: Path, tmp_path: Path) -> None:
    open_settings(page, pictures)
    expect(page.locator("#diff")).to_be_hidden()
    file = tmp_path / "mine.yml"
    file.write_text("style_loss_weight: 250\nmax_iters: 5000\nwidth: 16\nstem: unshuffle\n", encoding="utf-8")
    page.locator("#import-file").set_input_files(file)
    row = page.locator(".differences tr", has_text="style_loss_weight")
    expect(row.locator("th, td")).to_have_text(["Style weight", "style_loss_weight", "1", "250"])
    assert "width" not in page.locator(".differences").inner_text()
    row.get_by_role("button").click()
    expect(page.get_by_label("Style weight")).to_be_focused()


def test_a_finished_run_goes_on_with_more_iterations_but_not_with_fewer(
    page: Any, app: Any, pictures: Path, ended_trainings: Any
) -> None:
    run = start_tiny(page, pictures, Iterations="6")
    wait_state(page, "Finished")
    page.goto(f"{app.origin}/train/runs.html")
    page.get_by_role("link", name=f"Resume with changes: {run}").click()
    iterations = page.get_by_label("Iterations")
    expect(iterations).to_have_value("6")
    expect(page.locator(".steps")).to_have_count(0)
    expect(page.get_by_label("Width")).to_be_disabled()
    row = page.locator("[data-key=max_iters]")
    expect(row.get_by_role("alert")).to_contain_text("This run is already at step 6. Choose a value above it.")
    page.get_by_role("button", name="Resume Training").click()
    expect(iterations).to_be_focused()
    iterations.fill("9")
    page.get_by_label("Learning Rate").select_option(label="0.0005")
    expect(row.get_by_role("alert")).to_be_hidden()
    expect(page.locator("#changes-text")).to_contain_text("2 settings differ from the run so far")
    page.get_by_role("button", name="Resume Training").click()
    page.wait_for_url("**/train/progress.html?run=*")
    page.wait_for_function("() => document.querySelector('#iteration').textContent === '9 / 9'")
    wait_state(page, "Finished")
    events = list(read_events(app.runs / run / "events.jsonl"))
    assert [event["resumed"] for event in events if event["type"] == "run_started"] == [False, True]
    assert (events[-1]["type"], events[-1]["step"]) == ("run_finished", 9)
    assert RunDir(app.runs / run).load_config().lr == 0.0005


def test_a_run_goes_on_with_its_pictures_from_where_they_were_moved_to(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "moved", pictures / "picture-0.png")
    elsewhere = pictures.rename(pictures.with_name("elsewhere"))
    page.goto(f"{app.origin}/train/gan.html?resume=moved")
    expect(page.locator("#dataset-text")).to_contain_text("does not exist")
    page.locator("#dataset-text").get_by_role("link", name="Choose the folder").click()
    folder = page.get_by_label("Dataset folder path", exact=True)
    expect(folder).to_be_focused()
    expect(page.get_by_role("button", name="Choose the dataset folder path")).to_be_enabled()
    folder.fill(str(elsewhere))
    expect(page.locator("#dataset-text")).to_contain_text("8 pictures.")
    expect(page.locator("#changes-text")).to_contain_text("1 setting differs from the run so far")
    assert page.url.endswith("?resume=moved#setting-data")


def test_a_training_is_added_to_the_queue(
    page: Any, app: Any, pictures: Path, claimed_run: Any, ended_trainings: Any
) -> None:
    busy = claimed_run("busy")  # the queue waits for it
    open_settings(page, pictures)
    for label, value in {**TINY, "Iterations": "2", "Name of the run": "next"}.items():
        page.get_by_label(label, exact=True).fill(value)
    expect(page.locator("#others")).to_have_text(
        "Another training is running: start now, or add this one to the queue."
    )
    page.set_viewport_size({"width": 800, "height": 900})
    foot = page.locator(".page-foot").bounding_box()
    assert foot["height"] < 160 and page.locator("#others").bounding_box()["width"] > 700
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label("Batch size").fill("0")
    page.get_by_role("button", name="Add to queue").click()
    expect(page.get_by_label("Batch size")).to_be_focused()
    page.get_by_label("Batch size").fill("2")
    page.get_by_label("Name of the run").fill("a:b")
    page.get_by_role("button", name="Add to queue").click()
    expect(page.locator("#start-error")).to_contain_text("'a:b' cannot be the name of a run.")
    expect(page.get_by_label("Name of the run")).to_be_focused()
    page.get_by_label("Name of the run").fill("next")
    page.get_by_role("button", name="Add to queue").click()
    page.wait_for_url("**/train/runs.html")
    state = page.locator("[data-run=next] .pill")
    expect(state).to_have_text("Waiting, number 1")
    assert RunDir(app.runs / "next").load_config().max_iters == 2
    page.get_by_role("button", name="Remove from queue next").click()
    expect(state).to_have_text("Not started")
    page.get_by_role("button", name="Queue next").click()
    expect(state).to_have_text("Waiting, number 1")
    busy.release()
    expect(state).to_have_text("Finished")
    page.go_back()
    expect(page.get_by_label("Iterations", exact=True)).to_have_value("2")
    expect(page.get_by_label("Name of the run")).to_have_value("")
    expect(page.locator("#summary")).to_contain_text(pictures.name)


def test_a_dataset_that_cannot_be_used_does_not_wait_in_the_queue(page: Any, app: Any, pictures: Path) -> None:
    open_settings(page, pictures)
    for picture in pictures.iterdir():
        picture.write_bytes(b"not a picture")
    (pictures / "one-more.png").write_bytes(b"not a picture")
    page.reload()
    page.get_by_role("button", name="Add to queue").click()
    expect(page.locator("#start-error")).to_contain_text("Choose the folder")
    assert page.url.endswith("/train/gan.html") and not list(app.runs.glob("*"))


def test_the_server_refuses_what_the_page_would_not_send(page: Any, app: Any, pictures: Path) -> None:
    run = RunDir(app.runs / "old")
    config = make_config({"data": str(pictures), "max_iters": 50, "width": 8})
    run.create(config)
    (run.checkpoint_path(50)).mkdir()
    (run.checkpoint_path(50) / "training_state.pt").write_bytes(b"")
    for changes, said in (
        ({"max_iters": 50}, "is already at step 50"),
        ({"max_iters": 60, "width": 16}, "width: this run"),
    ):
        answer = page.evaluate("([values]) => eel.resume_with('old', values)()", [{**config.model_dump(), **changes}])
        assert said in answer["error"]["message"]

"""The list of trainings: deleting with undo, side by side, duplicates and the queue."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from inpaintgan.core.config_io import make_config
from inpaintgan.core.events import read_events
from inpaintgan.core.rundir import RunDir

from .training_pages import make_run


def test_a_deleted_run_comes_back(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "first", pictures / "picture-0.png")
    make_run(app.runs, "second", pictures / "picture-1.png")
    page.goto(f"{app.origin}/train/runs.html")
    expect(page.locator(".run-card")).to_have_count(2)
    page.get_by_label("Compare first").check()
    page.get_by_role("button", name="Delete first").click()
    expect(page.locator(".run-card")).to_have_count(1)
    assert not (app.runs / "first").exists() and (app.runs / "second").exists()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".run-card")).to_have_count(2)
    expect(page.locator("#deleted")).to_be_empty()
    expect(page.get_by_role("link", name="first", exact=True)).to_be_focused()
    expect(page.get_by_label("Compare first")).to_be_checked()
    expect(page.locator("[data-run=first]")).to_contain_text("Precision 0.3500, Recall 0.4500 at step 60")
    expect(page.locator("[data-run=first] img")).to_have_js_property("complete", True)
    assert (app.runs / "first" / "samples" / "step-000000060.png").is_file()
    expect(page.locator("#trash")).to_be_hidden()
    page.get_by_role("button", name="Delete first").click()
    expect(page.locator(".run-card")).to_have_count(1)
    page.reload()
    page.get_by_text("Deleted in the last day").click()
    page.get_by_role("button", name="Restore first").click()
    expect(page.locator(".run-card")).to_have_count(2)
    expect(page.locator("#trash")).to_be_hidden()


def test_runs_stand_side_by_side(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "first", pictures / "picture-0.png")
    make_run(app.runs, "second", pictures / "picture-1.png", steps=40)
    page.goto(f"{app.origin}/train/runs.html")
    page.get_by_label("Compare first").check()
    expect(page.get_by_role("link", name="Compare 1 run")).to_be_hidden()
    expect(page.locator("#compare-hint")).to_have_text("Tick another run to compare the two.")
    page.get_by_label("Compare second").check()
    page.get_by_role("link", name="Compare 2 runs").click()
    rows = page.locator("#differences tbody tr")
    expect(rows).to_have_count(1)
    page.go_back()
    expect(page.get_by_label("Compare second")).to_be_checked()
    page.get_by_role("link", name="Compare 2 runs").click()
    expect(rows).to_have_count(1)
    expect(rows).to_have_text("Iterations6040")
    expect(page.locator("#samples figure").nth(0)).to_contain_text("first step 60")
    expect(page.locator("#samples .sample-heads").nth(1)).to_have_text("MaskedPredicted edgesTrue edges (Canny)")
    expect(page.locator("#samples figure").nth(1)).to_contain_text("second step 40")
    page.get_by_label("Samples over time").press("Home")
    expect(page.locator("#samples figure").nth(1)).to_contain_text("second step 0")
    curves = page.locator("#charts figure").filter(has_text="Edge generator")
    expect(curves.locator(".readout")).to_have_text(["first 0.1825", "second 0.2448"])
    expect(page.locator("#charts figure").filter(has_text="Validation: Recall")).to_be_visible()
    page.get_by_label("Logarithmic").check()
    expect(page.locator("#no-curves")).to_be_hidden()
    make_run(app.runs, "new", pictures / "picture-0.png", steps=1)
    page.goto(f"{app.origin}/train/runs-compare.html?run=first&run=new")
    expect(page.locator("#no-curves")).to_contain_text("No steps are logged yet for new")
    page.goto(f"{app.origin}/train/runs-compare.html?run=first")
    expect(page.locator("#refused")).to_contain_text("Choose two or more runs")


def test_a_run_that_was_deleted_elsewhere_is_compared_no_more(page: Any, app: Any, pictures: Path) -> None:
    for name in ("first", "second", "third"):
        make_run(app.runs, name, pictures / "picture-0.png")
    page.goto(f"{app.origin}/train/runs.html")
    for name in ("first", "second", "third"):
        page.get_by_label(f"Compare {name}").check()
    shutil.rmtree(app.runs / "second")
    link = page.get_by_role("link", name="Compare 2 runs")
    expect(link).to_have_attribute("href", "/train/runs-compare.html?run=first&run=third")


@pytest.mark.parametrize("width", [400, 1280])
def test_a_name_that_is_one_long_word_stays_within_the_page(page: Any, app: Any, pictures: Path, width: int) -> None:
    name = "x" * 200  # the command line allows it
    run = make_run(app.runs, name, pictures / "picture-0.png")
    make_run(app.runs, "second", pictures / "picture-1.png")
    page.set_viewport_size({"width": width, "height": 900})
    addresses = [
        f"train/gan.html?resume={name}", f"train/runs-compare.html?run={name}&run=second", "train/runs.html",
        f"train/progress.html?run={name}", f"train/model.html?init_from={run.path}", f"train/progress.html?run=no-{name}",
    ]  # fmt: skip
    for address in addresses:
        page.goto(f"{app.origin}/{address}")
        expect(page.locator("main")).to_contain_text(name)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_a_run_whose_settings_are_gone_has_no_end_of_0_steps(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "first", pictures / "picture-0.png").config_file.unlink()
    page.goto(f"{app.origin}/train/runs.html")
    expect(page.locator("[data-run=first]")).to_contain_text("Step 60 · 1:00 of training")


def test_a_run_is_duplicated_with_changes(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "first", pictures / "picture-0.png")
    page.goto(f"{app.origin}/train/runs.html")
    page.get_by_role("button", name="Duplicate first").click()
    page.wait_for_url("**/train/model.html")
    expect(page.locator("#data-path")).to_have_text(str(pictures))
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Width")).to_have_value("24")
    expect(page.get_by_label("Iterations")).to_have_value("60")


def test_a_run_of_another_version_is_not_duplicated_as_one_of_other_settings(
    page: Any, app: Any, pictures: Path
) -> None:
    run = make_run(app.runs, "first", pictures / "picture-0.png")
    run.config_file.write_text(run.config_file.read_text() + "of_old: 5\n")
    page.goto(f"{app.origin}/train/runs.html")
    page.get_by_role("button", name="Duplicate first").click()
    expect(page.get_by_text("of_old: there is no such setting (value seen: 5).")).to_be_visible(timeout=30_000)
    assert page.url.endswith("/train/runs.html")


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
        expect(page.locator(f"[data-run={name}] .pill")).to_have_text("Finished")
    expect(page.locator("#queue-note")).to_have_text("")
    one, two = (list(read_events(RunDir(app.runs / name).events_file)) for name in ("one", "two"))
    assert one[-1]["type"] == two[-1]["type"] == "run_finished"
    assert one[-1]["time"] < two[0]["time"]

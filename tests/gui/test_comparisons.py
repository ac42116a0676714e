"""The page that compares generators, in a real browser: a real comparison from start to stop, and its report's sandbox."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from evaluation.compare.made_report import make_report
from inpaintgan.core.atomic import write_json
from inpaintgan.core.comparison import ComparisonDir
from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.events import EventLog, Step
from inpaintgan.core.rundir import RunDir
from inpaintgan.evaluation.compare.page import comparison_html
from inpaintgan.evaluation.compare.summary import csv_text
from inpaintgan.gui.comparisons import describe, start
from inpaintgan.jobs.comparisons import Comparisons
from waiting import wait_for

from .conftest import App, Client

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "training"
DRAFT = {
    "preset": "try-it", "name": "",
    "changes": {
        "perceptual_weights": "off", "width": 8, "batch_size": 2, "workers": 0, "threads": 1, "device": "cpu", "cache_gib": 0,
    },
}  # fmt: skip


def finished_comparison(runs: Path, name: str) -> ComparisonDir:
    """Write a comparison's folder with a report, without any training."""
    folder = ComparisonDir(runs / "comparisons" / name)
    folder.path.mkdir(parents=True)
    report = make_report(folder.path)
    folder.plan_file.write_text(json.dumps({**report, "limit": 0}), encoding="utf-8")
    folder.report("json").write_text(json.dumps(report), encoding="utf-8")
    folder.report("csv").write_text(csv_text(report), encoding="utf-8")
    folder.report("html").write_text(comparison_html(report, folder, []), encoding="utf-8")
    folder.say("finished")
    return folder


@pytest.mark.parametrize("config", [None, "stage: nonsense"])
def test_a_training_that_cannot_be_read_does_not_hide_its_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str | None
) -> None:
    comparison = finished_comparison(tmp_path, "a")
    run = comparison.path / "runs" / "mec-0"
    run.mkdir(parents=True)
    if config:
        (run / "config.yml").write_text(config)
    comparison.say("training", run="mec-0", done=0, total=3)
    monkeypatch.setattr("inpaintgan.gui.comparisons.is_live", lambda _run: True)
    found = describe(comparison)
    assert (found["state"], found["progress"]) == ("running", None)


def test_a_running_comparison_tells_which_training_runs_and_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = finished_comparison(tmp_path, "a")
    run = comparison.run("effunet", 10)
    run.create(Config(edge_generator="effunet", stage="edge", max_iters=10))
    comparison.say("training", "[2/3] effunet, seed 10", run=run.path.name, done=1, total=3)
    monkeypatch.setattr("inpaintgan.gui.comparisons.is_live", lambda _run: True)
    expected = {"generator": "effunet", "seed": "10", "number": 2, "total": 3, "steps": 10}
    assert describe(comparison)["training"] == expected | {"step": 0, "eta_s": None}
    step = {"images_per_s": 1, "data_wait": 0, "elapsed_s": 5, "eta_s": 61, "values": {}}
    EventLog(run.events_file).emit(Step(step=5, stage="edge", **step))  # type: ignore[arg-type]
    assert describe(comparison)["training"] == expected | {"step": 5, "eta_s": 61}
    comparison.say("finished")
    assert describe(comparison)["training"] is None


def open_compare(page: Any, app: App) -> None:
    page.goto(f"{app.origin}/train/compare.html")
    page.wait_for_selector("html[data-eel=ready]")
    expect(page.locator("#start")).to_be_enabled()


def test_the_report_opens_from_the_page_and_cannot_touch_the_window(
    page: Any, app: App, page_errors: list[str]
) -> None:
    finished_comparison(app.runs, "faces & dogs")
    open_compare(page, app)
    card = page.locator(".compare-card")
    expect(card.locator(".pill")).to_have_text("Finished")
    with page.context.expect_page() as opened:
        card.get_by_role("link", name="Open the report of faces & dogs").click()
    report = opened.value
    expect(report.get_by_role("heading", level=1)).to_have_text("Edge generators on faces & dogs")
    assert report.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Plex'))"), (
        "the typeface is inside"
    )

    # Its scripts run: the table sorts, and a curve can be hidden.
    heading = report.locator("#table").get_by_role("button", name="PSNR hole")
    names = report.locator("#table tbody th")
    expect(names.first).to_contain_text("mec")
    heading.click()
    expect(names.first).to_contain_text("true edges")
    heading.click()
    expect(names.first).to_contain_text("telea")
    report.locator(".legend").get_by_role("button", name="mec").click()
    expect(report.locator(".line.faded").first).to_have_attribute("data-name", "mec, seed 10")

    # But it is alone: no origin, no cookie, no request.
    assert report.evaluate("self.origin") == "null"
    assert (
        report.evaluate("(() => { try { return document.cookie; } catch (error) { return error.name; } })()")
        == "SecurityError"
    )
    asked = report.evaluate(
        "fetch('/api/runs', {credentials: 'include'}).then(() => 'answered', (error) => error.name)"
    )
    assert asked == "TypeError"
    assert report.evaluate("window.opener") is None


def test_what_cannot_be_compared_is_said_at_the_folder(page: Any, app: App) -> None:
    failed = ComparisonDir(app.runs / "comparisons" / "broken")
    failed.path.mkdir(parents=True)
    failed.config_file.write_text("")
    failed.log_file.write_text("--- started 2026\nerror: no case is left.\n")
    write_json(failed.path / "launch.json", {"pid": 2**22 + 1, "started": 0, "launched": time.time()})
    open_compare(page, app)
    expect(page.locator(".compare-card p")).to_have_text("no case is left.")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Dataset path is not defined.")
    folder = page.get_by_role("textbox", name="Dataset")
    expect(folder).to_be_focused()
    folder.fill(str(app.runs / "none"))
    folder.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(f"There is no folder {app.runs / 'none'}.")
    expect(folder).to_be_focused()


def test_the_report_is_behind_the_guard_and_only_it_may_bring_scripts(app: App, client: Client) -> None:
    folder = finished_comparison(app.runs, "a")
    answer = client.get("/api/comparisons/a/report")
    policy = answer.headers["content-security-policy"]
    assert answer.status == 200 and policy.startswith("sandbox allow-scripts; default-src 'none'")
    assert "allow-same-origin" not in policy and answer.headers["x-frame-options"] == "DENY"
    assert client.get("/api/comparisons/a/report", Cookie=None).status == 403
    assert client.get("/api/comparisons/a/report", Sec_Fetch_Site="cross-site").status == 403
    numbers = client.get("/api/comparisons/a/files/report.json")
    assert (
        "attachment" in numbers.headers["content-disposition"]
        and "unsafe" not in numbers.headers["content-security-policy"]
    )
    assert client.get("/api/comparisons/a/files/report.csv").body == folder.report("csv").read_bytes()
    for path in ("a/files/plan.json", "a/files/..%2freport.json", "b/report", "../report", "%2e%2e/report"):
        assert client.get(f"/api/comparisons/{path}").status == 404, path


@pytest.fixture
def ended_comparisons(app: App) -> Any:
    """No process of a comparison outlives its test."""
    yield
    for path in (app.runs / "comparisons").glob("*"):
        ComparisonDir(path).control.send("stop")
        wait_for(lambda path=path: RunDir(path).trainer_pid() is None)


def test_a_comparison_is_set_up_stopped_and_deleted(page: Any, app: App, ended_comparisons: Any) -> None:
    page.evaluate("(draft) => sessionStorage.setItem('inpaintgan-draft', JSON.stringify(draft))", DRAFT)
    open_compare(page, app)
    expect(page.get_by_text("No comparison yet")).to_be_visible()
    expect(page.locator("#settings-text")).to_contain_text("Settings from New run (7 changes")
    start = page.get_by_role("button", name="Compare")
    start.click()
    expect(page.get_by_role("alert")).to_have_text("Dataset path is not defined. Select the folder of your pictures.")
    page.get_by_label("Dataset folder path").fill(str(EXAMPLES))
    page.get_by_label("Settings for every training").select_option(label="Try it")
    expect(page.locator("#stem-note")).to_contain_text("EffU-Net has one stem only")
    page.get_by_label("Settings for every training").select_option(label="As set up under New run")
    boxes = page.locator("#generators input")
    for index in range(boxes.count()):
        boxes.nth(index).set_checked(boxes.nth(index).get_attribute("value") == "edgeconnect")
    for title, typed, said in (
        ("Seeds", "0", "Seeds: 0 does not fit; allowed: 1 to 20."),
        ("Steps per training", "", "Steps: A number is needed: 1 to 100,000,000."),
    ):
        before = page.get_by_label(title).input_value()
        page.get_by_label(title).fill(typed)
        start.click()
        expect(page.get_by_role("alert")).to_have_text(said)
        page.get_by_label(title).fill(before)
    page.get_by_label("Seeds").fill("2")
    expect(page.locator("#work")).to_contain_text("4 trainings")
    page.get_by_label("Steps per training").fill("100,000")
    page.get_by_label("Name").fill("vergleich 比較")
    page.set_viewport_size({"width": 800, "height": 500})  # the list lies below the form
    start.click()

    card = page.locator(".compare-card")
    expect(card).to_be_in_viewport()
    expect(card.locator(".pill")).to_have_text("Training")
    expect(card).to_contain_text("EdgeConnect · 100,000 steps · 2 seeds · training")
    expect(card).to_contain_text("Training 1 of 4: EdgeConnect, seed 10 · step ")
    card.get_by_role("button", name="Stop").click()
    expect(card.locator(".pill")).to_have_text("Stopped")
    expect(card.get_by_role("button", name="Resume")).to_be_visible()
    card.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the comparison").click()
    expect(page.get_by_text("No comparison yet")).to_be_visible()
    assert not list((app.runs / "comparisons").iterdir())


def test_every_generator_is_checked_before_anything_starts(tmp_path: Path) -> None:
    comparisons = Comparisons(tmp_path / "comparisons")
    values = {"data": str(EXAMPLES), "stage": "inpaint"}
    losses = dict.fromkeys(("edge_adv_loss_weight", "fm_loss_weight", "edge_bce_loss_weight", "svr_loss_weight"), 0)
    with pytest.raises(InpaintError, match="needs a loss whose weight is above 0"):
        start(comparisons, {**values, **losses}, {"generators": ["mec"], "steps": 1, "seeds": 1})
    assert not comparisons.folder.exists()


def test_the_card_says_what_a_generator_is_trained_with_instead(tmp_path: Path) -> None:
    folder = ComparisonDir(tmp_path)
    write_json(
        folder.plan_file, {"generators": ["mec", "effunet"], "seeds": [1], "config": {"data": "a", "stem": "unshuffle"}}
    )
    assert describe(folder)["notices"] == ["effunet is trained with stem conv, because it has no unshuffle stem."]

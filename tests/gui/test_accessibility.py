"""Every page and report against axe-core's rules: WCAG 2.2 to level AA and its best practices, light and dark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from evaluation.compare.made_report import make_report
from inpaintgan.core.comparison import ComparisonDir
from inpaintgan.evaluation.checkpoint.page import evaluation_html
from inpaintgan.evaluation.compare.page import comparison_html

from .inference_pages import fill_rectangle, open_mask_page, upload
from .training_pages import make_run, open_run, open_settings

EVALUATION = Path(__file__).parents[2] / "benchmarks" / "results" / "faces-lite-buckets.json"
SETTLED = "() => document.getAnimations().every((one) => !(one instanceof CSSTransition))"
"""Nothing is on its way from one colour to another."""


def look(page: Any) -> None:
    """Check what the page shows now; names every element that breaks a rule."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(SETTLED)
        found = Axe().run(page)
        assert not found.violations_count, f"{page.url} in {scheme}: {found.generate_report()}"


def test_a_rule_that_is_broken_is_found(page: Any) -> None:
    page.evaluate("() => document.querySelector('main').append(document.createElement('button'))")
    assert Axe().run(page).generate_snapshot() == "button-name (critical) : 1"


def test_pages_as_they_open(page: Any, app: Any) -> None:
    for path in (
        "index", "train/model", "train/gan", "train/runs", "train/compare", "train/try", "train/progress",
        "train/runs-compare", "inference/upload-image", "inference/mask_image", "inference/fill_missing_regions",
        "inference/fill_folder",
    ):  # fmt: skip
        page.goto(f"{app.origin}/{path}.html")
        page.wait_for_selector("html[data-eel=ready]")
        if path.endswith("fill_folder"):
            page.wait_for_selector("#folder-form[data-ready]")  # else its button becomes active while axe measures
        look(page)


def test_the_way_to_a_training(page: Any, app: Any, pictures: Path) -> None:
    for name in ("one", "two"):
        make_run(app.runs, name, pictures / "picture-0.png")
    open_run(page, app, "one")
    expect(page.locator(".chart canvas").first).to_be_visible()
    look(page)
    page.goto(f"{app.origin}/train/runs.html")
    expect(page.locator(".run-card")).to_have_count(2)
    look(page)
    page.goto(f"{app.origin}/train/runs-compare.html?run=one&run=two")
    expect(page.locator(".chart canvas").first).to_be_visible()
    look(page)
    open_settings(page, pictures)
    look(page)
    page.get_by_label("Width", exact=True).fill("7")
    page.get_by_role("button", name="Train The Model").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    look(page)


def test_the_way_to_a_filled_picture(page: Any, app: Any, portrait: Path, checkpoint: Path) -> None:
    upload(page, app, portrait)
    look(page)
    open_mask_page(page, app, portrait)
    look(page)
    page.keyboard.press("?")
    look(page)
    fill_rectangle(page, app, portrait, checkpoint)
    look(page)
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Fill from these edges")).to_be_visible()
    look(page)
    page.keyboard.press("c")
    look(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", name="Save As")).to_be_visible()
    look(page)


def test_reports(browser: Any, tmp_path: Path) -> None:
    """In a narrow window, where their tables have to be scrolled."""
    reports = {
        "comparison": comparison_html(make_report(tmp_path), ComparisonDir(tmp_path), []),
        "evaluation": evaluation_html(json.loads(EVALUATION.read_text()), []),
    }
    page = browser.new_page(viewport={"width": 600, "height": 800})
    for name, text in reports.items():
        (tmp_path / f"{name}.html").write_text(text)
        page.goto(f"file://{tmp_path}/{name}.html")
        expect(page.locator("svg.chart").first).to_be_visible()
        look(page)
    page.close()

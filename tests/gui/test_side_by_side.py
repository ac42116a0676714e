"""Several checkpoints on the same hole, side by side, checked by what the panels really show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from waiting import wait_for

from .conftest import App
from .inference_pages import (
    drag,
    fetch_fill,
    fill_rectangle,
    picture_info,
    pixel,
    wait_for_try,
    write_checkpoint,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def app(start_app: Callable[..., App], tmp_path: Path) -> Iterator[App]:
    """A server with two trained runs, one with scores."""
    for seed, name in enumerate(("first", "second")):
        folder = tmp_path / "runs" / name / "checkpoints" / "step-000004000"
        write_checkpoint(folder, seed=seed)
        (folder.parent.parent / "config.yml").write_bytes((folder / "config.yml").read_bytes())
        (folder.parent / "best").write_text(folder.name)
    scored = {"type": "validation", "seq": 1, "time": 1.0, "step": 4000, "values": {"psnr_hole": 20.74, "recall": 0.25}}
    line = json.dumps(scored, separators=(",", ":")) + "\n"
    (tmp_path / "runs" / "second" / "events.jsonl").write_text(line)
    yield start_app()


def panel_point(page: Any, panel: int, x: float, y: float) -> tuple[float, float]:
    """Return where a panel shows a point of the picture."""
    box = page.locator(".side-canvas").nth(panel).bounding_box()
    at = page.evaluate("([x, y]) => document.querySelector('compare-view').view.toScreen({ x, y })", [x, y])
    return box["x"] + at["x"], box["y"] + at["y"]


def fill_with_the_first(page: Any, app: App, picture: Path) -> None:
    """Fill a hole in a picture with the first run's checkpoint."""
    fill_rectangle(page, app, picture, app.runs / "first" / "checkpoints" / "step-000004000")


def side_by_side(page: Any, along_edges: bool = False) -> None:
    """Fill with both checkpoints."""
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="Checkpoints side by side")
    for name in ("run first", "run second"):
        dialog.get_by_role("checkbox", name=name).check()
    if along_edges:
        dialog.locator("#along-edges").check()
    dialog.get_by_role("button", name="Fill side by side").click()


def check_panels_at(page: Any, results: list[np.ndarray], x: int, y: int) -> tuple[float, float]:
    """Zoom in on a pixel, check that each panel shows its own result there, and return the pixel's middle."""
    spot = float(x) + 0.5, float(y) + 0.5
    page.mouse.move(5, 300)
    page.evaluate("() => document.querySelector('compare-view').view.zoomTo(7)")
    page.evaluate("([x, y]) => document.querySelector('compare-view').view.reveal({ x, y })", spot)
    for panel, result in enumerate(results):
        wait_for_panel(page, panel, spot, result[y, x])
    return spot


def wait_for_panel(page: Any, panel: int, spot: tuple[float, float], colour: np.ndarray) -> None:
    """Wait until a panel really shows a colour at a point of the picture: the page draws with the next frame."""
    wait_for(lambda: pixel(page, *panel_point(page, panel, *spot)) == tuple(colour))


def test_two_checkpoints_fill_the_same_hole_and_zoom_together(page: Any, app: App, portrait: Path) -> None:
    fill_with_the_first(page, app, portrait)
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="Checkpoints side by side")
    assert dialog.get_by_role("checkbox", name="run first").is_checked(), "the one in use is chosen already"
    go = dialog.get_by_role("button", name="Fill side by side")
    assert go.is_disabled()
    dialog.get_by_role("checkbox", name="run second").check()
    go.click()
    page.wait_for_selector("#side-by-side:not([hidden])")
    panels = page.locator(".side-panel")
    words = panels.nth(0).inner_text()
    assert panels.count() == 2
    for known in ("run second (step 4000)", "mec", "step 4,000", "PSNR 20.7 dB", "Edge recall 0.25"):
        assert known in words
    assert "run first (step 4000)" in panels.nth(1).inner_text()
    assert "not scored yet" in panels.nth(1).inner_text()

    fills = picture_info(page)["fills"]
    assert len(fills) == 2, "the try that was there already is not filled again"
    # The newest run comes first.
    results = [fetch_fill(page, fill) for fill in reversed(fills)]
    original = np.asarray(Image.open(portrait))
    y, x = np.argwhere((results[0] != results[1]).any(axis=2) & (results[1] != original).any(axis=2))[0]
    spot = check_panels_at(page, results, x, y)

    # The wheel over one panel zooms both about the same place, a drag moves both.
    at = panel_point(page, 0, *spot)
    page.mouse.move(*map(round, at))
    page.mouse.wheel(0, -120)
    page.wait_for_function("() => document.querySelector('compare-view').view.scale > 7")
    page.mouse.down()
    page.mouse.move(round(at[0]) + 30, round(at[1]) + 20, steps=3)
    page.mouse.up()
    page.mouse.move(5, 300)
    for panel in (0, 1):
        wait_for_panel(page, panel, spot, results[panel][y, x])
    expect(page.locator("#status")).to_contain_text("hold H to see the picture as it was")
    page.keyboard.down("h")
    wait_for_panel(page, 1, spot, original[y, x])
    page.keyboard.up("h")

    page.get_by_role("button", name="Keep the result of run second").click()
    page.wait_for_selector(f"compare-view[data-fill='{fills[1]['fill']}']")
    assert page.locator("#side-by-side").is_hidden()
    page.keyboard.press("Control+z")
    page.wait_for_selector(f"compare-view[data-fill='{fills[0]['fill']}']")


def test_a_small_window_shows_pictures_below_the_bars_and_folds_the_scores(page: Any, app: App, portrait: Path) -> None:
    page.set_viewport_size({"width": 900, "height": 700})
    fill_with_the_first(page, app, portrait)
    place = """() => {
        const { place } = document.querySelector('compare-view').view;
        return [place.scale, place.middle.x, place.middle.y];
    }"""
    page.evaluate("() => document.querySelector('compare-view').view.zoomTo(5)")
    seen = page.evaluate(place)
    side_by_side(page)
    page.wait_for_selector("#side-by-side:not([hidden])")
    bars = [page.locator(bar).bounding_box() for bar in (".zoom-bar", "#side-close")]
    assert bars[0]["x"] + bars[0]["width"] <= bars[1]["x"]
    first = page.locator(".side-canvas").first.bounding_box()
    assert all(bar["y"] + bar["height"] <= first["y"] for bar in bars)
    for caption in page.locator("figcaption").all():
        assert caption.bounding_box()["height"] < first["height"] / 3
    scores = page.get_by_text("Edge recall 0.25", exact=True)
    assert scores.is_hidden()
    page.locator("summary", has_text="Scores").first.click()
    expect(scores).to_be_visible()
    heights = [panel.bounding_box()["height"] for panel in page.locator(".side-canvas").all()]
    assert heights[0] == heights[1], "all panels are of one size"
    page.evaluate(
        "() => { for (const facts of document.querySelectorAll('.side-facts')) facts.textContent = 'Facts'.repeat(99); }"
    )
    room, *parts = (
        page.locator(part).bounding_box() for part in ("#side-by-side", ".side-panels", ".side-canvas >> nth=-1")
    )
    assert all(part["x"] + part["width"] <= room["x"] + room["width"] + 0.5 for part in parts), (
        "nothing lies over the panel"
    )
    page.get_by_role("button", name="Close side by side").click()
    page.wait_for_function("(scale) => document.querySelector('compare-view').view.scale === scale", arg=seen[0])
    assert page.evaluate(place) == pytest.approx(seen, abs=0.2)


def test_what_is_side_by_side_stays_when_memory_is_short_and_a_failure_is_said(
    page: Any, app: App, portrait: Path, page_errors: list[str]
) -> None:
    def forgetful(route: Any) -> None:
        code = route.fetch().text()
        assert "KEPT_PIXELS = 80e6" in code
        route.fulfill(body=code.replace("80e6", "1"), content_type="text/javascript")

    page.route("**/inference/tries.js", forgetful)
    fill_with_the_first(page, app, portrait)
    page.get_by_label("Feather").fill("12")
    page.get_by_role("button", name="Fill again", exact=True).click()
    wait_for_try(page, 2)
    page.get_by_label("Feather").fill("0")
    side_by_side(page)
    page.wait_for_selector("#side-by-side:not([hidden])")
    plain, _, second = picture_info(page)["fills"]
    original = np.asarray(Image.open(portrait))
    results = [fetch_fill(page, second), fetch_fill(page, plain)]  # the newest run comes first
    changed = [(result != original).any(axis=2) for result in results]
    y, x = np.argwhere(changed[0] & changed[1])[0]
    check_panels_at(page, results, x, y)

    page.keyboard.press("Escape")
    page.route("**/edges", lambda route: route.fulfill(status=507, body="full"))
    page.keyboard.press("p")
    drag(page, [(60, 60), (100, 60)], element="compare-view")
    side_by_side(page, along_edges=True)
    page.locator("#status").get_by_text("The program refused the upload (507).").wait_for()
    page.wait_for_timeout(500)
    assert not [error for error in page_errors if error.startswith("pageerror")], "a promise was lost"
    page_errors.clear()  # the browser tells of the 507 itself


def test_the_picture_stays_while_others_fill_and_before_is_let_go_of(page: Any, app: App, portrait: Path) -> None:
    fill_with_the_first(page, app, portrait)
    page.get_by_label("Feather").fill("6")  # so that neither is there yet
    page.evaluate(
        """() => {
            const { view } = document.querySelector("compare-view");
            window.scales = [];
            view.listeners.add(() => scales.push(view.scale));
            const progress = document.getElementById("progress"); // shown too briefly for a look now and then
            window.begun = new Promise((resolve) =>
                new MutationObserver(() => progress.hidden || resolve()).observe(progress, { attributes: true }));
        }"""
    )
    side_by_side(page)
    page.evaluate("() => begun")
    page.keyboard.down("h")
    page.wait_for_selector("#side-by-side:not([hidden])")
    wait_for_panel(page, 0, (80.5, 60.5), np.asarray(Image.open(portrait))[60, 80])  # H is still held
    assert min(page.evaluate("() => scales")) > 1, "the picture was never shrunk to nothing"
    page.keyboard.up("h")
    page.keyboard.press("Escape")
    assert page.locator("#hold-before").get_attribute("aria-pressed") == "false"
    assert not page.evaluate("() => document.querySelector('compare-view').onlyBefore")


def test_side_by_side_is_cancelled_between_two_fills_too(page: Any, app: App, portrait: Path) -> None:
    fill_with_the_first(page, app, portrait)
    page.get_by_label("Feather").fill("6")  # so that neither is there yet
    known = {patch["url"] for fill in picture_info(page)["fills"] for patch in fill["patches"]}
    held: list[Any] = []
    cancelled = False

    def hold(route: Any) -> None:
        if cancelled or any(route.request.url.endswith(url) for url in known):
            route.continue_()
        else:
            held.append(route)

    page.route(re.compile(r"/fills/|-0\.png"), hold)
    side_by_side(page)
    wait_for(lambda: held, pause=lambda: page.wait_for_timeout(20))
    expect(page.locator("#progress")).to_be_hidden()
    page.keyboard.press("Escape")
    cancelled = True
    for route in held:
        route.continue_()
    expect(page.locator("#status")).to_contain_text("Cancelled. Finished results are kept.")
    assert page.locator("#side-by-side").is_hidden()
    expect(page.locator("#choose-checkpoints")).to_be_enabled()
    assert len(picture_info(page)["fills"]) == 2

"""Another try on the page of the fill: what was drawn is used or kept, and what is already there is not made twice."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from .conftest import App
from .inference_pages import (
    drag,
    fill_by_key,
    fill_rectangle,
    map_of,
    on_screen,
    open_mask_page,
    picture_info,
    wait_for_try,
    write_picture,
)

pytestmark = pytest.mark.browser

PLACE = """(element) => {
    const { place } = document.querySelector(element).view;
    return place && [place.scale, place.middle.x, place.middle.y];
}"""
"""What is seen of the picture in an element; null: all of it."""


def test_enter_fills_from_the_edges_that_are_drawn(page: Any, app: App, portrait: Path, checkpoint: Path) -> None:
    fill_rectangle(page, app, portrait, checkpoint)
    page.keyboard.press("p")
    drag(page, [(55, 60.5), (105, 60.5)], element="compare-view")
    page.mouse.move(*page.evaluate("() => [innerWidth / 2, innerHeight / 2]"))
    page.mouse.down()
    page.keyboard.press("Enter")  # in the middle of a stroke, too
    page.mouse.up()
    wait_for_try(page, 2)
    assert [fill["steered"] for fill in picture_info(page)["fills"]] == [False, True]
    expect(page.locator("#result-text")).to_contain_text("along your edges")


def test_edges_that_nothing_was_filled_from_outlive_a_fill_without_them(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, portrait, checkpoint)
    page.keyboard.press("p")
    drag(page, [(55, 60.5), (105, 60.5)], element="compare-view")
    drawn = map_of(page, "compare-view", "edges")
    page.keyboard.press("v")
    page.get_by_label("Feather").fill("30")
    page.get_by_role("button", name="Fill again", exact=True).click()
    wait_for_try(page, 2)
    expect(page.locator("#status")).to_contain_text("The edges you drew are kept: F fills from them.")
    assert np.array_equal(map_of(page, "compare-view", "edges"), drawn)
    page.get_by_role("button", name="Fill again", exact=True).click()
    expect(page.locator("#status")).to_contain_text("to fill from the edges you drew, press F")
    page.keyboard.press("f")
    wait_for_try(page, 3)
    assert [fill["steered"] for fill in picture_info(page)["fills"]] == [False, False, True]


def test_nothing_is_filled_twice_and_each_result_tells_its_texture_and_feather(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, portrait, checkpoint)
    again = page.get_by_role("button", name="Fill again", exact=True)
    expect(page.locator("#engine option:checked")).to_contain_text("Auto: ")  # what runs the networks is known
    again.click()
    expect(page.locator("#status")).to_have_text(
        "Nothing has changed since result 1: change the checkpoint, the texture, the feather, the edges or the mask."
    )
    page.get_by_label("Feather").fill("30")
    page.get_by_label("Texture").select_option("From the picture")
    again.click()
    wait_for_try(page, 2)
    expect(page.locator("#result-text")).to_contain_text(", texture from the picture, feather 30 px")
    page.reload()
    page.wait_for_selector("compare-view[data-fill]")
    expect(page.locator("#feather-value")).to_have_text("30 px")
    expect(page.get_by_label("Texture")).to_have_value("on")
    assert page.locator(".try").nth(1).get_attribute("title").endswith(", texture from the picture, feather 30 px")
    # The same as an earlier result is that result, which is shown.
    page.get_by_label("Feather").fill("0")
    page.get_by_label("Texture").select_option("Automatic")
    expect(page.locator("#engine option:checked")).to_contain_text("Auto: ")
    again.click()
    expect(page.locator("#status")).to_contain_text("Nothing has changed since result 1: ")
    expect(page.locator(".try").nth(0)).to_have_attribute("aria-pressed", "true")
    assert len(picture_info(page)["fills"]) == 2


def test_before_the_first_fill_nothing_is_offered_that_needs_one(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    open_mask_page(page, app, portrait, checkpoint)
    assert page.get_by_label("Grow or shrink by, pixels", exact=True).input_value() == "4"
    drag(page, [(30, 30), (90, 90)])
    page.wait_for_selector("#save-state[data-state=saved]")
    page.goto(page.url.replace("mask_image", "fill_missing_regions"))
    expect(page.get_by_role("button", name="Fill", exact=True)).to_be_enabled()
    expect(page.locator("#save-reason")).to_have_text("There is no result to save yet.")
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Reset edges", exact=True)).to_be_disabled()
    # An engine list that lacks nothing is described by nothing.
    described = page.evaluate(
        """async () => {
            const { EngineChoice } = await import("/inference/engine-choice.js");
            const described = [];
            for (const obstacle of ["", "It needs a compiler."]) {
                const value = { engine: "eager", engines: [{ engine: "compile", obstacle, fill_s: null }] };
                eel.warm_up = () => async () => ({ value });
                await new EngineChoice().warmUp("any");
                described.push(document.querySelector("#engine").hasAttribute("aria-describedby"));
            }
            return described;
        }"""
    )
    assert described == [False, True]


def test_a_detail_stays_in_sight_and_the_tool_in_hand_from_page_to_page(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, portrait, checkpoint)
    assert page.evaluate(PLACE, "compare-view") is None, "the whole picture"
    page.evaluate("() => document.querySelector('compare-view').view.fitPart({ x0: 60, y0: 40, x1: 100, y1: 70 })")
    page.evaluate("() => document.querySelector('compare-view').view.zoomTo(11)")
    seen = page.evaluate(PLACE, "compare-view")
    page.get_by_role("link", name="Edit the mask").click()
    page.wait_for_selector("inpaint-editor[data-ready]")
    assert page.evaluate(PLACE, "inpaint-editor") == pytest.approx(seen, abs=0.2)
    expect(page.get_by_role("button", name="Rectangle", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("i")
    page.get_by_role("button", name="Fill missing regions", exact=True).click()
    page.wait_for_selector("compare-view[data-fill]")
    wait_for_try(page, 2)
    assert page.evaluate(PLACE, "compare-view") == pytest.approx(seen, abs=0.2)


def test_keys_mean_on_the_filling_page_what_they_mean_on_the_mask_page(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, portrait, checkpoint)
    shown = "() => document.querySelector('compare-view').onlyBefore"
    page.keyboard.down("h")
    assert page.evaluate(shown), "held, it shows what is under the mask, or was"
    page.keyboard.up("h")
    assert not page.evaluate(shown)
    assert page.evaluate("() => document.querySelector('compare-view').view.fitted"), "and leaves the view alone"
    page.keyboard.press("2")
    assert not page.evaluate("() => document.querySelector('compare-view').view.fitted")
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Pen", exact=True)).to_have_attribute("aria-pressed", "true")
    for key, tool in (("l", "Lasso"), ("r", "Rectangle")):
        page.keyboard.press(key)
        page.mouse.click(*on_screen(page, 80, 60, "compare-view"))
        expect(page.locator("#status")).to_have_text(
            f"Edges: {tool} selected."
        )  # a click in the hole has not missed it


def test_a_double_click_in_a_low_window_fills_once_and_meets_no_other_button(
    page: Any, app: App, tmp_path: Path, checkpoint: Path
) -> None:
    page.set_viewport_size({"width": 900, "height": 600})
    fill_rectangle(page, app, write_picture(tmp_path / "a.png"), checkpoint)
    box = page.locator("label:has(#show-edges)").bounding_box()
    assert box["height"] < 35, "its words stay on one line beside the scroll bar"
    page.get_by_label("Feather").fill("3")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Fill again", exact=True).dblclick()
    wait_for_try(page, 2)
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.locator("#save-dialog")).to_be_hidden()
    assert page.locator(".try").count() == 2


def test_a_result_is_gone_on_from_as_a_picture_of_its_own(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, portrait, checkpoint)
    first = picture_info(page)
    page.evaluate("() => document.querySelector('compare-view').view.zoomTo(11)")
    seen = page.evaluate(PLACE, "compare-view")
    page.keyboard.press("n")
    page.wait_for_url("**/mask_image.html*")
    page.wait_for_selector("inpaint-editor[data-ready]")
    assert page.evaluate(PLACE, "inpaint-editor") == pytest.approx(seen, abs=0.2)
    expect(page.get_by_role("button", name="Rectangle", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("0")
    second = picture_info(page)
    assert second["name"] == "portrait_filled.png" and second["id"] != first["id"]
    assert (second["width"], second["height"], second["has_mask"]) == (first["width"], first["height"], False)
    opened = Image.open(io.BytesIO(page.request.get(app.origin + second["url"]).body())).convert("RGB")
    changed = (np.asarray(opened) != np.asarray(Image.open(portrait))).any(axis=2)
    assert changed[40:80, 50:110].mean() > 0.9 and not changed[:40].any() and not changed[80:].any()
    drag(page, [(20.5, 20.5), (40.5, 40.5)])
    fill_by_key(page)
    page.get_by_role("button", name="Save Image", exact=True).click()
    expect(page.get_by_label("File name")).to_have_value("portrait_filled.png")

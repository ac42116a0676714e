"""Edges drawn by hand on the page of the fill."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from .conftest import App
from .inference_pages import (
    box,
    drag,
    fetch_fill,
    fetch_picture,
    fill_rectangle,
    map_of,
    mask_rectangle,
    open_mask_page,
    picture_info,
    wait_for_colour,
    wait_for_try,
    wait_until_kept,
)

pytestmark = pytest.mark.browser


def test_edges_drawn_by_hand_steer_the_fill(page: Any, app: App, portrait: Path, checkpoint: Path) -> None:
    open_mask_page(page, app, portrait, checkpoint)
    mask_rectangle(page)
    wait_until_kept(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("compare-view[data-fill]")
    page.get_by_role("button", name="Draw edges", exact=True).click()
    assert page.get_by_label("Show in the hole").is_checked(), "lines are drawn in sight"
    assert page.locator("#save-state").is_hidden(), "nobody has drawn any"
    status = page.locator("#status")
    drag(page, [(10, 10), (30, 10)], element="compare-view")
    status.get_by_text("Edges are drawn inside the hole.").wait_for()
    page.get_by_role("button", name="Fill from these edges", exact=True).click()
    status.get_by_text("This result was already made from these edges.").wait_for()
    page.keyboard.press("v")
    assert not page.get_by_label("Show in the hole").is_checked()
    page.keyboard.press("p")
    page.evaluate(
        "() => (({ edges }) => edges.replace(new Uint8Array(edges.data.length)))(document.querySelector('compare-view'))"
    )
    drag(page, [(20.5, 60.5), (140.5, 60.5)], element="compare-view")
    page.get_by_role("button", name="Fill from these edges", exact=True).click()
    wait_for_try(page, 2)
    page.wait_for_function("() => !document.querySelector('#show-edges').checked")  # the result is not to be covered
    first, second = picture_info(page)["fills"]
    assert (first["steered"], second["steered"]) == (False, True)
    assert not np.array_equal(fetch_fill(page, first), fetch_fill(page, second))
    sent = np.asarray(Image.open(io.BytesIO(page.request.get(app.origin + picture_info(page)["edges_url"]).body())))
    assert box(sent)[0::2] == (50, 110), "lines stay inside the hole"
    # Both tries are kept, and pressing one shows it.
    page.get_by_role("button", name="Result 1").click()
    page.wait_for_selector(f"compare-view[data-fill='{first['fill']}']")
    # A feathered fill fades at the hole's border into what was there, and is as before in its middle.
    page.get_by_label("Feather").fill("12")
    page.get_by_role("button", name="Fill again", exact=True).click()
    wait_for_try(page, 3)
    difference = fetch_fill(page, picture_info(page)["fills"][2]).astype(int) - fetch_fill(page, first)
    assert difference[41:43, 60:100].any() and not difference[58:62, 70:90].any()
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    page.wait_for_selector(f"compare-view[data-fill='{first['fill']}']")
    # The divider shows the picture as it was on its left and the result on its right, wherever it is dragged.
    filled = fetch_fill(page, first)
    original = fetch_picture(page, picture_info(page)["url"])
    y, x = next((y, x) for y, x in np.argwhere((filled != original).any(axis=2)) if 55 < x < 75)
    page.wait_for_function("() => document.querySelector('compare-view').divider === 0")
    page.keyboard.press("v")
    page.keyboard.press("d")
    wait_for_colour(page, original[y, x], x + 0.5, y + 0.5, "compare-view")
    drag(page, [(80, 60), (40, 60)], element="compare-view")
    page.mouse.move(5, 300)
    wait_for_colour(page, filled[y, x], x + 0.5, y + 0.5, "compare-view")

    # A mask that has changed since is told of, until it is as it was.
    page.get_by_role("link", name="Edit the mask").click()
    page.wait_for_selector("inpaint-editor[data-ready]")
    page.keyboard.press("r")
    drag(page, [(10.5, 10.5), (30.5, 30.5)])
    changed = page.get_by_text("The mask has changed since this fill. Fill again.")
    page.get_by_role("link", name="Fill missing regions").click()
    changed.wait_for()
    page.get_by_role("link", name="Edit the mask").click()
    page.wait_for_selector("inpaint-editor[data-ready]")
    page.keyboard.press("Control+z")
    page.get_by_role("link", name="Fill missing regions").click()
    page.wait_for_selector("compare-view[data-fill]")
    assert changed.is_hidden()


def test_lines_that_nothing_was_filled_from_come_back_without_their_history(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, portrait, checkpoint)

    def another_tab() -> Any:
        tab = page.context.new_page()
        tab.goto(page.url)
        tab.wait_for_selector("compare-view[data-fill]")
        return tab

    def fill_feathered(tab: Any, pixels: int, number: int) -> str:
        tab.get_by_label("Feather").fill(str(pixels))
        tab.get_by_role("button", name="Fill again", exact=True).click()
        wait_for_try(tab, number)
        tab.locator("#status").get_by_text("Filled ").wait_for()
        return tab.locator("#status").inner_text()

    page.keyboard.press("p")
    drag(page, [(56.5, 45.5), (56.5, 70.5)], element="compare-view")
    wait_until_kept(page)
    lines = map_of(page, "compare-view", "edges")
    tab = another_tab()
    assert np.array_equal(map_of(tab, "compare-view", "edges"), lines)
    assert "The edges you drew are kept" in fill_feathered(tab, 3, 2)
    assert np.array_equal(map_of(tab, "compare-view", "edges"), lines)
    tab.keyboard.press("p")
    tab.keyboard.press("f")
    wait_for_try(tab, 3)
    assert picture_info(tab)["fills"][2]["steered"]
    tab.wait_for_selector("#save-state[data-state=saved]", state="attached")
    # Edges of a fill are not drawn ones: another fill brings its own.
    assert "The edges you drew are kept" not in fill_feathered(another_tab(), 6, 4)


def test_a_line_leaves_edges_elsewhere_as_certain_as_they_were_and_clearing_leaves_none(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, portrait, checkpoint)

    def fill_along(number: int) -> np.ndarray:
        page.get_by_role("button", name="Fill from these edges", exact=True).click()
        wait_for_try(page, number)
        return edge_levels(page, number - 1)

    page.keyboard.press("p")
    drag(page, [(56.5, 45.5), (56.5, 70.5)], element="compare-view")
    first, second = edge_levels(page, 0), fill_along(2)
    assert len(np.unique(first[40:80, 75:110])) > 2, "less than certain ones among them"
    assert far_change(second, first) < 10 and not np.array_equal(second, first)

    # A part of it erased leaves the rest, and a clearing that is undone leaves all.
    page.keyboard.press("p")
    page.get_by_role("button", name="Clear edges", exact=True).click()
    page.keyboard.press("Control+z")
    drag(page, [(56.5, 45.5), (56.5, 52.5)], "right", element="compare-view")
    third = fill_along(3)
    assert (third[54:70, 56] == 255).all() and not third[46:51, 56].any() and far_change(third, first) < 10

    page.keyboard.press("p")
    page.get_by_role("button", name="Clear edges", exact=True).click()
    drag(page, [(56.5, 45.5), (56.5, 70.5)], element="compare-view")
    wait_until_kept(page)
    page.reload()
    page.wait_for_selector("compare-view[data-fill]")
    page.keyboard.press("p")
    assert not fill_along(4)[:, 75:].any()


def far_change(levels: np.ndarray, before: np.ndarray) -> float:
    """How much edges far from the drawn lines changed, of 255: a little, by what a finer step sees of a coarser one."""
    there = (slice(40, 80), slice(80, 110))
    assert len(np.unique(levels[there])) > 2, "none of them has become a line, or nothing"
    return float(np.abs(levels[there].astype(int) - before[there]).mean())


def edge_levels(page: Any, number: int) -> np.ndarray:
    """Return the edges that a fill was painted along, as levels over the whole picture."""
    info = picture_info(page)
    levels = np.zeros((info["height"], info["width"]), np.uint8)
    for patch in info["fills"][number]["edge_patches"]:
        window = (
            slice(patch["top"], patch["top"] + patch["height"]),
            slice(patch["left"], patch["left"] + patch["width"]),
        )
        levels[window] |= fetch_picture(page, patch["url"])[..., 0]
    return levels

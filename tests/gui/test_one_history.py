"""One undo history over strokes, edges and fills, across the two pages, checked by pixels."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from waiting import wait_for

from .conftest import App
from .inference_pages import (
    HEIGHT,
    WIDTH,
    drag,
    fetch_fill,
    fetch_picture,
    fill_rectangle,
    map_of,
    mask_of,
    mask_rectangle,
    open_mask_page,
    picture_info,
    screen_colour,
    wait_for_colour,
    wait_until_kept,
)

pytestmark = pytest.mark.browser

WHITE = (255, 255, 255)
INSIDE = (80, 60)


def shown_fill(page: Any, number: int | None) -> None:
    """Wait until the filling page shows a fill, or none."""
    wanted = "compare-view:not([data-fill])" if number is None else f"compare-view[data-fill='{number}']"
    page.wait_for_selector(wanted)
    page.wait_for_function("() => document.querySelector('compare-view').divider === 0")
    page.mouse.move(5, 300)


def test_undo_goes_back_over_both_pages_and_a_reload(page: Any, app: App, portrait: Path, checkpoint: Path) -> None:
    open_mask_page(page, app, portrait, checkpoint)
    page.get_by_role("spinbutton", name="Line width").fill("9")
    drag(page, [(20, 100), (60, 100)])
    stroke = mask_of(page)
    mask_rectangle(page)
    both = mask_of(page)
    page.locator("inpaint-editor").focus()
    page.keyboard.press("Enter")
    shown_fill(page, 1)
    predicted = map_of(page, "compare-view", "edges")

    page.keyboard.press("p")
    width = page.get_by_label("Width", exact=True)
    width.fill("16")
    assert page.locator("#edge-width-value").inner_text() == "3 px"
    drag(page, [(55, 60.5), (105, 60.5)], element="compare-view")
    lines = map_of(page, "compare-view", "edges")
    assert lines[59:62, 56:104].all() and not np.array_equal(lines, predicted)
    assert page.locator("#undo").get_attribute("title") == "Undo: Pen (Ctrl+Z)"
    page.keyboard.press("f")
    shown_fill(page, 2)
    fills = [fetch_fill(page, fill) for fill in picture_info(page)["fills"]]

    def wait_until_seen(colour: Iterable[int]) -> None:
        wait_for_colour(page, colour, INSIDE[0] + 0.5, INSIDE[1] + 0.5, "compare-view")

    page.evaluate("() => document.querySelector('compare-view').view.zoomTo(6)")
    assert fills[0][INSIDE[::-1]].tolist() != fills[1][INSIDE[::-1]].tolist()
    page.keyboard.press("Control+z")
    shown_fill(page, 1)
    wait_until_seen(fills[0][INSIDE[::-1]])
    assert np.array_equal(map_of(page, "compare-view", "edges"), lines), "the lines are still in hand"
    page.keyboard.press("Control+z")
    assert np.array_equal(map_of(page, "compare-view", "edges"), predicted)
    page.keyboard.press("Control+z")
    shown_fill(page, None)
    wait_until_seen(WHITE)
    assert page.get_by_role("button", name="Save Image", exact=True).is_disabled()
    wait_until_kept(page)

    page.keyboard.press("Control+z")
    page.wait_for_selector("inpaint-editor[data-ready]")
    page.get_by_text("Undone: Rectangle.").wait_for()
    assert np.array_equal(mask_of(page), stroke)
    wait_until_kept(page)
    page.reload()
    page.wait_for_selector("inpaint-editor[data-ready]")
    page.keyboard.press("Control+Shift+z")
    assert np.array_equal(mask_of(page), both)
    page.keyboard.press("Control+y")
    page.wait_for_url("**/fill_missing_regions.html*")
    shown_fill(page, 1)
    page.evaluate("() => document.querySelector('compare-view').view.zoomTo(6)")
    wait_until_seen(fills[0][INSIDE[::-1]])
    page.get_by_role("button", name="Redo", exact=True).click()
    assert np.array_equal(map_of(page, "compare-view", "edges"), lines)
    page.keyboard.press("Control+y")
    shown_fill(page, 2)
    wait_until_seen(fills[1][INSIDE[::-1]])
    assert page.get_by_role("button", name="Redo", exact=True).is_disabled()
    assert len(picture_info(page)["fills"]) == 2, "nothing was filled anew"


def test_edge_file_gives_the_lines_and_they_are_saved_again(
    page: Any, app: App, portrait: Path, tmp_path: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, portrait, checkpoint)
    shown_fill(page, 1)
    lines = np.zeros((HEIGHT, WIDTH), np.uint8)
    lines[50:52] = 255
    Image.fromarray(lines).save(tmp_path / "lines.png")
    page.get_by_role("button", name="Draw edges", exact=True).click()
    page.locator("#edges-file").set_input_files(tmp_path / "lines.png")
    page.get_by_text("The edges in the hole now come from lines.png").wait_for()
    wanted = np.zeros((HEIGHT, WIDTH), np.uint8)
    wanted[50:52, 50:110] = 1
    assert np.array_equal(map_of(page, "compare-view", "edges"), wanted), "lines stay inside the hole"
    page.mouse.move(5, 300)
    page.evaluate("() => document.querySelector('compare-view').view.zoomTo(6)")

    def is_in_their_own_colour(colour: tuple[int, ...]) -> bool:
        return colour[2] > 200 and colour[0] < 60

    wait_for(lambda: is_in_their_own_colour(screen_colour(page, 80.5, 50.5, "compare-view")))
    with page.expect_download() as download:
        page.get_by_role("button", name="Save edges", exact=True).click()
    assert download.value.suggested_filename == "portrait_edges.png"
    assert np.array_equal(np.asarray(Image.open(download.value.path())), wanted == 1)
    page.keyboard.press("f")
    shown_fill(page, 2)
    sent = fetch_picture(page, picture_info(page)["edges_url"])[..., 0] // 255
    assert np.array_equal(sent * wanted, wanted)
    # A rectangle drawn with the right button erases lines, as on the mask.
    page.keyboard.press("r")
    drag(page, [(40, 30), (120, 90)], button="right", element="compare-view")
    assert not map_of(page, "compare-view", "edges").any()
    page.get_by_role("button", name="Reset edges", exact=True).click()
    page.get_by_text("These are the edges used for this result").wait_for()
    assert map_of(page, "compare-view", "edges")[50:52, 50:110].all()

"""Two windows at once: neither takes away what the other has drawn, or fills, unasked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from .conftest import App
from .inference_pages import (
    drag,
    fetch_picture,
    fill_rectangle,
    mask_of,
    open_mask_page,
    picture_info,
    wait_for_try,
    wait_until_kept,
    write_picture,
)

pytestmark = pytest.mark.browser

WORDS = "The mask of this picture changed in another window."


@pytest.fixture
def other(editor: Any) -> Any:
    """A second window with the picture of the first, which has drawn on since."""
    other = editor.context.new_page()
    other.goto(editor.url)
    other.wait_for_selector("inpaint-editor[data-ready]")
    drag(editor, [(20, 20), (60, 20)])
    wait_until_kept(editor)
    return other


def stored_mask(page: Any) -> np.ndarray:
    return fetch_picture(page, picture_info(page)["mask_url"])[..., 0] // 255


def message(page: Any) -> Any:
    return page.locator("#message")


def test_nothing_is_stored_until_a_person_has_chosen_and_then_the_other_is_told(editor: Any, other: Any) -> None:
    first = mask_of(editor)
    expect(message(other)).to_contain_text(WORDS)
    drag(other, [(20, 80), (60, 80)])
    expect(other.locator("#save-state")).to_have_attribute("data-state", "failed")
    expect(message(other)).to_contain_text(WORDS)
    other.keyboard.press("Enter")
    expect(other.locator("#fill-error")).to_contain_text(WORDS)
    assert np.array_equal(stored_mask(other), first)
    expect(message(editor)).to_be_hidden()

    message(other).get_by_role("button", name="Keep this one").click()
    wait_until_kept(other)
    expect(message(other)).to_be_hidden()
    expect(message(editor)).to_contain_text(WORDS)
    assert np.array_equal(stored_mask(other), mask_of(other))
    drag(other, [(20, 100), (60, 100)])
    wait_until_kept(other)
    assert np.array_equal(stored_mask(other), mask_of(other))


def test_a_reload_shows_what_the_other_window_has_drawn(editor: Any, other: Any) -> None:
    drag(other, [(20, 80), (60, 80)])
    expect(other.locator("#save-state")).to_have_attribute("data-state", "failed")
    message(other).get_by_role("button", name="Reload this page").click()
    other.wait_for_function(
        "(drawn) => document.querySelector('inpaint-editor')?.mask?.count === drawn", arg=int(mask_of(editor).sum())
    )
    assert np.array_equal(mask_of(other), mask_of(editor))
    expect(message(other)).to_be_hidden()
    drag(other, [(20, 80), (60, 80)])
    wait_until_kept(other)
    assert np.array_equal(stored_mask(other), mask_of(other))


def test_a_filling_page_says_at_once_that_the_mask_changed_in_another_window_and_fills_no_other(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, portrait, checkpoint)
    drawing = page.context.new_page()
    drawing.goto(page.url.replace("fill_missing_regions", "mask_image"))
    drawing.wait_for_selector("inpaint-editor[data-ready]")
    drag(drawing, [(20, 20), (40, 20)])
    wait_until_kept(drawing)
    expect(message(page)).to_contain_text(WORDS)
    page.evaluate("() => document.querySelector('#message').hidden = true")
    page.get_by_label("Feather").fill("3")
    page.get_by_role("button", name="Fill again", exact=True).click()
    expect(message(page)).to_contain_text(WORDS)
    assert len(picture_info(page)["fills"]) == 1
    message(page).get_by_role("button", name="Reload this page").click()
    expect(page.locator("#notices")).to_contain_text("The mask has changed since this fill.")
    page.get_by_label("Feather").fill("3")
    page.get_by_role("button", name="Fill again", exact=True).click()
    wait_for_try(page, 2)
    expect(page.locator("#notices")).to_be_hidden()


def test_a_cancel_in_one_window_leaves_the_fill_of_the_other(
    editor: Any, app: App, tmp_path: Path, checkpoint: Path
) -> None:
    # For these networks of 64 px many tiles, so that there is time to cancel.
    open_mask_page(editor, app, write_picture(tmp_path / "large.png", size=(1800, 1400)), checkpoint)
    editor.keyboard.press("r")
    drag(editor, [(100, 100), (1700, 1300)])
    editor.keyboard.press("Enter")
    editor.wait_for_selector("#progress-steps [data-state=now] >> text=Painting")
    other = editor.context.new_page()
    open_mask_page(other, app, write_picture(tmp_path / "small.png"), checkpoint)
    drag(other, [(30, 30), (60, 30)])
    other.keyboard.press("Enter")
    expect(other.locator("#status")).to_have_text("Waiting for the networks, still loading or in use…")
    other.get_by_role("button", name="Cancel", exact=True).click()
    expect(other.locator("#result-text")).to_have_text("Cancelled. Fill again, or edit the mask first.")
    other.close()
    editor.wait_for_selector("compare-view[data-fill]")

"""What is pressed in the middle of a stroke neither loses the stroke nor takes more back than that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from .inference_pages import drag, mask_of, on_screen

pytestmark = pytest.mark.browser


@contextmanager
def drawing(page: Any, points: list[tuple[float, float]]) -> Iterator[None]:
    """Draw through points of the picture, and let go only at the end."""
    page.mouse.move(*on_screen(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*on_screen(page, *point), steps=4)
    page.wait_for_function("() => document.querySelector('inpaint-editor').drawing.current !== null")
    yield
    page.mouse.up()


def test_undo_in_the_middle_of_a_stroke_takes_back_that_stroke_alone(editor: Any) -> None:
    editor.get_by_role("spinbutton", name="Line width").fill("8")
    drag(editor, [(20, 20), (60, 20)])
    first = mask_of(editor)
    with drawing(editor, [(20, 60), (100, 60)]):
        both = mask_of(editor)
        editor.keyboard.press("Control+z")
        expect(editor.locator("#status")).to_have_text("Undone: Brush.")
        assert np.array_equal(mask_of(editor), first)
    editor.keyboard.press("Control+y")
    assert np.array_equal(mask_of(editor), both)
    editor.keyboard.press("Control+z")
    # Where that stroke ended there is nothing to go on from.
    editor.keyboard.down("Shift")
    editor.mouse.click(*on_screen(editor, 140, 100))
    editor.keyboard.up("Shift")
    dot = mask_of(editor) & ~first & 1
    assert 0 < dot.sum() < 80


def test_a_tool_key_keeps_the_stroke_that_is_being_drawn(editor: Any) -> None:
    with drawing(editor, [(20, 60), (100, 60)]):
        editor.keyboard.press("e")
    assert mask_of(editor)[60, 25:95].all()
    with drawing(editor, [(60, 20), (60, 100)]):
        editor.keyboard.press("b")
    assert not mask_of(editor)[60, 60]
    before = mask_of(editor)
    with drawing(editor, [(20, 100), (60, 100)]):
        editor.keyboard.press("Escape")
    assert np.array_equal(mask_of(editor), before)


def test_enter_in_the_middle_of_a_stroke_fills_with_it(editor: Any) -> None:
    drag(editor, [(20, 20), (60, 20)])
    with drawing(editor, [(20, 60), (100, 60)]):
        both = mask_of(editor)
        editor.keyboard.press("Enter")
        editor.wait_for_url("**/fill_missing_regions.html*")
    editor.wait_for_function("() => document.querySelector('compare-view')?.original")
    assert editor.evaluate("() => document.querySelector('compare-view').mask.count") == both.sum()


def test_save_keys_and_the_clipboard_are_answered_on_the_mask_page(editor: Any) -> None:
    with editor.expect_download() as download:
        editor.keyboard.press("Control+s")
    assert download.value.suggested_filename == "portrait_mask.png"
    editor.evaluate(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(["x"], "image.png", { type: "image/png" }));
            document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true }));
        }"""
    )
    expect(editor.locator("#status")).to_contain_text("Paste pictures on the Upload images page.")
    editor.get_by_role("button", name="Clear Area", exact=True).click()
    expect(editor.locator("#status")).to_have_text("The mask is empty already.")

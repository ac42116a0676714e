"""The editor's tools, keys and history, checked by the pixels of the mask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from .conftest import App
from .inference_pages import (
    box,
    drag,
    fetch_picture,
    mask_of,
    on_screen,
    open_mask_page,
    picture_info,
    screen_colour,
    view_of,
    wait_until_kept,
    wait_until_settled,
    write_picture,
)

pytestmark = pytest.mark.browser


def test_shapes_erasers_and_one_history(editor: Any) -> None:
    editor.keyboard.press("r")
    drag(editor, [(30.5, 20.5), (110.5, 80.5)])
    rectangle = mask_of(editor)
    assert box(rectangle) == (30, 20, 111, 81)
    assert rectangle.sum() == 81 * 61

    editor.keyboard.press("b")
    editor.get_by_role("spinbutton", name="Line width").fill("9")
    drag(editor, [(40, 50.5), (100, 50.5)], button="right")
    assert mask_of(editor)[:, 70].sum() == 61 - 9
    editor.keyboard.press("e")
    drag(editor, [(70.5, 30), (70.5, 70)])
    erased = mask_of(editor)
    assert erased[35, 60:80].sum() == 20 - 9

    editor.keyboard.press("l")
    drag(editor, [(120, 100), (150, 100), (150, 115), (120, 115)])
    lasso = mask_of(editor) - erased
    assert abs(int(lasso.sum()) - 30 * 15) <= 31

    for _ in range(3):
        editor.keyboard.press("Control+z")
    assert np.array_equal(mask_of(editor), rectangle)
    editor.keyboard.press("Control+Shift+z")
    editor.keyboard.press("Control+y")
    assert np.array_equal(mask_of(editor), erased)
    assert editor.get_by_role("button", name="Redo").is_enabled()


def test_arrow_keys_take_the_slider_of_the_width_from_end_to_end(editor: Any) -> None:
    number = editor.get_by_role("spinbutton", name="Line width")
    number.fill("1")
    slider = editor.get_by_role("slider", name="Width")
    slider.focus()
    for _ in range(30):
        editor.keyboard.press("ArrowRight")
    assert number.input_value() == "3"
    editor.keyboard.press("End")
    assert number.input_value() == "1000"


def test_straight_line_with_shift_and_size_keys(editor: Any) -> None:
    editor.get_by_role("spinbutton", name="Line width").fill("8")
    editor.keyboard.press("Escape")
    editor.locator("inpaint-editor").focus()
    editor.keyboard.press("]")
    assert editor.get_by_role("spinbutton", name="Line width").input_value() == "9"
    editor.keyboard.press("[")
    editor.mouse.click(*on_screen(editor, 20, 60))
    editor.mouse.move(*on_screen(editor, 100, 60))
    shown = "() => document.querySelector('inpaint-editor').drawing.shift"
    editor.keyboard.down("Shift")
    assert editor.evaluate(shown), "the line is seen before the pointer moves"
    editor.keyboard.up("Shift")
    assert not editor.evaluate(shown)
    editor.keyboard.down("Shift")
    editor.mouse.click(*on_screen(editor, 140, 60))
    editor.keyboard.up("Shift")
    assert (mask_of(editor)[:, 20:140].sum(axis=0) == 8).all()


def test_a_key_goes_from_hole_to_hole(editor: Any) -> None:
    middle = """() => {
        const { place } = document.querySelector("inpaint-editor").view;
        return place && [Math.round(place.middle.x / 10), Math.round(place.middle.y / 10)];
    }"""
    editor.get_by_role("spinbutton", name="Line width").fill("3")
    editor.locator("inpaint-editor").focus()
    editor.keyboard.press("2")
    assert editor.evaluate(middle) is None, "there is no hole"
    for x, y in ((30, 20), (130, 20), (80, 100)):
        drag(editor, [(x, y), (x + 2, y)])
    places = []
    for words in ("Hole 1 of 3.", "Hole 2 of 3.", "Hole 3 of 3.", "Hole 1 of 3."):
        editor.keyboard.press("2")
        expect(editor.locator("#status")).to_have_text(words)
        places.append(editor.evaluate(middle))
    assert places[0] == places[3] and len({tuple(place) for place in places}) == 3
    editor.keyboard.press("0")
    for x, y in ((130, 20), (80, 100)):  # what is left fills less than the picture
        drag(editor, [(x - 4, y), (x + 4, y)], button="right")
    drag(editor, [(42, 20), (44, 20)])
    editor.keyboard.press("2")
    expect(editor.locator("#status")).to_have_text("All 2 holes.")


def test_invert_grow_shrink(editor: Any) -> None:
    editor.keyboard.press("r")
    drag(editor, [(60.5, 50.5), (99.5, 69.5)])
    editor.get_by_role("button", name="Grow", exact=True).click()
    wait_until_settled(editor)
    assert box(mask_of(editor)) == (56, 46, 104, 74)
    editor.get_by_role("button", name="Shrink", exact=True).click()
    wait_until_settled(editor)
    assert box(mask_of(editor)) == (60, 50, 100, 70)
    inside = mask_of(editor)
    editor.get_by_role("button", name="Invert", exact=True).click()
    assert np.array_equal(mask_of(editor), 1 - inside)


def test_a_key_that_is_held_changes_the_mask_once_and_moves_the_crosshair_on(editor: Any) -> None:
    drag(editor, [(40, 60), (80, 60)])
    drawn = mask_of(editor)
    for _ in range(4):  # all but the first are repeats
        editor.keyboard.down("i")
    editor.keyboard.up("i")
    wait_until_settled(editor)
    assert np.array_equal(mask_of(editor), 1 - drawn)
    at = "() => document.querySelector('inpaint-editor').drawing.crosshair.at.x"
    editor.keyboard.press("ArrowRight")
    first = editor.evaluate(at)
    editor.keyboard.press("ArrowRight")
    step = editor.evaluate(at) - first
    for _ in range(4):
        editor.keyboard.down("ArrowLeft")
    editor.keyboard.up("ArrowLeft")
    assert editor.evaluate(at) == first - 3 * step


def test_changes_that_are_computed_beside_the_page_come_in_order_and_nothing_comes_between(editor: Any) -> None:
    editor.keyboard.press("l")
    drag(editor, [(5, 5), (90, -20), (70, 80), (120, 110), (20, 119)])
    drawn = mask_of(editor)
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    element[:] = np.hypot(*np.mgrid[-4:5, -4:5]) <= 4
    editor.evaluate(
        """() => {
            const editor = document.querySelector("inpaint-editor");
            for (const id of ["grow", "grow", "undo", "invert", "shrink"]) document.getElementById(id).click();
            return Promise.resolve().then(() => {
                const { busy } = editor.drawing.changes;
                editor.drawing.begin({ x: 3, y: 3 });
                editor.drawing.end();
                if (!busy) throw new Error("drawing goes on while the mask changes");
            });
        }"""
    )
    wait_until_settled(editor)
    grown = cv2.dilate(drawn, element)
    # What lies outside the picture counts as masked, so that a mask that reaches its border keeps reaching it.
    shrunk = cv2.erode(1 - grown, element, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    assert np.array_equal(mask_of(editor), shrunk)
    assert editor.evaluate("() => document.querySelector('inpaint-editor').mask.count") == shrunk.sum()
    for expected in (1 - grown, grown, drawn, np.zeros_like(drawn)):
        editor.keyboard.press("Control+z")
        assert np.array_equal(mask_of(editor), expected)
    wait_until_kept(editor)
    assert not fetch_picture(editor, picture_info(editor)["mask_url"]).any()


def test_drawing_without_a_mouse(editor: Any) -> None:
    editor.get_by_role("spinbutton", name="Line width").fill("5")
    editor.locator("inpaint-editor").focus()
    editor.keyboard.press("ArrowRight")
    editor.keyboard.press("Space")
    for _ in range(6):
        editor.keyboard.press("ArrowRight")
    editor.keyboard.press("Space")
    mask = mask_of(editor)
    assert mask.any(axis=1).sum() == 5
    assert mask.any(axis=0).sum() > 30 / 6
    editor.keyboard.press("Space")
    editor.keyboard.press("ArrowDown")
    editor.keyboard.press("Escape")
    assert np.array_equal(mask_of(editor), mask)


def test_space_beside_the_picture_draws_nothing_and_moves_it_once_the_pointer_is_there(editor: Any) -> None:
    drag(editor, [(40, 20), (120, 20)])
    drawn, before = mask_of(editor), view_of(editor)
    editor.mouse.move(5, 300)  # on the tools
    editor.keyboard.down("Space")
    assert not editor.evaluate("() => document.querySelector('inpaint-editor').drawing.current")
    left, top = map(round, on_screen(editor, 60, 40))
    editor.mouse.move(left, top)
    editor.mouse.down()
    editor.mouse.move(left + 30, top + 20)
    editor.mouse.up()
    editor.keyboard.up("Space")
    after = view_of(editor)
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((30, 20))
    assert np.array_equal(mask_of(editor), drawn)
    # By keyboard the first press shows where the second one would draw.
    editor.mouse.move(5, 300)
    editor.keyboard.press("Space")
    assert np.array_equal(mask_of(editor), drawn)
    editor.keyboard.press("Space")
    editor.keyboard.press("Space")
    assert (mask_of(editor) > drawn).any()


def test_a_press_of_the_mouse_keeps_what_the_keyboard_was_drawing(editor: Any) -> None:
    editor.locator("inpaint-editor").focus()
    editor.keyboard.press("Space")
    editor.keyboard.press("ArrowRight")
    keyed = mask_of(editor)
    assert keyed.any()
    editor.mouse.click(*on_screen(editor, 20, 20))
    assert (mask_of(editor) > keyed).any()
    editor.keyboard.press("Control+z")
    assert np.array_equal(mask_of(editor), keyed)
    editor.keyboard.press("Control+z")
    assert not mask_of(editor).any()


def test_mask_look_does_not_change_the_mask(editor: Any) -> None:
    drag(editor, [(40, 60), (120, 60)])
    drawn = mask_of(editor)
    bare = screen_colour(editor, 80, 20)
    editor.mouse.move(5, 300)
    editor.get_by_role("button", name="Red", exact=True).click()
    assert screen_colour(editor, 80, 60) == (255, 59, 48)
    editor.get_by_label("Opacity", exact=True).fill("50")
    mixed = screen_colour(editor, 80, 60)
    assert mixed != (255, 59, 48)
    editor.keyboard.down("h")
    assert screen_colour(editor, 80, 60) not in (mixed, (255, 59, 48))
    editor.keyboard.up("h")
    assert screen_colour(editor, 80, 20) == bare
    assert np.array_equal(mask_of(editor), drawn)


def test_numbers_are_shown_whole_and_enter_in_them_does_not_fill(editor: Any) -> None:
    drag(editor, [(30, 30), (60, 30)])
    for field, value in (("#grow-by", "200"), ("#line-width", "1000")):
        number = editor.locator(field)
        number.fill(value)
        assert number.evaluate("(field) => field.scrollWidth <= field.clientWidth")
        number.press("Enter")
    assert editor.url.endswith("mask_image.html") or "mask_image.html?" in editor.url
    assert editor.locator("#fill").is_enabled()
    # What is typed next is meant for the tools.
    editor.keyboard.press("e")
    expect(editor.get_by_role("button", name="Eraser")).to_have_attribute("aria-pressed", "true")


def test_a_click_with_the_rectangle_or_the_lasso_masks_nothing(editor: Any) -> None:
    for tool in "rl":
        editor.keyboard.press(tool)
        editor.mouse.click(*on_screen(editor, 60, 40))
    expect(editor.locator("#undo")).to_be_disabled()
    assert not mask_of(editor).any()


def test_all_keys_are_listed_and_the_list_is_left_by_key(editor: Any) -> None:
    editor.locator("inpaint-editor").focus()
    editor.keyboard.press("?")
    dialog = editor.get_by_role("dialog", name="Keys and gestures")
    for words in (
        "Brush",
        "Undo: strokes, mask, edges and fills",
        "Straight line from the last point",
        "Whole picture",
    ):
        assert dialog.get_by_text(words, exact=True).is_visible()
    editor.keyboard.press("b")
    editor.keyboard.press("Escape")
    assert dialog.count() == 0
    assert editor.evaluate("() => document.activeElement.localName") == "inpaint-editor"


def test_each_picture_has_its_own_line_width_until_one_is_set(page: Any, app: App, tmp_path: Path) -> None:
    width = page.get_by_role("spinbutton", name="Line width")
    small, large = (
        write_picture(tmp_path / "small.png", size=(20, 20)),
        write_picture(tmp_path / "large.png", size=(900, 600)),
    )
    for picture, usual in ((small, "4"), (large, "30"), (small, "4")):
        open_mask_page(page, app, picture)
        page.keyboard.press("e")
        assert width.input_value() == usual
    page.keyboard.press("]")
    open_mask_page(page, app, large)
    assert width.input_value() == "5"

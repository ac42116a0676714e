"""Mouse, fingers and pen in the editor: zooming, panning, and lines that are where the pointer was."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from waiting import wait_for

from .conftest import App
from .inference_pages import drag, mask_of, on_screen, open_mask_page, view_of

pytestmark = pytest.mark.browser


def test_zoom_keeps_the_place_under_the_cursor_and_hands_pan(editor: Any) -> None:
    left, top = on_screen(editor, 0, 0)
    before = view_of(editor)
    point = (round(620 - left) / before["scale"], round(380 - top) / before["scale"])
    at = on_screen(editor, *point)
    editor.mouse.move(*map(round, at))
    editor.mouse.wheel(0, -240)
    editor.wait_for_function(
        "(scale) => document.querySelector('inpaint-editor').view.scale > scale", arg=before["scale"]
    )
    # The wheel tells whole pixels only.
    assert on_screen(editor, *point) == pytest.approx(at, abs=0.6)

    zoomed = view_of(editor)
    editor.keyboard.down("Space")
    editor.mouse.down()
    editor.mouse.move(round(at[0]) + 40, round(at[1]) + 30)
    editor.mouse.up()
    editor.keyboard.up("Space")
    panned = view_of(editor)
    assert (panned["x"] - zoomed["x"], panned["y"] - zoomed["y"]) == pytest.approx((40, 30))
    editor.mouse.down(button="middle")
    editor.mouse.move(round(at[0]) + 50, round(at[1]) + 10)
    editor.mouse.up(button="middle")
    pulled = view_of(editor)
    assert (pulled["x"] - panned["x"], pulled["y"] - panned["y"]) == pytest.approx((10, -20))
    editor.keyboard.down("Shift")
    editor.mouse.wheel(0, 60)
    editor.keyboard.up("Shift")
    editor.wait_for_function("(x) => document.querySelector('inpaint-editor').view.x === x", arg=pulled["x"] - 60)
    assert not mask_of(editor).any()
    editor.keyboard.press("Control+1")
    assert view_of(editor)["scale"] == 1
    editor.keyboard.press("Control+0")
    assert view_of(editor) == pytest.approx(before)


def test_two_fingers_zoom_and_one_draws(browser: Any, app: App, portrait: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(app.url)
    open_mask_page(page, app, portrait)
    session = context.new_cdp_session(page)

    def touch(kind: str, *xs: float) -> None:
        points = [{"x": x, "y": 430, "id": finger} for finger, x in enumerate(xs)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = view_of(page)["scale"]
    touch("touchStart", 500)
    touch("touchStart", 500, 560)
    for step in range(6):
        touch("touchMove", 500 - 10 * step, 560 + 10 * step)
    touch("touchEnd")
    page.wait_for_function("(scale) => document.querySelector('inpaint-editor').view.scale > 1.5 * scale", arg=before)
    assert not mask_of(page).any(), "what the first finger began is taken back"
    touch("touchStart", 500)
    touch("touchMove", 540)
    page.wait_for_function("() => document.querySelector('inpaint-editor').drawing.current !== null")
    touch("touchCancel")
    page.wait_for_function("() => document.querySelector('inpaint-editor').drawing.current === null")
    assert not mask_of(page).any(), "the system took the touch for a palm"
    touch("touchStart", 500)
    for step in range(6):
        touch("touchMove", 500 + 10 * step)
    touch("touchEnd")
    page.wait_for_function("() => document.querySelector('inpaint-editor').mask.count > 0")
    context.close()


def pen(page: Any, session: Any, points: list[tuple[float, float, float]]) -> None:
    """Draw with a pen through points of the picture, each with its pressure."""
    for number, (x, y, force) in enumerate([*points, points[-1]]):
        left, top = on_screen(page, x, y)
        kind = "mousePressed" if number == 0 else "mouseReleased" if number == len(points) else "mouseMoved"
        event = {"type": kind, "x": left, "y": top, "button": "left", "buttons": 1, "clickCount": 1}
        session.send("Input.dispatchMouseEvent", {**event, "pointerType": "pen", "force": force})


def test_a_pen_draws_as_wide_as_it_is_pressed_when_that_is_wanted(editor: Any) -> None:
    editor.get_by_role("spinbutton", name="Line width").fill("20")
    session = editor.context.new_cdp_session(editor)
    stroke = [(30.0, 60.0, 0.25), (60.0, 60.0, 0.25), (64.0, 60.0, 1.0), (120.0, 60.0, 1.0)]
    pen(editor, session, stroke)
    assert set(mask_of(editor)[:, 30:120].sum(axis=0)) == {20}, "off unless asked for"
    editor.keyboard.press("Control+z")
    editor.get_by_label("Pen pressure changes the width").check()
    pen(editor, session, stroke)
    columns = mask_of(editor).sum(axis=0)
    assert set(columns[30:50]) == {5} and set(columns[80:120]) == {20}
    editor.keyboard.press("Control+z")
    drag(editor, [(30, 60), (120, 60)])
    assert set(mask_of(editor)[:, 30:120].sum(axis=0)) == {20}, "a mouse has no pressure"


def test_points_between_two_frames_are_not_cut_off(editor: Any) -> None:
    editor.get_by_role("spinbutton", name="Line width").fill("5")
    corners = [on_screen(editor, x, y) for x, y in ((30, 90), (80, 30), (130, 90))]
    editor.mouse.move(*corners[0])
    editor.mouse.down()
    editor.evaluate(
        """(corners) => {
            const event = ([clientX, clientY], more = {}) =>
                new PointerEvent("pointermove", { clientX, clientY, pointerId: 1, pointerType: "mouse", bubbles: true, ...more });
            const coalescedEvents = corners.map((corner) => event(corner));
            document.querySelector("inpaint-editor").dispatchEvent(event(corners.at(-1), { coalescedEvents }));
        }""",
        corners,
    )
    editor.mouse.up()
    mask = mask_of(editor)
    assert mask[30, 80] == 1, "the corner that was passed between two frames"
    assert mask[90, 75:85].sum() == 0, "and no short cut"


def test_the_cursor_is_as_large_as_the_line(editor: Any) -> None:
    editor.get_by_role("spinbutton", name="Line width").fill("40")
    centre = on_screen(editor, 80, 60)
    radius = 20 * view_of(editor)["scale"]

    def seen() -> np.ndarray:
        clip = {"x": round(centre[0] - radius) - 40, "y": round(centre[1]), "width": round(radius) + 40, "height": 1}
        return np.asarray(Image.open(io.BytesIO(editor.screenshot(clip=clip))).convert("RGB"))[0].astype(int)

    editor.mouse.move(5, 300)
    bare = seen()
    editor.mouse.move(*centre)
    wait_for(lambda: (seen() != bare).any())
    changed = np.nonzero(np.abs(seen() - bare).sum(axis=1) > 20)[0]
    assert changed.size and abs(changed.min() - 40) <= 2 and changed.max() <= 43


def test_the_cursor_stays_with_the_pointer_when_the_picture_moves_under_it(editor: Any) -> None:
    at = on_screen(editor, 120, 30)
    editor.mouse.move(*at)
    for key in ("Control+1", "Control+0"):
        editor.keyboard.press(key)
    editor.mouse.wheel(60, 0)  # as a trackpad moves sideways
    editor.wait_for_function("() => !document.querySelector('inpaint-editor').view.fitted")
    under = editor.evaluate("() => document.querySelector('inpaint-editor').drawing.pointerAt")
    assert on_screen(editor, under["x"], under["y"]) == pytest.approx(at, abs=0.01)
    assert abs(under["x"] - 120) > 5


def test_lines_are_where_the_pointer_was_on_a_dense_screen(browser: Any, app: App, portrait: Path) -> None:
    context = browser.new_context(device_scale_factor=2)
    page = context.new_page()
    page.goto(app.url)
    open_mask_page(page, app, portrait)
    # The canvas follows its place on the page one frame later.
    page.wait_for_function(
        """() => {
            const canvas = document.querySelector("inpaint-editor > canvas");
            return Math.abs(canvas.width - 2 * canvas.getBoundingClientRect().width) <= 1;
        }"""
    )
    page.get_by_role("spinbutton", name="Line width").fill("5")
    drag(page, [(30.5, 60.5), (120.5, 60.5)])
    mask = mask_of(page)
    assert mask[58:63, 40:110].all() and mask.sum(axis=0).max() == 5
    context.close()

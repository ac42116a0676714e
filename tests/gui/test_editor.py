"""The editor's tools, keys, files and refusals, checked by the pixels of the mask."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from .conftest import App
from .inference_pages import (
    HEIGHT,
    WIDTH,
    drag,
    drop,
    fetch_fill,
    fetch_picture,
    mask_of,
    on_screen,
    open_mask_page,
    picture_info,
    screen_colour,
    wait_until_kept,
    wait_until_settled,
    write_picture,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def editor(page: Any, app: App, tmp_path: Path) -> Any:
    """The mask page with an empty mask."""
    open_mask_page(page, app, write_picture(tmp_path / "portrait.png"))
    return page


def box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Return x0, y0, x1, y1 around all ones."""
    ys, xs = np.nonzero(mask)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def view_of(page: Any) -> dict[str, float]:
    return page.evaluate(
        "() => { const { x, y, scale } = document.querySelector('inpaint-editor').view; return { x, y, scale }; }"
    )


def test_shapes_erasers_and_one_history(editor: Any) -> None:
    editor.keyboard.press("r")
    drag(editor, [(30.5, 20.5), (110.5, 80.5)])
    rectangle = mask_of(editor)
    assert box(rectangle) == (30, 20, 111, 81)
    assert rectangle.sum() == 81 * 61

    editor.keyboard.press("b")
    editor.get_by_label("Line width").fill("9")
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


def test_straight_line_with_shift_and_size_keys(editor: Any) -> None:
    editor.get_by_label("Line width").fill("8")
    editor.keyboard.press("Escape")
    editor.locator("inpaint-editor").focus()
    editor.keyboard.press("]")
    assert editor.get_by_label("Line width").input_value() == "9"
    editor.keyboard.press("[")
    editor.mouse.click(*on_screen(editor, 20, 60))
    editor.keyboard.down("Shift")
    editor.mouse.click(*on_screen(editor, 140, 60))
    editor.keyboard.up("Shift")
    assert (mask_of(editor)[:, 20:140].sum(axis=0) == 8).all()


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
                const { busy } = editor.drawing;
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
    editor.get_by_label("Line width").fill("5")
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


def test_mask_file_is_saved_and_loaded_again(editor: Any, tmp_path: Path) -> None:
    drag(editor, [(30, 30), (120, 90)])
    drawn = mask_of(editor)
    with editor.expect_download() as download:
        editor.get_by_role("button", name="Save mask", exact=True).click()
    assert download.value.suggested_filename == "portrait_mask.png"
    file = tmp_path / "kept.png"
    download.value.save_as(file)
    assert np.array_equal(np.asarray(Image.open(file)), drawn == 1)

    editor.get_by_role("button", name="Clear Area", exact=True).click()
    editor.locator("#mask-file").set_input_files(file)
    editor.get_by_text("kept.png is the mask now.").wait_for()
    assert np.array_equal(mask_of(editor), drawn)

    large = np.zeros((HEIGHT * 2, WIDTH * 2, 3), np.uint8)
    large[100:140, 200:240] = 255
    other = io.BytesIO()
    Image.fromarray(large).save(other, "PNG")
    editor.locator("#mask-file").set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": other.getvalue()})
    editor.get_by_text(f"The mask was {WIDTH * 2} × {HEIGHT * 2}").wait_for()
    assert box(mask_of(editor)) == (100, 50, 120, 70)
    editor.locator("#mask-file").set_input_files({"name": "c.png", "mimeType": "image/png", "buffer": b"no picture"})
    editor.get_by_text("could not be read as a mask").wait_for()
    assert box(mask_of(editor)) == (100, 50, 120, 70)
    editor.locator("#mask-file").set_input_files(write_picture(tmp_path / "photo.png"))
    editor.get_by_text("It looks like a photo rather than a mask").first.wait_for()


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


def test_empty_and_full_masks_are_refused_in_words(editor: Any) -> None:
    editor.locator("inpaint-editor").focus()
    editor.keyboard.press("Enter")
    alert = editor.locator("#fill-error")
    alert.get_by_text("Nothing is masked yet").wait_for()
    editor.get_by_role("button", name="Invert", exact=True).click()
    assert not alert.is_visible()
    editor.get_by_role("button", name="Fill missing regions", exact=True).click()
    alert.get_by_text("covers the whole picture").wait_for()
    assert "/mask_image.html" in editor.url


def test_unreadable_file_is_refused_and_the_picture_stays(page: Any, app: App, tmp_path: Path) -> None:
    page.goto(f"{app.origin}/inference/upload-image.html")
    page.wait_for_selector("html[data-eel=ready]")
    page.locator("#file").set_input_files(write_picture(tmp_path / "good.png"))
    page.get_by_text("good.png", exact=True).wait_for()
    page.locator("#file").set_input_files({"name": "bad.png", "mimeType": "image/png", "buffer": b"\x89PNG no"})
    page.wait_for_selector("#upload-error:not([hidden])")
    assert "bad.png" in page.locator("#upload-error").inner_text()
    assert page.get_by_text("good.png", exact=True).is_visible()
    assert page.get_by_role("button", name="Mask Image", exact=True).is_enabled()


def test_pages_without_their_picture_show_the_way_on(page: Any, app: App) -> None:
    for name in ("mask_image", "fill_missing_regions"):
        for query in ("", "?picture=0123456789abcdef"):
            page.goto(f"{app.origin}/inference/{name}.html{query}")
            page.wait_for_selector("#message:not([hidden])")
            if name == "mask_image":
                assert page.locator(":is(.rail, .zoom-bar, .panel)[inert]").count() == 3
            page.locator("#message").get_by_role("link", name="Upload Image").click()
            page.wait_for_url("**/upload-image.html*")


def test_edges_drawn_by_hand_steer_the_fill(page: Any, app: App, tmp_path: Path, checkpoint: Path) -> None:
    open_mask_page(page, app, write_picture(tmp_path / "portrait.png"), checkpoint)
    page.keyboard.press("r")
    drag(page, [(50.5, 40.5), (109.5, 79.5)])
    wait_until_kept(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("compare-view[data-fill]", timeout=120_000)
    page.get_by_role("button", name="Draw edges", exact=True).click()
    page.evaluate(
        "() => (({ edges }) => edges.replace(new Uint8Array(edges.data.length)))(document.querySelector('compare-view'))"
    )
    drag(page, [(20.5, 60.5), (140.5, 60.5)], element="compare-view")
    page.get_by_label("Show in the hole").check()
    page.get_by_role("button", name="Fill from these edges", exact=True).click()
    page.wait_for_function("() => document.querySelectorAll('.try').length === 2", timeout=60_000)
    page.wait_for_function("() => !document.querySelector('#show-edges').checked")  # the result is not to be covered
    first, second = picture_info(page)["fills"]
    assert (first["steered"], second["steered"]) == (False, True)
    assert not np.array_equal(fetch_fill(page, first), fetch_fill(page, second))
    sent = np.asarray(Image.open(io.BytesIO(page.request.get(app.origin + picture_info(page)["edges_url"]).body())))
    assert box(sent)[0::2] == (50, 110), "lines stay inside the hole"
    # Both tries are kept, and pressing one shows it.
    page.get_by_role("button", name="Try 1").click()
    page.wait_for_selector(f"compare-view[data-fill='{first['fill']}']")
    # A feathered fill fades at the hole's border into what was there, and is as before in its middle.
    page.get_by_label("Feather").fill("12")
    page.get_by_role("button", name="Fill again", exact=True).click()
    page.wait_for_function("() => document.querySelectorAll('.try').length === 3", timeout=60_000)
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
    page.wait_for_timeout(150)
    assert screen_colour(page, x + 0.5, y + 0.5, "compare-view") == tuple(original[y, x])
    drag(page, [(80, 60), (40, 60)], element="compare-view")
    page.mouse.move(5, 300)
    page.wait_for_timeout(150)
    assert screen_colour(page, x + 0.5, y + 0.5, "compare-view") == tuple(filled[y, x])


def test_a_dropped_file_becomes_the_mask(editor: Any, tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[20:40, 30:60] = 255
    Image.fromarray(mask).save(tmp_path / "hole.png")
    drop(editor, tmp_path / "hole.png")
    editor.get_by_text("hole.png is the mask now.").wait_for()
    assert np.array_equal(mask_of(editor), mask > 0)


def test_several_dropped_pictures_are_refused_in_words(page: Any, app: App, tmp_path: Path) -> None:
    page.goto(f"{app.origin}/inference/upload-image.html")
    page.wait_for_selector("html[data-eel=ready]")
    drop(page, write_picture(tmp_path / "a.png"), write_picture(tmp_path / "b.png", seed=1))
    page.get_by_text("One picture is opened at a time.").wait_for()
    drop(page)
    page.get_by_text("What was dropped is no file.").wait_for()


def test_a_picture_on_its_way_is_named_and_the_one_before_is_not_gone_on_with(
    page: Any, app: App, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    held: list[Any] = []
    page.goto(f"{app.origin}/inference/upload-image.html")
    page.wait_for_selector("html[data-eel=ready]")
    page.route("**/api/**", lambda route: held.append(route) if route.request.method == "PUT" else route.continue_())
    for name in ("first.png", "second.png"):
        page.locator("#file").set_input_files(write_picture(tmp_path / name))
        expect(page.locator("#opening")).to_have_text(f"Opening {name}…")
        expect(page.locator("#drop-hint")).to_be_hidden()
        expect(page.locator("#mask")).to_be_disabled()
        assert page.locator(".steps a[data-to=mask][href]").count() == 0
        held.pop().continue_()
        expect(page.locator("#fact-name")).to_have_text(name)
        expect(page.locator("#opening")).to_be_hidden()
        expect(page.locator("#mask")).to_be_enabled()


def test_a_long_name_leaves_the_panel_in_sight(page: Any, app: App, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 900, "height": 700})
    name = f"{'DSC_20260714_holiday-at-the-lake_' * 3}.png"
    open_mask_page(page, app, write_picture(tmp_path / name))
    right = "() => document.getElementById('panel').getBoundingClientRect().right"
    assert page.evaluate(right) <= 900
    assert name in (page.locator("#picture-name").get_attribute("title") or "")


def test_numbers_are_shown_whole_and_enter_in_them_does_not_fill(editor: Any) -> None:
    drag(editor, [(30, 30), (60, 30)])
    for field, value in (("#grow-by", "200"), ("#line-width", "1000")):
        number = editor.locator(field)
        number.fill(value)
        assert number.evaluate("(field) => field.scrollWidth <= field.clientWidth")
        number.press("Enter")
    assert editor.url.endswith("mask_image.html") or "mask_image.html?" in editor.url
    assert editor.locator("#fill").is_enabled()


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_pictures_are_dropped_and_pasted(page: Any, app: App, tmp_path: Path, way: str) -> None:
    page.goto(f"{app.origin}/inference/upload-image.html")
    page.wait_for_selector("html[data-eel=ready]")
    data = list(write_picture(tmp_path / "dropped.png").read_bytes())
    page.evaluate(
        """([way, data]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(data)], "dropped.png", { type: "image/png" }));
            const event = way === "drop"
                ? new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true })
                : new ClipboardEvent("paste", { clipboardData: carried, bubbles: true });
            document.body.dispatchEvent(event);
        }""",
        [way, data],
    )
    page.get_by_text("dropped.png", exact=True).wait_for()
    assert page.get_by_role("button", name="Mask Image", exact=True).is_enabled()


def test_two_fingers_zoom_and_one_draws(browser: Any, app: App, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(app.url)
    open_mask_page(page, app, write_picture(tmp_path / "portrait.png"))
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
    editor.get_by_label("Line width").fill("20")
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
    editor.get_by_label("Line width").fill("5")
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
    editor.get_by_label("Line width").fill("40")
    centre = on_screen(editor, 80, 60)
    radius = 20 * view_of(editor)["scale"]

    def seen() -> np.ndarray:
        clip = {"x": round(centre[0] - radius) - 40, "y": round(centre[1]), "width": round(radius) + 40, "height": 1}
        return np.asarray(Image.open(io.BytesIO(editor.screenshot(clip=clip))).convert("RGB"))[0].astype(int)

    editor.mouse.move(5, 300)
    bare = seen()
    editor.mouse.move(*centre)
    editor.wait_for_timeout(100)
    changed = np.nonzero(np.abs(seen() - bare).sum(axis=1) > 20)[0]
    assert changed.size and abs(changed.min() - 40) <= 2 and changed.max() <= 43


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

"""From a file to a saved picture without a mouse, pictures of every kind, and a fill that is cancelled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image
from playwright.sync_api import expect

from waiting import wait_for

from .conftest import App
from .inference_pages import (
    drag,
    drop,
    fetch_fill,
    fetch_picture,
    fill_by_key,
    fill_rectangle,
    mask_of,
    open_mask_page,
    picture_info,
    screen_colour,
    upload,
    wait_for_colour,
    wait_until_kept,
    wait_until_settled,
    write_picture,
)

pytestmark = pytest.mark.browser


def tab_to(page: Any, words: str) -> None:
    """Press Tab until what has the focus says ``words``."""
    for _ in range(40):
        page.keyboard.press("Tab")
        said = page.evaluate("() => document.activeElement.title || document.activeElement.textContent.trim()")
        if said == words or page.evaluate("() => document.activeElement.localName") == words:
            return
    raise AssertionError(f"Tab never comes to {words!r}")


def test_the_whole_way_by_keyboard(page: Any, app: App, checkpoint: Path) -> None:
    page.goto(f"{app.origin}/inference/upload-image.html?checkpoint={checkpoint}")
    expect(page.get_by_role("button", name="Astronaut")).to_be_visible()
    tab_to(page, "Astronaut")
    page.keyboard.press("Enter")
    # Opening takes the hand on to what comes next.
    expect(page.get_by_role("button", name="Mask Image", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_selector("inpaint-editor[data-ready]")
    tab_to(page, "inpaint-editor")
    for _ in range(6):
        page.keyboard.press("[")
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("g")
    wait_until_settled(page)
    mask = mask_of(page)
    drawn = int(mask.sum())
    assert drawn
    page.keyboard.press("Enter")
    page.wait_for_selector("compare-view[data-fill]")
    page.wait_for_function("() => document.querySelector('compare-view').divider === 0")
    original = fetch_picture(page, picture_info(page)["url"])
    filled = fetch_fill(page, picture_info(page)["fills"][0])
    assert np.array_equal((filled != original).any(axis=2) & (mask == 0), np.zeros_like(mask, bool))

    def shows(picture: np.ndarray) -> bool:
        return screen_colour(page, x + 0.5, y + 0.5, "compare-view") == tuple(picture[y, x])

    y, x = np.argwhere((np.abs(filled.astype(int) - original).max(axis=2) > 8) & (mask == 1))[0]
    page.keyboard.press("Control+1")
    page.evaluate("([x, y]) => document.querySelector('compare-view').view.reveal({ x, y })", [int(x), int(y)])
    wait_for(lambda: shows(filled))
    page.keyboard.down("h")
    wait_for(lambda: shows(original))
    page.keyboard.up("h")
    wait_for(lambda: shows(filled))

    page.keyboard.press("Control+s")
    expect(page.get_by_label("File name")).to_have_value("astronaut_filled.png")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    saved = np.asarray(Image.open(download.value.path()).convert("RGB"))
    assert np.array_equal(saved, filled)
    # A suffix that is typed decides the format, one that was not offered too.
    page.get_by_label("File name").fill("for-the-web.jpg")
    expect(page.get_by_label("Format")).to_have_value(".jpg")
    expect(page.locator("#save-hint")).to_contain_text(
        "Outside the mask pixels change by the compression. PNG keeps them."
    )
    page.keyboard.press("Escape")
    # What ends a fill lies above what compares it with the one before.
    on_top = page.evaluate(
        """() => {
            document.getElementById("progress").hidden = false;
            const { left, top, width, height } = document.getElementById("cancel").getBoundingClientRect();
            return document.elementFromPoint(left + width / 2, top + height / 2).id;
        }"""
    )
    assert on_top == "cancel"
    assert drop(page, write_picture(app.runs.parent / "other.png")), "a drop does not leave the page"

    # While a picture is on its way, the window says so and offers no fill.
    held: list[Any] = []
    page.route("**/display.png", lambda route: held.append(route))
    page.reload()
    expect(page.locator("#opening")).to_contain_text("Opening astronaut")
    expect(page.get_by_role("button", name="Fill", exact=True)).to_be_disabled()
    expect(page.locator("#checkpoint option")).not_to_have_count(0)
    wait_for(lambda: held, pause=lambda: page.wait_for_timeout(20))
    held[0].continue_()
    page.wait_for_selector("compare-view[data-fill]")
    expect(page.locator("#opening")).to_be_hidden()


def test_pictures_of_every_kind_open_in_their_colours(page: Any, app: App, tmp_path: Path) -> None:
    colours = np.asarray(Image.open(write_picture(tmp_path / "colours.png", seed=4)))
    gray = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(colours).save(tmp_path / "plain.bmp")
    Image.fromarray(np.ascontiguousarray(np.rot90(colours))).save(
        tmp_path / "turned.webp", exif=turned, lossless=True, exact=True
    )
    Image.fromarray(gray).save(tmp_path / "gray.tiff")
    tifffile.imwrite(tmp_path / "deep.tif", colours.astype(np.uint16) * 257, photometric="rgb")
    cv2.imwrite(str(tmp_path / "deep.png"), colours[..., ::-1].astype(np.uint16) * 257)
    wide = np.repeat(gray[..., None], 3, axis=2)
    upload(page, app, tmp_path / "colours.png")
    for name, expected in (
        ("plain.bmp", colours), ("turned.webp", colours), ("gray.tiff", wide), ("deep.tif", colours), ("deep.png", colours),
    ):  # fmt: skip
        page.locator("#file").set_input_files(tmp_path / name)
        expect(page.locator("#fact-name")).to_have_text(name)
        assert np.array_equal(fetch_picture(page, picture_info(page)["url"]), expected), name
    page.get_by_role("button", name="Mask Image", exact=True).click()
    page.wait_for_selector("inpaint-editor[data-ready]")
    page.evaluate("() => document.querySelector('inpaint-editor').view.zoomTo(8)")
    wait_for_colour(page, colours[60, 80], 80.5, 60.5)


def test_transparency_is_seen_and_its_loss_is_said(page: Any, app: App, tmp_path: Path, checkpoint: Path) -> None:
    pixels = np.asarray(Image.open(write_picture(tmp_path / "whole.png")).convert("RGBA")).copy()
    pixels[:, :80, 3] = 0
    Image.fromarray(pixels).save(tmp_path / "cut-out.png")
    open_mask_page(page, app, tmp_path / "cut-out.png", checkpoint)
    clear = {screen_colour(page, x + 0.5, 20.5) for x in range(4, 40, 2)}
    assert len(clear) == 2, "a checkerboard"
    page.keyboard.press("r")
    drag(page, [(60, 60), (100, 100)])
    fill_by_key(page)
    expect(page.locator("#notices")).to_contain_text("What was erased inside the mask became opaque.")
    # The picture as it was has nothing of the fill behind it.
    page.evaluate("() => document.querySelector('compare-view').setDivider(1)")
    wait_for(lambda: {screen_colour(page, x + 0.5, 80.5, "compare-view") for x in range(62, 78)} <= clear)

    page.get_by_role("button", name="Save Image", exact=True).click()
    expect(page.locator("#save-flat")).to_be_hidden()
    page.get_by_label("File name").fill("white.jpg")
    expect(page.locator("#save-flat")).to_contain_text("JPEG does not support transparency")
    with page.expect_download():
        page.keyboard.press("Enter")
    expect(page.locator("#receipt")).to_contain_text(
        "changed by the white behind transparent areas and the compression"
    )
    expect(page.locator("#receipt")).to_have_class("notice warn")
    page.get_by_label("Format").select_option(".png")
    expect(page.get_by_label("File name")).to_have_value("white.png")
    expect(page.locator("#save-flat")).to_be_hidden()


def test_whatever_suffix_can_be_written_is_offered_and_kept(
    page: Any, app: App, tmp_path: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, write_picture(tmp_path / "photo.jfif"), checkpoint)
    page.get_by_role("button", name="Save Image", exact=True).click()
    expect(page.get_by_label("File name")).to_have_value("photo_filled.jfif")
    expect(page.locator("#save-format option")).to_have_text(
        ["JPEG, like the original", "PNG, lossless", "WebP", "TIFF, lossless", "BMP, lossless"]
    )
    page.get_by_label("File name").fill("typed.jfif")
    expect(page.locator("#save-hint")).not_to_contain_text("Saved as")
    expect(page.get_by_label("Quality")).to_have_attribute("placeholder", "like the original")
    page.get_by_label("Quality").fill("101")
    page.keyboard.press("Enter")
    expect(page.locator("#save-error")).to_have_text("Quality is a whole number from 1 to 100.")
    page.get_by_label("Quality").fill("9")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "typed.jfif"
    with Image.open(download.value.path()) as saved, Image.open(tmp_path / "photo.jfif") as original:
        assert saved.format == "JPEG" and sum(saved.quantization[0]) > sum(original.quantization[0])


def test_a_fill_tells_its_steps_and_is_cancelled(page: Any, app: App, tmp_path: Path, checkpoint: Path) -> None:
    # For these networks of 64 px many tiles, so that there is time to cancel.
    open_mask_page(page, app, write_picture(tmp_path / "large.png", size=(1800, 1400)), checkpoint)
    page.keyboard.press("r")
    drag(page, [(100, 100), (1700, 1300)])
    page.get_by_role("button", name="Fill missing regions", exact=True).click()
    painting = (
        "() => /edges|Painting/.test(document.querySelector('#progress-steps [data-state=now]')?.textContent ?? '')"
    )
    page.wait_for_function(painting)
    assert page.locator("#result-text").text_content() == "Filling…"
    expect(page.get_by_role("button", name="Fill", exact=True)).to_be_disabled()
    # After a reload there is nothing that a cancelled fill is taken up from, and it does not begin anew.
    seconds = "() => parseFloat(document.querySelector('#progress-time').textContent)"
    page.wait_for_function(f"() => ({seconds})() > 1")
    before = page.evaluate(seconds)
    page.reload()
    page.wait_for_selector("#progress:not([hidden])")
    assert page.evaluate(seconds) >= before, "the time goes on"
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator("#status")).to_contain_text("That fill ended without a result.")
    expect(page.locator("#progress")).to_be_hidden()
    # Another window's picture waits for this one, and says so.
    page.get_by_role("button", name="Fill", exact=True).click()
    page.wait_for_function(painting)
    refuse_once = """() => {
        const { cancel_fill: real } = eel;
        eel.cancel_fill = () => async () => {
            eel.cancel_fill = real;
            return { error: { code: "busy", message: "It cannot be cancelled now.", hint: "" } };
        };
        const status = document.getElementById("status"); // the next step of the fill takes the words' place
        window.refused = new Promise((resolve) => new MutationObserver(() => {
            if (status.textContent.includes("It cannot be cancelled now.")) resolve();
        }).observe(status, { childList: true, characterData: true, subtree: true }));
    }"""
    page.evaluate(refuse_once)
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.evaluate("() => refused")
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_enabled()
    second = page.context.new_page()
    open_mask_page(second, app, write_picture(tmp_path / "small.png"), checkpoint)
    drag(second, [(30, 30), (60, 30)])
    second.get_by_role("button", name="Fill missing regions", exact=True).click()
    expect(second.locator("#status")).to_have_text("Waiting for the networks, still loading or in use…")
    second.close()
    page.keyboard.press("Escape")
    expect(page.locator("#result-text")).to_have_text("Cancelled. Fill again, or edit the mask first.")
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.get_by_role("button", name="Fill", exact=True)).to_be_focused()
    assert picture_info(page)["fills"] == []
    expect(page.get_by_role("button", name="Save Image", exact=True)).to_be_disabled()
    page.reload()
    expect(page.locator("#result-text")).to_have_text("Not filled yet.")
    expect(page.get_by_role("button", name="Fill", exact=True)).to_be_enabled()
    page.wait_for_timeout(300)
    expect(page.locator("#progress")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 700), (640, 400)])
def test_bars_and_main_actions_have_their_place(
    page: Any, app: App, tmp_path: Path, checkpoint: Path, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_mask_page(page, app, write_picture(tmp_path / f"{'a-long-name-' * 8}.jpg"), checkpoint)
    page.keyboard.press("r")
    drag(page, [(30, 30), (90, 90)])
    wait_until_kept(page)
    page.goto(page.url.replace("mask_image", "fill_missing_regions"))
    fill = page.get_by_role("button", name="Fill", exact=True)
    expect(fill).to_be_enabled()
    expect(page.locator("#progress")).to_be_hidden()  # nobody has asked for a fill
    assert page.locator("#picture-name span").last.inner_text().startswith(".jpg · ")
    page.evaluate("() => { document.getElementById('divider-bar').hidden = false; }")
    zoom, divider = (page.locator(bar).bounding_box() for bar in (".zoom-bar", ".divider-bar"))
    assert zoom["x"] + zoom["width"] <= divider["x"] or divider["y"] + divider["height"] <= zoom["y"]
    assert page.locator("compare-view").bounding_box()["height"] >= 240
    if height > 600:
        expect(fill).to_be_in_viewport(ratio=1)
        expect(page.locator("#save")).to_be_in_viewport(ratio=1)
        expect(page.locator("#edit-mask")).to_be_in_viewport(ratio=1)
    fill.scroll_into_view_if_needed()
    on_top = "(it) => { const { x, y } = it.getBoundingClientRect(); return document.elementFromPoint(x + 9, y + 9) === it; }"
    assert fill.evaluate(on_top)


@pytest.mark.parametrize("met", ["opening", "filling"])
def test_a_fill_that_a_reload_met_is_shown_and_can_be_undone(
    page: Any, app: App, tmp_path: Path, checkpoint: Path, met: str
) -> None:
    open_mask_page(page, app, write_picture(tmp_path / "large.png", size=(1200, 900)), checkpoint)
    page.keyboard.press("r")
    drag(page, [(120, 120), (1080, 780)])
    page.get_by_role("button", name="Fill missing regions", exact=True).click()
    if met == "opening":  # the fill has not been asked for yet
        page.wait_for_url("**/fill_missing_regions.html?*run=1*")
    else:
        page.wait_for_selector("#progress:not([hidden])")
    page.reload()
    page.wait_for_selector("compare-view[data-fill]")
    expect(page.locator("#status")).to_contain_text("Filled")
    expect(page.locator("#undo")).to_have_attribute("title", "Undo: Fill 1 (Ctrl+Z)")


def test_the_third_step_fills_as_the_button_does(page: Any, app: App, tmp_path: Path, checkpoint: Path) -> None:
    open_mask_page(page, app, write_picture(tmp_path / "a.png"), checkpoint)
    step = page.locator(".steps").get_by_role("link", name="Fill missing regions", exact=True)
    expect(step).to_have_count(0)
    # The drawing is canvases on top of each other: the first is the one to press.
    page.locator("canvas").first.click()
    drawn = mask_of(page)
    assert drawn.any()
    step.click()
    page.wait_for_selector("compare-view[data-fill]")
    expect(page.locator("#result-text")).to_contain_text(f"{drawn.sum():,} pixels in")


def test_a_long_name_keeps_its_end_when_it_is_saved(page: Any, app: App, tmp_path: Path, checkpoint: Path) -> None:
    picture = write_picture(tmp_path / f"{'See' * 35}.png")
    open_mask_page(page, app, picture, checkpoint)
    drag(page, [(60, 60), (100, 100)])
    fill_by_key(page)
    page.get_by_role("button", name="Save Image", exact=True).click()
    offered = page.get_by_label("File name").input_value()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == offered and offered.endswith("…_filled.png")


def test_what_has_the_focus_is_not_under_the_foot(page: Any, app: App, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 1280, "height": 620})
    upload(page, app, write_picture(tmp_path / "a.png"))
    page.get_by_role("button", name="Upload Image", exact=True).focus()
    for _ in range(5):  # examples, then the folder
        page.keyboard.press("Tab")
        focused, foot = page.evaluate(
            """() => [document.activeElement, document.querySelector(".panel-foot")]
                .map((node) => node.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom])"""
        )
        assert focused[1] <= foot[0] or focused[0] >= foot[0], "it lies above the foot, or in it"

"""Rows 14 to 22 of the paper's GUI test plan (Table 13), in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from .conftest import App
from .inference_pages import (
    HEIGHT,
    WIDTH,
    drag,
    fetch_fill,
    fetch_picture,
    mask_of,
    open_mask_page,
    picture_info,
    screen_colour,
    upload,
    wait_for_colour,
    wait_until_kept,
    write_picture,
)

pytestmark = pytest.mark.browser

WHITE = (255, 255, 255)


def test_plan_14_upload_opens_file_chooser(page: Any, app: App, portrait: Path) -> None:
    page.get_by_role("link", name="Inference", exact=True).first.click()
    page.wait_for_selector("html[data-eel=ready]")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload Image", exact=True).click()
    chooser.value.set_files(portrait)
    page.get_by_text("portrait.png", exact=True).wait_for()
    assert page.get_by_text(f"{WIDTH} × {HEIGHT} pixels").is_visible()
    preview = page.get_by_role("img", name="The picture portrait.png")
    assert preview.evaluate("(img) => img.decode().then(() => [img.naturalWidth, img.naturalHeight])") == [
        WIDTH,
        HEIGHT,
    ]


def test_plan_15_second_upload_replaces_first(page: Any, app: App, portrait: Path, tmp_path: Path) -> None:
    upload(page, app, portrait)
    first = page.locator("#preview").get_attribute("src")
    other = write_picture(tmp_path / "ランドスケープ.jpg", seed=5, size=(90, 70))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload Image", exact=True).click()
    chooser.value.set_files(other)
    page.get_by_text(other.name, exact=True).wait_for()
    assert page.get_by_text("portrait.png", exact=True).count() == 0
    assert page.locator("#preview").get_attribute("src") != first
    assert page.get_by_text("90 × 70 pixels").is_visible()


def test_plan_16_mask_image_opens_mask_page(page: Any, app: App, portrait: Path) -> None:
    page.goto(f"{app.origin}/inference/upload-image.html")
    assert page.get_by_role("button", name="Mask Image", exact=True).is_disabled()
    open_mask_page(page, app, portrait)
    assert "/inference/mask_image.html" in page.url
    step = page.locator(".steps [aria-current=step]")
    assert step.inner_text().split("\n")[-1].strip().endswith("Mask image")
    size = page.evaluate(
        "() => { const { mask } = document.querySelector('inpaint-editor'); return [mask.width, mask.height]; }"
    )
    assert size == [WIDTH, HEIGHT]


def test_plan_17_brush_draws_white_only(page: Any, app: App, portrait: Path) -> None:
    open_mask_page(page, app, portrait)
    before = screen_colour(page, 80, 60)
    assert before != WHITE
    page.get_by_label("Line width").fill("20")
    drag(page, [(40, 60), (120, 60)])
    page.mouse.move(5, 300)
    for x in (40, 60, 80, 119):
        for y in (51.5, 60, 68.5):
            assert screen_colour(page, x, y) == WHITE
    assert screen_colour(page, 80, 45) != WHITE
    assert set(np.unique(mask_of(page))) == {0, 1}


def test_plan_18_drawing_is_kept(page: Any, app: App, portrait: Path) -> None:
    open_mask_page(page, app, portrait)
    drag(page, [(30, 30), (60, 80), (110, 40), (130, 90)])
    drawn = mask_of(page)
    assert drawn.sum() > 500
    drag(page, [(20, 100), (40, 100)])
    assert (mask_of(page) >= drawn).all()
    drawn = mask_of(page)

    page.get_by_role("link", name="Upload images", exact=True).click()
    page.get_by_role("button", name="Mask Image", exact=True).click()
    page.wait_for_selector("inpaint-editor[data-ready]")
    assert np.array_equal(mask_of(page), drawn)
    wait = mask_of(page)
    page.reload()
    page.wait_for_selector("inpaint-editor[data-ready]")
    assert np.array_equal(mask_of(page), wait)


def test_plan_19_line_width_7_is_7_wide(page: Any, app: App, portrait: Path) -> None:
    open_mask_page(page, app, portrait)
    page.get_by_label("Line width").fill("7")
    drag(page, [(30, 60.3), (130, 60.3)])
    mask = mask_of(page)
    assert (mask[:, 50:110].sum(axis=0) == 7).all()
    assert mask.any(axis=1).sum() == 7
    wait_until_kept(page)
    stored = fetch_picture(page, picture_info(page)["mask_url"])
    assert stored.shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(stored[..., 0] // 255, mask)


def test_plan_20_clear_area_removes_all_lines(page: Any, app: App, portrait: Path) -> None:
    open_mask_page(page, app, portrait)
    untouched = screen_colour(page, 80, 60)
    drag(page, [(30, 60), (130, 60)])
    drag(page, [(80, 20), (80, 100)])
    drawn = mask_of(page)
    assert drawn.any()
    page.get_by_role("button", name="Clear Area", exact=True).click()
    assert not mask_of(page).any()
    assert screen_colour(page, 80, 60) == untouched
    page.keyboard.press("Control+z")
    assert np.array_equal(mask_of(page), drawn)


def fill(page: Any, app: App, picture: Path, checkpoint: Path) -> np.ndarray:
    """Mask a part of a picture and have it filled; returns the mask."""
    open_mask_page(page, app, picture, checkpoint)
    page.get_by_label("Line width").fill("16")
    drag(page, [(60, 60), (100, 60)])
    mask = mask_of(page)
    page.get_by_role("button", name="Fill missing regions", exact=True).click()
    page.wait_for_url("**/fill_missing_regions.html*")
    page.wait_for_selector("compare-view[data-fill]")
    return mask


def test_plan_21_fill_opens_filling_page_then_result(page: Any, app: App, portrait: Path, checkpoint: Path) -> None:
    mask = fill(page, app, portrait, checkpoint)
    assert "/inference/fill_missing_regions.html" in page.url
    assert page.locator("#result-text").inner_text().startswith(f"{mask.sum()} pixels in")
    original = np.asarray(Image.open(portrait))
    filled = fetch_fill(page, picture_info(page)["fills"][-1])
    assert np.array_equal(filled[mask == 0], original[mask == 0])
    assert (filled[mask == 1] != original[mask == 1]).any()
    # What is seen is the result, and while the button is held the picture as it was.
    page.wait_for_function("() => document.querySelector('compare-view').divider === 0")
    page.evaluate("() => document.querySelector('compare-view').view.zoomTo(6)")
    y, x = 60, 80
    wait_for_colour(page, filled[y, x], x + 0.5, y + 0.5, "compare-view")
    hold = page.get_by_role("button", name="Hold to see before", exact=True).bounding_box()
    page.mouse.move(hold["x"] + 9, hold["y"] + 9)
    page.mouse.down()
    wait_for_colour(page, original[y, x], x + 0.5, y + 0.5, "compare-view")
    page.mouse.up()


def test_plan_22_save_image_opens_save_dialog(page: Any, app: App, tmp_path: Path, checkpoint: Path) -> None:
    picture = write_picture(tmp_path / "größe.jpg", seed=3)
    mask = fill(page, app, picture, checkpoint)
    page.get_by_role("button", name="Save Image", exact=True).click()
    dialog = page.get_by_role("dialog", name="Save As")
    assert dialog.is_visible()
    assert dialog.get_by_label("File name").input_value() == "größe_filled.jpg"
    dialog.get_by_label("Format").select_option(label="PNG, lossless")
    assert dialog.get_by_label("File name").input_value() == "größe_filled.png"
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save", exact=True).click()
    assert download.value.suggested_filename == "größe_filled.png"
    saved = np.asarray(Image.open(download.value.path()).convert("RGB"))
    # Decoders differ in the last bit of a JPEG, so the original is the program's own reading of it.
    original = fetch_picture(page, picture_info(page)["url"])
    assert saved.shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(saved[mask == 0], original[mask == 0])
    outside = f"{int((mask == 0).sum()):,}"
    dialog.get_by_text(f"None of the {outside} pixels outside the mask changed.").wait_for()

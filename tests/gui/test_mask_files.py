"""Masks saved, loaded and dropped as files, and masks that cannot be filled."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaintgan.imaging.masks import load_mask
from waiting import wait_for

from .conftest import App
from .inference_pages import HEIGHT, WIDTH, box, drag, drop, mask_of, write_picture

pytestmark = pytest.mark.browser


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
    editor.get_by_text("kept.png is now the mask.").wait_for()
    assert np.array_equal(mask_of(editor), drawn)

    large = np.zeros((HEIGHT * 2, WIDTH * 2, 3), np.uint8)
    large[100:140, 200:240] = 255
    other = io.BytesIO()
    Image.fromarray(large).save(other, "PNG")
    editor.locator("#mask-file").set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": other.getvalue()})
    editor.get_by_text(f"The mask was {WIDTH * 2} × {HEIGHT * 2}").wait_for()
    assert box(mask_of(editor)) == (100, 50, 120, 70)
    lines = np.zeros((HEIGHT * 3, WIDTH * 3), np.uint8)
    lines[101] = lines[:, 301] = 255  # thinner than a pixel of the picture
    Image.fromarray(lines).save(tmp_path / "lines.png")
    editor.locator("#mask-file").set_input_files(tmp_path / "lines.png")
    editor.get_by_text("lines.png is now the mask.").wait_for()
    found = mask_of(editor)
    assert found[33].all() and found[:, 100].all() and found.sum() == WIDTH + HEIGHT - 1
    editor.get_by_role("button", name="Undo", exact=True).click()
    editor.locator("#mask-file").set_input_files({"name": "c.png", "mimeType": "image/png", "buffer": b"no picture"})
    editor.get_by_text("could not be read as a mask").wait_for()
    assert box(mask_of(editor)) == (100, 50, 120, 70)
    editor.locator("#mask-file").set_input_files(write_picture(tmp_path / "photo.png"))
    notice = editor.locator("#mask-notice")
    notice.get_by_text("It looks like a photo rather than a mask").wait_for()
    editor.set_viewport_size({"width": 900, "height": 700})
    seen = notice.evaluate(
        "(note) => note.scrollWidth <= note.clientWidth && note.getBoundingClientRect().right <= innerWidth"
    )
    assert seen and "Undo restores the previous mask." in notice.inner_text()
    editor.get_by_role("button", name="Undo", exact=True).click()
    notice.wait_for(state="hidden")
    assert box(mask_of(editor)) == (100, 50, 120, 70)


def test_a_file_that_is_wider_but_lower_than_the_picture_becomes_the_mask_without_gaps(
    editor: Any, tmp_path: Path
) -> None:
    for size in ((WIDTH * 2, HEIGHT // 2), (WIDTH // 2, HEIGHT * 2)):
        name = f"{size[0]}.png"
        Image.new("L", size, 255).save(tmp_path / name)
        editor.locator("#mask-file").set_input_files(tmp_path / name)
        editor.get_by_text(f"{name} is now the mask.").wait_for()
        assert mask_of(editor).all()


def test_a_tiff_becomes_the_mask_though_no_browser_reads_it(editor: Any, tmp_path: Path) -> None:
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    drawn[20:40, 30:60] = 255
    Image.fromarray(drawn).save(tmp_path / "scan.tif")
    editor.locator("#mask-file").set_input_files(tmp_path / "scan.tif")
    editor.get_by_text("scan.tif is now the mask.").wait_for()
    assert np.array_equal(mask_of(editor), drawn == 255)
    (tmp_path / "broken.tif").write_bytes(b"II*\0 no picture")
    editor.locator("#mask-file").set_input_files(tmp_path / "broken.tif")
    editor.get_by_text("cannot be read").first.wait_for()
    assert np.array_equal(mask_of(editor), drawn == 255)


@pytest.mark.parametrize(("colour", "unseen"), [(0, 0), (0, 255), (255, 0), (76, 255), ((0, 255), 255)])
def test_the_window_reads_a_mask_as_the_program_does(editor: Any, tmp_path: Path, colour: Any, unseen: int) -> None:
    opaque = np.zeros((HEIGHT, WIDTH), np.uint8)
    opaque[20:40, 30:60] = 255
    gray = np.full((HEIGHT, WIDTH), unseen, np.uint8)
    gray[20:40, 30:60] = np.resize(colour, (20, 30))
    Image.fromarray(np.dstack([gray, gray, gray, opaque])).save(tmp_path / "layer.png")
    editor.locator("#mask-file").set_input_files(tmp_path / "layer.png")
    editor.get_by_text("layer.png is now the mask.").wait_for()
    expected = load_mask(tmp_path / "layer.png")
    assert expected.any() and not expected.all()
    assert np.array_equal(mask_of(editor), expected)


def test_a_mask_that_cannot_be_saved_is_refused_in_words(editor: Any) -> None:
    editor.evaluate("() => { Worker.prototype.postMessage = () => { throw new Error('There is no memory left.'); }; }")
    editor.get_by_role("button", name="Save mask", exact=True).click()
    editor.locator("#status").get_by_text("There is no memory left.").wait_for()


def test_a_mask_can_be_kept_when_the_program_has_ended(
    editor: Any, app: App, tmp_path: Path, page_errors: list[str]
) -> None:
    editor.route("**/mask", lambda route: route.fulfill(status=403, content_type="text/plain"))
    editor.keyboard.press("r")
    drag(editor, [(40, 30), (100, 70)])
    status = editor.locator("#status")
    status.get_by_text("This window belongs to an earlier start of the program. Save the mask, then open").wait_for()
    app.stop()
    status.get_by_text("“Save mask” still works here.").wait_for()
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    editor.on("dialog", stay)
    editor.get_by_role("link", name="Upload images", exact=True).click()
    wait_for(lambda: asked == ["beforeunload"], pause=lambda: editor.wait_for_timeout(20))
    with editor.expect_download() as download:
        editor.get_by_role("button", name="Save mask", exact=True).click()
    assert np.array_equal(load_mask(download.value.path()), mask_of(editor)) and mask_of(editor).any()
    editor.remove_listener("dialog", stay)
    page_errors.clear()


def test_a_dropped_file_becomes_the_mask(editor: Any, tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[20:40, 30:60] = 255
    Image.fromarray(mask).save(tmp_path / "hole.png")
    drop(editor, tmp_path / "hole.png")
    editor.get_by_text("hole.png is now the mask.").wait_for()
    assert np.array_equal(mask_of(editor), mask > 0)


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

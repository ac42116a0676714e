"""How a picture gets into the window, and what happens to one that does not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from waiting import wait_for

from .conftest import App
from .held_calls import Held
from .inference_pages import drag, drop, fill_rectangle, mask_of, open_mask_page, upload, write_picture

pytestmark = pytest.mark.browser


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


def test_several_dropped_pictures_are_refused_in_words(page: Any, app: App, tmp_path: Path) -> None:
    page.goto(f"{app.origin}/inference/upload-image.html")
    page.wait_for_selector("html[data-eel=ready]")
    drop(page, write_picture(tmp_path / "a.png"), write_picture(tmp_path / "b.png", seed=1))
    page.get_by_text("Only one picture can be open at a time.").wait_for()
    drop(page)
    page.get_by_text("That is not a file.").wait_for()


def test_a_picture_on_its_way_is_named_and_the_one_before_is_not_gone_on_with(
    page: Any, app: App, tmp_path: Path
) -> None:
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
        wait_for(lambda: held, pause=lambda: page.wait_for_timeout(20))
        held.pop().continue_()
        expect(page.locator("#fact-name")).to_have_text(name)
        expect(page.locator("#opening")).to_be_hidden()
        expect(page.locator("#mask")).to_be_enabled()


def test_a_late_answer_does_not_replace_what_was_opened_meanwhile(page: Any, app: App, tmp_path: Path) -> None:
    upload(page, app, write_picture(tmp_path / "first.png"))
    held = Held(page, "picture_info")
    page.reload()
    expect(page.locator("#examples-section")).to_be_visible()
    page.locator("#file").set_input_files(write_picture(tmp_path / "second.png"))
    expect(page.locator("#fact-name")).to_have_text("second.png")
    held.wait(1)
    held.release_all()
    held.wait_for_answers("0123456789abcdef")
    expect(page.locator("#fact-name")).to_have_text("second.png")


def test_the_last_picture_of_the_tab_is_there_again(page: Any, app: App, portrait: Path) -> None:
    open_mask_page(page, app, portrait)
    drag(page, [(40, 60), (120, 60)])
    drawn = mask_of(page)
    page.get_by_role("link", name="Home", exact=True).click()
    page.get_by_role("link", name="Inference", exact=True).first.click()
    page.locator("#status").get_by_text("portrait.png is still open.").wait_for()
    page.get_by_text("Its earlier mask was kept.").wait_for()
    page.get_by_role("button", name="Mask Image", exact=True).click()
    page.wait_for_selector("inpaint-editor[data-ready]")
    assert np.array_equal(mask_of(page), drawn)
    # A mask that was cleared is none, although clearing it can be undone.
    page.get_by_role("button", name="Clear Area", exact=True).click()
    page.locator(".steps").get_by_role("link", name="Upload images").click()
    page.get_by_text("Next: mark the area to fill.").wait_for()
    page.get_by_role("button", name="Mask Image", exact=True).click()
    page.wait_for_selector("inpaint-editor[data-ready]")
    page.keyboard.press("Control+z")
    assert np.array_equal(mask_of(page), drawn)
    # One that is not there any more leaves the page as on a first visit.
    page.evaluate("() => sessionStorage.setItem('inpaintgan-picture', '0123456789abcdef')")
    page.get_by_role("link", name="Inference", exact=True).first.click()
    page.wait_for_selector("#examples-section:not([hidden])")
    assert page.locator("#drop-hint").is_visible()
    assert page.get_by_role("button", name="Mask Image", exact=True).is_disabled()


def test_pictures_that_were_worked_on_can_be_gone_back_to(
    page: Any, app: App, tmp_path: Path, checkpoint: Path
) -> None:
    fill_rectangle(page, app, write_picture(tmp_path / "first.png"), checkpoint)
    first, steps = page.url, page.locator(".steps")
    steps.get_by_role("link", name="Upload images").click()
    page.get_by_text("Its mask and 1 fill were kept.").wait_for()
    others = page.get_by_role("region", name="Go on with")
    assert others.count() == 0, "the only picture is the one that is shown"
    page.locator("#file").set_input_files(write_picture(tmp_path / "second.png", seed=1))
    entry = others.get_by_role("button", name="first.png")
    expect(entry).to_have_text(re.compile(r"first\.png\s1 fill, \d\d:\d\d"))
    page.get_by_role("button", name="Mask Image", exact=True).click()
    page.wait_for_selector("inpaint-editor[data-ready]")
    drag(page, [(40, 60), (120, 60)])
    steps.get_by_role("link", name="Upload images").click()
    page.get_by_text("Its earlier mask was kept.").wait_for()
    entry.click()
    expect(page.locator("#status")).to_have_text("first.png is open.")
    expect(others).to_have_text(re.compile(r"second\.png\smasked, \d\d:\d\d"))
    page.locator("#mask-reason").get_by_role("link", name="1 fill").click()
    page.wait_for_selector("compare-view[data-fill]")
    assert page.url == first
    # Its history is as it was, whatever was drawn on another picture.
    page.keyboard.press("Control+z")
    expect(page.locator("#status")).to_have_text("Undone: Fill 1.")


def test_many_pictures_to_go_on_with_leave_the_panel_in_sight(page: Any, app: App, tmp_path: Path) -> None:
    data = list(write_picture(tmp_path / "a.png").read_bytes())
    page.evaluate(
        """async (data) => {
            const { putMask, putPicture } = await import("/js/bridge.js");
            for (let i = 0; i < 11; i++) {
                const file = new File([new Uint8Array(data)], `picture-${i}.png`, { type: "image/png" });
                await putMask((await putPicture(file)).id, file);
            }
        }""",
        data,
    )
    page.set_viewport_size({"width": 1280, "height": 800})
    upload(page, app, tmp_path / "a.png")
    entries = page.locator("#in-work .example")
    expect(entries).to_have_count(11)
    assert [name.split("\n")[0] for name in entries.all_inner_texts()] == [
        f"picture-{i}.png" for i in range(10, -1, -1)
    ]

    def rows() -> float:
        return page.locator("#in-work").bounding_box()["height"] / entries.first.bounding_box()["height"]

    assert entries.first.locator("img").bounding_box()["height"] > 40
    assert 1 < rows() < 2, "the others by scrolling"
    for name in ("Astronaut", "Fill a folder…"):
        shown = page.locator(".panel").get_by_text(name).bounding_box()
        assert shown["y"] + shown["height"] < page.locator(".panel-foot").bounding_box()["y"]
    page.set_viewport_size({"width": 1280, "height": 1080})
    assert 4 < rows() < 6


def test_a_long_name_leaves_the_panel_in_sight(page: Any, app: App, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 900, "height": 700})
    name = f"{'DSC_20260714_holiday-at-the-lake_' * 3}.png"
    open_mask_page(page, app, write_picture(tmp_path / name))
    right = "() => document.getElementById('panel').getBoundingClientRect().right"
    assert page.evaluate(right) <= 900
    assert name in (page.locator("#picture-name").get_attribute("title") or "")


def test_pages_without_their_picture_show_the_way_on(page: Any, app: App) -> None:
    for name in ("mask_image", "fill_missing_regions"):
        for query in ("", "?picture=0123456789abcdef"):
            page.goto(f"{app.origin}/inference/{name}.html{query}")
            page.wait_for_selector("#message:not([hidden])")
            assert page.locator(":is(.rail, .zoom-bar, .panel)[inert]").count() == 3
            page.locator("#message").get_by_role("link", name="Upload Image").click()
            page.wait_for_url("**/upload-image.html*")

"""What a person does while an answer of the program is still on its way: neither may spoil the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from waiting import wait_for

from .conftest import App
from .held_calls import Held
from .inference_pages import drag, fill_rectangle, map_of, open_mask_page, wait_until_kept
from .training_pages import make_run, open_settings, open_train, type_dataset

pytestmark = pytest.mark.browser


def test_the_shape_follows_the_run_that_was_chosen_last(page: Any, app: App, pictures: Path) -> None:
    sample = next(pictures.iterdir())
    for name, width in (("narrow", 16), ("wide", 40)):
        run = make_run(app.runs, name, sample)
        run.config_file.write_text(re.sub(r"(?m)^width: \d+", f"width: {width}", run.config_file.read_text()))
    held = Held(page, "get_run")
    open_train(page)
    type_dataset(page, pictures)
    start_from = page.get_by_label("Start from")
    start_from.select_option(str(app.runs / "narrow"))
    held.wait(1)
    start_from.select_option(str(app.runs / "wide"))
    held.wait(2)
    held.release(1)
    wait_for(lambda: drafted_width(page) == 40, pause=lambda: page.wait_for_timeout(20))
    held.release(0)  # on this page still: an answer that comes after it was left changes nothing anyway
    held.wait_for_answers("narrow")
    assert drafted_width(page) == 40
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Width", exact=True)).to_have_value("40")


def drafted_width(page: Any) -> int | None:
    """The width that the training being prepared has been changed to."""
    return page.evaluate("() => JSON.parse(sessionStorage.getItem('inpaintgan-draft')).changes.width ?? null")


def test_no_folder_is_taken_while_another_is_being_opened(page: Any, app: App, pictures: Path) -> None:
    open_train(page)
    held = Held(page, "list_folder")
    page.reload()
    page.get_by_role("button", name="Select Dataset Path").click()
    dialog = page.get_by_role("dialog")
    take = dialog.get_by_role("button", name="Select this folder")
    held.wait(1)
    expect(take).to_be_disabled()
    take.click(force=True)
    expect(dialog).to_be_visible()
    dialog.get_by_label("Folder path").fill(str(pictures))
    dialog.get_by_role("button", name="Open", exact=True).click()
    held.wait(2)
    held.release_all()
    expect(take).to_be_enabled()
    take.click()
    expect(page.get_by_label("Dataset folder path")).to_have_value(str(pictures))


def test_a_fill_cannot_be_asked_for_before_the_mask_is_there(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    open_mask_page(page, app, portrait, checkpoint)
    drag(page, [(40, 60), (120, 60)])
    wait_until_kept(page)
    held = Held(page, "picture_info")
    page.reload()
    held.wait(1)
    fill = page.get_by_role("button", name="Fill missing regions", exact=True)
    expect(fill).to_be_disabled()
    page.get_by_role("spinbutton", name="Line width").press("Enter")
    page.wait_for_timeout(300)
    assert "picture=" in page.url, "the form went nowhere"
    held.release_all()
    expect(fill).to_be_enabled()


def test_what_a_training_was_refused_for_is_asked_again(page: Any, pictures: Path, tmp_path: Path) -> None:
    held = Held(page, "start_training")
    held.letting_through = True
    open_settings(page, pictures)
    page.get_by_label("Validation folder", exact=True).fill(str(tmp_path / "later"))
    page.get_by_role("button", name="Train The Model").click()
    expect(page.locator("[data-key=val_data]").get_by_role("alert")).to_contain_text(
        f"There is no folder {tmp_path / 'later'}."
    )
    held.letting_through = False
    page.get_by_role("button", name="Train The Model").click()
    held.wait(1)


def test_two_presses_start_one_comparison(page: Any, app: App, pictures: Path) -> None:
    held = Held(page, "start_comparison")
    page.goto(f"{app.origin}/train/compare.html")
    start = page.locator("#start")
    expect(start).to_be_enabled()
    page.get_by_label("Dataset folder path").fill(str(pictures))
    start.dblclick()
    held.wait(1)
    page.locator("#name").press("Enter")
    page.wait_for_timeout(300)
    assert len(held.calls) == 1


def test_an_undo_waits_for_the_edges_that_it_changes(page: Any, app: App, portrait: Path, checkpoint: Path) -> None:
    fill_rectangle(page, app, portrait, checkpoint)
    before = map_of(page, "compare-view", "edges")
    page.keyboard.press("p")
    drag(page, [(56.5, 45.5), (56.5, 70.5)], element="compare-view")
    wait_until_kept(page)
    assert map_of(page, "compare-view", "edges").sum() > before.sum()
    held: list[Any] = []
    page.route("**/edges.png*", lambda route: held.append(route))
    page.reload()
    wait_for(lambda: held, pause=lambda: page.wait_for_timeout(20))
    page.keyboard.press("Control+z")
    page.wait_for_timeout(300)
    for route in held:
        route.continue_()
    page.unroute("**/edges.png*")
    expect(page.locator("#status")).to_contain_text("Undone")
    assert (map_of(page, "compare-view", "edges") == before).all()


def test_a_key_pressed_twice_does_not_cancel_the_fill_it_began(
    page: Any, app: App, portrait: Path, checkpoint: Path
) -> None:
    fills = Held(page, "fill", "cancel_fill")  # the order right behind the fill, which a fast one would outrun
    fills.letting_through = True
    fill_rectangle(page, app, portrait, checkpoint)
    fills.letting_through = False
    cancel = page.locator("#cancel")
    page.get_by_label("Feather").fill("5")
    page.locator("#again").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    fills.wait(1)
    expect(cancel).to_be_focused()
    expect(cancel).to_be_enabled()
    page.wait_for_timeout(1000)
    page.keyboard.press("Enter")
    expect(cancel).to_be_disabled()
    fills.wait(2)
    fills.release_all()
    expect(page.locator("#status")).to_contain_text("Cancelled")

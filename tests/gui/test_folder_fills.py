"""Filling a folder in the window: what is refused, what is told meanwhile, cancelling, and the page in a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image
from playwright.sync_api import expect

from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.rundir import EDGE_WEIGHTS, RunDir
from inpaintgan.gui.folder_fills import FolderFills
from inpaintgan.gui.pictures import Pictures
from inpaintgan.jobs.process import Worker
from waiting import wait_for

from .conftest import App
from .inference_pages import mask_of, mask_rectangle, open_mask_page, wait_until_kept, write_picture


@pytest.fixture
def fills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FolderFills]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    worker = Worker("fake_inference")
    yield FolderFills(Pictures(tmp_path / "pictures", worker), worker, tmp_path)
    worker.close()


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    for name in ("a.png", "bad.png", "c.png"):
        (tmp_path / "images" / name).write_bytes(b"")
    return {
        "images": str(tmp_path / "images"), "mask": {"folder": str(tmp_path / "masks")},
        "output": str(tmp_path / "results"), "checkpoint": "c", "device": "cpu",
        "engine": "eager", "feather_px": 3.0, "texture": "on",
    }  # fmt: skip


def test_failures_are_listed_with_their_reasons(fills: FolderFills, options: dict[str, Any]) -> None:
    assert fills.progress() == {"state": "idle"}
    end = fills.run(options)
    assert (end["state"], end["done"], end["total"], end["filled"], end["failed"]) == ("done", 3, 3, 2, 1)
    assert end["failures"] == [{"image": "bad.png", "message": "It is damaged.", "hint": ""}]
    assert (
        end["remarks"] == [{"image": "c.png", "message": "Feather 3.0, texture on, by eager.", "hint": ""}]
        and end["remarked"] == 1
    )
    assert fills.progress() == end, "a page that comes later sees the same"


def test_cancelling_ends_after_the_picture_at_hand(fills: FolderFills, options: dict[str, Any]) -> None:
    thread = threading.Thread(target=fills.run, args=({**options, "checkpoint": "slow"},))
    thread.start()
    wait_for(lambda: fills.progress().get("done") == 1)
    with pytest.raises(InpaintError) as caught:
        fills.run(options)
    assert caught.value.code == "folder-busy"
    fills.cancel()
    thread.join(10)
    assert (fills.progress()["state"], fills.progress()["filled"]) == ("cancelled", 1)
    assert fills.run(options)["state"] == "done", "and the next pass runs to its end"


def test_a_cancel_that_the_end_of_the_pass_overtakes_leaves_it_ended(
    fills: FolderFills, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = threading.Thread(target=fills.run, args=({**options, "checkpoint": "slow"},))
    thread.start()
    wait_for(lambda: fills.progress().get("done") == 1)
    touch, states = Path.touch, []

    def touch_slowly(path: Path) -> None:
        touch(path)
        states.append(fills.progress()["state"])
        thread.join(10)

    monkeypatch.setattr(Path, "touch", touch_slowly)
    fills.cancel()
    assert [*states, fills.progress()["state"]] == ["cancelling", "cancelled"]
    fills.cancel()
    assert fills.progress()["state"] == "cancelled"


def test_what_cannot_be_is_refused_before_anything_is_done(fills: FolderFills, options: dict[str, Any]) -> None:
    missing = options["images"] + "-none"
    for change, code in (
        ({"images": ""}, "images-missing"), ({"images": missing}, "images-missing"),
        ({"mask": {}}, "masks-missing"), ({"mask": {"folder": missing}}, "masks-missing"),
        ({"mask": {"picture": "0", "layer": "mask"}}, "picture-unknown"),
        ({"output": ""}, "output-missing"), ({"output": options["images"]}, "output-is-input"),
    ):  # fmt: skip
        with pytest.raises(InpaintError) as caught:
            fills.run({**options, **change})
        assert caught.value.code == code
    assert fills.progress() == {"state": "idle"}


@pytest.mark.browser
def test_a_folder_is_filled_in_the_window(page: Any, app: App, tmp_path: Path, checkpoint: Path) -> None:
    (tmp_path / "trip" / "day 2").mkdir(parents=True)
    names = [f"{number:02}.png" for number in range(11)] + ["day 2/sea.jpg"]
    originals = {name: np.asarray(Image.open(write_picture(tmp_path / "trip" / name))) for name in names}
    (tmp_path / "trip" / "broken.png").write_bytes(b"\x89PNG no picture")
    open_mask_page(page, app, tmp_path / "trip" / "00.png", checkpoint)
    mask_rectangle(page)
    mask = mask_of(page)
    wait_until_kept(page)

    page.get_by_role("link", name="Upload images", exact=True).click()
    page.wait_for_selector("html[data-eel=ready]")
    page.get_by_role("link", name="Fill a folder…").click()
    page.wait_for_selector("#folder-form[data-ready]")
    page.get_by_role("button", name="Fill the folder", exact=True).click()
    page.get_by_text("No folder with pictures is chosen.").first.wait_for()
    assert page.locator("#going").is_hidden() and page.locator("#explain").is_visible()
    page.get_by_role("textbox", name="Pictures", exact=True).fill(str(tmp_path / "trip"))
    page.keyboard.press("Tab")
    page.get_by_text(f"{len(names)} pictures directly in it.").wait_for()
    assert page.get_by_placeholder(str(tmp_path / "trip_filled")).is_visible()
    assert page.get_by_label("The mask drawn on 00.png").is_checked()
    page.get_by_label("Search sub-folders too").check()
    page.get_by_text(f"{len(names) + 1} pictures in it and its sub-folders.").wait_for()
    page.get_by_role("button", name="Fill the folder", exact=True).click()
    # Pressed by the page itself: pictures so small may all be filled before a click from here arrives.
    page.wait_for_function(
        "() => Number.parseInt(document.getElementById('done').textContent) > 0"
        " && (document.getElementById('cancel').click(), true)"
    )
    page.wait_for_function("() => ['Done', 'Cancelled'].includes(document.getElementById('status-title').textContent)")
    page.reload()
    page.wait_for_selector("#folder-form[data-ready]")
    page.get_by_text(f"of {len(names) + 1} pictures").wait_for()
    first = len(list((tmp_path / "trip_filled").rglob("*.*")))
    assert 0 < first <= len(names)

    page.get_by_role("button", name="Fill the folder", exact=True).click()
    page.get_by_text(f"{len(names) + 1} of {len(names) + 1} pictures").wait_for()
    page.wait_for_function("() => document.getElementById('status-title').textContent === 'Done'")
    counts = page.locator("#counts dd").all_inner_texts()
    assert counts == [str(len(names) - first), str(first), "0", "1"], "what was done is skipped"
    row = page.locator("#failure-rows tr")
    assert row.count() == 1
    assert row.inner_text().startswith("broken.png") and "cannot be read" in row.inner_text()
    page.get_by_role("textbox", name="Results", exact=True).fill(str(tmp_path / "trip"))
    page.get_by_role("button", name="Fill the folder", exact=True).click()
    page.locator("#output-error").wait_for()
    assert page.locator("#output").get_attribute("aria-invalid") == "true"
    assert row.count() == 1, "what is refused leaves the report of the pass before"
    for name, original in originals.items():
        result = np.asarray(Image.open(tmp_path / "trip_filled" / name))
        assert (result[mask == 1] != original[mask == 1]).any()
        if name.endswith(".png"):
            assert np.array_equal(result[mask == 0], original[mask == 0])


@pytest.mark.browser
def test_a_click_that_leaves_the_typed_path_meets_what_it_was_aimed_at(page: Any, app: App, tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    run = RunDir(app.runs / "half")
    run.path.mkdir(parents=True)
    run.create(Config())
    run.checkpoint_path(5).mkdir()
    (run.checkpoint_path(5) / "config.yml").write_text("width: 16\n")
    (run.checkpoint_path(5) / EDGE_WEIGHTS).write_bytes(b"")
    (run.checkpoints / "latest").write_text(run.checkpoint_path(5).name)
    page.goto(f"{app.origin}/inference/fill_folder.html")
    page.wait_for_selector("#folder-form[data-ready]")
    assert page.locator("#checkpoint option:disabled").inner_text() == "run half (step 5): edges only"
    for what in ("of the pictures", "for the results"):
        assert page.get_by_role("button", name=f"Choose folder {what}").is_visible()
    each, field = (
        page.get_by_label("One mask each, from a folder"),
        page.get_by_role("textbox", name="Pictures", exact=True),
    )
    field.fill(str(tmp_path))
    each.hover()
    page.mouse.down()  # leaves the field: what is in the folder is looked at, and said above
    page.get_by_text("1 picture directly in it.").wait_for()
    page.mouse.up()
    assert each.is_checked()


@pytest.mark.browser
def test_a_folder_for_the_results_can_be_typed_and_stays_over_a_reload(page: Any, app: App, tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    page.goto(f"{app.origin}/inference/fill_folder.html")
    page.wait_for_selector("#folder-form[data-ready]")
    page.get_by_role("textbox", name="Pictures", exact=True).fill(str(tmp_path))
    results = page.get_by_role("textbox", name="Results", exact=True)
    results.click()
    page.keyboard.type("/elsewhere")
    page.keyboard.press("Tab")
    page.get_by_label("Search sub-folders too").check()
    page.locator("#skip").uncheck()
    page.reload()
    page.wait_for_selector("#folder-form[data-ready]")
    assert results.input_value() == "/elsewhere"
    assert results.get_attribute("placeholder") == f"{tmp_path}_filled"
    assert page.get_by_label("Search sub-folders too").is_checked()
    assert not page.locator("#skip").is_checked()


@pytest.mark.browser
def test_a_mask_that_cannot_be_read_does_not_leave_the_one_before_to_be_filled_with(
    page: Any, app: App, tmp_path: Path, checkpoint: Path
) -> None:
    (tmp_path / "pictures").mkdir()
    write_picture(tmp_path / "pictures" / "a.png")
    Image.new("L", (160, 120), 255).save(tmp_path / "first.png")
    (tmp_path / "second.png").write_bytes(b"\x89PNG no picture")
    page.goto(f"{app.origin}/inference/fill_folder.html?checkpoint={checkpoint}")
    page.wait_for_selector("#folder-form[data-ready]")
    page.get_by_role("textbox", name="Pictures", exact=True).fill(str(tmp_path / "pictures"))
    page.locator("#mask-file").set_input_files(tmp_path / "first.png")
    page.get_by_text("first.png is the mask for all pictures.").wait_for()
    held: list[Any] = []
    page.route("**/api/pictures*", lambda route: held.append(route))
    with page.expect_request("**/api/pictures*"):
        page.locator("#mask-file").set_input_files(tmp_path / "second.png")
    page.get_by_role("button", name="Fill the folder", exact=True).click()
    held[0].continue_()
    page.locator("#masks-error").get_by_text("cannot be read").wait_for()
    assert page.locator("#going").is_hidden() and not (tmp_path / "pictures_filled").exists()


@pytest.mark.browser
def test_one_mask_each_or_a_mask_file_for_all(page: Any, app: App, tmp_path: Path, checkpoint: Path) -> None:
    masks = {"a": np.s_[20:40, 30:60], "b": np.s_[70:90, 90:140]}
    for folder in ("pictures", "masks"):
        (tmp_path / folder).mkdir()
    for name, hole in masks.items():
        write_picture(tmp_path / "pictures" / f"{name}.png")
        drawn = np.zeros((120, 160), np.uint8)
        drawn[hole] = 255
        Image.fromarray(drawn).save(tmp_path / "masks" / f"{name}.png")
    write_picture(tmp_path / "pictures" / "c.png")

    page.goto(f"{app.origin}/inference/fill_folder.html?checkpoint={checkpoint}")
    page.wait_for_selector("#folder-form[data-ready]")
    page.get_by_role("textbox", name="Pictures", exact=True).fill(str(tmp_path / "pictures"))
    page.get_by_label("One mask each, from a folder").check()
    page.get_by_role("textbox", name="Folder with the masks").fill(str(tmp_path / "masks"))
    page.get_by_role("button", name="Fill the folder", exact=True).click()
    page.get_by_text("3 of 3 pictures").wait_for()
    page.get_by_text("There is no mask for c.png").wait_for()
    for name, hole in masks.items():
        changed = np.asarray(Image.open(tmp_path / "pictures_filled" / f"{name}.png")) != np.asarray(
            Image.open(tmp_path / "pictures" / f"{name}.png")
        )
        assert changed[hole].any()
        changed[hole] = False
        assert not changed.any(), "each picture was filled where its own mask is white"

    page.get_by_label("One mask file for all pictures").check()
    page.locator("#mask-file").set_input_files(tmp_path / "masks" / "a.png")
    page.get_by_text("a.png is the mask for all pictures.").wait_for()
    page.get_by_role("textbox", name="Results", exact=True).fill(str(tmp_path / "again"))
    page.get_by_role("button", name="Fill the folder", exact=True).click()
    page.wait_for_function("() => document.querySelector('#counts dd')?.textContent === '3'")
    changed = np.asarray(Image.open(tmp_path / "again" / "c.png")) != np.asarray(
        Image.open(tmp_path / "pictures" / "c.png")
    )
    assert changed[masks["a"]].any() and not changed[70:].any()
    assert page.locator("#remarks").is_hidden()

    page.locator("#mask-file").set_input_files(write_picture(tmp_path / "photo.png", size=(80, 160)))
    page.get_by_text("photo.png is the mask for all pictures.").wait_for()
    page.get_by_role("textbox", name="Results", exact=True).fill(str(tmp_path / "third"))
    page.get_by_text("Engine, texture and feather").click()
    page.get_by_label("Feather, px").fill("65")
    page.get_by_role("button", name="Fill the folder", exact=True).click()
    page.locator("#problem").get_by_text("feather_px: 65 is not allowed.").wait_for()
    page.get_by_label("Feather, px").fill("6")
    page.get_by_role("button", name="Fill the folder", exact=True).click()
    page.get_by_text("3 pictures filled with a remark").wait_for()
    said = page.locator("#remark-rows tr").first.inner_text()
    assert said.startswith("a.png") and "looks like a photo" in said and "which stretched it" in said


@pytest.mark.browser
def test_a_pass_that_dies_is_shown_as_stopped_and_goes_on(
    page: Any, app: App, tmp_path: Path, checkpoint: Path, page_errors: list[str]
) -> None:
    (tmp_path / "trip").mkdir()
    for number in range(3):
        # For these networks of 64 px many tiles, so that there is time to end it.
        write_picture(
            tmp_path / "trip" / f"{number}.png", seed=number, size=(160, 120) if number == 0 else (1800, 1400)
        )
    mask = np.zeros((120, 160), np.uint8)
    mask[10:110, 10:150] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")

    windows = [page, page.context.new_page()]
    starts = [window.get_by_role("button", name="Fill the folder", exact=True) for window in windows]
    for window in windows:
        window.goto(f"{app.origin}/inference/fill_folder.html?checkpoint={checkpoint}")
        window.wait_for_selector("#folder-form[data-ready]")
        window.get_by_role("textbox", name="Pictures", exact=True).fill(str(tmp_path / "trip"))
        window.locator("#mask-file").set_input_files(tmp_path / "mask.png")
        window.get_by_text("mask.png", exact=True).wait_for()
    starts[0].click()
    expect(page.locator("#done")).to_have_text("1 of 3 pictures")
    starts[1].click()
    expect(windows[1].locator("#status")).to_contain_text("A folder is being filled already.")
    for process in psutil.Process(app.process.pid).children():
        process.kill()
    for window, start in zip(windows, starts, strict=True):
        expect(window.locator("#problem")).to_contain_text("ended unexpectedly")
        expect(window.locator("#status-title")).to_have_text("Stopped")
        expect(window.get_by_role("button", name="Cancel", exact=True)).to_be_hidden()
        expect(start).to_be_visible()
    windows[1].close()
    assert [file.name for file in (tmp_path / "trip_filled").iterdir()] == ["0.png"]

    starts[0].click()
    expect(page.locator("#done")).to_have_text("1 of 3 pictures")
    app.process.kill()
    expect(page.locator("#problem")).to_contain_text("The program was closed or restarted")
    expect(page.locator("#status-title")).to_have_text("Stopped")
    page_errors.clear()

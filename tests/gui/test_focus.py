"""The keyboard's focus stays where a person put it, and letters act where a person wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from inpaintgan.core.config_io import make_config
from inpaintgan.core.events import EventLog
from inpaintgan.core.rundir import RunDir
from run_events import run_started

from .inference_pages import drag, mask_of, open_mask_page, view_of, write_picture
from .training_pages import make_run, open_run, wait_state


def test_it_stays_in_the_list_of_runs_while_one_of_them_changes(page: Any, app: Any, pictures: Path) -> None:
    make_run(app.runs, "first", pictures / "picture-0.png")
    make_run(app.runs, "second", pictures / "picture-1.png")
    page.goto(f"{app.origin}/train/runs.html")
    controls = [page.get_by_label("Compare first"), page.get_by_role("button", name="Duplicate second")]
    for n, control in enumerate(controls):
        control.focus()
        make_run(app.runs, f"new-{n}", pictures / "picture-0.png")
        expect(page.locator(".run-card")).to_have_count(3 + n)
        expect(control).to_be_focused()
    EventLog(RunDir(app.runs / "second").events_file).emit(run_started(stage="inpaint", max_iters=77, resumed=True))
    expect(page.locator("[data-run=second]")).to_contain_text("Interrupted")
    expect(controls[1]).to_be_focused()


def test_an_undo_too_many_means_nothing_else(editor: Any) -> None:
    """A button that is disabled under the focus would leave Enter to the page, where it means: fill."""
    drag(editor, [(20, 20), (40, 20)])
    undo = editor.get_by_role("button", name="Undo", exact=True)
    undo.focus()
    for _ in range(3):
        editor.keyboard.press("Enter")
    expect(undo).to_be_disabled()
    expect(undo).to_be_focused()
    assert not mask_of(editor).any()
    expect(editor.locator("#fill-error")).to_be_hidden()


def test_it_goes_to_what_takes_the_place_of_a_control(page: Any, app: Any) -> None:
    run = RunDir(app.runs / "here")
    run.path.mkdir(parents=True)
    run.create(make_config({"max_iters": 100}))
    run.claim()  # this process passes for a trainer
    log = EventLog(run.events_file)
    log.emit(run_started(stage="edge", max_iters=100))
    open_run(page, app, "here")
    stop = page.get_by_role("button", name="Stop and save")
    stop.focus()
    page.keyboard.press("Enter")
    expect(stop).to_be_disabled()
    expect(stop).to_be_focused()
    run.release()
    wait_state(page, "Interrupted")
    expect(page.get_by_role("button", name="Resume training")).to_be_focused()


def test_after_a_press_of_the_mouse_the_keys_are_the_pictures(
    page: Any, app: Any, tmp_path: Path, checkpoint: Path
) -> None:
    open_mask_page(page, app, write_picture(tmp_path / "a.png"), checkpoint)
    for button in ("Zoom in", "Fit", "Red", "Invert", "Undo", "Save mask"):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator("inpaint-editor")).to_be_focused()
    drag(page, [(50, 50), (90, 50)])
    zoom_in = page.get_by_role("button", name="Zoom in", exact=True)
    zoom_in.click()
    scale = view_of(page)["scale"]
    page.keyboard.press("Enter")
    page.wait_for_selector("compare-view[data-fill]")
    assert scale == pytest.approx(page.evaluate("() => document.querySelector('compare-view').view.scale"))
    zoom_in.click()
    expect(page.locator("compare-view")).to_be_focused()
    zoom_in.press("Enter")
    expect(zoom_in).to_be_focused()


def test_letters_may_be_kept_to_the_picture(editor: Any) -> None:
    """Who talks to the computer, or slips, must not draw: WCAG 2.1.4."""
    eraser = editor.get_by_role("button", name="Eraser")
    save = editor.get_by_role("button", name="Save mask")
    save.focus()
    editor.keyboard.press("e")
    expect(eraser).to_have_attribute("aria-pressed", "true")
    editor.keyboard.press("b")
    editor.keyboard.press("?")
    editor.get_by_label("Letters work wherever the focus is").uncheck()
    editor.get_by_role("button", name="Close").click()
    save.focus()
    editor.keyboard.press("e")
    expect(eraser).to_have_attribute("aria-pressed", "false")
    editor.locator("inpaint-editor").focus()
    editor.keyboard.press("e")
    expect(eraser).to_have_attribute("aria-pressed", "true")

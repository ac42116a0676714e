"""Page 1 of a training, beyond the test plan: the model, its pictures and what it starts from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from inpaintgan.core.rundir import EDGE_WEIGHTS, TRAINING_STATE

from .training_pages import make_run, open_train, type_dataset


def test_preview_follows_sigma_and_mask(page: Any, pictures: Path) -> None:
    open_train(page)
    type_dataset(page, pictures)
    edges = page.locator("#preview-grid img[alt$='edges']").first
    edges.wait_for()
    before = edges.get_attribute("src")
    page.get_by_label("Sigma").fill("5")
    expect(edges).not_to_have_attribute("src", before)
    expect(page.locator("#sigma-value")).to_have_text("5.0 px")
    page.get_by_label("Masking image").select_option(label="External")
    expect(page.locator("#preview-grid")).to_contain_text("Choose the folder of masks")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert").filter(has_text="Mask path is not defined")).to_be_visible()


def test_preview_follows_the_edge_detector(page: Any, pictures: Path) -> None:
    open_train(page)
    type_dataset(page, pictures)
    edges = page.locator("#preview-grid img[alt$='edges']").first
    edges.wait_for()
    for title in ("Sobel", "Laplacian of Gaussian", "Multi-scale"):
        before = edges.get_attribute("src")
        page.get_by_label("Edge Detector").select_option(label=title)
        expect(edges).not_to_have_attribute("src", before)
        expect(page.locator("#edge-data-field")).to_be_hidden()
    page.get_by_label("Edge Detector").select_option(label="External")
    expect(page.locator("#preview-grid")).to_contain_text("Choose the folder of edges")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert").filter(has_text="Edge path is not defined")).to_be_visible()


def test_external_edges_are_previewed_and_missing_ones_keep_from_going_on(page: Any, pictures: Path) -> None:
    folder = pictures.parent / "edges"
    folder.mkdir()
    for file in pictures.iterdir():
        edges = cv2.Canny(cv2.imread(str(file)), 50, 150)
        assert cv2.imwrite(str(folder / file.name), cv2.dilate(edges, np.ones((5, 5), np.uint8)))
    lost = folder / "picture-3.png"
    lost.rename(pictures.parent / "elsewhere.png")
    open_train(page)
    type_dataset(page, pictures)
    page.get_by_label("Edge Detector").select_option(label="External")
    page.get_by_label("Edge folder, typed").fill(str(folder))
    page.keyboard.press("Enter")
    expect(page.locator("#preview-grid")).to_contain_text("1 of 8 pictures have no edge picture")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#next-error")).to_contain_text("picture-3")
    (pictures.parent / "elsewhere.png").rename(lost)
    page.get_by_label("Keep only edges that Canny finds too").check()
    thinned = page.locator("#preview-grid img[alt$='edges']").first
    thinned.wait_for()
    before = thinned.get_attribute("src")
    page.get_by_label("Keep only edges that Canny finds too").uncheck()
    expect(thinned).not_to_have_attribute("src", before)
    expect(page.locator("#sigma-field")).to_be_hidden()
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/train/gan.html")


def test_a_folder_that_cannot_be_used_is_refused_in_words(page: Any, pictures: Path) -> None:
    open_train(page)
    page.get_by_label("Dataset folder path").fill(str(pictures / "nowhere"))
    page.keyboard.press("Tab")
    expect(page.locator("#data-error")).to_contain_text("There is no folder")
    # A slip is mended in what was typed, not typed anew.
    expect(page.get_by_label("Dataset folder path")).to_have_value(str(pictures / "nowhere"))
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#data-error")).to_contain_text("There is no folder")
    empty = pictures.parent / "empty"
    empty.mkdir()
    type_dataset(page, empty)
    expect(page.locator("#check-problems")).to_contain_text("no picture")


def test_a_mask_folder_that_was_typed_counts_when_next_is_pressed(page: Any, pictures: Path) -> None:
    masks = pictures.parent / "masks"
    masks.mkdir()
    hole = np.zeros((96, 96), np.uint8)
    hole[30:60, 30:60] = 255
    assert cv2.imwrite(str(masks / "hole.png"), hole)
    open_train(page)
    type_dataset(page, pictures)
    page.get_by_label("Masking image").select_option(label="External")
    page.get_by_label("Mask folder, typed").fill(str(masks))
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/train/gan.html")
    expect(page.locator("#summary")).to_contain_text("External")


def test_folder_dialog_works_by_keyboard(page: Any, pictures: Path) -> None:
    open_train(page)
    page.get_by_role("button", name="Select Dataset Path").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Folder path").fill(str(pictures / "nowhere"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("There is no folder")
    dialog.get_by_label("Folder path").fill(str(pictures.parent))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_have_text(
        "No pictures directly in this folder; sub-folders are searched too."
    )
    folder = dialog.get_by_role("button", name=pictures.name)
    folder.focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Folder path")).to_have_value(str(pictures))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Select Dataset Path")).to_be_focused()


def test_the_inpaint_model_is_offered_the_newest_edge_run(page: Any, app: Any, pictures: Path) -> None:
    run = make_run(app.runs, "edges", pictures / "picture-0.png")
    open_train(page)
    page.get_by_label("Model to train").select_option(label="Inpaint Model")
    expect(page.get_by_label("Start from")).to_have_value(str(run.path))
    expect(page.locator("#init_from-text")).to_contain_text("Suggested")
    expect(page.locator("#status")).to_contain_text("Adjusted to match: width 24")
    changed = "() => Object.keys(JSON.parse(sessionStorage['inpaintgan-draft']).changes)"
    assert "width" in page.evaluate(changed)
    page.get_by_label("Model to train").select_option(label="Edge Model")
    expect(page.get_by_label("Start from")).to_have_value("")
    assert "width" not in page.evaluate(changed), "taken back with the suggestion that it followed"
    page.get_by_label("Model to train").select_option(label="Inpaint Model")
    expect(page.get_by_label("Start from")).to_have_value(str(run.path))
    type_dataset(page, pictures)
    page.get_by_role("button", name="Next").click()
    # The network's shape follows the run, or its weights would not fit.
    expect(page.get_by_label("Width")).to_have_value("24")


def test_the_shape_of_the_networks_follows_the_checkpoint_chosen(page: Any, app: Any, pictures: Path) -> None:
    run = make_run(app.runs, "edges", pictures / "picture-0.png")
    for step in (20, 40):
        saved = run.checkpoint_path(step)
        saved.mkdir(parents=True)
        for name in (EDGE_WEIGHTS, TRAINING_STATE):
            (saved / name).write_bytes(b"")
        (saved / "config.yml").write_text("edge_generator: egc\nwidth: 24\nstem: unshuffle\n", encoding="utf-8")
    run.point("best", 20)
    run.point("latest", 40)
    open_train(page)
    type_dataset(page, pictures)
    start = page.get_by_label("Start from")
    # The run stands for its best; its newest, another, comes next; each once.
    runs = start.locator("option", has_text="edges")
    expect(runs).to_have_count(2)
    expect(runs.nth(0)).to_contain_text("edges · Edge Model, best, step 20, ")
    expect(runs.nth(1)).to_have_text("edges · Edge Model, latest, step 40")
    start.select_option(str(run.path))
    expect(page.locator("#init_from-text")).to_contain_text("edges (best, step 20)")
    followed = page.locator("#followed")
    expect(followed).to_contain_text("Follows from “Start from”: Width 24 instead of")
    expect(followed).to_contain_text("Stem Convolution (paper) instead of Unshuffle (fast)")
    start.select_option("")
    expect(followed).to_be_hidden()
    expect(page.get_by_label("Edge generator", exact=True)).not_to_have_value("egc")
    changes = page.evaluate("() => JSON.parse(sessionStorage['inpaintgan-draft']).changes")
    assert not {"width", "stem"} & set(changes), "taken back with the start that they followed"
    for option, (generator, width, stem) in {
        "latest, step 40": ("egc", "24", "unshuffle"),
        "faces-lite": ("edgeconnect", "32", "unshuffle4"),
    }.items():
        value = start.locator("option", has_text=option).first.get_attribute("value")
        start.select_option(value=value)
        expect(page.get_by_label("Edge generator", exact=True)).to_have_value(generator)
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_label("Width")).to_have_value(width)
        expect(page.get_by_label("Stem", exact=True)).to_have_value(stem)
        page.get_by_role("link", name="Back").click()
        page.wait_for_url("**/train/model.html")
        start.locator("option").nth(1).wait_for(state="attached")


def test_a_path_typed_while_the_page_is_loading_counts(page: Any, app: Any, pictures: Path) -> None:
    page.goto(f"{app.origin}/train/model.html", wait_until="commit")
    page.get_by_label("Dataset folder path").fill(str(pictures))
    page.keyboard.press("Tab")
    expect(page.locator("#data-path")).to_have_text(str(pictures))


def test_what_stands_below_a_typed_path_stays_where_it_is_when_the_path_is_taken(page: Any, pictures: Path) -> None:
    open_train(page)
    top = "(node) => node.getBoundingClientRect().top + scrollY"
    below = page.locator("#mask")
    before = below.evaluate(top)
    page.get_by_label("Dataset folder path").fill(str(pictures))
    page.keyboard.press("Tab")
    expect(page.locator("#data-path")).to_have_text(str(pictures))
    assert below.evaluate(top) == pytest.approx(before, abs=1)


@pytest.mark.parametrize("size", [(1280, 900), (1920, 1600), (390, 800)], ids=str)
def test_next_stays_under_the_pointer_when_pressing_it_also_takes_the_typed_path(
    page: Any, pictures: Path, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_train(page)
    button = page.get_by_role("button", name="Next")
    expect(button).to_be_enabled()
    page.get_by_label("Dataset folder path").fill(str(pictures))
    page.evaluate("() => window.scrollTo(0, document.documentElement.scrollHeight)")
    button.hover()
    page.mouse.down()  # leaves the field, which takes the path and shows the check: the page grows
    expect(page.locator("#check-note")).to_contain_text("Usable")
    page.mouse.up()
    page.wait_for_url("**/train/gan.html")

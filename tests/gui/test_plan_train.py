"""Rows 1 to 13 of the paper's GUI test plan (Table 13), each clicked through in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from .training_pages import (
    open_settings,
    open_train,
    seconds,
    start_tiny,
    type_dataset,
    wait_iteration,
)


def test_plan_01_home(page: Any) -> None:
    open_train(page)
    page.get_by_role("link", name="Home").click()
    page.wait_for_url("**/index.html")
    expect(page.get_by_role("link", name="Fill a picture")).to_be_visible()
    expect(page.get_by_role("link", name="Teach a network")).to_be_visible()
    expect(page.get_by_role("link", name="Home")).to_have_attribute("aria-current", "page")


def test_plan_02_train(page: Any) -> None:
    page.get_by_role("link", name="Train").click()
    page.wait_for_url("**/train/model.html")
    expect(page.get_by_role("heading", name="InpaintGAN configuration")).to_be_visible()


def test_plan_03_inference(page: Any) -> None:
    page.get_by_role("link", name="Inference").click()
    page.wait_for_url("**/inference/upload-image.html")
    expect(page.get_by_role("link", name="Inference")).to_have_attribute("aria-current", "page")


def test_plan_04_model_edge(page: Any) -> None:
    choose_model(page, "Edge Model")


def test_plan_05_model_inpaint(page: Any) -> None:
    choose_model(page, "Inpaint Model")


@pytest.mark.parametrize("model", ["Joint Model", "Edge-Inpaint Model"])
def test_plan_06_model_joint(page: Any, model: str) -> None:
    choose_model(page, model)


def choose_model(page: Any, model: str) -> None:
    open_train(page)
    select = page.get_by_label("Model to train")
    select.select_option(label=model)
    expect(select.locator("option:checked")).to_have_text(model)
    # Kept when one leaves the page and comes back.
    page.reload()
    expect(page.get_by_label("Model to train").locator("option:checked")).to_have_text(model)


def test_plan_07_masking_image(page: Any) -> None:
    open_train(page)
    select = page.get_by_label("Masking image")
    select.select_option(label="Half")
    expect(page.get_by_label("Block size")).to_be_hidden()
    select.select_option(label="Random block")
    expect(select).to_have_value("random-block")
    expect(page.get_by_label("Block size")).to_be_visible()


def test_plan_08_edge_detector(page: Any) -> None:
    open_train(page)
    select = page.get_by_label("Edge Detector")
    select.select_option(label="Canny")
    expect(select).to_have_value("canny")


def test_plan_09_select_dataset_path(page: Any, pictures: Path) -> None:
    open_train(page)
    page.get_by_role("button", name="Select Dataset Path").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Folder path").fill(str(pictures.parent))
    dialog.get_by_role("button", name="Open").click()
    dialog.get_by_role("button", name=pictures.name).click()
    expect(dialog).to_contain_text("8 pictures in this folder")
    dialog.get_by_role("button", name="Select this folder").click()
    path = page.locator("#data-path")
    expect(path).to_have_text(str(pictures))
    button = page.get_by_role("button", name="Select Dataset Path").bounding_box()
    assert path.bounding_box()["y"] > button["y"] + button["height"]
    # The check and the first pictures as the network will see them.
    expect(page.locator("#check-facts")).to_contain_text("8")
    expect(page.locator("#preview-grid img")).to_have_count(12)


def test_plan_10_next_without_folder(page: Any) -> None:
    open_train(page)
    page.get_by_role("button", name="Next").click()
    alert = page.get_by_role("alert").filter(has_text="Dataset path is not defined")
    expect(alert).to_be_visible()
    red, green, blue = alert.evaluate("(node) => getComputedStyle(node).color.match(/\\d+/g).slice(0, 3).map(Number)")
    assert red > 150 and green < 100 and blue < 100
    assert alert.bounding_box()["y"] > page.get_by_role("button", name="Select Dataset Path").bounding_box()["y"]
    assert page.url.endswith("/train/model.html")


def test_plan_11_next(page: Any, pictures: Path) -> None:
    open_train(page)
    type_dataset(page, pictures)
    expect(page.locator("#data-path")).to_have_text(str(pictures))
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/train/gan.html")
    expect(page.get_by_role("heading", name="Generator Discriminator configuration")).to_be_visible()


def test_plan_12_learning_rate(page: Any, pictures: Path) -> None:
    open_settings(page, pictures)
    select = page.get_by_label("Learning Rate")
    select.select_option(label="0.0005")
    select.select_option(label="0.0001")
    expect(select).to_have_value("0.0001")


def test_plan_13_train_the_model(page: Any, pictures: Path, ended_trainings: Any) -> None:
    run = start_tiny(page, pictures)
    timer = page.get_by_role("timer")
    # It runs at once, while the training still loads what it needs, and goes on from there.
    expect(timer).not_to_have_text("0:00", timeout=4_000)
    before = seconds(timer.inner_text())
    expect(page.locator("#timer-label")).to_have_text("Running for")
    assert seconds(timer.inner_text()) >= before
    page.wait_for_function(
        """(before) => {
            const parts = document.querySelector("[role=timer]").textContent.split(":").map(Number);
            return parts.reduce((total, part) => 60 * total + part, 0) >= before + 2;
        }""",
        arg=before,
    )
    assert run
    wait_iteration(page, 1)
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()

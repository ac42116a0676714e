"""Page 2's form: values that do not fit, presets, changes, and YAML out and in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from inpaintgan.core.config_io import load_config

from .training_pages import go_on, open_settings, open_train


def test_settings_are_checked_at_their_fields_and_block_the_start(page: Any, pictures: Path, app: Any) -> None:
    open_settings(page, pictures)
    page.get_by_label("Batch size").fill("0")
    row = page.locator("[data-key=batch_size]")
    expect(row.get_by_role("alert")).to_contain_text("0 does not fit; allowed: 1 to 1024")
    page.get_by_role("button", name="Train The Model").click()
    expect(page.get_by_label("Batch size")).to_be_focused()
    assert page.url.endswith("/train/gan.html")
    assert not list(app.runs.glob("*"))
    page.get_by_label("Batch size").fill("12")
    expect(row.get_by_role("alert")).to_be_hidden()


def test_a_refusal_goes_when_another_setting_mends_it(page: Any, pictures: Path) -> None:
    open_settings(page, pictures)
    weights = (
        "Edge adversarial weight",
        "Feature matching weight",
        "Edge cross entropy weight",
        "Spatial variant weight",
    )
    for label in weights:
        page.get_by_label(label, exact=True).fill("0")
    refused = page.locator(".setting .error:visible")
    expect(refused).to_have_count(1)
    for label in weights:
        field = page.get_by_label(label, exact=True)
        if field.get_attribute("aria-invalid") is None:
            field.fill("10")
            break
    expect(refused).to_have_count(0)


def test_a_rate_that_does_not_fit_is_refused_at_the_field_it_was_typed_in(page: Any, pictures: Path) -> None:
    open_settings(page, pictures)
    page.get_by_label("Learning Rate").select_option(label="Other…")
    rate = page.get_by_label("Another rate")
    rate.fill("5")
    page.get_by_role("button", name="Train The Model").click()
    expect(rate).to_be_focused()
    expect(rate).to_have_attribute("aria-invalid", "true")


def test_a_preset_says_what_the_page_before_chose_otherwise(page: Any, pictures: Path) -> None:
    open_train(page)
    page.get_by_label("Edge generator").select_option(label="EdgeConnect")
    go_on(page, pictures)
    expect(page.locator("#kept")).to_be_hidden()
    page.get_by_label("Preset").select_option(label="Paper 4.2: EGC")
    expect(page.locator("#kept-text")).to_contain_text("Edge generator EdgeConnect instead of EGC")
    page.get_by_role("button", name="Use the preset's values").click()
    expect(page.locator("#kept")).to_be_hidden()
    expect(page.locator("#summary")).to_contain_text("EGC")


def test_changes_are_marked_against_the_preset_and_survive_going_back(page: Any, pictures: Path) -> None:
    open_settings(page, pictures)
    page.get_by_label("Preset").select_option(label="The paper")
    page.get_by_label("Learning Rate").select_option(label="Other…")
    page.get_by_label("Another rate").fill("0.00042")
    page.get_by_label("GAN loss").select_option(label="Hinge")
    expect(page.locator("[data-changed]")).to_have_count(2)
    expect(page.locator("#changes")).to_contain_text("2 settings differ from the preset")
    page.get_by_role("link", name="Back").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Another rate")).to_have_value("0.00042")
    page.locator("[data-key=gan_loss]").get_by_role("button").click()
    expect(page.get_by_label("GAN loss")).to_have_value("nsgan")
    page.get_by_label("Preset").select_option(label="EdgeConnect")
    expect(page.locator("[data-changed]")).to_have_count(0)
    expect(page.locator("#changes-text")).to_contain_text("The preset reset 1 change.")
    expect(page.get_by_role("button", name="Reset all")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Preset")).to_be_focused()
    expect(page.get_by_label("Another rate")).to_have_value("0.00042")


def test_yaml_goes_out_and_comes_in(page: Any, pictures: Path, tmp_path: Path) -> None:
    open_settings(page, pictures)
    page.get_by_label("Style weight").fill("250")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export YAML").click()
    file = tmp_path / "config.yml"
    download.value.save_as(file)
    assert load_config(file).style_loss_weight == 250
    page.get_by_role("button", name="Reset all").click()
    expect(page.get_by_label("Find a setting")).to_be_focused()
    expect(page.get_by_label("Style weight")).to_have_value("1")
    page.locator("#import-file").set_input_files(file)
    expect(page.get_by_label("Style weight")).to_have_value("250")
    file.write_text("style_weight: 3\n", encoding="utf-8")
    page.locator("#import-file").set_input_files(file)
    expect(page.locator("#start-error")).to_contain_text("style_weight")
    file.write_text("lr: fast\nbatch_size: 0\n", encoding="utf-8")
    page.locator("#import-file").set_input_files(file)
    expect(page.locator("#start-error")).to_contain_text("config.yml: Learning Rate (lr): 'fast' is not allowed.")
    expect(page.locator("#start-error")).to_contain_text("Batch size (batch_size): 0 is not allowed.")
    expect(page.get_by_role("status").filter(has_text="config.yml was not imported: 2 errors.")).to_be_visible()
    file.write_bytes("data: /größe\n".encode("latin-1"))
    page.locator("#import-file").set_input_files(file)
    expect(page.locator("#start-error")).to_contain_text("This is not a UTF-8 text file.")
    file.write_text("# one of many lines\n" * 100_000, encoding="utf-8")
    page.locator("#import-file").set_input_files(file)
    expect(page.locator("#start-error")).to_contain_text("This is no file of settings: it has 2 MB.")
    file.write_text("# nothing\n", encoding="utf-8")
    page.locator("#import-file").set_input_files(file)
    expect(page.locator("#start-error")).to_contain_text("contains no settings")
    expect(page.get_by_label("Style weight")).to_have_value("250")
    file.write_text("style_loss_weight: 30\n", encoding="utf-8")
    page.locator("#import-file").set_input_files(file)
    expect(page.get_by_label("Style weight")).to_have_value("30")
    expect(page.locator("#start-error")).to_be_hidden()

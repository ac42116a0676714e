"""The check of a dataset in a real browser: what it finds, what it blocks, and that it is done once for both pages."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from inpaintgan.core.errors import InpaintError
from inpaintgan.gui.checks import DataChecks

from .training_pages import draw_pictures, open_settings, open_train, type_dataset


@pytest.fixture
def messy(pictures: Path) -> Path:
    """Pictures with a copy, one that is nearly a copy, a gray one and one that cannot be read."""
    picture = cv2.imread(str(pictures / "picture-0.png"))
    small = cv2.resize(picture, (60, 60), interpolation=cv2.INTER_AREA)
    assert cv2.imwrite(str(pictures / "smaller.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 60])
    assert cv2.imwrite(str(pictures / "gray.png"), cv2.cvtColor(cv2.flip(picture, 0), cv2.COLOR_BGR2GRAY))
    shutil.copy(pictures / "picture-1.png", pictures / "picture-1 copy.png")
    (pictures / "broken.png").write_bytes(b"no picture")
    return pictures


def test_everything_wrong_is_said_by_name_with_the_way_to_its_field(page: Any, messy: Path) -> None:
    open_train(page)
    type_dataset(page, messy)
    expect(page.locator("#check-note")).to_contain_text("Usable, with 6 warnings.")
    titles, values = (page.locator(f"#check-facts {part}").all_inner_texts() for part in ("dt", "dd"))
    facts = dict(zip(titles, values, strict=True))
    assert facts == {
        "Pictures": "12", "Shorter side": "60 to 96 px, median 96", "Unreadable": "1", "Duplicates": "1",
        "Near duplicates": "1", "Gray": "1",
    }  # fmt: skip
    for title, name in (
        ("unreadable pictures", "broken.png"),
        ("duplicates", "picture-1"),
        ("near duplicates", "smaller.jpg"),
    ):
        page.get_by_text(f"Show {title}", exact=True).press("Enter")
        expect(page.locator("#check-problems details[open] li", has_text=name)).to_be_visible()
    expect(page.locator("#check-problems").get_by_role("link", name="Choose the folder")).to_have_count(0)
    page.get_by_role("link", name="Change the input size").click()
    page.wait_for_url("**/train/gan.html#setting-input_size")
    expect(page.get_by_label("Input size")).to_be_focused()
    line = page.locator("#dataset-text")
    expect(line).to_contain_text("Usable, with 6 warnings.")
    page.get_by_label("Input size").fill("32")
    expect(line).to_contain_text("Usable, with 5 warnings.")
    page.get_by_role("link", name="Back").click()
    expect(page.locator("#check-note")).to_contain_text("Usable, with 5 warnings.")


def test_a_long_check_shows_how_far_it_is_and_can_be_cancelled(page: Any, pictures: Path) -> None:
    # Links cost a check as much as files do, and the disk of the tests nothing.
    for index in range(20_000):
        (pictures / f"again-{index}.png").hardlink_to(pictures / "picture-0.png")
    open_train(page)
    type_dataset(page, pictures)
    expect(page.locator("#check-count")).to_contain_text(" of 20,008")
    # A screen reader hears the start and the verdict, not every count between them.
    expect(page.locator("#check").get_by_role("status")).to_have_text("Checking…")
    expect(page.locator("#check-progress")).to_be_visible()
    page.locator("#check").get_by_role("button", name="Cancel").click()
    expect(page.locator("#check-note")).to_have_text("Cancelled: not all pictures were checked.")
    expect(page.get_by_role("button", name="Check again")).to_be_focused()
    expect(page.locator("#check-progress")).to_be_hidden()
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/train/gan.html")


def test_masks_are_measured_and_an_error_blocks_the_way(page: Any, pictures: Path) -> None:
    masks = pictures / "masks"
    masks.mkdir()
    mask = np.full((50, 50), 255, np.uint8)
    mask[10:20, 10:30] = 0
    assert cv2.imwrite(str(masks / "inverted.png"), mask)
    open_train(page)
    page.get_by_label("Masking image").select_option(label="External")
    type_dataset(page, pictures)
    page.get_by_label("Mask folder, typed").fill(str(masks))
    page.keyboard.press("Enter")
    expect(page.locator("#check-note")).to_have_text("Training cannot start with this folder.")
    expect(page.locator("#check-facts")).to_contain_text("1 look inverted")
    expect(page.locator("#check-facts")).to_contain_text("92 %")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#next-error")).to_contain_text("The masks are inside the folder of pictures")
    page.locator("#check-problems").get_by_role("link", name="Choose the masks").first.click()
    expect(page.get_by_role("button", name="Select Mask Folder")).to_be_focused()
    masks.rename(pictures.parent / "masks")
    page.get_by_label("Mask folder, typed").fill(str(pictures.parent / "masks"))
    page.keyboard.press("Enter")
    expect(page.locator("#check-note")).to_contain_text("Usable")


def test_the_second_page_knows_the_verdict_and_does_not_start_against_it(page: Any, app: Any, pictures: Path) -> None:
    open_settings(page, pictures)
    expect(page.locator("#dataset-text")).to_contain_text("8 pictures. Usable")
    for file in pictures.iterdir():
        file.unlink()
    (pictures / "broken.png").write_bytes(b"no picture")
    page.reload()
    expect(page.locator("#dataset-text")).to_contain_text("None of the pictures can be read.")
    page.get_by_role("button", name="Train The Model").click()
    expect(page.locator("#start-error")).to_contain_text("None of the pictures can be read.")
    assert not list(app.runs.glob("*"))
    page.locator("#start-error").get_by_role("link", name="Choose the folder").click()
    page.wait_for_url("**/train/model.html#select-data")
    expect(page.get_by_role("button", name="Select Dataset Path")).to_be_focused()


class SlowWorker:
    """Answers when it is let, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.let = threading.Event()
        self.began = threading.Event()
        self.cancelled = False

    def ticket(self, about: str) -> int:
        return 0

    def request(self, op: str, args: dict[str, Any], note: Any, *, ticket: int, about: str) -> dict[str, Any]:
        self.asked.append(args["folder"])
        note({"done": 1, "total": 2})
        self.began.set()
        assert self.let.wait(20)
        if self.cancelled:
            raise InpaintError("cancelled", "Cancelled.")
        return {"n_pictures": len(self.asked)}

    def cancel(self, about: str = "") -> None:
        if self.began.is_set() and not self.let.is_set():
            self.cancelled = True
            self.let.set()


def test_a_check_that_runs_is_joined_and_one_that_is_done_is_kept(tmp_path: Path) -> None:
    folder = str(draw_pictures(tmp_path / "a", 1))
    worker = SlowWorker()
    checks = DataChecks(worker)  # pyright: ignore[reportArgumentType]
    reports: list[dict[str, Any]] = []
    pages = [threading.Thread(target=lambda: reports.append(checks.run(folder, ""))) for _ in range(2)]
    pages[0].start()
    assert worker.began.wait(20)
    pages[1].start()
    assert checks.progress() == {"done": 1, "total": 2}
    worker.let.set()
    for thread in pages:
        thread.join(20)
    assert reports == [{"n_pictures": 1}] * 2
    assert checks.run(folder, "") == {"n_pictures": 1}
    assert checks.run(folder, "", again=True) == {"n_pictures": 2}
    (tmp_path / "a" / "new.png").write_bytes(b"")
    assert checks.run(folder, "") == {"n_pictures": 3}


def test_another_folder_ends_the_check_of_the_one_before(tmp_path: Path) -> None:
    first, second = (str(draw_pictures(tmp_path / name, 1)) for name in "ab")
    worker = SlowWorker()
    checks = DataChecks(worker)  # pyright: ignore[reportArgumentType]
    said: list[str] = []

    def look() -> None:
        try:
            checks.run(first, "")
        except InpaintError as error:
            said.append(error.code)

    thread = threading.Thread(target=look)
    thread.start()
    assert worker.began.wait(20)
    while not worker.cancelled:
        worker.cancel()
    thread.join(20)
    assert said == ["cancelled"]
    worker.cancelled = False
    assert checks.run(second, "") == {"n_pictures": 2}
    assert checks.run(first, "") == {"n_pictures": 3}

"""The report on a folder."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.data.check import check_data
from inpaintgan.data.check_report import MAX_LISTED, DataReport, describe
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.picture import Picture


def codes(report: DataReport) -> dict[str, str]:
    return {problem.code: problem.level for problem in report.problems}


def test_a_folder_with_everything_wrong(folder):
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 256, (6, 8, 1), dtype=np.uint8)
    gray = np.tile(blocks.repeat(50, axis=0).repeat(50, axis=1), 3)
    save_picture(Picture(gray), folder / "gray.png")
    save_picture(Picture(gray), folder / "gray.jpg")
    save_picture(Picture(gray[..., ::-1].copy(), np.full((300, 400), 9, np.uint8)), folder / "alpha.png")
    shutil.copy(folder / "set-0" / "0.png", folder / "z copy.png")
    (folder / "bad.png").write_bytes((folder / "gray.png").read_bytes()[:300])
    (folder / "set-0" / "scan.JP2").write_bytes(b"")
    (folder / "photo.cr2").write_bytes(b"")
    seen = []
    report = check_data(folder, progress=lambda done, total: seen.append((done, total)))
    assert report.n_pictures == 12
    assert [entry.path for entry in report.unreadable] == ["bad.png"]
    assert "bad.png" in report.unreadable[0].reason
    assert report.n_unreadable == 1
    assert report.n_gray == 3
    assert report.n_alpha == 1
    assert report.size.model_dump() == {"min": 100, "median": 100, "max": 300}
    assert report.n_small == 8
    assert report.sides == {100: 8, 300: 3}
    assert report.n_duplicates == 1
    assert report.duplicates[0].model_dump() == {"path": "z copy.png", "same_as": "set-0/0.png"}
    assert report.n_near_duplicates == 1
    assert report.near_duplicates[0].model_dump() == {"path": "gray.png", "same_as": "gray.jpg"}
    assert codes(report) == {
        "pictures-unreadable": "warning", "pictures-duplicate": "warning", "pictures-small": "warning",
        "pictures-few": "warning", "pictures-gray": "warning", "pictures-alike": "warning",
        "pictures-foreign": "warning",
    }  # fmt: skip
    assert {problem.field for problem in report.problems} == {"data", "input_size", "val_data"}
    assert (report.n_foreign, report.foreign_suffixes) == (2, [".cr2", ".jp2"])
    assert report.ok
    assert seen[0] == (0, 12)
    assert seen[-1] == (12, 12)
    assert DataReport.model_validate_json(report.model_dump_json()) == report


def test_nothing_readable_is_an_error(folder):
    for file in folder.rglob("*.png"):
        file.write_bytes(b"")
    report = check_data(folder)
    assert codes(report) == {"folder-unreadable": "error"}
    assert report.size is None
    assert not report.ok


def test_lists_are_bounded_and_counts_are_not(tmp_path):
    for index in range(MAX_LISTED + 30):
        (tmp_path / f"{index}.png").write_bytes(b"?")
    report = check_data(tmp_path)
    assert report.n_unreadable == MAX_LISTED + 30
    assert len(report.unreadable) == MAX_LISTED


@pytest.fixture
def masks(tmp_path):
    root = tmp_path / "masks"
    root.mkdir()
    for index, share in enumerate((0.0, 0.25, 0.5)):
        mask = np.zeros((40, 40, 3), np.uint8)
        mask[: int(40 * share)] = 255
        save_picture(Picture(mask), root / f"{index}.png")
    return root


def test_masks_are_measured(folder, masks):
    (masks / "bad.png").write_bytes(b"?")
    report = check_data(folder, masks=masks)
    assert report.n_masks == 4
    assert report.n_masks_unreadable == 1
    assert report.n_masks_empty == 1
    assert report.n_masks_inverted == 0
    assert report.mask_coverage.model_dump() == {"min": 0.0, "mean": 0.25, "max": 0.5}
    assert {"masks-unreadable", "masks-empty"} <= codes(report).keys()
    assert report.ok


def test_inverted_masks_are_reported(folder, tmp_path):
    (tmp_path / "masks").mkdir()
    for index in range(3):
        mask = np.full((40, 40, 3), 255, np.uint8)
        mask[: 4 * index] = 0
        save_picture(Picture(mask), tmp_path / "masks" / f"{index}.png")
    report = check_data(folder, masks=tmp_path / "masks")
    assert report.n_masks_inverted == 3
    assert codes(report)["masks-inverted"] == "warning"
    for index in range(3):
        save_picture(
            Picture(np.eye(40, dtype=np.uint8)[..., None].repeat(3, 2) * 255), tmp_path / f"masks/right-{index}.png"
        )
    assert "masks-inverted" in codes(check_data(folder, masks=tmp_path / "masks")), "two programs' masks in one folder"


def test_polarity_is_told_by_the_border_where_coverage_does_not_tell(folder, tmp_path):
    (tmp_path / "masks").mkdir()
    large_hole = np.zeros((40, 40, 3), np.uint8)
    large_hole[5:35, 4:36] = 255
    for name, pixels in (("right", large_hole), ("inverted", 255 - large_hole[::2, ::2])):
        save_picture(Picture(pixels), tmp_path / "masks" / f"{name}.png")
    inverted = np.full((40, 40, 3), 255, np.uint8)
    inverted[10:36, 10:35] = 0
    save_picture(Picture(inverted), tmp_path / "masks" / "black-hole.png")
    report = check_data(folder, masks=tmp_path / "masks")
    assert report.n_masks_inverted == 1


def test_masks_painted_into_the_alpha_channel_are_measured_as_they_are_used(folder, tmp_path):
    (tmp_path / "masks").mkdir()
    alpha = np.zeros((40, 40), np.uint8)
    alpha[10:14] = 255
    white = np.full((40, 40, 3), 255, np.uint8)
    save_picture(Picture(white, alpha=alpha), tmp_path / "masks" / "stroke.png")
    report = check_data(folder, masks=tmp_path / "masks")
    assert report.mask_coverage.mean == 0.1
    assert report.n_masks_inverted == 0


def test_useless_masks_are_an_error(folder, tmp_path):
    (tmp_path / "masks").mkdir()
    save_picture(Picture(np.zeros((9, 9, 3), np.uint8)), tmp_path / "masks" / "black.png")
    assert codes(check_data(folder, masks=tmp_path / "masks"))["masks-unusable"] == "error"
    save_picture(Picture(np.full((9, 9, 3), 255, np.uint8)), tmp_path / "masks" / "white.png")
    found = codes(check_data(folder, masks=tmp_path / "masks"))
    assert found["masks-unusable"] == "error" and not {"masks-empty", "masks-full"} & found.keys()


def test_masks_that_hold_numbers_of_classes_are_told_from_black_ones(folder, masks):
    for path in masks.iterdir():
        save_picture(Picture(np.eye(9, dtype=np.uint8)[..., None].repeat(3, 2)), path)
    problem = check_data(folder, masks=masks).problems[-1]
    assert (problem.code, problem.level) == ("masks-unusable", "error")
    assert problem.hint == "White (255) marks the hole; the brightest value in them is 1."


def test_masks_that_leave_nothing_of_the_picture_are_told(folder, masks):
    save_picture(Picture(np.full((9, 9, 3), 255, np.uint8)), masks / "white.png")
    assert codes(check_data(folder, masks=masks))["masks-full"] == "warning"


def test_masks_among_the_pictures_are_an_error(folder, masks):
    shutil.move(masks, folder / "masks")
    assert codes(check_data(folder, masks=folder / "masks"))["masks-inside"] == "error"


def test_missing_folders_are_refused(folder, tmp_path):
    for pictures, mask_folder in ((tmp_path / "none", None), (folder, tmp_path / "none")):
        with pytest.raises(InpaintError) as refused:
            check_data(pictures, masks=mask_folder)
        assert refused.value.code == "folder-missing"


def test_the_report_as_text(folder, masks):
    (folder / "bad.png").write_bytes(b"?")
    text = describe(check_data(folder, masks=masks))
    assert f"{folder}: 8 pictures" in text
    assert "shorter side: 100 to 100 px" in text
    assert "skipped: bad.png (bad.png cannot be read" in text
    assert "hole: 0.0% to 50.0%" in text
    assert "warning: 1 of 8 pictures cannot be read. They are skipped in training." in text

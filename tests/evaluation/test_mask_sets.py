"""The holes that methods are scored with: sizes, names, and that they are the same every time."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.evaluation.cases import cases, enlarged_pictures, paired_by_name
from inpaintgan.evaluation.mask_sets import KINDS, mask_set, mask_sets, stretched_masks
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.imaging.masks import with_white_hole
from inpaintgan.imaging.picture import Picture
from inpaintgan.imaging.scoring_masks import BUCKETS


@pytest.mark.parametrize(("low", "high"), BUCKETS)
@pytest.mark.parametrize("side", [32, 128])
def test_every_drawn_hole_lies_in_its_bucket(low, high, side):
    masks = mask_set(f"irregular-{low:02d}-{high}")
    shares = [masks.mask(index, side, 10).mean() for index in range(40)]
    assert low / 100 <= min(shares) and max(shares) < high / 100
    assert max(shares) - min(shares) > 0.4 * (high - low) / 100


def test_strokes_become_thicker_by_name():
    """A hole's distance to its border is half of its strokes' width."""
    import cv2

    def reach(kind: str) -> float:
        masks = [mask_set(kind).mask(index, 128, 10) for index in range(30)]
        assert all(0 < mask.mean() <= 0.5 for mask in masks)
        return float(np.median([cv2.distanceTransform(mask, cv2.DIST_L2, 5).max() for mask in masks]))

    thin, medium, thick = map(reach, ("thin", "medium", "thick"))
    assert thin < 10 < medium < thick


@pytest.mark.parametrize("kind", KINDS)
def test_holes_are_the_same_every_time_and_differ_by_picture_and_seed(kind):
    first, again, other, seeded = (mask_set(kind).mask(*words) for words in [(0, 64, 1)] * 2 + [(1, 64, 1), (0, 64, 2)])
    assert np.array_equal(first, again) and set(np.unique(first)) == {0, 1}
    assert kind == "half" or not (np.array_equal(first, other) and np.array_equal(first, seeded))


def test_words_for_several_sets():
    assert [one.name for one in mask_sets(["strokes", "half"])] == ["thin", "medium", "thick", "half"]
    assert [one.name for one in mask_sets(["buckets"])][::5] == ["irregular-01-10", "irregular-50-60"]
    assert len(mask_sets(["all"])) == 11
    assert [one.name for one in mask_sets(["40-50", "01-10"])] == ["irregular-40-50", "irregular-01-10"]
    with pytest.raises(InpaintError, match="2 sets are named 'thin'"):
        mask_sets(["strokes", "thin"])


def test_a_folder_is_one_set_and_its_buckets_are_several(tmp_path, pictures):
    for number, name in enumerate(["10-20/a", "10-20/b", "01-10/a"]):
        pixels = np.zeros((64, 64, 3), np.uint8)
        pixels[: 8 + number] = 255
        path = tmp_path / "masks" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        save_picture(Picture(pixels), path)
    sets = mask_sets([str(tmp_path / "masks")])
    assert [(one.name, len(one.files)) for one in sets] == [("01-10", 1), ("10-20", 2)]
    dealt = [case.mask[:, 0].sum() for case in cases(pictures, sets[1], 64, limit=3, seed=0)]
    assert dealt == [8, 9, 8]
    shutil.copy(tmp_path / "masks" / "01-10" / "a.png", tmp_path / "masks" / "b.png")
    assert [(one.name, len(one.files)) for one in mask_sets([str(tmp_path / "masks")])] == [("masks", 4)], (
        "none is lost"
    )
    # One word for a set, as a comparison has it, keeps all masks together.
    assert len(mask_set(str(tmp_path / "masks")).files) == 4


def test_masks_named_as_the_pictures_are_paired_by_name(pictures, tmp_path):
    files = find_pictures(pictures)
    (tmp_path / "masks").mkdir()
    for number, file in enumerate(files):
        mask = np.zeros((64, 64), np.uint8)
        mask[: 2 + number] = 1
        save_picture(
            Picture(with_white_hole(np.zeros((64, 64, 3), np.uint8), mask)), tmp_path / "masks" / f"{file.stem}.png"
        )
    black = np.zeros((64, 64, 3), np.uint8)
    save_picture(Picture(black), tmp_path / "masks" / "0-before-all.png")
    masks = mask_set(str(tmp_path / "masks"))
    for limit in (0, 3):
        paired = paired_by_name(masks, pictures, limit=limit)
        rows = [int(case.mask.any(1).sum()) for case in cases(pictures, paired, 64, limit=limit, seed=1)]
        taken = range(len(files)) if not limit else [number * len(files) // limit for number in range(limit)]
        assert rows == [2 + number for number in taken]
    (tmp_path / "masks" / f"{files[0].stem}.png").unlink()
    masks = mask_set(str(tmp_path / "masks"))
    assert paired_by_name(masks, pictures, limit=0) is masks


def test_pictures_that_share_a_hole_and_those_that_were_enlarged_are_known(pictures, tmp_path):
    (tmp_path / "masks").mkdir()
    for number in (1, 2):
        mask = np.zeros((64, 64), np.uint8)
        mask[:number] = 1
        save_picture(
            Picture(with_white_hole(np.zeros((64, 64, 3), np.uint8), mask)), tmp_path / "masks" / f"{number}.png"
        )
    found = list(cases(pictures, str(tmp_path / "masks"), 64, limit=4, seed=1))
    assert [case.hole for case in found] == [0, 1, 0, 1] and not any(case.enlarged for case in found)
    drawn = list(cases(pictures, "half", 128, limit=4, seed=1))
    assert [case.hole for case in drawn] == [0, 1, 2, 3] and all(case.enlarged for case in drawn)


def test_masks_of_another_shape_are_told_of(tmp_path):
    save_picture(Picture(np.zeros((64, 63, 3), np.uint8)), tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    assert stretched_masks([mask_set("half"), mask_set(str(tmp_path))]) == []
    save_picture(Picture(np.zeros((64, 96, 3), np.uint8)), tmp_path / "c.png")
    (notice,) = stretched_masks([mask_set("half"), mask_set(str(tmp_path))])
    assert "c.png of 96x64" in notice


def test_pictures_that_were_enlarged_are_counted_once_in_words():
    rows = [{"picture": name, "enlarged": name != "large"} for name in ("a", "a", "b", "large")]
    assert enlarged_pictures(rows, 256)[0].startswith("2 pictures are smaller than 256 px")
    assert enlarged_pictures(rows[:1], 256)[0].startswith("1 picture is smaller than 256 px")
    assert enlarged_pictures(rows[3:], 256) == []

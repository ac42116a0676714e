"""Crops: every hole pixel exactly once, with context, in few passes."""

from __future__ import annotations

import numpy as np
import pytest

from inpaintgan.inference.strategy import MIN_CONTEXT_PX, plan_crops

from .holes import covered


@pytest.mark.parametrize("seed", range(5))
def test_crops_cover_every_hole_pixel_exactly_once(seed):
    rng = np.random.default_rng(seed)
    mask = np.zeros((700, 900), np.uint8)
    for _ in range(25):
        top, left = rng.integers(0, 650), rng.integers(0, 850)
        mask[top : top + rng.integers(1, 200), left : left + rng.integers(1, 200)] = 1
    assert np.array_equal(covered(plan_crops(mask, 256), mask.shape), mask)


def test_a_picture_of_the_networks_size_is_one_whole_crop():
    mask = np.zeros((256, 256), np.uint8)
    mask[3:20, 3:20] = mask[200:250, 100:250] = 1
    (crop,) = plan_crops(mask, 256)
    assert (crop.top, crop.left, crop.height, crop.width) == (0, 0, 256, 256)


def test_a_large_hole_gets_context_in_proportion():
    mask = np.zeros((3000, 3000), np.uint8)
    mask[1000:1800, 1000:1400] = 1
    (crop,) = plan_crops(mask, 256)
    assert crop.height == crop.width == 800 + 2 * 400
    assert crop.top <= 1000 - 400 + 1 and crop.left <= 1000 - 400


def test_a_small_hole_gets_at_least_the_networks_view():
    mask = np.zeros((3000, 3000), np.uint8)
    mask[1500:1510, 1500:1510] = 1
    (crop,) = plan_crops(mask, 256)
    assert crop.height == 256 and 1500 - crop.top >= MIN_CONTEXT_PX


def test_three_hundred_specks_are_few_passes():
    rng = np.random.default_rng(0)
    mask = np.zeros((768, 1024), np.uint8)
    for y, x in zip(rng.integers(0, 760, 300), rng.integers(0, 1016, 300), strict=True):
        mask[y : y + 4, x : x + 4] = 1
    crops = plan_crops(mask, 256)
    assert np.array_equal(covered(crops, mask.shape), mask)
    assert len(crops) < 50


def test_crops_stay_inside_a_small_or_narrow_picture():
    mask = np.zeros((40, 900), np.uint8)
    mask[10:30, 880:900] = 1
    (crop,) = plan_crops(mask, 256)
    assert (crop.top, crop.height) == (0, 40)
    assert crop.left + crop.width == 900
    assert plan_crops(np.zeros((10, 10), np.uint8), 256) == []

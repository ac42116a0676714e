"""Large holes, coarse to fine; many holes, in batches; the fill meets its surroundings."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import cv2
import numpy as np
import pytest
import torch

from inpaintgan.imaging.picture import Picture
from inpaintgan.inference import predictor
from inpaintgan.inference.patches import filled_picture
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.inference.refine import fill_coarse_to_fine, plan_scales, plan_tiles
from inpaintgan.inference.strategy import plan_crops
from inpaintgan.inference.views import Prediction, Scene, View
from inpaintgan.networks.smooth_fill import spread

from .holes import ASTRONAUT
from .smooth import smooth_inpainter


@pytest.fixture(scope="module")
def smooth() -> Inpainter:
    return smooth_inpainter()


def ellipse(height: int, width: int, axes: tuple[int, int]) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (width // 2, height // 2), axes, 20, 0, 360, 1, -1)
    return mask


def test_scales_rise_to_full_size_and_start_where_the_whole_crop_fits():
    hole = ellipse(1000, 1000, (300, 250))
    scales = plan_scales(hole, 256)
    assert scales[0] == pytest.approx(0.256) and scales[-1] == 1
    assert all(1.4 < b / a < 2.9 for a, b in pairwise(scales))


def test_a_long_scratch_is_painted_at_full_size_only():
    hole = np.zeros((2000, 2000), np.uint8)
    cv2.line(hole, (100, 100), (1900, 1700), 1, 12)
    assert plan_scales(hole, 256) == [1.0]
    thick = cv2.dilate(hole, np.ones((192, 192), np.uint8))
    assert 0.3 < plan_scales(thick, 256)[0] < 0.6


@pytest.mark.parametrize("shape", [(256, 256), (100, 300), (700, 513), (257, 1000)])
def test_weights_of_overlapping_tiles_add_up_to_one(shape):
    total = np.zeros(shape)
    for window, weight in plan_tiles(shape, 256):
        assert weight.shape == total[window].shape and max(weight.shape) <= 256 and weight.min() >= 0
        total[window] += weight
    assert np.allclose(total, 1, atol=1e-6)


def _without_edges(scene: Scene) -> View:
    return View(scene, np.zeros_like(scene.unknown))


def test_detail_goes_as_deep_into_the_hole_as_the_band():
    """A network that knows fine stripes paints them at full size near known pixels, and coarsely in the middle."""
    height, width = 600, 700
    hole = ellipse(height, width, (240, 200))
    pixels = np.full((height, width, 3), 128, np.uint8)
    pixels[::2] = 26
    sizes = []

    def predict(views: list[View]) -> list[Prediction]:
        sizes.extend(view.scene.unknown.shape for view in views)
        stripes = [0.5 + 0.4 * (np.indices(view.scene.unknown.shape)[0] % 2 * 2 - 1) for view in views]
        return [
            Prediction(np.repeat(s[..., None], 3, 2).astype(np.float32), np.zeros(s.shape, np.float32)) for s in stripes
        ]

    band = 128 * 3 / 16
    canvas = fill_coarse_to_fine(Scene(pixels, hole, None), hole, 128, _without_edges, predict)
    assert sizes[0] == (110, 128) and set(sizes[1:]) == {(128, 128)}
    depth = cv2.distanceTransform(hole, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    contrast = np.abs(np.diff(canvas.colour[..., 0].astype(int), axis=0)) / 65535
    # Overlapping tiles may be out of step by a row, so that not every stripe has its full height.
    assert np.median(contrast[(depth[1:] > 3) & (depth[1:] < band - 3)]) > 0.5
    assert np.median(contrast[depth[1:] > band + 6]) < 0.4
    assert len(sizes) > 10


def test_an_enlarged_picture_is_filled_at_the_size_that_it_had():
    """Finer steps would see nothing new around the hole, and invent; what lies under the hole has no say in that."""
    small = np.ascontiguousarray(ASTRONAUT[100:228, 100:228])
    hole = ellipse(512, 512, (120, 110))
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3)).astype(np.uint8)
    steps = []

    def predict(views: list[View]) -> list[Prediction]:
        steps.append(len(views))
        holes = [view.scene.unknown for view in views]
        return [Prediction(np.zeros((*hole.shape, 3), np.float32), hole.astype(np.float32)) for hole in holes]

    for picture in (cv2.resize(small, (512, 512), interpolation=cv2.INTER_CUBIC), ASTRONAUT):
        for under in (picture, noise):
            seen = np.where(hole[..., None] == 1, under, picture)
            fill_coarse_to_fine(Scene(seen, hole, None), hole, 128, _without_edges, predict)
        assert len(steps) == (2 if picture is not ASTRONAUT else 2 * len(plan_scales(hole, 128)))
        assert steps[: len(steps) // 2] == steps[len(steps) // 2 :]
        steps.clear()


def test_a_large_smooth_picture_is_continued_without_seams(smooth):
    rows, columns = np.mgrid[:500, :600]
    ramp = np.stack([rows * 0.3 + 20, columns * 0.3 + 20, 200 - columns * 0.2], axis=2).round().astype(np.uint8)
    mask = ellipse(500, 600, (150, 110))
    filled = smooth.fill(ramp, mask)
    assert np.array_equal(filled[mask == 0], ramp[mask == 0])
    difference = np.abs(filled.astype(int) - ramp)[mask == 1]
    assert difference.mean() < 3 and difference.max() < 16


def test_a_large_hole_is_never_looked_into_and_large_and_small_holes_get_along(smooth):
    mask = ellipse(400, 500, (90, 60))
    mask[5:15, 5:15] = mask[380:390, 480:490] = 1
    image = np.ascontiguousarray(ASTRONAUT[:400, :500])
    other = image.copy()
    other[mask == 1] = np.random.default_rng(0).integers(0, 256, (int(mask.sum()), 3))
    one, two = smooth.fill_patches(image, mask), smooth.fill_patches(other, mask)
    covered = np.zeros(mask.shape, int)
    for a, b in zip(one, two, strict=True):
        assert np.array_equal(a.colour[a.hole == 1], b.colour[a.hole == 1])
        covered[a.window] += a.hole
    assert np.array_equal(covered, mask)


def test_a_picture_smaller_than_the_network_does_not_leak_what_lies_under_the_hole(smooth):
    image = np.ascontiguousarray(ASTRONAUT[:40, :30])
    mask = ellipse(40, 30, (8, 5))
    other = image.copy()
    other[mask == 1] = 255
    assert np.array_equal(smooth.fill(image, mask), smooth.fill(other, mask))


def test_many_small_holes_go_in_batches(smooth, monkeypatch):
    sizes = []
    make_batch = predictor.make_batch

    def noted(views, device):
        sizes.append(len(views))
        return make_batch(views, device)

    monkeypatch.setattr(predictor, "make_batch", noted)
    mask = np.zeros((600, 600), np.uint8)
    for y in range(60, 600, 200):
        for x in range(60, 600, 200):
            mask[y : y + 6, x : x + 6] = 1
    # Windows of 256 px hold several of these holes; a network of that size needs few passes.
    monkeypatch.setattr(smooth, "_size", 160)
    image = np.zeros((600, 600, 3), np.uint8)
    smooth.fill(image, mask)
    assert sum(sizes) == len(plan_crops(mask, 160)) and max(sizes) == predictor.MAX_BATCH and len(sizes) <= 3


def test_large_holes_with_overlapping_crops_share_one():
    mask = np.zeros((1200, 2000), np.uint8)
    mask[400:700, 600:900] = mask[400:700, 910:1000] = 1
    mask[500:800, 1900:2000] = 1
    crops = plan_crops(mask, 256)
    assert len(crops) == 2
    assert crops[0].hole.sum() == 300 * 300 + 300 * 90 and crops[1].hole.sum() == 300 * 100
    far = np.zeros((1200, 4000), np.uint8)
    far[400:700, 200:500] = far[400:700, 1100:1400] = 1
    assert len(plan_crops(far, 256)) == 2  # sharing one would cost detail


def test_a_fill_fades_into_what_lies_under_it_inside_the_mask_only(smooth):
    image = np.full((128, 128, 3), 40, np.uint8)
    mask = np.zeros((128, 128), np.uint8)
    mask[40:90, 40:90] = 1
    image[mask == 1] = 240
    plain = smooth.fill(image, mask).astype(int)
    soft = smooth.fill(image, mask, feather_px=8).astype(int)
    assert np.array_equal(soft[mask == 0], image[mask == 0])
    column = soft[65, 40:65, 0]
    assert column[0] > 200 and (np.diff(column[:8]) < 0).all()
    assert np.array_equal(soft[52:78, 52:78], plain[52:78, 52:78])
    assert abs(plain[65, 40, 0] - 40) < 10


def test_colour_that_is_off_around_the_hole_is_taken_off_inside(smooth, monkeypatch):
    paint = predictor.paint_both_ways
    tint = torch.tensor([0.15, -0.1, 0.05]).view(1, 3, 1, 1)
    image = np.ascontiguousarray(ASTRONAUT[180:244, 60:124])
    mask = ellipse(64, 64, (12, 9))
    plain = smooth.fill(image, mask).astype(int)
    monkeypatch.setattr(predictor, "paint_both_ways", lambda *arguments: paint(*arguments) + tint)
    tinted = smooth.fill(image, mask).astype(int)
    assert np.abs(tinted - plain).max() <= 2


def test_what_is_spread_into_a_hole_keeps_its_sign_and_range():
    values = torch.full((1, 1, 50, 70), -0.25)
    values[..., :35] = 0.5
    mask = torch.zeros(1, 1, 50, 70)
    mask[..., 10:40, 15:60] = 1
    filled = spread(torch.where(mask > 0, torch.tensor(9.0), values), mask)
    assert torch.equal(filled[mask == 0], values[mask == 0])
    inside = filled[mask == 1]
    assert inside.min() >= -0.26 and inside.max() <= 0.51
    assert filled[0, 0, 25, 16] > 0.4 and filled[0, 0, 25, 58] < -0.15


def test_memory_stays_within_a_few_pictures(smooth):
    """A small hole in a large picture costs no floating-point copy of it."""
    image = np.zeros((2000, 3000, 3), np.uint8)
    mask = np.zeros((2000, 3000), np.uint8)
    mask[900:920, 1400:1430] = 1
    picture = Picture(image)
    tracemalloc.start()
    try:
        filled, _ = filled_picture(picture, smooth.fill_patches(image, mask), mask)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert filled.pixels.shape == image.shape
    assert peak < 5 * image.nbytes

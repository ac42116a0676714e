"""Sobel, Laplacian of Gaussian and multi-scale edges, on shapes whose edges are known and beside scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from scipy.ndimage import binary_dilation, gaussian_filter
from skimage.feature import canny
from skimage.filters import sobel as sobel_magnitude
from skimage.measure import label

from inpaintgan.imaging.gradients import laplacian_of_gaussian, multi_scale, sobel
from inpaintgan.imaging.picture import to_gray

DETECTORS = [sobel, laplacian_of_gaussian, multi_scale]
EACH = pytest.mark.parametrize("detect", DETECTORS)


@pytest.fixture(scope="module")
def gray() -> np.ndarray:
    return to_gray(skimage.data.astronaut())[:192, 60:252].astype(np.float32) / 255


def near(edges: np.ndarray, pixels: int) -> np.ndarray:
    return binary_dilation(edges, np.ones((3, 3)), iterations=pixels)


@EACH
@pytest.mark.parametrize("sigma", [1.0, 2.0, 4.0])
def test_a_step_is_one_line_of_one_pixel_where_it_is(detect, sigma):
    step = np.zeros((96, 130), np.float32)
    step[:, 61:] = 0.8
    edges = detect(step, sigma)
    assert edges.dtype == np.uint8
    assert (edges[2:-2].sum(axis=1) == 1).all()
    assert set(edges.nonzero()[1]) <= {60, 61}
    assert np.array_equal(detect(step.T.copy(), sigma), edges.T)


@EACH
def test_a_disc_has_one_closed_thin_outline(detect):
    y, x = np.mgrid[:120, :120]
    distance = np.hypot(y - 60.3, x - 59.6)
    edges = detect((distance < 35).astype(np.float32) * 0.7, 2.0)
    assert np.abs(distance[edges == 1] - 35).max() < 1.5
    assert label(edges, connectivity=2).max() == 1 and label(edges == 0, connectivity=1).max() == 2
    blocks = edges[1:, 1:] + edges[1:, :-1] + edges[:-1, 1:] + edges[:-1, :-1]
    assert blocks.max() < 4


@EACH
def test_faint_and_flat_pictures_have_no_edges(detect):
    ramp = np.tile(np.linspace(0, 1, 128, dtype=np.float32), (128, 1))
    noise = np.random.default_rng(0).normal(0.5, 0.02, (128, 128)).astype(np.float32)
    for picture in (np.full((64, 64), 0.4, np.float32), ramp, noise):
        assert detect(picture, 2.0).mean() < 0.001


@EACH
def test_edges_of_a_photograph_are_cannys_for_the_most_part(detect, gray):
    edges, reference = detect(gray, 2.0) == 1, canny(gray, sigma=2.0)
    assert 0.02 < edges.mean() < 0.1
    assert (edges & near(reference, 2)).sum() > 0.85 * edges.sum()
    assert (reference & near(edges, 2)).sum() > 0.55 * reference.sum()


def test_sobel_edges_are_where_scikit_images_magnitude_is_high(gray):
    # scikit-image's filter gives a quarter of `scipy.ndimage.sobel` over the square root of two axes.
    magnitude = sobel_magnitude(gaussian_filter(gray, 2.0, mode="nearest")) * 4 * np.sqrt(2)
    inner = np.s_[2:-2, 2:-2]
    edges = sobel(gray, 2.0)[inner] == 1
    assert magnitude[inner][edges].min() > 0.149
    assert not (edges & (magnitude[inner] < 0.149)).any()


def test_texture_vanishes_over_the_scales_and_the_contour_stays():
    y, x = np.mgrid[:128, :128]
    texture = 0.06 * np.sin(2 * np.pi * x / 8) * np.sin(2 * np.pi * y / 8)
    picture = (0.3 + 0.4 * (x >= 64) + texture).astype(np.float32)
    fine, merged = sobel(picture, 1.0), multi_scale(picture, 1.0)
    away = np.abs(x - 63.5) > 8
    assert fine[away].mean() > 0.05
    assert merged[away].mean() < 0.1 * fine[away].mean()
    assert near(merged == 1, 2)[8:-8, 64].all()


@EACH
def test_the_border_of_a_hole_gives_no_edge(detect, gray):
    hole = np.zeros(gray.shape, np.uint8)
    hole[50:110, 70:130] = 1
    for flat in (0.0, 0.35):
        assert not detect(np.where(hole == 1, np.float32(1), np.float32(flat)), 2.0, hole).any()
    shown, hidden = (detect(np.where(hole == 1, np.float32(fill), gray), 2.0, hole) for fill in (0, 1))
    assert np.array_equal(shown, hidden)
    assert not shown[hole == 1].any()
    # No more lines beside the hole than the whole picture has there.
    beside = near(hole == 1, 6) & (hole == 0)
    whole = detect(gray, 2.0) == 1
    assert (shown[beside] & ~near(whole, 2)[beside]).sum() < 0.15 * whole[beside].sum()


@EACH
def test_far_from_a_hole_nothing_changes(detect, gray):
    hole = np.zeros(gray.shape, np.uint8)
    hole[80:100, 80:100] = 1
    far = ~near(hole == 1, 60)
    assert far.mean() > 0.3
    changed = detect(gray, 1.0, hole) != detect(gray, 1.0)
    assert not changed[far].any()


@EACH
@pytest.mark.parametrize("shape", [(33, 70), (8, 9), (1, 5)])
def test_any_size(detect, shape):
    picture = np.random.default_rng(1).random(shape).astype(np.float32)
    assert detect(picture, 2.0).shape == shape
    assert not detect(picture, 2.0, np.ones(shape, np.uint8)).any()

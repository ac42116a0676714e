"""Edge maps by the detector of a config. scikit-image's own Canny is the first; tested here is how it is called."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import skimage.data
from skimage.feature import canny as reference

from inpaintgan.core.config import Config, EdgeDetector
from inpaintgan.imaging.edges import _DETECTORS, canny, detect_edges
from inpaintgan.imaging.gradients import laplacian_of_gaussian, multi_scale, sobel
from inpaintgan.imaging.picture import to_gray


@pytest.fixture(scope="module")
def gray() -> np.ndarray:
    return to_gray(skimage.data.astronaut())[:128, 100:260].copy()


@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.5])
def test_whole_pictures_agree_with_scikit_image(gray, sigma):
    edges = canny(gray, sigma)
    assert edges.dtype == np.uint8
    assert np.mean(edges != reference(gray / 255, sigma=sigma)) < 0.001
    assert 0.005 < edges.mean() < 0.3
    assert np.array_equal(edges, canny(gray.astype(np.float32) / 255, sigma))


def test_no_edges(gray):
    assert not canny(gray, -1).any()


def test_random_sigma_comes_from_the_generator(gray):
    draws = [canny(gray, 0, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])
    with pytest.raises(ValueError, match="generator"):
        canny(gray, 0)


def test_the_border_of_a_hole_gives_no_edge():
    flat = np.full((64, 64), 90, np.uint8)
    hole = np.zeros_like(flat)
    hole[20:40, 20:40] = 1
    painted = np.where(hole == 1, 255, flat).astype(np.uint8)
    assert canny(painted, 2).any()
    assert not canny(painted, 2, hole=hole).any()


def test_edges_outside_a_hole_are_found(gray):
    hole = np.zeros_like(gray)
    hole[40:80, 40:80] = 1
    edges = canny(gray, 2, hole=hole)
    assert not edges[hole == 1].any()
    far = np.ones_like(hole, bool)
    far[28:92, 28:92] = False
    assert np.array_equal(edges[far], canny(gray, 2)[far])


def test_an_all_white_hole_has_no_edges(gray):
    assert not canny(gray, 2, hole=np.ones_like(gray)).any()


@pytest.mark.parametrize(
    ("name", "detector"),
    [("canny", canny), ("sobel", sobel), ("log", laplacian_of_gaussian), ("multi-scale", multi_scale)],
)
def test_a_config_names_the_detector(gray, name, detector):
    hole = np.zeros_like(gray)
    hole[40:80, 40:80] = 1
    unit = gray.astype(np.float32) / 255
    config = Config(edge=name, sigma=1.5)
    assert np.array_equal(detect_edges(gray, config), detector(unit, 1.5))
    assert np.array_equal(detect_edges(unit, config), detector(unit, 1.5))
    assert np.array_equal(detect_edges(gray, config, hole), detector(unit, 1.5, hole))


@pytest.mark.parametrize("name", ["canny", "sobel", "log", "multi-scale"])
def test_sigma_keeps_its_meaning_with_every_detector(gray, name):
    assert not detect_edges(gray, Config(edge=name, sigma=-1)).any()
    config = Config(edge=name, sigma=0)
    draws = [detect_edges(gray, config, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert draws[0].any() and np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])
    with pytest.raises(ValueError, match="generator"):
        detect_edges(gray, config)


def test_external_edges_are_taken_as_they_are_or_thinned_by_canny(gray):
    given = np.zeros_like(gray)
    given[20:60] = 1
    hole = np.zeros_like(gray)
    hole[40:80, 40:80] = 1
    config = Config(edge="external", edge_data="edges", sigma=2)
    assert np.array_equal(detect_edges(gray, config, external=given), given)
    assert np.array_equal(detect_edges(gray, config, hole, external=given), given * (1 - hole))
    thinned = config.model_copy(update={"edge_nms": True})
    assert np.array_equal(detect_edges(gray, thinned, external=given), given * canny(gray, 2))
    assert np.array_equal(detect_edges(gray, thinned, hole, external=given), given * canny(gray, 2, hole))
    assert not detect_edges(gray, config.model_copy(update={"sigma": -1.0}), external=given).any()
    # A picture that has no file of edges, as when filling.
    assert np.array_equal(detect_edges(gray, config, hole), canny(gray, 2, hole))


def test_every_detector_that_can_be_chosen_is_there():
    """Canny stands in for edges of files, and would for a name that nothing stands behind."""
    assert {*_DETECTORS, "canny", "external"} == {*get_args(EdgeDetector)}

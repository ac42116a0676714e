"""Patches that fit: texture goes on as it was, in the fill's colours, and everything else stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from inpaintgan.inference.texture import matching
from inpaintgan.inference.texture.matching import patched

from ..holes import holed

CPU = torch.device("cpu")


def checks(height: int, width: int, period: int = 16) -> np.ndarray:
    """A pattern that a smooth fill knows nothing of."""
    rows, columns = np.mgrid[:height, :width] * 2 * np.pi / period
    return (0.5 + 0.4 * np.sin(rows) * np.sin(columns)).astype(np.float32)[..., None].repeat(3, axis=2)


def emptied(picture: np.ndarray, hole: np.ndarray, colour: tuple[float, float, float] = (0.5, 0.5, 0.5)) -> np.ndarray:
    return np.where(hole[..., None] == 1, np.float32(colour), picture)


@pytest.mark.parametrize("box", [(60, 50, 72, 64), (40, 40, 110, 120), (0, 60, 50, 110), (100, 110, 160, 170)], ids=str)
def test_a_pattern_goes_on_through_the_hole_as_it_was(box):
    picture, hole = checks(160, 170), holed(160, 170, box)
    faint = np.where(hole[..., None] == 1, cv2.GaussianBlur(picture, (0, 0), 3), picture)
    filled = patched(faint, hole, CPU)
    assert filled.dtype == np.float32
    assert np.array_equal(filled[hole == 0], picture[hole == 0])
    errors = [np.abs(fill - picture)[hole == 1].mean() for fill in (filled, faint)]
    assert errors[0] < 0.4 * errors[1]


def test_the_same_comes_out_each_time():
    picture, hole = checks(90, 100), holed(90, 100, (20, 30, 70, 75))
    picture += np.random.default_rng(0).normal(0, 0.05, picture.shape).astype(np.float32)
    filled = [patched(emptied(picture, hole), hole, CPU) for _ in range(2)]
    assert np.array_equal(*filled)


def test_of_patches_that_continue_the_surroundings_alike_those_of_the_fills_colour_are_taken():
    noise = np.random.default_rng(1).uniform(-0.2, 0.2, (120, 160, 1)).astype(np.float32)
    red, blue = np.float32([0.7, 0.3, 0.3]), np.float32([0.3, 0.3, 0.7])
    picture = np.where(np.arange(160)[None, :, None] < 80, red, blue) + noise
    hole = holed(120, 160, (30, 50, 90, 110))
    for colour, other in ((red, blue), (blue, red)):
        middle = patched(emptied(picture, hole, tuple(colour)), hole, CPU)[50:70, 70:90].mean((0, 1))
        assert np.abs(middle - colour).sum() < np.abs(middle - other).sum()


def test_differences_of_tone_at_the_border_are_evened_out(monkeypatch):
    # Brightest in the middle of the hole: whatever patch is taken, it is from elsewhere, and a little too dark.
    rows, columns = np.mgrid[-60:60, -60:60] / 60
    picture = checks(120, 120) * 0.2 + (0.12 * np.exp(-2 * (rows**2 + columns**2))).astype(np.float32)[..., None]
    hole = holed(120, 120, (36, 36, 84, 84))
    errors = []
    for tone in (0.0, matching._TONE):
        monkeypatch.setattr(matching, "_TONE", tone)
        errors.append(np.abs(patched(emptied(picture, hole), hole, CPU) - picture)[hole == 1].mean())
    assert errors[1] < 0.8 * errors[0]


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (6, 6), (7, 7), (9, 200), (40, 12)])
def test_where_no_patch_is_known_whole_the_fill_stays(shape):
    hole = np.zeros(shape, np.uint8)
    hole[shape[0] // 2 :, shape[1] // 4 :] = 1
    fill = np.random.default_rng(2).random((*shape, 3)).astype(np.float32)
    filled = patched(fill, hole, CPU)
    assert filled.shape == fill.shape and np.array_equal(filled[hole == 0], fill[hole == 0])
    assert shape in ((9, 200), (40, 12)) or np.array_equal(filled, fill)


def test_a_picture_of_too_many_pixels_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(matching, "_MOST_PX", 99 * 100)
    picture, hole = checks(100, 100), holed(100, 100, (30, 30, 70, 70))
    fill = emptied(picture, hole)
    assert patched(fill, hole, CPU) is fill


def test_beyond_a_size_matches_are_only_carried_on_and_still_fit(monkeypatch):
    monkeypatch.setattr(matching, "_MOST_MENDED_PX", 80 * 85)
    picture, hole = checks(160, 170, period=16), holed(160, 170, (40, 40, 110, 120))
    monkeypatch.setattr(matching, "_mended", _only_small(matching._mended))
    filled = patched(emptied(picture, hole), hole, CPU)
    assert np.abs(filled - picture)[hole == 1].mean() < 0.08


def _only_small(mended):
    def checked(level, match, tone):
        assert level.hole.numel() <= 80 * 85
        return mended(level, match, tone)

    return checked

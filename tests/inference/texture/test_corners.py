"""Texture where little is known, where other passes fill too, and beside what networks saw scaled."""

from __future__ import annotations

import warnings
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from inpaintgan.imaging.picture import WHITE_16, deepened
from inpaintgan.inference import pipeline
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.inference.refine import Canvas
from inpaintgan.inference.texture.laying import textured
from inpaintgan.inference.texture.level import Level
from inpaintgan.inference.texture.matching import patched
from inpaintgan.inference.views import Scene

from ..holes import ASTRONAUT
from ..smooth import smooth_inpainter

CPU = torch.device("cpu")
PIXELS = np.ascontiguousarray(ASTRONAUT[300:400, 200:320])
HOLE = np.zeros((100, 120), np.uint8)
HOLE[30:70, 40:80] = 1


def test_patches_come_from_the_picture_and_not_from_what_networks_saw_of_it():
    """They see small pictures enlarged, and give them back a little blurred."""
    sharp, blurred = (deepened(pixels) for pixels in (PIXELS, cv2.GaussianBlur(PIXELS, (0, 0), 2)))
    sharp[HOLE == 1] = blurred[HOLE == 1] = WHITE_16 // 2
    laid = [
        textured(Scene(PIXELS, HOLE, None), HOLE, HOLE, Canvas(colour, np.zeros_like(HOLE)), CPU).colour[HOLE == 1]
        for colour in (sharp, blurred)
    ]
    assert np.array_equal(*laid)


def test_no_patch_is_taken_from_what_networks_painted():
    fill = np.random.default_rng(0).uniform(0.4, 0.6, (100, 120, 3)).astype(np.float32)
    barred = np.zeros_like(HOLE)
    barred[:, :30] = 1
    fill[:, :30] = 1, 0, 0
    fill[HOLE == 1] = 0.9, 0.1, 0.1
    red = [(patched(fill, HOLE, CPU, *bars)[HOLE == 1] > 0.7).any() for bars in ((), (barred,))]
    assert red == [True, False]


def test_where_all_is_hole_nothing_is_infinitely_far():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        level = Level.of(
            np.zeros((9, 8, 3), np.float32), np.ones((9, 8), np.uint8), np.zeros((9, 8), np.uint8), (8, 9), CPU
        )
    assert not len(level.sources) and 0 < int(level.depth.max()) < 100


def test_progress_rises_where_large_holes_get_texture_one_after_the_other():
    hole = np.zeros((200, 400), np.uint8)
    hole[60:120, 40:100] = hole[70:140, 280:350] = 1
    seen: list[tuple[str, float]] = []
    image = np.ascontiguousarray(ASTRONAUT[:200, :400])
    smooth_inpainter().fill(image, hole, progress=lambda *told: seen.append(told), texture="on")
    shares = [share for _, share in seen]
    assert [step for step, _ in seen].count("texture") == 2
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1


def test_where_nothing_is_painted_no_texture_is_looked_for(monkeypatch: pytest.MonkeyPatch):
    edges_only = Inpainter(replace(smooth_inpainter(subject="face").checkpoint, inpaint_generator=None), CPU)
    monkeypatch.setattr(pipeline, "textured", lambda *_: pytest.fail("texture of what was not painted"))
    hole = np.zeros((200, 400), np.uint8)
    hole[60:100, 40:80] = hole[70:110, 280:320] = 1
    assert edges_only.predict_edges(np.ascontiguousarray(ASTRONAUT[:200, :400]), hole).shape == hole.shape


def test_grain_goes_on_over_shading_where_no_two_places_are_alike():
    rows, columns = np.mgrid[-60:60, -70:70] / 120
    shading = (0.35 + 0.3 * (rows**2 + columns**2)).astype(np.float32)[..., None]
    picture = shading + np.random.default_rng(3).normal(0, 0.03, (120, 140, 3)).astype(np.float32)
    hole = np.zeros((120, 140), np.uint8)
    hole[35:85, 40:100] = 1
    filled = patched(np.where(hole[..., None] == 1, shading, picture), hole, CPU)
    inside, outside = (
        (pixels - cv2.GaussianBlur(pixels, (0, 0), 1.5))[45:75, 50:90].std() for pixels in (filled, picture)
    )
    assert inside > 0.38 * outside

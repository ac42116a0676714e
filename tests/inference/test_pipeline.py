"""Filling arrays: exact outside the hole, blind to what lies in it, any size."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from inpaintgan.core.errors import InpaintError
from inpaintgan.core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS
from inpaintgan.imaging.edges import canny, detect_edges
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.picture import Picture, to_gray
from inpaintgan.inference.files import fill_file
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.inference.views import Scene
from inpaintgan.models.checkpoint import build_generator, save_checkpoint
from untrained import write_checkpoint

from .conftest import CONFIG
from .holes import ASTRONAUT, holed


@pytest.mark.parametrize(("height", "width"), [(64, 64), (50, 37), (200, 312), (512, 512), (33, 500)])
def test_outside_the_hole_nothing_changes_and_inside_everything_may(inpainter, height, width):
    image = np.ascontiguousarray(ASTRONAUT[:height, :width])
    mask = holed(height, width, (5, 5, 25, 25))
    before = image.copy()
    filled = inpainter.fill(image, mask)
    assert filled.shape == image.shape and filled.dtype == np.uint8
    assert np.array_equal(filled[mask == 0], image[mask == 0])
    assert not np.array_equal(filled[mask == 1], image[mask == 1])
    assert np.array_equal(image, before)


@pytest.mark.parametrize("size", [64, 300])
def test_what_lies_under_the_hole_is_never_seen(inpainter, size):
    image = np.ascontiguousarray(ASTRONAUT[:size, :size])
    mask = holed(size, size, (20, 20, 44, 44), (5, 50, 12, 60))
    other = image.copy()
    other[mask == 1] = np.random.default_rng(0).integers(0, 256, (int(mask.sum()), 3))
    assert np.array_equal(inpainter.fill(image, mask), inpainter.fill(other, mask))


def test_an_empty_mask_gives_the_picture_back(inpainter):
    assert np.array_equal(inpainter.fill(ASTRONAUT, np.zeros((512, 512), np.uint8)), ASTRONAUT)


def test_a_full_mask_is_refused(inpainter):
    with pytest.raises(InpaintError, match="covers the whole picture"):
        inpainter.fill(ASTRONAUT, np.ones((512, 512), np.uint8))


def test_wrong_arrays_are_refused(inpainter):
    with pytest.raises(ValueError, match="image must be"):
        inpainter.fill(ASTRONAUT[..., 0], np.zeros((512, 512), np.uint8))
    with pytest.raises(ValueError, match="mask must be"):
        inpainter.fill(ASTRONAUT, np.zeros((10, 10), np.uint8))
    wanted = (
        r"mask must be as high and wide as the image, \(512, 512\), not \(512, 512, 1\); mask\[\.\.\., 0\] would do"
    )
    with pytest.raises(ValueError, match=wanted):
        inpainter.fill(ASTRONAUT, np.zeros((512, 512, 1), np.uint8))


@pytest.mark.parametrize("convert", [lambda _array: None, np.ndarray.tolist, Image.fromarray, torch.from_numpy])
def test_what_is_no_array_is_refused_with_what_is_needed(inpainter, convert):
    image, mask = np.ascontiguousarray(ASTRONAUT[:64, :64]), holed(64, 64, (8, 8, 24, 24))
    for run in (inpainter.fill, inpainter.fill_with_edges, inpainter.predict_edges):
        with pytest.raises(ValueError, match="image must be a NumPy array"):
            run(convert(image), mask)
        with pytest.raises(ValueError, match="mask must be a NumPy array"):
            run(image, convert(mask))
    with pytest.raises(ValueError, match="image must be a NumPy array"):
        inpainter.detect_edges(convert(image))


@pytest.mark.parametrize("width", [-1, math.nan, math.inf, "3"])
def test_a_feather_is_a_width(inpainter, width):
    image, mask = np.ascontiguousarray(ASTRONAUT[:64, :64]), holed(64, 64, (8, 8, 24, 24))
    with pytest.raises(ValueError, match="feather_px must be a finite number of at least 0, not"):
        inpainter.fill(image, mask, feather_px=width)


@pytest.mark.parametrize(
    "layer", [np.full((64, 64), np.nan), np.full((64, 64), "1"), np.full((64, 64), None), np.ones((64, 64), complex)]
)
def test_masks_and_edges_are_numbers(inpainter, layer):
    image, mask = np.ascontiguousarray(ASTRONAUT[:64, :64]), holed(64, 64, (8, 8, 24, 24))
    with pytest.raises(ValueError, match="mask must be of numbers"):
        inpainter.fill(image, layer)
    with pytest.raises(ValueError, match="edges must be of numbers"):
        inpainter.fill(image, mask, layer)


def test_known_edges_are_nearer_to_the_whole_pictures_than_with_the_hole_left_out(inpainter):
    """In training they are the whole picture's. What lies under the hole has no part in them."""
    hole = holed(*ASTRONAUT.shape[:2], (100, 150, 200, 300))
    known = 1 - hole
    seen = inpainter.known_edges(ASTRONAUT, hole) * known
    whole, left_out = inpainter.detect_edges(ASTRONAUT) * known, inpainter.detect_edges(ASTRONAUT, hole) * known
    assert 0 < (seen != whole).sum() < 0.8 * (left_out != whole).sum()
    other = ASTRONAUT.copy()
    other[hole == 1] = 90
    assert np.array_equal(inpainter.known_edges(other, hole) * known, seen)


@pytest.mark.parametrize(
    ("convert", "half"),
    [
        (lambda hole: hole == 1, None),
        (lambda hole: hole * np.uint8(255), 127),
        (lambda hole: np.where(hole == 1, 255, 0), 127),
        (lambda hole: hole.astype(np.float32), 0.49),
        (lambda hole: hole * np.uint16(65535), 32767),
        (lambda hole: hole * np.float32(1.2), 0.49),  # resized with a cubic, say
        (lambda hole: hole * np.float32(270), 127),
    ],
)
def test_masks_of_every_range_are_binarised_at_half_as_files_are(inpainter, convert, half):
    image, hole = np.ascontiguousarray(ASTRONAUT[:64, :64]), holed(64, 64, (8, 8, 24, 24))
    mask = convert(hole)
    if half is not None:
        mask[:8] = half  # an edge that was softened
    assert np.array_equal(inpainter.fill(image, mask), inpainter.fill(image, hole))
    assert np.array_equal(inpainter.detect_edges(image, mask), inpainter.detect_edges(image, hole))


def test_given_edges_replace_predicted_ones_and_change_the_fill(inpainter):
    image = np.ascontiguousarray(ASTRONAUT[:64, :64])
    mask = holed(64, 64, (16, 16, 48, 48))
    none, cross = np.zeros((64, 64), np.uint8), np.zeros((64, 64), np.uint8)
    cross[30:33, 16:48] = 255
    plain = inpainter.fill_with_edges(image, mask, none)
    crossed = inpainter.fill_with_edges(image, mask, cross)
    assert (plain.edges[mask == 1] == 0).all()
    assert np.array_equal(crossed.edges[mask == 1], cross[mask == 1])
    assert not np.array_equal(plain.picture, crossed.picture)


@pytest.mark.parametrize(
    "convert", [lambda levels: levels, lambda levels: levels / 255, lambda levels: levels * np.uint16(257)]
)
def test_predicted_edges_that_are_given_back_are_painted_along_as_they_were(inpainter, convert):
    image = np.ascontiguousarray(ASTRONAUT[:64, :64])
    mask = holed(64, 64, (16, 16, 48, 48))
    filled = inpainter.fill_with_edges(image, mask)
    assert len(np.unique(filled.edges[mask == 1])) > 2, "less than certain ones among them"
    again = inpainter.fill_with_edges(image, mask, convert(filled.edges))
    assert np.array_equal(again.edges, filled.edges)
    assert np.abs(again.picture.astype(int) - filled.picture).max() <= 1  # they were rounded to 255 levels


def test_where_given_edges_are_negative_they_are_predicted(inpainter):
    image = np.ascontiguousarray(ASTRONAUT[:64, :64])
    mask = holed(64, 64, (16, 16, 48, 48))
    predicted = inpainter.fill_with_edges(image, mask)
    for nothing in (np.int16(-1), np.int16(-7), np.float32(-0.5)):
        edges = np.full((64, 64), nothing)
        assert np.array_equal(inpainter.fill(image, mask, edges), predicted.picture)
        edges[30:33, 16:48] = 255 if edges.dtype == np.int16 else 1
        drawn = inpainter.fill_with_edges(image, mask, edges)
        assert (drawn.edges[30:33, 16:48] == 255).all() and np.array_equal(drawn.edges[33:], predicted.edges[33:])


def test_edges_outside_the_hole_are_the_known_ones(inpainter):
    image = np.ascontiguousarray(ASTRONAUT[:64, :64])
    mask = holed(64, 64, (16, 16, 48, 48))
    edges = inpainter.predict_edges(image, mask)
    known = canny(to_gray(image), inpainter.checkpoint.config.sigma, hole=mask) * 255
    assert np.array_equal(edges[mask == 0], known[mask == 0])
    assert np.array_equal(edges, inpainter.fill_with_edges(image, mask).edges)


MANY_CROPS = ((100, 100, 300, 330), (20, 400, 36, 420), (440, 40, 470, 64))
"""One hole much larger than the networks' size, and small ones that are filled after it."""


def test_predicted_edges_are_those_of_the_fill_in_large_holes_too(inpainter):
    mask = holed(512, 512, *MANY_CROPS)
    assert np.array_equal(inpainter.predict_edges(ASTRONAUT, mask), inpainter.fill_with_edges(ASTRONAUT, mask).edges)


@pytest.mark.parametrize("paints", [True, False])
def test_predicted_edges_never_depend_on_what_lies_under_the_hole(tmp_path, paints):
    paint = build_generator(INPAINT_WEIGHTS, CONFIG) if paints else None
    save_checkpoint(tmp_path, CONFIG, 1, build_generator(EDGE_WEIGHTS, CONFIG), paint)
    inpainter = Inpainter.load(tmp_path, "cpu", "eager")
    mask = holed(512, 512, *MANY_CROPS)
    other = np.where(mask[..., None] == 1, 255 - ASTRONAUT, ASTRONAUT)
    assert np.array_equal(inpainter.predict_edges(ASTRONAUT, mask), inpainter.predict_edges(other, mask))


@pytest.mark.parametrize("detector", ["sobel", "log", "multi-scale"])
def test_known_edges_are_the_trainings_detectors(tmp_path, detector):
    config = CONFIG.model_copy(update={"edge": detector, "sigma": 0.0})
    write_checkpoint(tmp_path, config)
    inpainter = Inpainter.load(tmp_path, "cpu")
    image, mask = np.ascontiguousarray(ASTRONAUT[:64, 200:264]), holed(64, 64, (16, 16, 48, 48))
    # What lies under the hole, and so its border, gives no edge.
    covered = np.where(mask[..., None] == 1, np.uint8(255), image)
    known = detect_edges(to_gray(covered), config.model_copy(update={"sigma": 2.0}), hole=mask) * 255
    assert known.any() and not np.array_equal(known, canny(to_gray(covered), 2.0, hole=mask) * 255)
    for edges in (inpainter.predict_edges(image, mask), inpainter.fill_with_edges(image, mask).edges):
        assert np.array_equal(edges[mask == 0], known[mask == 0])
    assert inpainter.notices == ()


def test_canny_stands_in_for_edges_of_files_and_the_report_says_so(tmp_path):
    config = CONFIG.model_copy(update={"edge": "external", "edge_data": "edges", "sigma": 1.5})
    write_checkpoint(tmp_path, config)
    inpainter = Inpainter.load(tmp_path, "cpu")
    image, mask = np.ascontiguousarray(ASTRONAUT[:64, 200:264]), holed(64, 64, (16, 16, 48, 48))
    known = canny(to_gray(image), 1.5, hole=mask) * 255
    assert np.array_equal(inpainter.predict_edges(image, mask)[mask == 0], known[mask == 0])
    for name, pixels in (("image", image), ("mask", np.repeat(mask[..., None] * np.uint8(255), 3, axis=2))):
        save_picture(Picture(pixels), tmp_path / f"{name}.png")
    report = fill_file(inpainter, *(tmp_path / f"{name}.png" for name in ("image", "mask", "filled")))
    assert any("edges from files" in notice for notice in report.notices)


@pytest.mark.parametrize(("height", "width"), [(65, 30), (75, 1), (1, 75), (70, 3), (66, 5)])
def test_nor_in_narrow_pictures_that_keep_their_width_as_their_height_shrinks(inpainter, height, width):
    image = np.ascontiguousarray(ASTRONAUT[100 : 100 + height, 200 : 200 + width])
    mask = holed(height, width, (height // 4, 0, height * 5 // 6, width), (0, width // 4, height, width * 5 // 6))
    mask[0, 0] = 0
    other = np.where(mask[..., None] == 1, 255 - image, image)
    assert np.array_equal(inpainter.fill(image, mask), inpainter.fill(other, mask))


@pytest.mark.parametrize(
    "known", [(slice(10, 11), slice(30, 31)), (slice(0, 3), slice(None)), (slice(None), slice(7, 8))]
)
def test_what_little_is_known_is_still_known_where_the_picture_is_smaller(known):
    unknown = np.ones((300, 500), np.uint8)
    unknown[known] = 0
    pixels = np.where(unknown[..., None] == 0, np.uint8((200, 120, 60)), np.uint8(0))
    seen = Scene(pixels, unknown, None).scaled(64, 38)
    assert not seen.unknown.all()
    assert (seen.pixels[seen.unknown == 0] == (200, 120, 60)).all()


def test_a_hole_keeps_its_size_where_the_picture_is_smaller():
    rng = np.random.default_rng(0)
    unknown = cv2.dilate((rng.random((300, 400)) < 0.001).astype(np.uint8), np.ones((15, 15), np.uint8))
    pixels = np.where(unknown[..., None] == 0, np.uint8((200, 120, 60)), np.uint8(0))
    seen = Scene(pixels, unknown, None).scaled(256, 192)
    assert seen.unknown.mean() == pytest.approx(unknown.mean(), rel=0.03)
    assert (seen.pixels[seen.unknown == 0] == (200, 120, 60)).all()


def test_predicted_edges_given_back_mean_the_same_however_faint(inpainter):
    image, mask = np.ascontiguousarray(ASTRONAUT[:64, :64]), holed(64, 64, (20, 20, 40, 40))
    real = inpainter.fill_patches(image, mask)
    faint = [replace(patch, edges=np.minimum(patch.edges, 1)) for patch in real]
    assert faint[0].edges.max() == 1
    assert not inpainter.edges_of(image, mask, faint)[mask == 1].any()


def test_given_edges_outside_the_hole_change_nothing(inpainter):
    image, mask = np.ascontiguousarray(ASTRONAUT[:150, :200]), holed(150, 200, (30, 40, 110, 150))
    lines = np.zeros((150, 200), np.uint8)
    lines[60, 40:150] = 1
    beyond = lines.copy()
    beyond[29, 40:150] = beyond[:, 151] = 1
    assert np.array_equal(inpainter.fill(image, mask, lines), inpainter.fill(image, mask, beyond))


@pytest.mark.parametrize("boxes", [[(20, 20, 280, 380)], [(40 * i, 9, 40 * i + 9, 20) for i in range(7)]])
def test_progress_rises_through_scales_and_batches(inpainter, boxes):
    seen = []
    image = np.ascontiguousarray(ASTRONAUT[:300, :400])
    inpainter.fill(image, holed(300, 400, *boxes), progress=lambda *told: seen.append(told))
    shares = [share for _, share in seen]
    assert shares == sorted(shares) and len(set(shares)) == len(shares) and shares[-1] == 1


def test_progress_rises_to_one(inpainter):
    seen = []
    mask = holed(512, 512, (10, 10, 30, 30), (400, 400, 420, 420))
    inpainter.fill_with_edges(ASTRONAUT, mask, progress=lambda step, share: seen.append((step, share)))
    shares = [share for _, share in seen]
    assert shares == sorted(shares) and shares[-1] == 1
    assert [step for step, _ in seen] == ["edges", "inpaint", "edges", "inpaint", "paste"]


def test_an_edge_only_checkpoint_predicts_edges_but_does_not_paint(tmp_path):
    save_checkpoint(tmp_path, CONFIG, 1, build_generator(EDGE_WEIGHTS, CONFIG), None)
    inpainter = Inpainter.load(tmp_path, "cpu")
    image, mask = np.ascontiguousarray(ASTRONAUT[:64, :64]), holed(64, 64, (8, 8, 24, 24))
    assert inpainter.predict_edges(image, mask).shape == (64, 64)
    with pytest.raises(InpaintError, match="edge generator only"):
        inpainter.fill(image, mask)


def test_loading_leaves_the_callers_random_numbers_alone_and_devices_may_be_words(checkpoint):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    loaded = Inpainter.load(checkpoint, "cpu")
    assert torch.equal(torch.rand(1), expected)
    assert Inpainter(loaded.checkpoint, "cpu", "auto").engine == "eager"


def test_a_missing_gpu_is_refused_in_words(checkpoint):
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(InpaintError, match="No CUDA GPU"):
        Inpainter.load(checkpoint, "cuda")

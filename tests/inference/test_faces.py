"""Faces in larger pictures: found beside what is hidden of them, and shown to the networks as a whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data

from inpaintgan.imaging.picture import deepened
from inpaintgan.inference import predictor
from inpaintgan.inference.arrays import AS_PREDICTED
from inpaintgan.inference.faces import find_faces
from inpaintgan.inference.frames import Frame
from inpaintgan.inference.refine import Canvas, plan_scales
from inpaintgan.inference.strategy import plan_crops
from inpaintgan.inference.views import Scene

from .holes import ASTRONAUT, covered
from .smooth import smooth_inpainter

MIDDLE, SIDE = (224, 110), 155
"""Of the square that shows the astronaut's face as an aligned set would, by eye, in px."""


def eye(shape: tuple[int, int], factor: float = 1, axes: tuple[int, int] = (18, 12)) -> np.ndarray:
    """A hole over one of the astronaut's eyes, in the picture enlarged by a factor."""
    mask = np.zeros(shape, np.uint8)
    x, y = round(205 * factor), round(115 * factor)
    cv2.ellipse(mask, (x, y), (round(axes[0] * factor), round(axes[1] * factor)), 0, 0, 360, 1, -1)
    return mask


def resized(factor: float) -> np.ndarray:
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(ASTRONAUT, None, fx=factor, fy=factor, interpolation=method))


def turned(array: np.ndarray, degrees: float) -> np.ndarray:
    """A picture or a mask turned clockwise about the middle of the astronaut's face."""
    matrix = cv2.getRotationMatrix2D((MIDDLE[0], MIDDLE[1]), -degrees, 1)
    method = cv2.INTER_NEAREST if array.ndim == 2 else cv2.INTER_CUBIC
    return np.asarray(cv2.warpAffine(array, matrix, array.shape[1::-1], flags=method))


@pytest.mark.parametrize("factor", [0.6, 1, 1.7, 3])
def test_a_face_with_a_hidden_eye_is_found_at_any_size_and_framed_as_in_aligned_sets(factor):
    image = resized(factor)
    (face,) = find_faces(Scene(image, eye(image.shape[:2], factor), None))
    assert face.side == pytest.approx(SIDE * factor, rel=0.17) and abs(face.degrees) < 5
    assert face.x == pytest.approx(MIDDLE[0] * factor, abs=0.08 * SIDE * factor)
    assert face.y == pytest.approx(MIDDLE[1] * factor, abs=0.08 * SIDE * factor)


@pytest.mark.parametrize("degrees", [-32, -18, 12, 25])
def test_a_face_that_is_turned_is_found_with_how_far(degrees):
    (face,) = find_faces(Scene(turned(ASTRONAUT, degrees), turned(eye((512, 512)), degrees), None))
    assert face.degrees == pytest.approx(degrees, abs=8)
    assert face.side == pytest.approx(SIDE, rel=0.15)
    assert (face.x, face.y) == pytest.approx(MIDDLE, abs=0.08 * SIDE)


@pytest.mark.parametrize("factor", [0.7, 1, 2.5])
def test_an_aligned_picture_of_a_face_is_shown_and_filled_as_it_is(factor):
    image, mask = resized(factor), eye((round(512 * factor),) * 2, factor)
    mask[: round(50 * factor), round(250 * factor) :] = 1  # hair, and a corner of the picture
    left, top = (round((middle - SIDE / 2) * factor) for middle in MIDDLE)
    side = round(SIDE * factor)
    window = slice(top, top + side), slice(left, left + side)
    (face,) = find_faces(Scene(image[window], mask[window], None))
    assert face == Frame(side / 2, side / 2, side)
    (crop,) = plan_crops(mask[window], 256, [face])
    assert np.array_equal(crop.hole, mask[window])


def test_a_face_that_is_three_quarters_of_a_picture_is_framed_by_itself():
    left, top = (middle - SIDE // 2 - 30 for middle in MIDDLE)
    window = slice(top, top + SIDE + 60), slice(left, left + SIDE + 60)
    (face,) = find_faces(Scene(ASTRONAUT[window], eye((512, 512))[window], None))
    assert face.side == pytest.approx(SIDE, rel=0.17)


def test_what_lies_under_the_hole_has_no_part_in_where_a_face_is_found():
    mask = eye((512, 512))
    noise = np.random.default_rng(0).integers(0, 256, ASTRONAUT.shape).astype(np.uint8)
    other = np.where(mask[..., None] == 1, noise, ASTRONAUT)
    assert find_faces(Scene(ASTRONAUT, mask, None)) == find_faces(Scene(other, mask, None)) != []


def test_faces_are_looked_for_only_where_a_hole_hides_something_of_one():
    far = np.zeros((512, 512), np.uint8)
    far[420:460, 420:460] = 1
    scratch = np.zeros((512, 512), np.uint8)
    cv2.line(scratch, (100, 60), (300, 200), 1, 2)
    for mask in (far, scratch, np.zeros_like(far)):
        assert find_faces(Scene(ASTRONAUT, mask, None)) == []
    cat = np.ascontiguousarray(skimage.data.cat())
    mask = np.zeros(cat.shape[:2], np.uint8)
    mask[150:190, 250:300] = 1
    assert find_faces(Scene(cat, mask, None)) == []


@pytest.mark.parametrize("shape", [(8, 300), (300, 8), (1, 1)])
def test_a_picture_too_small_for_any_face_has_none(shape):
    assert find_faces(Scene(np.zeros((*shape, 3), np.uint8), np.ones(shape, np.uint8), None)) == []


def test_the_crop_of_a_face_comes_first_and_leaves_its_rim_to_the_hole_that_goes_on_outside():
    mask = np.zeros((600, 800), np.uint8)
    mask[280:320, 100:700] = 1
    first, *others = plan_crops(mask, 256, [Frame(400, 300, 200)])
    assert first.face and (first.left, first.top, first.width, first.height) == (300, 200, 200, 200)
    assert first.hole.sum() == 40 * 180 and not first.hole[:, :10].any() and not first.hole[:, -10:].any()
    assert others and not any(crop.face for crop in others)
    assert np.array_equal(covered((first, *others), mask.shape), mask)


def test_of_a_turned_face_the_crop_fills_what_lies_in_its_square_alone():
    mask = np.ones((400, 400), np.uint8)
    face = Frame(200, 200, 100, 45)
    first, *others = plan_crops(mask, 256, [face])
    assert first.longest_px == 100 and first.width == first.height == 142
    assert first.hole.sum() == pytest.approx(90 * 90, rel=0.02)
    assert first.hole[71, 10] and not first.hole[30, 30]
    assert np.array_equal(covered((first, *others), mask.shape), mask)


def test_a_face_at_the_border_of_the_picture_is_filled_up_to_it():
    mask = np.zeros((300, 300), np.uint8)
    mask[:50, 60:100] = 1
    (crop,) = plan_crops(mask, 256, [Frame(70, 50, 220), Frame(245, 245, 90)])
    assert (crop.left, crop.top, crop.width, crop.height) == (0, 0, 180, 160)
    assert crop.hole.sum() == 50 * 40


def test_the_square_of_an_upright_face_is_the_picture_itself_continued_by_its_border():
    image = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    hole = np.zeros((60, 80), np.uint8)
    hole[10:20, 30:50] = 1
    (crop,) = plan_crops(hole, 64, [Frame(40, 20, 50)])
    scene, wanted = crop.taken(Scene(image, hole, None))
    beyond = np.pad(image, ((5, 0), (0, 0), (0, 0)), mode="edge")[:50, 15:65]
    assert np.array_equal(wanted, np.pad(hole, ((5, 0), (0, 0)))[:50, 15:65])
    assert np.array_equal(scene.pixels[wanted == 0], beyond[wanted == 0])


@pytest.mark.parametrize("degrees", [0, 20])
def test_nothing_under_a_hole_reaches_the_square_of_a_face(degrees):
    hole = eye((512, 512))
    other = np.where(hole[..., None] == 1, 255 - ASTRONAUT, ASTRONAUT)
    (crop,) = plan_crops(hole, 64, [Frame(*MIDDLE, SIDE, degrees)])
    (first, wanted), (second, _) = (crop.taken(Scene(image, hole, None)) for image in (ASTRONAUT, other))
    assert wanted.any() and np.array_equal(first.pixels, second.pixels)


def test_lines_that_were_drawn_turn_with_the_face():
    hole = eye((512, 512))
    drawn = np.full(hole.shape, AS_PREDICTED, np.int16)
    cv2.line(drawn, (195, 115), (215, 115), 255, 3)
    (crop,) = plan_crops(hole, 64, [Frame(*MIDDLE, SIDE, 90)])
    scene, wanted = crop.taken(Scene(ASTRONAUT, hole, drawn))
    assert scene.edges is not None and set(np.unique(scene.edges[wanted == 1])) == {AS_PREDICTED, 255}
    rows, columns = np.nonzero(scene.edges == 255)
    assert np.ptp(columns) <= 4 and np.ptp(rows) == pytest.approx(22, abs=2)  # now it runs downwards


def test_what_is_filled_of_a_turned_face_is_laid_back_where_it_was():
    image = cv2.GaussianBlur(ASTRONAUT, (0, 0), 3)
    (crop,) = plan_crops(eye((512, 512)), 64, [Frame(*MIDDLE, SIDE, -24)])
    seen, _ = crop.taken(Scene(image, np.zeros((512, 512), np.uint8), None))
    canvas = crop.laid_back(Canvas(deepened(seen.pixels), seen.unknown))
    wrong = np.abs(canvas.colour / 257.0 - image[crop.window])[crop.hole == 1]
    assert wrong.max() < 3


def test_a_face_is_seen_as_a_whole_first_however_thin_what_is_hidden():
    hole = np.zeros((1000, 1000), np.uint8)
    hole[400:440, 300:420] = 1
    assert plan_scales(hole, 250) == [1.0]
    assert plan_scales(hole, 250, as_whole=True)[0] == 0.25
    assert plan_scales(hole[:100, :100], 250, as_whole=True) == [1.0]


def _alike(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(cv2.resize(a, (64, 64)).ravel(), cv2.resize(b, (64, 64)).ravel())[0, 1])


@pytest.mark.parametrize("factor", [0.4, 1])  # a face of 62 px, which is enlarged to the networks' 64, and one of 155
def test_networks_that_learned_faces_see_the_face_first_and_all_of_the_hole_is_filled(factor, monkeypatch):
    image, seen = resized(factor), []
    mask = eye(image.shape[:2], factor)
    mask[-6:, -6:] = 1
    make_batch = predictor.make_batch

    def noted(views, device):
        seen.extend(view.scene.pixels for view in views)
        return make_batch(views, device)

    monkeypatch.setattr(predictor, "make_batch", noted)
    filled = smooth_inpainter(subject="face").fill(image, mask)
    assert np.array_equal(filled[mask == 0], image[mask == 0])
    (found,) = find_faces(Scene(image, mask, None))
    face = found.upright(Scene(image, np.zeros_like(mask), None), 0, 0).pixels
    assert max(seen[0].shape[:2]) == 64 and _alike(face, seen[0]) > 0.8

    seen.clear()
    smooth_inpainter(subject="any").fill(image, mask)
    assert _alike(face, seen[0]) < 0.6


def test_a_picture_of_the_networks_size_is_shown_whole_without_a_look_for_faces(monkeypatch):
    def never(_scene):
        raise AssertionError

    monkeypatch.setattr("inpaintgan.inference.pipeline.find_faces", never)
    image = np.ascontiguousarray(ASTRONAUT[80:144, 190:254])
    mask = np.zeros((64, 64), np.uint8)
    mask[20:40, 20:40] = 1
    assert not np.array_equal(smooth_inpainter(subject="face").fill(image, mask), image)


def test_a_mask_all_over_a_large_picture_does_not_have_every_small_face_looked_for(monkeypatch):
    looked_at = []

    def detect(picture):
        looked_at.append(picture.shape[0] * picture.shape[1])
        return []

    monkeypatch.setattr("inpaintgan.inference.faces.detect_faces", detect)
    mask = np.zeros((3000, 4000), np.uint8)
    mask[100::200, 100::200] = 1
    assert find_faces(Scene(np.zeros((3000, 4000, 3), np.uint8), cv2.dilate(mask, np.ones((60, 60))), None)) == []
    assert 0 < sum(looked_at) < 1_500_000

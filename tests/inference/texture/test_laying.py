"""Where texture is laid: in thick holes that show little of the picture, and from what is known alone."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from inpaintgan.imaging.picture import WHITE_16, deepened
from inpaintgan.inference.refine import Canvas
from inpaintgan.inference.texture.laying import beyond_faces, textured
from inpaintgan.inference.views import Scene

from ..holes import ASTRONAUT

CPU = torch.device("cpu")


def test_thick_holes_are_chosen_and_thin_ones_are_not():
    hole = np.zeros((256, 300), np.uint8)
    cv2.line(hole, (10, 10), (250, 60), 1, 20)
    scratch = hole.copy()
    cv2.circle(hole, (150, 180), 30, 1, -1)
    assert np.array_equal(beyond_faces(hole, 10**6), hole - scratch)
    assert not beyond_faces(scratch, 10**6).any()
    assert not beyond_faces(np.zeros_like(hole), 10**6).any()


def test_what_hides_much_of_the_picture_may_hide_a_face_and_is_left_as_painted():
    hole = np.zeros((200, 200), np.uint8)
    hole[50:130, 60:140] = 1
    assert not beyond_faces(hole, 4 * 80 * 80).any()
    assert np.array_equal(beyond_faces(hole, 4 * 80 * 80 + 1), hole)


def test_only_the_chosen_part_changes_and_what_lies_in_other_holes_is_never_seen():
    pixels = np.ascontiguousarray(ASTRONAUT[:160, :160])
    wanted, other = (np.zeros((160, 160), np.uint8) for _ in range(2))
    wanted[40:90, 40:90] = 1
    chosen = wanted.copy()
    chosen[40:90, 40:50] = 0
    other[60:100, 100:140] = 1
    results = []
    for seed in (0, 1):
        seen = pixels.copy()
        seen[other == 1] = np.random.default_rng(seed).integers(0, 256, (int(other.sum()), 3))
        colour = deepened(seen)
        colour[wanted == 1] = WHITE_16 // 2
        canvas = Canvas(colour, np.full((160, 160), 7, np.uint8))
        laid = textured(Scene(seen, wanted | other, None), wanted, chosen, canvas, CPU)
        assert np.array_equal(laid.colour[chosen == 0], colour[chosen == 0])
        assert laid.edges is canvas.edges
        assert laid.colour.dtype == np.uint16
        results.append(laid.colour[chosen == 1])
    assert np.array_equal(*results)
    assert not (results[0] == WHITE_16 // 2).all()

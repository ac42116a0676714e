"""Edges that a person drew over predicted ones."""

from __future__ import annotations

import numpy as np
import skimage.data

from inpaintgan.inference.steering import steered

ASTRONAUT = np.ascontiguousarray(skimage.data.astronaut()[:96, 180:276])


def levels(*lines: tuple[int, int]) -> np.ndarray:
    """Vertical lines, each a column and its level."""
    made = np.zeros((64, 64), np.uint8)
    for column, level in lines:
        made[:, column] = level
    return made


def test_what_was_not_changed_keeps_its_certainty_and_what_was_is_exact():
    mask = np.zeros((64, 64), np.uint8)
    mask[8:56, 8:56] = 1
    before = levels((12, 200), (14, 90), (40, 180), (42, 60)) * mask
    seen = (before >= 128).astype(np.uint8)
    assert np.array_equal(steered(seen, before, mask), before)

    erased = seen.copy()
    erased[:, 40] = 0
    result = steered(erased, before, mask)
    assert not result[:, 36:46].any(), "nor does the faint line beside an erased one stay"
    assert np.array_equal(result[:, :20], before[:, :20])

    drawn = seen | (levels((26, 1)) & mask)
    result = steered(drawn, before, mask)
    assert (result[8:56, 26] == 255).all() and np.array_equal(result[:, :20], before[:, :20])
    assert not result[mask == 0].any()


def test_no_line_at_all_means_none():
    mask = np.ones((64, 64), np.uint8)
    mask[0] = 0
    assert not steered(np.zeros_like(mask), levels((12, 100)), mask).any()


def test_a_line_drawn_here_leaves_the_edges_there_as_they_were(inpainter):
    mask = np.zeros((96, 96), np.uint8)
    mask[16:80, 8:88] = 1
    plain = inpainter.fill_with_edges(ASTRONAUT, mask)
    before = plain.edges * mask
    lines = (before >= 128).astype(np.uint8)
    lines[30:60, 14:17] = 1
    along = inpainter.fill_with_edges(ASTRONAUT, mask, steered(lines, before, mask))
    assert np.array_equal(along.edges[:, 30:], plain.edges[:, 30:]), "further away than the change reaches"
    assert (along.edges[30:60, 14:17] == 255).all() and not np.array_equal(along.picture, plain.picture)

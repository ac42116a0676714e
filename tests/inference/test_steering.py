"""Edges that a person drew over predicted ones."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data

from inpaintgan.inference.arrays import AS_PREDICTED
from inpaintgan.inference.steering import steered


def levels(*lines: tuple[int, int]) -> np.ndarray:
    """Vertical lines, each a column and its level."""
    made = np.zeros((64, 64), np.uint8)
    for column, level in lines:
        made[:, column] = level
    return made


def test_what_was_not_changed_is_predicted_and_what_was_is_exact():
    mask = np.zeros((64, 64), np.uint8)
    mask[8:56, 8:56] = 1
    predicted = levels((12, 200), (14, 90), (40, 180), (42, 60)) * mask
    seen = (predicted >= 128).astype(np.uint8)
    assert (steered(seen, predicted, mask) == AS_PREDICTED).all()

    erased = seen.copy()
    erased[:, 40] = 0
    result = steered(erased, predicted, mask)
    assert not result[8:56, 38:43].any(), "nor does the faint line beside an erased one stay"
    assert (result[:, :30] == AS_PREDICTED).all() and (result[:, 50:] == AS_PREDICTED).all()

    drawn = seen | (levels((26, 1)) & mask)
    result = steered(drawn, predicted, mask)
    assert (result[8:56, 26] == 255).all() and (result[8:56, 27] == 0).all()
    assert (result[:, :20] == AS_PREDICTED).all() and (result[:, 34:] == AS_PREDICTED).all()


def test_no_line_at_all_means_none():
    mask = np.ones((64, 64), np.uint8)
    mask[0] = 0
    assert not steered(np.zeros_like(mask), levels((12, 100)), mask).any()


@pytest.mark.parametrize("side", [64, 48, 128])
def test_a_line_drawn_here_leaves_what_is_predicted_there(inpainter, side):
    """At the networks' size, in an enlarged crop, and in one that is filled coarse to fine."""
    image = np.ascontiguousarray(skimage.data.astronaut()[:side, 180 : 180 + side])
    mask = np.zeros((side, side), np.uint8)
    mask[side // 8 : -side // 8, side // 8 : -side // 8] = 1
    plain = inpainter.fill_with_edges(image, mask)
    predicted = plain.edges * mask
    lines = (predicted >= 128).astype(np.uint8)
    here = slice(side // 6, side // 3), slice(side // 6, side // 6 + 3)
    lines[here] ^= 1
    along, harsh = (inpainter.fill_with_edges(image, mask, given) for given in (steered(lines, predicted, mask), lines))
    assert not np.array_equal(along.picture, plain.picture) and np.array_equal(along.edges[here], 255 * lines[here])
    there = mask.astype(bool)
    there[:, : side // 2] = False
    change, without = (np.abs(fill.edges[there].astype(int) - plain.edges[there]).mean() for fill in (along, harsh))
    # At a finer step networks also see what the coarser one painted.
    assert change < 0.3 * without if side > 64 else change == 0 < without


def test_how_far_a_change_reaches_follows_the_size_of_the_hole():
    for side in (256, 1024):
        mask = np.ones((side, side), np.uint8)
        mask[0] = 0
        lines = np.zeros_like(mask)
        lines[side // 2, side // 2] = 1
        near = np.flatnonzero(steered(lines, np.zeros_like(mask), mask)[side // 2] != AS_PREDICTED)
        assert near[-1] - near[0] == 2 * (side // 64)

"""Zooming: in shows a part, out shows all of it with its mirror image around it."""

from __future__ import annotations

import numpy as np

from inpaintgan.data.augment import zoomed

SIDE = 64


def ramp() -> np.ndarray:
    """Red rises from left to right, green from top to bottom, so that a pixel tells where it came from."""
    line = np.linspace(0, 255, SIDE).round().astype(np.uint8)
    return np.stack([np.tile(line, (SIDE, 1)), np.tile(line[:, None], (1, SIDE)), np.zeros((SIDE, SIDE), np.uint8)], 2)


def slope(picture: np.ndarray) -> float:
    """How steeply red rises in the picture's steady parts, against the unzoomed one."""
    return float(np.median(np.abs(np.diff(picture[..., 0].astype(float), axis=1)))) / 255 * (SIDE - 1)


def test_zooms_lie_within_the_limit_on_both_sides_and_keep_the_shape():
    rng = np.random.default_rng(3)
    drawn = [zoomed(ramp(), 2.0, rng) for _ in range(400)]
    kept = [picture for picture in drawn if picture is None]
    assert 150 < len(kept) < 250
    changed = [picture for picture in drawn if picture is not None]
    assert all(picture.shape == (SIDE, SIDE, 3) and picture.dtype == np.uint8 for picture in changed)
    # A zoom by f makes the ramp 1/f as steep; what lies within rounding of one is neither.
    steepness = [slope(picture) for picture in changed]
    assert min(steepness) < 0.8 and max(steepness) > 1.3
    assert all(0.4 < value < 2.6 for value in steepness)


def test_zooming_out_shows_the_whole_picture_and_invents_nothing():
    rng = np.random.default_rng(0)
    outs = [p for _ in range(60) if (p := zoomed(ramp(), 2.0, rng)) is not None and slope(p) > 1.3]
    assert len(outs) > 5
    for picture in outs:
        for channel in (0, 1):
            assert picture[..., channel].min() <= 8 and picture[..., channel].max() >= 247
        # Mirrored, not repeated or torn: no jump between neighbours.
        assert np.abs(np.diff(picture.astype(int), axis=1)).max() <= 12


def test_zooming_in_shows_different_parts():
    rng = np.random.default_rng(1)
    ins = [p for _ in range(60) if (p := zoomed(ramp(), 2.0, rng)) is not None and slope(p) < 0.8]
    assert len({(int(p[0, 0, 0]), int(p[0, 0, 1])) for p in ins}) > 5

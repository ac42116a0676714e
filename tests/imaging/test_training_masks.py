"""Masks to train on: each kind drawn in its shares, the same from the same seed."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from PIL import Image

from inpaintgan.core.config import MaskKind
from inpaintgan.core.errors import InpaintError
from inpaintgan.imaging.training_masks import draw_block, draw_half, draw_mask, draw_strokes


@pytest.mark.parametrize("ratio", [0.125, 0.5, 0.99, 0.001])
def test_block_has_its_size_and_every_place(ratio):
    rng = np.random.default_rng(0)
    masks = [draw_block(64, 96, rng, ratio) for _ in range(300)]
    height, width = min(max(round(64 * ratio), 1), 63), min(max(round(96 * ratio), 1), 95)
    assert {int(mask.sum()) for mask in masks} == {height * width}
    seen = np.sum(masks, axis=0)
    if ratio < 0.9:
        assert seen[:, 0].any()
        assert seen[:, -1].any()
        assert seen[0].any()
        assert seen[-1].any()


def test_halves():
    rng = np.random.default_rng(0)
    masks = {draw_half(8, 10, rng).tobytes() for _ in range(40)}
    left = np.repeat([[1] * 5 + [0] * 5], 8, axis=0).astype(np.uint8)
    assert masks == {left.tobytes(), (1 - left).tobytes()}


@pytest.mark.parametrize("size", [(256, 256), (128, 128), (64, 512), (8, 8)])
def test_strokes_cover_a_spread_of_shares(size):
    rng = np.random.default_rng(1)
    masks = [draw_strokes(*size, rng) for _ in range(200)]
    shares = np.array([mask.mean() for mask in masks])
    assert all(mask.shape == size and set(np.unique(mask)) == {0, 1} for mask in masks)
    assert shares.max() < 0.63
    if min(size) >= 128:
        assert 0.24 < shares.mean() < 0.34
        assert np.percentile(shares, 5) < 0.12
        assert np.percentile(shares, 95) > 0.45


@pytest.fixture
def mask_files(tmp_path):
    left_half = np.repeat([[255] * 20 + [0] * 20], 20, axis=0).astype(np.uint8)
    arrays = {"a.png": left_half, "b.png": np.zeros((9, 9), np.uint8), "c.png": np.full((9, 9), 255, np.uint8)}
    for name, array in arrays.items():
        Image.fromarray(array).save(tmp_path / name)
    (tmp_path / "d.png").write_bytes(b"broken")
    return sorted(tmp_path.iterdir())


@pytest.mark.parametrize("kind", get_args(MaskKind))
def test_every_kind_draws_the_same_from_the_same_seed(kind, mask_files):
    def masks() -> list[np.ndarray]:
        rng = np.random.default_rng(5)
        return [draw_mask(kind, 32, 32, rng, block_ratio=0.25, files=mask_files) for _ in range(40)]

    first = masks()
    assert all(mask.any() and not mask.all() and mask.flags["C_CONTIGUOUS"] for mask in first)
    assert all(np.array_equal(one, other) for one, other in zip(first, masks(), strict=True))


def test_shares_of_the_mixes(mask_files):
    rng = np.random.default_rng(0)

    def share(kind: str, is_kind) -> float:
        draws = (draw_mask(kind, 32, 32, rng, block_ratio=0.125, files=mask_files) for _ in range(1500))
        return float(np.mean([is_kind(mask) for mask in draws]))

    def block(mask):
        return mask.sum() == 16 and mask.any(0).sum() == 4 and mask.any(1).sum() == 4

    assert share("mixed", block) == pytest.approx(0.3, abs=0.05)
    assert share("external-block", block) == pytest.approx(1 / 2, abs=0.05)
    assert share("external-block-half", block) == pytest.approx(1 / 3, abs=0.05)


def test_useless_mask_folders_are_refused(mask_files):
    with pytest.raises(InpaintError) as refused:
        draw_mask("external", 32, 32, np.random.default_rng(0), block_ratio=0.5, files=mask_files[1:])
    assert refused.value.code == "masks-unusable"

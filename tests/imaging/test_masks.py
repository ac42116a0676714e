"""Masks: polarity, reading, drawing."""

from __future__ import annotations

import io
from typing import get_args

import cv2
import numpy as np
import pytest
from PIL import Image

from inpaintgan.core.config import MaskKind
from inpaintgan.core.errors import InpaintError
from inpaintgan.imaging.encode import encode
from inpaintgan.imaging.masks import (
    binarize,
    check_mask,
    draw_block,
    draw_half,
    draw_mask,
    draw_strokes,
    is_empty,
    read_lines,
    read_mask,
)
from inpaintgan.imaging.picture import Picture


def png(array: np.ndarray, mode: str | None = None) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def left_half() -> np.ndarray:
    gray = np.zeros((20, 40), np.uint8)
    gray[:, :20] = 255
    return gray


def test_half_is_the_hole_and_one_less_is_not():
    assert binarize(np.array([[0, 1, 127, 128, 255]], np.uint8)).tolist() == [[0, 0, 0, 1, 1]]


def test_empty_and_full_masks():
    assert is_empty(np.zeros((3, 3), np.uint8))
    assert not is_empty(np.eye(3, dtype=np.uint8))
    check_mask(np.zeros((3, 3), np.uint8))
    check_mask(np.eye(3, dtype=np.uint8))
    with pytest.raises(InpaintError) as refused:
        check_mask(np.ones((3, 3), np.uint8))
    assert refused.value.code == "mask-full"


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "RGBA", "I;16"])
def test_masks_of_any_mode(left_half, mode):
    source = png(left_half.astype(np.uint16) * 257) if mode == "I;16" else png(left_half, mode)
    mask, notice = read_mask(source, 20, 40)
    assert np.array_equal(mask, left_half // 255)
    assert mask.dtype == np.uint8
    assert notice == ""


def test_masks_painted_into_the_alpha_channel(left_half):
    for colour, unseen in ((0, 0), (255, 255), (0, 255), (76, 255)):
        gray = np.where(left_half, colour, unseen).astype(np.uint8)
        rgba = np.dstack([gray, gray, gray, left_half])
        assert np.array_equal(read_mask(png(rgba), 20, 40)[0], left_half // 255)
    # White strokes on a transparent layer whose hidden pixels are white somewhere else.
    hidden = np.full((20, 40, 3), 255, np.uint8)
    hidden[:5] = 0
    rgba = np.dstack([hidden, left_half])
    expected = left_half // 255
    expected[:5] = 0
    assert np.array_equal(read_mask(png(rgba), 20, 40)[0], expected)


def test_another_size_is_resized_with_a_notice(left_half):
    mask, notice = read_mask(png(left_half), 50, 60)
    assert mask.shape == (50, 60)
    assert mask[:, :30].all()
    assert not mask[:, 30:].any()
    assert "40x20" in notice
    assert "60x50, which stretched it" in notice
    assert read_mask(png(left_half), 82, 163)[1].endswith("163x82.")


def test_a_photo_is_no_mask(left_half):
    photo = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (64, 1))
    assert "looks like a photo" in read_mask(png(photo), 64, 64, for_filling=True)[1]
    soft = cv2.GaussianBlur(np.pad(left_half, 40), (0, 0), 3)
    assert not read_mask(png(soft), *soft.shape, for_filling=True)[1]


def test_thin_lines_of_a_larger_mask_survive_where_they_are_to_be_filled():
    mask = np.zeros((800, 700), np.uint8)
    mask[400] = mask[:, 201] = 255
    mask[100:300, 500] = 255
    found = read_mask(png(mask), 400, 350, for_filling=True)[0]
    assert (
        found[199:202].any(axis=0).all()
        and found[:, 99:102].any(axis=1).all()
        and found[60:140, 249:252].any(axis=1).all()
    )
    assert found.sum() < 4 * (350 + 400 + 100)
    lines = read_lines(png(mask), 400, 350)[0]
    assert lines[199:202].any(axis=0).all()


def test_soft_borders_stay_binary():
    gray = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (64, 1))
    assert set(np.unique(read_mask(png(gray), 33, 77)[0])) == {0, 1}


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
def mask_files(tmp_path, left_half):
    arrays = {"a.png": left_half, "b.png": np.zeros((9, 9), np.uint8), "c.png": np.full((9, 9), 255, np.uint8)}
    for name, array in arrays.items():
        (tmp_path / name).write_bytes(png(array))
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


def test_saved_masks_read_back():
    mask = draw_strokes(64, 64, np.random.default_rng(3))
    white = np.repeat(mask[..., None] * np.uint8(255), 3, axis=2)
    for format in ("PNG", "JPEG", "WEBP", "BMP"):
        read, _ = read_mask(encode(Picture(white), format), 64, 64)
        assert (read != mask).mean() < 0.01, format


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_a_mask_reads_the_same_whatever_its_mode(mode, tmp_path):
    values = np.random.default_rng(0).integers(0, 256, (40, 60), np.uint8)
    values = values if mode != "1" else (values > 127).astype(np.uint8) * np.uint8(255)
    path = tmp_path / "mask.png"
    Image.fromarray(values).convert(mode).save(path)
    mask, notice = read_mask(path, 40, 60)
    assert np.array_equal(mask, values >= 128) and not notice


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_cut_gray_mask_is_refused(share, tmp_path):
    path = tmp_path / "mask.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(InpaintError, match="cannot be read"):
        read_mask(path, 40, 60)

"""Masks: polarity, reading."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from inpaintgan.core.errors import InpaintError
from inpaintgan.imaging.encode import encode
from inpaintgan.imaging.masks import binarize, check_mask, is_empty, read_lines, read_mask
from inpaintgan.imaging.picture import Picture
from inpaintgan.imaging.training_masks import draw_strokes


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

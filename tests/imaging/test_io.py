"""Decoding and encoding. Fixtures are written by Pillow, or where it cannot by OpenCV (16-bit colour) and pillow-heif (HEIC)."""

from __future__ import annotations

import dataclasses
import io
import warnings

import cv2
import numpy as np
import pillow_heif
import pytest
import skimage.data
import tifffile
from PIL import Image, ImageCms

from inpaintgan.core.errors import InpaintError
from inpaintgan.core.formats import PICTURE_SUFFIXES, WRITABLE
from inpaintgan.imaging.encode import encode, save_picture
from inpaintgan.imaging.io import decode, read_header, read_rgb
from inpaintgan.imaging.picture import Picture, resize_square, to_gray

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(scope="module")
def cat() -> np.ndarray:
    return skimage.data.chelsea()[:120, :200].copy()


def as_bytes(image: Image.Image, format: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def exif_with(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker"
    return exif


@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP"])
def test_exact_formats_return_the_same_pixels(cat, format):
    data = encode(Picture(cat), format)
    picture = decode(data)
    assert np.array_equal(picture.pixels, cat)
    assert picture.format == format
    assert picture.alpha is None
    assert picture.notices == ()


def test_webp_is_exact_at_full_quality(cat):
    assert np.array_equal(decode(encode(Picture(cat), "WEBP", quality=100)).pixels, cat)


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_lossy_formats_stay_close(cat, format):
    decoded = decode(encode(Picture(cat), format))
    assert decoded.format == format
    assert np.abs(decoded.pixels.astype(int) - cat).mean() < 3


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_alpha_is_kept(cat, format):
    alpha = np.zeros(cat.shape[:2], np.uint8)
    alpha[20:60] = 128
    alpha[60:] = 255
    decoded = decode(encode(Picture(cat, alpha), format, quality=100))
    assert np.array_equal(decoded.alpha, alpha)
    assert np.array_equal(decoded.pixels, cat)


@pytest.mark.parametrize("format", ["JPEG", "BMP"])
def test_formats_without_alpha_lay_the_picture_on_white(cat, format):
    alpha = np.zeros(cat.shape[:2], np.uint8)
    alpha[:, 100:] = 255
    decoded = decode(encode(Picture(cat, alpha), format))
    assert decoded.alpha is None
    assert decoded.pixels[:, :90].min() > 250
    assert np.abs(decoded.pixels[:, 110:].astype(int) - cat[:, 110:]).mean() < 3


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_colour_profile_is_kept(cat, format):
    assert decode(encode(Picture(cat, icc=SRGB), format)).icc == SRGB


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_exif_is_kept_and_says_upright(cat, format):
    source = as_bytes(Image.fromarray(cat), format, exif=exif_with(6))
    exif = Image.Exif()
    exif.load(decode(encode(decode(source), format)).exif)
    assert exif[0x0112] == 1
    assert exif[0x010F] == "Maker"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_orientation_is_applied_once_by_both_readers(cat, format, orientation):
    # Pillow's own reading of the tag is the reference.
    image = Image.fromarray(cat)
    exif = exif_with(orientation)
    options = {"lossless": True} if format == "WEBP" else {"quality": 95} if format == "JPEG" else {}
    source = as_bytes(image, format, exif=exif, **options)
    turn = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
    }[orientation]  # fmt: skip
    expected = np.asarray(image if turn is None else image.transpose(turn)).astype(int)
    for pixels in (decode(source).pixels, read_rgb(source), decode(encode(decode(source), "PNG")).pixels):
        assert pixels.shape == expected.shape
        assert np.abs(pixels - expected).mean() < 4


def test_deep_tiff_is_turned_once(cat, tmp_path):
    deep = cat.astype(np.uint16) * 257
    path = tmp_path / "deep.tif"
    cv2.imwrite(str(path), deep[..., ::-1])
    assert np.array_equal(decode(path).pixels, cat)
    turned = _set_tiff_orientation(path.read_bytes(), 6)
    assert np.array_equal(decode(turned).pixels, np.rot90(cat, -1))


def _set_tiff_orientation(data: bytes, orientation: int) -> bytes:
    """Insert tag 274 into the first directory of a little-endian TIFF by rewriting the directory at the file's end."""
    start = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[start : start + 2], "little")
    entries = [data[start + 2 + 12 * i : start + 14 + 12 * i] for i in range(count)]
    entries = [entry for entry in entries if int.from_bytes(entry[:2], "little") != 274]
    entries.append((274).to_bytes(2, "little") + (3).to_bytes(2, "little") + (1).to_bytes(4, "little")
                   + orientation.to_bytes(4, "little"))  # fmt: skip
    entries.sort(key=lambda entry: int.from_bytes(entry[:2], "little"))
    data += b"\0" * (len(data) % 2)
    directory = len(entries).to_bytes(2, "little") + b"".join(entries) + bytes(4)
    return data[:4] + len(data).to_bytes(4, "little") + data[8:] + directory


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_deep_pictures_are_kept_beside_their_8_bit_view(cat, tmp_path, suffix, channels):
    rng = np.random.default_rng(0)
    deep = rng.integers(0, 65536, (40, 50, channels), dtype=np.uint16).squeeze()
    path = tmp_path / f"deep{suffix}"
    assert cv2.imwrite(str(path), deep if channels == 1 else deep[..., [2, 1, 0, 3][:channels]])
    picture = decode(path)
    expected = np.rint(deep / 257).astype(np.uint8)
    rgb = np.repeat(expected[..., None], 3, 2) if channels == 1 else expected[..., :3]
    assert np.array_equal(picture.pixels, rgb)
    assert (picture.alpha is not None) == (channels == 4)
    kept = np.repeat(deep[..., None], 3, 2) if channels == 1 else deep
    assert np.array_equal(picture.deep, kept) and picture.gray == (channels == 1)
    if channels < 4:
        assert np.array_equal(read_rgb(path), rgb)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "CMYK", "YCbCr"])
def test_other_modes_become_rgb(cat, mode):
    image = Image.fromarray(cat)
    format = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    source = as_bytes(image.convert(mode), format)
    for pixels in (decode(source).pixels, read_rgb(source)):
        assert pixels.shape == cat.shape
        assert pixels.dtype == np.uint8
    if mode in ("L", "LA"):
        assert np.abs(decode(source).pixels[..., 0].astype(int) - to_gray(cat)).max() <= 1
    assert any("CMYK" in notice for notice in decode(source).notices) == (mode == "CMYK")


def test_gray_profile_stays_in_gray_and_does_not_survive_into_rgb(cat):
    gray_profile = SRGB[:16] + b"GRAY" + SRGB[20:]
    picture = decode(as_bytes(Image.fromarray(cat).convert("L"), "PNG", icc_profile=gray_profile))
    assert Image.open(io.BytesIO(encode(picture, "PNG"))).info["icc_profile"] == gray_profile
    assert "icc_profile" not in Image.open(io.BytesIO(encode(picture, "WEBP"))).info
    deep = np.repeat(to_gray(cat)[..., None].astype(np.uint16) * 257, 4, axis=2)
    for layers, kept in ((deep[..., :3], gray_profile), (deep, None)):  # with alpha it is written as colours
        deep_picture = dataclasses.replace(picture, deep=layers, alpha=cat[..., 0] if kept is None else None)
        assert Image.open(io.BytesIO(encode(deep_picture, "PNG"))).info.get("icc_profile") == kept


def test_palette_transparency_is_alpha_and_white_in_training(cat):
    image = Image.fromarray(np.zeros((8, 8), np.uint8), "L").convert("P")
    source = as_bytes(image, "PNG", transparency=0)
    assert decode(source).alpha.max() == 0
    assert read_rgb(source).min() == 255


def test_first_frame_of_an_animation_with_a_notice(cat):
    frames = [Image.fromarray(np.full((20, 30, 3), value, np.uint8)) for value in (250, 10, 60)]
    for format in ("GIF", "WEBP", "PNG"):
        source = as_bytes(frames[0], format, save_all=True, append_images=frames[1:])
        picture = decode(source)
        assert picture.pixels.min() > 240, format
        assert any("first of 3" in notice for notice in picture.notices), format
        assert read_rgb(source).min() > 240, format


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.995])
def test_cut_files_are_unreadable(cat, format, share):
    source = as_bytes(Image.fromarray(cat), format)
    cut = source[: int(len(source) * share)]
    for reader in (decode, read_rgb):
        with pytest.raises(InpaintError) as refused:
            reader(cut, name="cut.picture")
        assert refused.value.code == "picture-unreadable"
        assert "cut.picture" in refused.value.message


def test_every_suffix_that_counts_as_a_picture_has_a_reader(cat):
    decode(heic(Image.fromarray(cat)))  # Pillow learns that format when the first one comes
    assert Image.registered_extensions().keys() >= PICTURE_SUFFIXES
    for format in WRITABLE.values():
        assert decode(encode(Picture(cat), format)).format == format


def heic(image: Image.Image, **options) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=95, chroma=444, **options)
    return buffer.getvalue()


def test_photos_of_phones_are_read_upright_with_what_they_say(cat):
    data = heic(Image.fromarray(cat), exif=exif_with(6).tobytes(), icc_profile=SRGB)
    picture = decode(data)
    assert picture.format == read_header(data).format == "HEIF"
    assert np.abs(picture.pixels.astype(int) - np.rot90(cat, -1)).mean() < 3
    assert np.array_equal(picture.pixels, read_rgb(data))
    saved = Image.open(io.BytesIO(encode(picture, "JPEG")))
    assert saved.getexif()[0x010F] == "Maker" and saved.getexif()[0x0112] == 1
    assert saved.info["icc_profile"] == SRGB


def test_transparent_and_cut_heic(cat):
    alpha = np.full(cat.shape[:2], 60, np.uint8)
    data = heic(Image.fromarray(np.dstack([cat, alpha])))
    decoded = decode(data).alpha
    assert decoded is not None and np.abs(decoded.astype(int) - 60).max() < 3
    with pytest.raises(InpaintError) as caught:
        decode(data[: len(data) // 2])
    assert caught.value.code == "picture-unreadable"


def test_what_is_no_picture_is_refused_in_words(tmp_path):
    for data in (b"", b"hello", b"\x89PNG\r\n\x1a\n" + bytes(40), b"<html></html>" * 100):
        with pytest.raises(InpaintError) as refused:
            decode(data)
        assert refused.value.code == "picture-unreadable"
        assert refused.value.hint
    for path in (tmp_path / "none.png", tmp_path / "none.png" / "below.png"):
        with pytest.raises(InpaintError) as refused:
            decode(path)
        assert refused.value.code == "picture-missing"
    with pytest.raises(InpaintError) as refused:
        decode(tmp_path)
    assert refused.value.code == "picture-unreadable"


@pytest.mark.parametrize(("shape", "bigtiff"), [((9, 9), False), ((9, 9, 3), False), ((9, 9, 3), True)])
def test_floating_point_tiff_is_refused(shape, bigtiff):
    file = io.BytesIO()
    tifffile.imwrite(file, np.ones(shape, np.float32), photometric="rgb" if len(shape) == 3 else None, bigtiff=bigtiff)
    with pytest.raises(InpaintError, match="this TIFF holds 32-bit float values") as refused:
        decode(file.getvalue())
    assert refused.value.hint == "Save it with 8 or 16 bits, as whole numbers."


@pytest.mark.parametrize("side", [10_001, 20_000])
def test_too_many_pixels_are_refused_before_decoding(side):
    # A one-bit PNG of nothing: small on the disk, huge in memory.
    source = as_bytes(Image.new("1", (side, 10_000)), "PNG")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for reader in (decode, read_rgb, read_header):
            with pytest.raises(InpaintError) as refused:
                reader(source)
            assert refused.value.code == "picture-too-large"


def test_names_in_any_letters(cat, tmp_path):
    for name in ("Füße.png", "写真.jpg", "снимок 1.webp", "צילום.bmp"):
        path = tmp_path / name
        save_picture(Picture(cat), path)
        assert decode(path).pixels.shape == cat.shape
        assert read_rgb(path).shape == cat.shape


def test_reduced_decoding_keeps_the_side_asked_for():
    source = encode(Picture(skimage.data.astronaut()), "JPEG")
    assert read_rgb(source, smallest_side=64).shape[0] == 64
    assert read_rgb(source, smallest_side=65).shape[0] == 128
    assert read_rgb(source, smallest_side=600).shape[0] == 512
    small = resize_square(read_rgb(source, smallest_side=128), 128)
    exact = resize_square(skimage.data.astronaut(), 128)
    assert np.abs(small.astype(int) - exact).mean() < 3


def test_header_says_what_is_in_the_file(cat):
    header = read_header(as_bytes(Image.fromarray(cat).convert("RGBA"), "PNG"))
    assert (header.width, header.height, header.format, header.has_alpha) == (200, 120, "PNG", True)


def test_saving_replaces_a_file_as_a_whole(cat, tmp_path):
    path = tmp_path / "out.png"
    save_picture(Picture(cat), path)
    assert decode(path).pixels.shape == cat.shape
    save_picture(Picture(cat[:10]), path)
    assert decode(path).pixels.shape[0] == 10
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.png"]


def test_saving_refusals(cat, tmp_path):
    with pytest.raises(InpaintError) as refused:
        save_picture(Picture(cat), tmp_path / "out.gif")
    assert refused.value.code == "output-format"
    with pytest.raises(InpaintError) as refused:
        save_picture(Picture(cat), tmp_path / "none" / "out.png")
    assert refused.value.code == "output-unwritable"
    with pytest.raises(InpaintError) as refused:
        encode(Picture(np.zeros((2, 17_000, 3), np.uint8)), "WEBP")
    assert refused.value.code == "output-format"


def test_resize_square_cuts_the_middle():
    wide = np.zeros((50, 150, 3), np.uint8)
    wide[:, 50:100] = 200
    for side in (25, 50, 100):
        square = resize_square(wide, side)
        assert square.shape == (side, side, 3)
        assert square.min() == 200


def test_no_format_is_read_that_runs_programs():
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n"
    assert Image.open(io.BytesIO(postscript)).format == "EPS"
    with pytest.raises(InpaintError, match="not a picture of a known format"):
        decode(postscript, "photo.png")

"""Files kept whole: formats x modes x orientations. Outside the hole nothing is lost; what a file carries, it keeps.

Fixtures are written by Pillow, and in 16 bits by OpenCV and tifffile; results are read by those again.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, JpegImagePlugin, PngImagePlugin

from inpaintgan.imaging.encode import encode, losses, output_format
from inpaintgan.imaging.io import decode
from inpaintgan.imaging.picture import Picture
from inpaintgan.inference.files import FileReport, save_filled
from inpaintgan.inference.patches import Patch, read_patches, write_patches

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
HEIGHT, WIDTH = 24, 40
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description tiff:Orientation="{}" dc:title="Öl">'
    "<xmp:Thumbnails><rdf:li>{}</rdf:li></xmp:Thumbnails></rdf:Description></rdf:RDF></x:xmpmeta>"
)
RNG = np.random.default_rng(7)
COLOUR = RNG.integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
DEEP = RNG.integers(0, 65536, (HEIGHT, WIDTH, 4), np.uint16)
ORIENTATION, MAKER, XMP_TAG, ISO, EXIF_IFD = 0x0112, 0x010F, 700, 0x8827, 0x8769
TURNS = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip


def xmp(orientation: int) -> bytes:
    return XMP.format(orientation, "preview").encode()


KEPT_XMP = XMP.replace("<xmp:Thumbnails><rdf:li>{}</rdf:li></xmp:Thumbnails>", "").format(1).encode()


def exif(orientation: int, details: dict[int, int] | None = None) -> Image.Exif:
    block = Image.Exif()
    block[ORIENTATION] = orientation
    block[MAKER] = "Kamera"
    block.get_ifd(EXIF_IFD).update({ISO: 400, **(details or {})})
    written = Image.Exif()
    written.load(block.tobytes())
    return written


def shallow(mode: str) -> Image.Image:
    """A picture of noise in one of Pillow's modes."""
    rgba = Image.fromarray(COLOUR)
    if mode == "P+tRNS":
        return rgba.convert("RGB").quantize(16)
    if mode in ("LA", "RGBA"):
        return rgba.convert(mode)
    return rgba.convert("RGB").convert(mode)


def write_shallow(path: Path, format: str, mode: str, orientation: int) -> None:
    options = {"transparency": 3} if mode == "P+tRNS" else {}
    options |= {"lossless": True, "exact": True} if format == "WEBP" else {"dpi": (300, 150)}
    options |= {"exif": exif(orientation), "icc_profile": SRGB} if format != "BMP" else {}
    if format == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp(orientation).decode())
    elif format == "TIFF":
        options["exif"][XMP_TAG] = xmp(orientation)
    else:
        options["xmp"] = xmp(orientation)
    shallow(mode).save(path, format, **options)


def deep_png(array: np.ndarray, orientation: int) -> bytes:
    """A 16-bit PNG of any colour type, with EXIF, profile and resolution, by hand."""
    height, width, channels = array.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)),
        (b"iCCP", b"x\0\0" + zlib.compress(SRGB)),
        (b"pHYs", struct.pack(">IIB", 11811, 5906, 1)),
        (b"eXIf", exif(orientation).tobytes().removeprefix(b"Exif\0\0")),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(orientation)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    packed = (struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def deep_tiff(path: Path, array: np.ndarray, orientation: int) -> None:
    channels = array.shape[2]
    tifffile.imwrite(
        path, array.squeeze(), photometric="minisblack" if channels == 1 else "rgb", iccprofile=SRGB,
        extrasamples=["unassalpha"] if channels == 4 else None, resolution=(300, 150), resolutionunit="INCH",
        software=False, extratags=[
            (ORIENTATION, 3, 1, orientation, True), (MAKER, 2, 7, "Kamera", True),
            (XMP_TAG, 1, len(xmp(1)), xmp(orientation), True),
        ],
    )  # fmt: skip


def turned(array: np.ndarray, orientation: int) -> np.ndarray:
    """Pillow's reading of the orientation, plane by plane, as the reference."""
    turn = TURNS[orientation]
    if turn is None:
        return array
    low, high = ((array.astype(int) // part % 256).astype(np.uint8) for part in (1, 256))
    planes = [
        np.asarray(Image.fromarray(np.ascontiguousarray(plane[..., c])).transpose(turn)).astype(array.dtype)
        for plane in (low, high)
        for c in range(array.shape[2])
    ]
    count = array.shape[2]
    return np.dstack([planes[c] + (planes[count + c] * 256 if array.dtype == np.uint16 else 0) for c in range(count)])


def patch_for(shape: tuple[int, ...]) -> tuple[Patch, np.ndarray]:
    """A green patch, not square, whose hole is not a rectangle, and the hole in the picture."""
    hole = np.ones((7, 11), np.uint8)
    hole[:3, :4] = 0
    colour = np.zeros((7, 11, 3), np.uint16)
    colour[..., 1] = 40000
    whole = np.zeros(shape[:2], np.uint8)
    whole[5:12, 6:17] = hole
    return Patch(5, 6, hole, colour, np.zeros_like(hole)), whole


def fill(source: Path, output: Path) -> tuple[FileReport, np.ndarray]:
    original = decode(source)
    patch, hole = patch_for(original.pixels.shape)
    report = FileReport(str(source), str(output))
    save_filled(original, [patch], hole, output, report)
    return report, hole


def rgba(path: Path, *, as_seen: bool = False) -> np.ndarray:
    """A file's 8-bit pixels by Pillow, upright as its EXIF says if ``as_seen``."""
    # From memory: Pillow 13 scrambles a turned, uncompressed TIFF that it maps from the disk.
    image = Image.open(io.BytesIO(path.read_bytes()))
    orientation = image.getexif().get(ORIENTATION, 1)
    # Pillow turns a TIFF by itself.
    return turned(np.asarray(image.convert("RGBA")), orientation if as_seen and image.format != "TIFF" else 1)


EIGHT_BIT = [
    ("PNG", "1", "L"), ("PNG", "L", "L"), ("PNG", "LA", "LA"), ("PNG", "P", "RGB"), ("PNG", "P+tRNS", "RGBA"),
    ("PNG", "RGB", "RGB"), ("PNG", "RGBA", "RGBA"), ("TIFF", "L", "L"), ("TIFF", "LA", "LA"), ("TIFF", "RGB", "RGB"),
    ("TIFF", "RGBA", "RGBA"), ("WEBP", "RGB", "RGB"), ("WEBP", "RGBA", "RGBA"), ("BMP", "L", "L"), ("BMP", "RGB", "RGB"),
]  # fmt: skip


# BMP has no orientation.
@pytest.mark.parametrize(
    ("format", "mode", "kept_mode", "orientation"),
    [(*case, orientation) for case in EIGHT_BIT for orientation in range(1, 2 if case[0] == "BMP" else 9)],
)
def test_8_bit_files_keep_every_pixel_and_all_they_carry(tmp_path, format, mode, kept_mode, orientation):
    source, output = tmp_path / f"in.{format.lower()}", tmp_path / f"out.{format.lower()}"
    write_shallow(source, format, mode, orientation)
    report, hole = fill(source, output)
    before, after = rgba(source, as_seen=True), rgba(output)
    assert np.array_equal(after[hole == 0], before[hole == 0]) and report.changed_outside_px == 0
    written = Image.open(output)
    assert written.mode == kept_mode
    assert np.array_equal(after[..., 3], before[..., 3])
    luma = 23481 // 257  # of the patch, 0.587 * 40000, at 8 bits
    inside = [luma] * 3 if kept_mode.startswith("L") else [0, 156, 0]
    assert np.abs(after[hole == 1][:, :3].astype(int) - inside).max() <= 1
    if format == "BMP":
        assert written.info["dpi"] == pytest.approx((300, 150), abs=0.1)
        return
    assert written.info["icc_profile"] == SRGB and written.info["xmp"] == KEPT_XMP
    kept = written.getexif()
    assert kept.get(ORIENTATION, 1) == 1 and kept[MAKER] == "Kamera" and kept.get_ifd(EXIF_IFD)[ISO] == 400
    if format != "WEBP":
        assert written.info["dpi"] == pytest.approx((150, 300) if orientation > 4 else (300, 150), abs=0.1)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("format", "channels"), [("png", 1), ("png", 2), ("png", 3), ("png", 4), ("tiff", 1), ("tiff", 3), ("tiff", 4)]
)
def test_16_bit_files_keep_every_bit(tmp_path, format, channels, orientation):
    source, output = tmp_path / f"in.{format}", tmp_path / f"out.{format}"
    array = DEEP[..., :channels]
    if format == "png":
        source.write_bytes(deep_png(array, orientation))
    else:
        deep_tiff(source, array, orientation)
    report, hole = fill(source, output)
    expected = turned(array, orientation)
    if format == "png":
        written = cv2.imread(str(output), cv2.IMREAD_UNCHANGED)
        order = {2: None, 3: [2, 1, 0], 4: [2, 1, 0, 3]}[written.ndim if written.ndim == 2 else written.shape[2]]
        written = written[..., None] if order is None else written[..., order]
        # Gray with alpha comes back as colour with alpha: OpenCV knows no other.
        expected = expected if channels != 2 else np.dstack([*([expected[..., 0]] * 3), expected[..., 1]])
    else:
        written = tifffile.imread(output)
        written = written[..., None] if written.ndim == 2 else written
    assert written.dtype == np.uint16 and written.shape == expected.shape
    assert np.array_equal(written[hole == 0], expected[hole == 0]) and report.changed_outside_px == 0
    inside = written[hole == 1]
    gray = channels < 3
    assert np.abs(inside[:, 0].astype(int) - (23481 if gray else 0)).max() <= 1
    assert gray or (inside[:, 1] == 40000).all()
    assert channels in (1, 3) or np.array_equal(written[..., -1], expected[..., -1])
    again = decode(output)
    assert again.icc == SRGB and again.xmp == KEPT_XMP
    assert again.dpi == pytest.approx((150, 300) if orientation > 4 else (300, 150), abs=0.1)
    kept = Image.Exif()
    kept.load(again.exif)
    assert kept.get(ORIENTATION, 1) == 1 and kept[MAKER] == "Kamera"
    assert format == "tiff" or kept.get_ifd(EXIF_IFD)[ISO] == 400


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize(("mode", "subsampling"), [("L", 0), ("RGB", 0), ("RGB", 1), ("RGB", 2)])
def test_jpeg_keeps_its_tables_and_subsampling_and_hardly_changes(tmp_path, mode, subsampling, orientation):
    source, output = tmp_path / "in.jpg", tmp_path / "out.jpg"
    # Smooth, as photographs are: noise survives no coding.
    smooth = cv2.GaussianBlur(np.kron(COLOUR[..., :3], np.ones((4, 4, 1), np.uint8)), (0, 0), 9)
    tables = [
        [3 + row + 2 * column for row in range(8) for column in range(8)],
        [9 + row for row in range(8) for _ in range(8)],
    ]
    image = Image.fromarray(smooth).convert(mode)
    image.save(
        source, qtables=tables[: 1 if mode == "L" else 2], subsampling=subsampling, exif=exif(orientation),
        icc_profile=SRGB, xmp=xmp(orientation), dpi=(300, 150), progressive=True,
    )  # fmt: skip
    report, hole = fill(source, output)
    before, written = Image.open(source), Image.open(output)
    turned_over = orientation > 4
    for key, table in before.quantization.items():
        square = np.reshape(table, (8, 8))
        assert np.array_equal(np.reshape(written.quantization[key], (8, 8)), square.T if turned_over else square)
    if mode == "RGB":
        # Turned 4:2:2 would need 4:4:0; all samples are kept instead.
        expected = 0 if turned_over and subsampling == 1 else subsampling
        assert JpegImagePlugin.get_sampling(written) == expected
    assert written.mode == mode and written.info.get("progressive")
    assert written.info["icc_profile"] == SRGB and written.getexif()[ORIENTATION] == 1
    assert written.info["xmp"] == KEPT_XMP
    assert written.info["dpi"] == ((150, 300) if turned_over else (300, 150))
    far = cv2.dilate(hole, np.ones((33, 33), np.uint8)) == 0
    difference = np.abs(rgba(source, as_seen=True).astype(int) - rgba(output))
    assert difference[far].mean() < 0.5
    assert report.changed_outside_px > 0  # the receipt does not hide the coding around the hole


def test_lossy_webp_stays_lossy_and_lossless_webp_lossless(tmp_path):
    for lossless in (False, True):
        Image.fromarray(COLOUR[..., :3]).save(tmp_path / "in.webp", lossless=lossless)
        fill(tmp_path / "in.webp", tmp_path / "out.webp")
        assert (b"VP8L" in (tmp_path / "out.webp").read_bytes()[:64]) == lossless


def test_16_bits_become_8_with_a_notice_where_the_format_has_no_more(tmp_path):
    (tmp_path / "in.png").write_bytes(deep_png(DEEP[..., :3], 1))
    report, hole = fill(tmp_path / "in.png", tmp_path / "out.bmp")
    assert any("16-bit" in notice for notice in report.notices)
    expected = np.rint(DEEP[..., :3] / 257)
    assert np.array_equal(rgba(tmp_path / "out.bmp")[hole == 0][:, :3], expected[hole == 0])
    kept = (DEEP[..., :3] % 257 == 0).all(axis=2)
    assert report.changed_outside_px == int((~kept & (hole == 0)).sum()) > 0
    assert report.changed_by == ["the reduction to 8 bits"]


def test_a_receipt_names_what_changed_pixels(tmp_path):
    depth, alpha, compression = "the reduction to 8 bits", "the white behind transparent areas", "the compression"
    Image.fromarray(COLOUR).save(tmp_path / "alpha.png")
    (tmp_path / "deep.png").write_bytes(deep_png(DEEP[..., :3], 1))
    Image.fromarray(COLOUR[..., :3]).save(tmp_path / "exact.webp", lossless=True)
    for source, output, expected in (
        ("alpha.png", "out.bmp", [alpha]), ("alpha.png", "out.jpg", [alpha, compression]), ("alpha.png", "out.tif", []),
        ("deep.png", "out.webp", [depth, compression]), ("exact.webp", "out.webp", []), ("exact.webp", "out.bmp", []),
    ):  # fmt: skip
        report, _ = fill(tmp_path / source, tmp_path / output)
        assert report.changed_by == expected and bool(report.changed_outside_px) == bool(expected), (source, output)
        before = decode(tmp_path / source)
        assert losses(before, output_format(tmp_path / output)) == expected, "and it is known before"


def test_a_quality_that_is_asked_for_replaces_the_files_own(tmp_path):
    smooth = Image.fromarray(cv2.GaussianBlur(np.kron(COLOUR[..., :3], np.ones((4, 4, 1), np.uint8)), (0, 0), 9))
    smooth.save(tmp_path / "in.webp", lossless=True)
    picture = decode(tmp_path / "in.webp")
    sizes = [len(encode(picture, "WEBP", quality)) for quality in (20, 90, 100, None)]
    assert sizes[0] < sizes[1] < min(sizes[2:])
    exact = [not losses(picture, "WEBP", quality) for quality in (20, 90, 100, None)]
    assert exact == [False, False, True, True]


def test_colour_space_chunks_of_a_png_stay(tmp_path):
    for deep in (False, True):
        source, output = tmp_path / "in.png", tmp_path / "out.png"
        buffer = io.BytesIO()
        Image.fromarray(COLOUR[..., :3]).save(buffer, "PNG")
        data = deep_png(DEEP[..., :3], 1) if deep else buffer.getvalue()
        gamma = struct.pack(">I", 4) + b"gAMA" + struct.pack(">I", 100000)
        gamma += struct.pack(">I", zlib.crc32(gamma[4:]))
        source.write_bytes(data[:33] + gamma + data[33:])
        fill(source, output)
        assert output.read_bytes().count(gamma) == 1
        assert Image.open(output).info["gamma"] == 1.0


def test_a_preview_that_shows_the_unfilled_picture_is_not_kept(tmp_path):
    source, output = tmp_path / "in.jpg", tmp_path / "out.jpg"
    preview = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(preview, "JPEG")
    block = exif(1).tobytes()
    assert preview.getvalue() not in block
    directory = Image.Exif()
    directory.load(block)
    Image.fromarray(COLOUR[..., :3]).save(source, exif=directory.tobytes() + preview.getvalue())
    assert preview.getvalue() in source.read_bytes()
    fill(source, output)
    assert preview.getvalue() not in output.read_bytes()


@pytest.mark.parametrize("deep", [False, True])
def test_patches_travel_exactly(tmp_path, deep):
    patch, _ = patch_for((HEIGHT, WIDTH))
    patch.colour[...] = DEEP[:7, :11, :3]
    original = Picture(COLOUR[..., :3], deep=DEEP[..., :3] if deep else None)
    (again,) = read_patches(write_patches([patch], tmp_path, "fill-1", original))
    inside = patch.hole == 1
    assert (again.top, again.left) == (5, 6) and np.array_equal(again.hole, patch.hole)
    expected = patch.colour if deep else np.rint(patch.colour / 257) * 257
    assert np.array_equal(again.colour[inside], expected[inside])


def test_pixel_dimensions_in_the_exif_turn_with_the_picture(tmp_path):
    block = exif(6, {0xA002: WIDTH, 0xA003: HEIGHT})
    Image.fromarray(COLOUR[..., :3]).save(tmp_path / "in.png", exif=block)
    fill(tmp_path / "in.png", tmp_path / "out.png")
    details = Image.open(tmp_path / "out.png").getexif().get_ifd(EXIF_IFD)
    assert (details[0xA002], details[0xA003]) == (HEIGHT, WIDTH)

"""What a file says in words (captions, comments), and what its numbers mean as colours, after a fill and on the screen."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, IptcImagePlugin, PngImagePlugin

from inpaintgan.data import worker
from inpaintgan.imaging.io import decode
from inpaintgan.inference.files import FileReport, save_filled
from inpaintgan.inference.patches import Patch, read_patches, write_patches

PIXELS = np.random.default_rng(0).integers(0, 256, (24, 40, 3), np.uint8)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
CAPTION, PREVIEW = "Die Brücke, 1932".encode(), b"as it was before"
CAPTION_DATASET = (2, 120)


def patch() -> Patch:
    hole = np.ones((7, 11), np.uint8)
    hole[:3, :4] = 0
    return Patch(5, 6, hole, np.full((7, 11, 3), 40000, np.uint16), np.zeros_like(hole))


def fill(source: Path, output: Path) -> FileReport:
    hole = np.zeros(PIXELS.shape[:2], np.uint8)
    hole[5:12, 6:17] = patch().hole
    report = FileReport(str(source), str(output))
    save_filled(decode(source), [patch()], hole, output, report)
    return report


def resource(number: int, data: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)


def write_captioned_jpeg(path: Path) -> None:
    iptc = struct.pack(">BBBH", 0x1C, *CAPTION_DATASET, len(CAPTION)) + CAPTION
    body = b"Photoshop 3.0\0" + resource(1036, PREVIEW) + resource(0x0404, iptc)
    segment = b"\xff\xed" + struct.pack(">H", len(body) + 2) + body
    Image.fromarray(PIXELS).save(path, comment=b"scanned by hand", extra=segment)


def test_captions_and_comments_of_a_jpeg_stay_and_previews_do_not(tmp_path: Path) -> None:
    write_captioned_jpeg(tmp_path / "in.jpg")
    assert PREVIEW in (tmp_path / "in.jpg").read_bytes()
    report = fill(tmp_path / "in.jpg", tmp_path / "out.jpg")
    kept = Image.open(tmp_path / "out.jpg")
    assert IptcImagePlugin.getiptcinfo(kept)[CAPTION_DATASET] == CAPTION
    assert kept.info["comment"] == b"scanned by hand"
    assert kept.quantization == Image.open(tmp_path / "in.jpg").quantization
    assert PREVIEW not in (tmp_path / "out.jpg").read_bytes()
    assert not report.notices


@pytest.mark.parametrize("deep", [False, True])
def test_texts_of_a_png_stay(tmp_path: Path, deep: bool) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", "Rosa")
    texts.add_itxt("Comment", "Großmutter", zip=True)
    texts.add_itxt("XML:com.adobe.xmp", "<x/>")
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, "PNG", pnginfo=texts)
    data = buffer.getvalue()
    if deep:
        tifffile.imwrite(tmp_path / "plain.tif", PIXELS.astype(np.uint16) * 257, photometric="rgb")
        fill(tmp_path / "plain.tif", tmp_path / "plain.png")
        plain = (tmp_path / "plain.png").read_bytes()
        data = plain[:33] + data[33 : data.index(b"IDAT") - 4] + plain[33:]
    (tmp_path / "in.png").write_bytes(data)
    assert not fill(tmp_path / "in.png", tmp_path / "out.png").notices
    assert Image.open(tmp_path / "out.png").text == {
        "Title": "Rosa",
        "Comment": "Großmutter",
        "XML:com.adobe.xmp": "<x/>",
    }


def test_words_that_another_format_cannot_take_are_told_of(tmp_path: Path) -> None:
    write_captioned_jpeg(tmp_path / "in.jpg")
    (notice,) = fill(tmp_path / "in.jpg", tmp_path / "out.png").notices
    assert notice == "Captions and comments in the file are lost; save as JPEG to keep them."


@pytest.mark.parametrize("suffix", [".tif", ".png", ".jpg"])
def test_a_tiff_without_a_resolution_gets_none(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(PIXELS).save(tmp_path / "in.tif")
    fill(tmp_path / "in.tif", tmp_path / f"out{suffix}")
    written = Image.open(tmp_path / f"out{suffix}")
    assert not {282, 283} & set(getattr(written, "tag_v2", {}))
    if suffix == ".png":
        assert "dpi" not in written.info


def test_lab_becomes_rgb_with_a_notice(tmp_path: Path) -> None:
    Image.fromarray(PIXELS).convert("RGB").convert("LAB").save(tmp_path / "in.tif")
    assert decode(tmp_path / "in.tif").notices == ("LAB colour was converted to RGB.",)


@pytest.mark.parametrize(
    ("mode", "suffix", "said"),
    [("CMYK", ".tif", "CMYK colour was converted to RGB."), ("P", ".png", "The palette was expanded to RGB.")],
)
def test_colours_that_are_written_in_another_way_are_told_of(tmp_path: Path, mode: str, suffix: str, said: str) -> None:
    Image.fromarray(PIXELS).convert(mode).save(tmp_path / f"in{suffix}")
    opened = worker.open_picture({"source": str(tmp_path / f"in{suffix}"), "folder": str(tmp_path)}, print)
    assert opened["conversion"] == said and opened["notices"] == [said]
    Image.fromarray(PIXELS).save(tmp_path / "plain.png")
    assert not decode(tmp_path / "plain.png").conversion


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_patches_look_as_their_picture_does(tmp_path: Path, mode: str) -> None:
    profile = PROFILE if mode == "RGB" else PROFILE[:16] + b"GRAY" + PROFILE[20:]
    gamma = PngImagePlugin.PngInfo()
    gamma.add(b"gAMA", struct.pack(">I", 100000))
    gamma.add_text("Title", "not of the patch")
    Image.fromarray(PIXELS).convert(mode).save(tmp_path / "in.png", icc_profile=profile, pnginfo=gamma)
    listed = write_patches([patch()], tmp_path, "fill-1", decode(tmp_path / "in.png"))
    shown = Image.open(listed[0]["file"])
    assert shown.mode == mode + "A" and shown.info["icc_profile"] == profile and shown.info["gamma"] == 1.0
    assert "Title" not in shown.info
    (again,) = read_patches(listed)
    inside = again.hole == 1
    assert np.array_equal(again.colour[inside], np.rint(patch().colour[inside] / 257) * 257)


def test_a_large_png_with_its_own_colours_is_shown_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PNG_DISPLAY_PIXELS", 100)
    for name, display in ((b"gAMA", "display.png"), (b"sRGB", "display.jpg")):
        chunk = PngImagePlugin.PngInfo()
        chunk.add(name, struct.pack(">I", 100000) if name == b"gAMA" else b"\0")
        Image.fromarray(PIXELS).save(tmp_path / "in.png", pnginfo=chunk)
        opened = worker.open_picture({"source": str(tmp_path / "in.png"), "folder": str(tmp_path)}, print)
        assert opened["display"] == display

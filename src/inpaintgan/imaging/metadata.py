"""What a picture file says beside its pixels: EXIF, XMP, resolution, and how it was coded."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from typing import Any

from PIL import Image, JpegImagePlugin

ORIENTATION = 0x0112
EXIF_IFD = 0x8769
_X_RESOLUTION = 282
_PIXEL_X, _PIXEL_Y = 0xA002, 0xA003
_TIFF_DESCRIPTION = frozenset({
    269, 270, 271, 272, 285, 305, 306, 315, 316, 33432, 33723, 34853, EXIF_IFD, 40091, 40092, 40093, 40094, 40095,
})  # fmt: skip
"""Tags of a TIFF that describe the picture; the others describe how its pixels lie in the file."""
_XMP_ORIENTATION = re.compile(rb"""(tiff:Orientation(?:=["']|>))[2-8](?=["'<])""")
_XMP_PREVIEWS = re.compile(rb"<(xmp|xap):Thumbnails\b.*?</\1:Thumbnails>", re.DOTALL)
_COLOUR_CHUNKS = (b"cICP", b"sRGB", b"gAMA", b"cHRM")
_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt")
_KEPT_APART = (
    b"XML:com.adobe.xmp\0",
    b"Raw profile type exif\0",
    b"Raw profile type APP1\0",
    b"Raw profile type xmp\0",
)
"""Texts that hold what is read and written by other ways, and an orientation that is no longer true."""
_IPTC = 0x0404
_MAX_SEGMENT = 65_000
"""Bytes of one segment of a JPEG."""
ADOBE_RGB = 0
"""Adobe's marker for a JPEG that stores red, green and blue themselves."""


def read_orientation(header: Image.Image) -> int:
    """Return a file's EXIF orientation, 1 to 8; 1, upright, when it does not say."""
    try:
        orientation = header.getexif().get(ORIENTATION, 1)
    except Exception:  # Pillow raises anything at all on broken blocks
        return 1
    return orientation if orientation in range(1, 9) else 1


def upright_exif(header: Image.Image) -> bytes | None:
    """Return a file's EXIF block with its orientation set to upright; a damaged block is dropped.

    The preview in it is dropped too: it would show what was removed from the picture.
    """
    try:
        block = header.getexif()
        if header.format == "TIFF":
            for tag in set(block) - _TIFF_DESCRIPTION:
                del block[tag]
        turned = block.get(ORIENTATION, 1) in (5, 6, 7, 8)
        if ORIENTATION in block:
            block[ORIENTATION] = 1
        details = block.get_ifd(EXIF_IFD) if EXIF_IFD in block else {}
        if turned and _PIXEL_X in details and _PIXEL_Y in details:
            details[_PIXEL_X], details[_PIXEL_Y] = details[_PIXEL_Y], details[_PIXEL_X]
        return block.tobytes() if len(block) else None
    except Exception:  # Pillow raises anything at all on broken blocks
        return None


def upright_xmp(header: Image.Image) -> bytes | None:
    """Return a file's XMP packet with its orientation set to upright and without previews, as `upright_exif` does."""
    packet = header.info.get("xmp")
    if isinstance(packet, str):
        packet = packet.encode()
    if not isinstance(packet, bytes):
        return None
    return _XMP_PREVIEWS.sub(b"", _XMP_ORIENTATION.sub(rb"\g<1>1", packet)) or None


def read_dpi(header: Image.Image, *, turned: bool) -> tuple[float, float] | None:
    """Return pixels an inch across and down, as the picture is seen upright, or None when the file does not say."""
    if header.format == "TIFF" and _X_RESOLUTION not in getattr(header, "tag_v2", {}):
        return None  # Pillow says 1
    try:
        across, down = (float(value) for value in header.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not (across > 0 and down > 0):
        return None
    return (down, across) if turned else (across, down)


def read_coding(header: Image.Image, data: bytes, *, turned: bool) -> dict[str, Any]:
    """Return how a file was coded, and what it says in ways of its format alone, as options for writing the same format again.

    Args:
        header: The file, opened by Pillow.
        data: Its bytes.
        turned: Whether rows became columns, so that quantisation tables have to turn as well.
    """
    if isinstance(header, JpegImagePlugin.JpegImageFile):
        return _jpeg_words(header) | _jpeg_coding(header, turned)
    if header.format == "WEBP":
        return {"lossless": True} if b"VP8L" in _chunk_names(data) else {}
    if header.format == "PNG":
        found_chunks = png_chunks(data)
        chunks = tuple((name, body) for name, body in found_chunks if name in _COLOUR_CHUNKS)
        texts = tuple(
            (name, body) for name, body in found_chunks if name in _TEXT_CHUNKS and not body.startswith(_KEPT_APART)
        )
        return {key: found for key, found in (("chunks", chunks), ("texts", texts)) if found}
    return {}


def has_own_colours(coding: Mapping[str, Any]) -> bool:
    """Whether a PNG's chunks give its numbers another meaning than sRGB's."""
    names = {name for name, _ in coding.get("chunks", ())}
    return bool(names) and b"sRGB" not in names


def has_words(coding: Mapping[str, Any]) -> bool:
    """Whether a file of another format would lack captions or comments that `read_coding` found."""
    return bool({"comment", "extra", "texts"} & coding.keys())


def _jpeg_words(header: JpegImagePlugin.JpegImageFile) -> dict[str, Any]:
    """A JPEG's comment, and the segment that holds its caption, author and rights as news agencies write them.

    Of the latter the IPTC record alone: others hold previews of the picture as it was.

    Source: Adobe Photoshop File Formats, Image Resource Blocks; IPTC-NAA Information Interchange Model.
    """
    found: dict[str, Any] = {}
    if comment := header.info.get("comment"):
        found["comment"] = comment
    record = header.info.get("photoshop", {}).get(_IPTC)
    if isinstance(record, bytes) and 0 < len(record) < _MAX_SEGMENT:
        block = b"8BIM" + struct.pack(">HHI", _IPTC, 0, len(record)) + record + b"\0" * (len(record) % 2)
        segment = b"Photoshop 3.0\0" + block
        found["extra"] = b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment
    return found


def _jpeg_coding(header: JpegImagePlugin.JpegImageFile, turned: bool) -> dict[str, Any]:
    if header.mode not in ("L", "RGB") or header.info.get("adobe_transform") == ADOBE_RGB:
        return {}
    tables = {key: _transposed(table) if turned else list(table) for key, table in header.quantization.items()}
    if not tables or any(len(table) != 64 for table in tables.values()):
        return {}
    subsampling = JpegImagePlugin.get_sampling(header)
    if header.mode == "L" or subsampling not in (0, 2):
        # 4:2:2 stays, unless it was turned: what it becomes then, and 4:1:1, cannot be written and keep every sample.
        subsampling = 1 if subsampling == 1 and not turned else 0
    progressive = bool(header.info.get("progressive"))
    return {"qtables": tables, "subsampling": subsampling, "progressive": progressive}


def _transposed(table: list[int]) -> list[int]:
    return [table[8 * column + row] for row in range(8) for column in range(8)]


def _chunk_names(data: bytes) -> list[bytes]:
    """The names of a RIFF file's chunks."""
    names, at = [], 12
    while at + 8 <= len(data):
        names.append(data[at : at + 4])
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return names


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG before its pixels."""
    chunks, at = [], 8
    while at + 8 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if name in (b"IDAT", b"IEND"):
            break
        chunks.append((name, data[at + 8 : at + 8 + size]))
        at += 12 + size
    return chunks

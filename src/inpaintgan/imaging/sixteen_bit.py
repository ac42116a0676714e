"""16-bit pictures, which Pillow cannot hold in colour: OpenCV moves their pixels, this file their metadata.

Source: PNG (Third Edition), sections 5 and 11.
"""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
from PIL import Image

from .picture import Picture, to_gray

_M_PER_INCH = 0.0254


def is_16_bit(data: bytes, header: Image.Image) -> bool:
    """Whether a file that Pillow opened as ``header`` holds 16 bits a sample."""
    if header.format == "PNG":
        return data[24] == 16
    bits = getattr(header, "tag_v2", {}).get(258, (8,))
    return header.mode.startswith("I;16") or max(bits if isinstance(bits, tuple) else (bits,)) == 16


def decode_16_bit(data: bytes) -> np.ndarray | None:
    """Return (H, W, 3) or (H, W, 4) uint16 RGB(A), or None where OpenCV does not know the file."""
    deep = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.dtype != np.uint16:
        return None
    if deep.ndim == 2:
        return cv2.cvtColor(deep, cv2.COLOR_GRAY2RGB)
    return cv2.cvtColor(deep, cv2.COLOR_BGRA2RGBA if deep.shape[2] == 4 else cv2.COLOR_BGR2RGB)


def encode_png_16(picture: Picture) -> bytes:
    """Encode a picture's ``deep`` pixels as PNG with its colour profile, EXIF, XMP and resolution.

    A gray picture with alpha is written as colour with alpha: the values are the same.
    """
    deep = picture.deep
    assert deep is not None
    gray = picture.gray and deep.shape[2] == 3
    if gray:
        deep = to_gray(deep)
    order = {2: None, 3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}[deep.ndim if deep.ndim == 2 else deep.shape[2]]
    _, plain = cv2.imencode(".png", deep if order is None else cv2.cvtColor(deep, order))
    coded = memoryview(plain.tobytes())
    chunks = [*picture.coding.get("chunks", ()), *picture.coding.get("texts", ())]
    if profile := picture.profile_for(gray=gray):
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(profile)))
    if picture.dpi:
        across, down = (round(value / _M_PER_INCH) for value in picture.dpi)
        chunks.append((b"pHYs", struct.pack(">IIB", across, down, 1)))
    if picture.exif:
        chunks.append((b"eXIf", picture.exif.removeprefix(b"Exif\0\0")))
    if picture.xmp:
        chunks.append(xmp_chunk(picture.xmp))
    after_header = 8 + 25
    return b"".join([coded[:after_header], *(_chunk(name, body) for name, body in chunks), coded[after_header:]])


def xmp_chunk(packet: bytes) -> tuple[bytes, bytes]:
    """Name and body of the PNG chunk that holds an XMP packet. Source: Adobe's XMP specification, part 3, section 1.1.5."""
    return b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

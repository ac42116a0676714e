"""TIFF files, written by hand: Pillow holds no 16-bit colour and cannot compress and keep EXIF at once.

Source: TIFF 6.0, sections 2 and 14 (differencing predictor); Adobe's TIFF technical note 3 (Deflate).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from itertools import accumulate

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from .metadata import EXIF_IFD
from .picture import Picture

_HEADER = b"II*\0\x08\0\0\0"
_STRIP_BYTES = 1 << 20
_GPS_IFD = 34853
_DEFLATE, _HORIZONTAL, _UNASSOCIATED, _BYTE, _UNDEFINED, _INCH = 8, 2, 2, 1, 7, 2


def encode_tiff(pixels: np.ndarray, picture: Picture) -> bytes:
    """Encode pixels as a Deflate-compressed TIFF.

    Args:
        pixels: (H, W) gray or (H, W, C) of 2 (gray, alpha), 3 (RGB) or 4 (RGBA) channels, uint8 or uint16.
        picture: Whose colour profile, EXIF, XMP and resolution are kept.
    """
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    height, width, channels = pixels.shape
    rows = max(1, _STRIP_BYTES // (pixels.itemsize * width * channels))
    strips = [zlib.compress(strip, 4) for strip in _predicted_strips(pixels, rows)]
    tags = ImageFileDirectory_v2(_HEADER)
    _describe(tags, picture, gray=channels < 3)
    tags[256], tags[257] = width, height
    tags[258] = (8 * pixels.itemsize,) * channels
    tags[259], tags[317] = _DEFLATE, _HORIZONTAL
    tags[262] = 1 if channels < 3 else 2
    tags[277], tags[278], tags[284] = channels, rows, 1
    if channels in (2, 4):
        tags[338] = _UNASSOCIATED
    # Pillow adds the place where the directory ends.
    tags.tagtype[273] = 4
    tags[273] = tuple(accumulate((len(strip) for strip in strips[:-1]), initial=0))
    tags[279] = tuple(len(strip) for strip in strips)
    return b"".join([_HEADER, tags.tobytes(len(_HEADER)), *strips])


def _describe(tags: ImageFileDirectory_v2, picture: Picture, *, gray: bool) -> None:
    if picture.exif:
        block = Image.Exif()
        block.load(picture.exif)
        for tag, value in block.items():
            tags[tag] = block.get_ifd(tag) if tag in (EXIF_IFD, _GPS_IFD) else value
    if picture.xmp:
        tags.tagtype[700] = _BYTE
        tags[700] = picture.xmp
    if profile := picture.profile_for(gray=gray):
        tags.tagtype[34675] = _UNDEFINED
        tags[34675] = profile
    if picture.dpi:
        tags[282], tags[283] = (IFDRational(round(value * 10000), 10000) for value in picture.dpi)
        tags[296] = _INCH


def _predicted_strips(pixels: np.ndarray, rows: int) -> Iterator[bytes]:
    """Strips in which each sample is the difference from the one to its left, little-endian."""
    for top in range(0, len(pixels), rows):
        strip = pixels[top : top + rows].astype(pixels.dtype.newbyteorder("<"))
        strip[:, 1:] -= strip[:, :-1].copy()
        yield strip.tobytes()


def float_bits(data: bytes) -> int:
    """Return the bits of a sample of a TIFF whose samples are floats; 0 for any other file. Source: TIFF 6.0, section 19."""
    try:
        stream = io.BytesIO(data)
        is_big = 43 in data[2:4]
        tags = ImageFileDirectory_v2(stream.read(16 if is_big else 8))
        stream.seek(tags.next)
        tags.load(stream)
        return tags[258][0] if tags.get(339, ())[:1] == (3,) else 0
    except Exception:  # no TIFF; Pillow raises anything at all on broken data
        return 0

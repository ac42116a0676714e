"""Pictures into files."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

from ..core.atomic import write_bytes
from ..core.errors import InpaintError
from ..core.formats import DEEP, EXACT, WITHOUT_ALPHA, WRITABLE
from ..core.outputs import writing
from .picture import Picture, on_white, to_gray
from .sixteen_bit import encode_png_16, xmp_chunk
from .tiff import encode_tiff

_QUALITY = 95
_MAX_JPEG_XMP = 65504
"""Bytes that one segment holds beside its name."""


def encode(picture: Picture, format: str, quality: int | None = None) -> bytes:
    """Encode a picture; PNG, TIFF and BMP are exact, and so is WebP at quality 100.

    Alpha, 16 bits a sample, gray, colour profile, EXIF, XMP and resolution are kept where the format can hold them; for JPEG
    and BMP, which have no alpha, the picture is laid on white.

    Args:
        picture: What to encode.
        format: ``"PNG"``, ``"JPEG"``, ``"WEBP"``, ``"TIFF"`` or ``"BMP"``.
        quality: 1 to 100, of JPEG and WebP. None codes as the source was, when it has the same format: JPEG with its
            quantisation tables and subsampling, WebP lossless or not; else 95.

    Raises:
        InpaintError: ``output-format`` for another format or a picture too large for it.
    """
    if format not in WRITABLE.values():
        raise InpaintError("output-format", f"'{format}' cannot be written.", "Choose PNG, JPEG, WebP, TIFF or BMP.")
    try:
        if format == "PNG" and picture.deep is not None:
            return encode_png_16(picture)
        pixels = _stored_pixels(picture, format)
        if format == "TIFF":
            return encode_tiff(pixels, picture)
        options = _options(picture, format, quality)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, format, **options)
        return buffer.getvalue()
    except (OSError, ValueError, OverflowError, struct.error, cv2.error) as error:  # too large for the format, mostly
        height, width = picture.pixels.shape[:2]
        hint = "Choose PNG." if format != "PNG" else ""
        raise InpaintError(
            "output-format", f"A picture of {width}x{height} cannot be written as {format}.", hint
        ) from error


def losses(picture: Picture, format: str, quality: int | None = None) -> list[str]:
    """What `encode` makes pixels of this picture differ by, in words; nothing where it keeps them all."""
    found = []
    if picture.deep is not None and format not in DEEP:
        found.append("the reduction to 8 bits")
    if picture.alpha is not None and format in WITHOUT_ALPHA and picture.alpha.min() < 255:
        found.append("the white behind transparent areas")
    if format not in EXACT and not _options(picture, format, quality).get("lossless"):
        found.append("the compression")
    return found


def _stored_pixels(picture: Picture, format: str) -> np.ndarray:
    """The pixels in the channels that the format holds."""
    if picture.deep is not None and format in DEEP:
        pixels, alpha = np.ascontiguousarray(picture.deep[..., :3]), picture.deep[..., 3:]
        alpha = alpha if alpha.size else None
    else:
        pixels, alpha = picture.pixels, picture.alpha
    if alpha is not None and format in WITHOUT_ALPHA:
        pixels, alpha = on_white(pixels, alpha), None
    if picture.gray and format != "WEBP":
        pixels = to_gray(pixels)
    return pixels if alpha is None else np.dstack([pixels, alpha])


def _options(picture: Picture, format: str, quality: int | None) -> dict[str, Any]:
    """Pillow's options for a format, with the metadata that it can hold."""
    coding = dict(picture.coding) if quality is None and picture.format == format else {}
    quality = quality or _QUALITY
    options: dict[str, Any] = {
        "PNG": {"compress_level": 4},
        "JPEG": coding if "qtables" in coding else {"quality": quality, "subsampling": 0, **coding},
        "WEBP": {"quality": quality, "lossless": quality >= 100, "exact": True, **coding},
        "BMP": {},
    }[format]
    if picture.dpi and format != "WEBP":
        options["dpi"] = picture.dpi
    if format == "BMP":
        return options
    if profile := picture.profile_for(gray=picture.gray and format != "WEBP"):
        options["icc_profile"] = profile
    if picture.exif:
        options["exif"] = picture.exif
    if format == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        xmp = [xmp_chunk(picture.xmp)] if picture.xmp else []
        for name, body in [*coding.get("chunks", ()), *coding.get("texts", ()), *xmp]:
            options["pnginfo"].add(name, body)
    elif picture.xmp and (format != "JPEG" or len(picture.xmp) <= _MAX_JPEG_XMP):
        options["xmp"] = picture.xmp
    return options


def output_format(path: Path) -> str:
    """Return the format that a file name asks for.

    Raises:
        InpaintError: ``output-format`` for a suffix that is not one of ours.
    """
    format = WRITABLE.get(path.suffix.lower())
    if format is None:
        raise InpaintError(
            "output-format",
            f"{path.name} does not end in a picture format that can be written.",
            "Use a name that ends in .png, .jpg, .webp, .tif or .bmp.",
        )
    return format


def save_picture(picture: Picture, path: Path, quality: int | None = None) -> None:
    """Write a picture atomically in the format of the path's suffix, in place of what may be there. See `encode`.

    Raises:
        InpaintError: ``output-format`` or ``output-unwritable``.
    """
    data = encode(picture, output_format(path), quality)
    with writing(path):
        write_bytes(path, data)

"""Pictures into files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np

from ..core.atomic import write_bytes
from ..core.errors import InpaintError
from .folder import WRITABLE
from .picture import Picture, on_white


def encode(picture: Picture, format: str, quality: int = 95) -> bytes:
    """Encode a picture; PNG, TIFF and BMP are exact, and so is WebP at quality 100.

    Alpha, colour profile and EXIF are kept where the format can hold them; for JPEG and BMP, which have no alpha, the
    picture is laid on white.

    Args:
        picture: What to encode.
        format: ``"PNG"``, ``"JPEG"``, ``"WEBP"``, ``"TIFF"`` or ``"BMP"``.
        quality: 1 to 100, of JPEG and WebP.

    Raises:
        InpaintError: ``output-format`` for another format or a picture too large for it.
    """
    if format not in WRITABLE.values():
        raise InpaintError("output-format", f"'{format}' cannot be written.", "Choose PNG, JPEG, WebP, TIFF or BMP.")
    options: dict[str, Any] = {
        "PNG": {"compress_level": 4},
        "JPEG": {"quality": quality, "subsampling": 0},
        "WEBP": {"quality": quality, "lossless": quality >= 100, "exact": True},
        "TIFF": {"compression": "tiff_adobe_deflate"},
        "BMP": {},
    }[format]
    pixels = picture.pixels
    if picture.alpha is not None:
        flat = format in ("JPEG", "BMP")
        pixels = on_white(pixels, picture.alpha) if flat else np.dstack([pixels, picture.alpha])
    if format != "BMP":
        options.update({"icc_profile": picture.icc} if picture.icc else {})
        options.update({"exif": picture.exif} if picture.exif else {})
    try:
        return iio.imwrite("<bytes>", pixels, extension=f".{format.lower()}", plugin="pillow", format=format, **options)
    except Exception as error:
        height, width = pixels.shape[:2]
        raise InpaintError(
            "output-format", f"A picture of {width}x{height} cannot be written as {format}.", "Choose PNG."
        ) from error


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
            "Let the name end in .png, .jpg, .webp, .tif or .bmp.",
        )
    return format


def save_picture(picture: Picture, path: Path, overwrite: bool = False) -> int:
    """Write a picture atomically in the format of the path's suffix and return the file's size in bytes.

    Raises:
        InpaintError: ``output-format``, ``output-exists`` or ``output-unwritable``.
    """
    data = encode(picture, output_format(path))
    if path.exists() and not overwrite:
        raise InpaintError("output-exists", f"{path} exists already.", "Choose another name, or allow overwriting.")
    try:
        write_bytes(path, data)
    except OSError as error:
        raise InpaintError(
            "output-unwritable", f"{path} cannot be written: {error.strerror}.", "Choose another folder."
        ) from error
    return len(data)

"""Pictures as they lie inside a report's page."""

from __future__ import annotations

import base64
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.encode import encode
from ..imaging.picture import Picture

_SHOWN_PX = 256
_JPEG_QUALITY = 88


def jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """A picture as JPEG, at most 256 px a side."""
    if max(pixels.shape[:2]) > _SHOWN_PX:
        pixels = np.asarray(cv2.resize(pixels, (_SHOWN_PX, _SHOWN_PX), interpolation=cv2.INTER_AREA), np.uint8)
    return encode(Picture(pixels), "JPEG", _JPEG_QUALITY)


def data_uri(data: bytes, kind: str) -> str:
    """Bytes inside an address."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def file_uri(path: Path, kind: str) -> str:
    """A file inside an address."""
    return data_uri(path.read_bytes(), kind)

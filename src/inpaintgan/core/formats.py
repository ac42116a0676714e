"""Which files are pictures, and which formats can be written: for both halves."""

from __future__ import annotations

WRITABLE = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".webp": "WEBP", ".tif": "TIFF",
    ".tiff": "TIFF", ".bmp": "BMP",
}  # fmt: skip
"""The formats that can be written, by suffix."""
PICTURE_SUFFIXES = frozenset({*WRITABLE, ".dib", ".gif", ".avif", ".heic", ".heif", ".hif", ".ppm", ".pgm"})
"""Lower-case file suffixes that count as pictures."""
ACCEPTED = "Accepted are PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF, HEIC and PPM pictures."

"""Which files are pictures or sets of them, and which formats can be written: for both halves."""

from __future__ import annotations

WRITABLE = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".webp": "WEBP", ".tif": "TIFF",
    ".tiff": "TIFF", ".bmp": "BMP",
}  # fmt: skip
"""The formats that can be written, by suffix."""
EXACT = ("PNG", "TIFF", "BMP")
"""Those of them that always give back every pixel."""
WITHOUT_ALPHA = ("JPEG", "BMP")
"""Those that are written on white instead."""
DEEP = ("PNG", "TIFF")
"""Those that hold 16 bits a sample."""
WITH_QUALITY = ("JPEG", "WEBP")
"""Those that can be written smaller or better, by a quality of 1 to `MAX_QUALITY`."""
MAX_QUALITY = 100
EXACT_AT_100 = ("WEBP",)
"""Those of them that give back every pixel at quality 100."""
PICTURE_SUFFIXES = frozenset({*WRITABLE, ".dib", ".gif", ".avif", ".heic", ".heif", ".hif", ".ppm", ".pgm"})
"""Lower-case file suffixes that count as pictures."""
FOREIGN_SUFFIXES = frozenset({
    ".jp2", ".j2k", ".jpx", ".jxl", ".psd", ".psb", ".xcf", ".tga", ".exr", ".hdr", ".svg", ".dng", ".cr2", ".cr3", ".nef",
    ".arw", ".orf", ".rw2", ".raf", ".pef",
})  # fmt: skip
"""Those of pictures that are not read: they are told of where a person may expect them to count."""
SHARD_SUFFIX = ".tar"
"""Of a tar file of pictures, in WebDataset's layout."""
LIST_SUFFIXES = (".flist", ".txt")
"""Of a text file with a path in each line, as EdgeConnect's settings name them."""
DATA_IS = (
    f"Choose a folder with pictures in it, an uncompressed {SHARD_SUFFIX} of pictures, or a text file "
    f"({' or '.join(LIST_SUFFIXES)}) with the path of a picture in each line. Unpack other archives."
)
"""What training pictures may be."""
ACCEPTED = "Accepted are PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF, HEIC and PPM pictures."

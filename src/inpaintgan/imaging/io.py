"""Pictures in and out of files, at full fidelity for people and leanly for training. BGR exists in this file only."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import imageio.v3 as iio
import numpy as np
from PIL import Image

from ..core.atomic import write_bytes
from ..core.errors import InpaintError

_FORMATS = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".webp": "WEBP", ".tif": "TIFF",
    ".tiff": "TIFF", ".bmp": "BMP",
}  # fmt: skip
PICTURE_SUFFIXES = frozenset({*_FORMATS, ".dib", ".gif", ".avif", ".ppm", ".pgm"})
"""Lower-case file suffixes that count as pictures."""
MAX_PIXELS = 100_000_000
_ACCEPTED = "Accepted are PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF and PPM pictures."
_ORIENTATION_TAG = 0x0112

# Broken pictures are reported in our own words.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


@dataclass(frozen=True)
class Picture:
    """A decoded picture with everything that saving it again should keep."""

    pixels: np.ndarray
    """(H, W, 3) uint8 RGB, upright: the EXIF orientation is applied."""
    alpha: np.ndarray | None = None
    """(H, W) uint8, or None."""
    icc: bytes | None = None
    exif: bytes | None = None
    """EXIF block whose orientation says upright."""
    format: str = "PNG"
    notices: tuple[str, ...] = ()
    """What decoding had to change, in words."""


def decode(source: Path | bytes, name: str = "") -> Picture:
    """Decode a picture file with its alpha, colour profile and EXIF; of several frames the first.

    Args:
        source: A path, or the bytes of the file.
        name: What messages call the picture; by default the path.

    Raises:
        InpaintError: ``picture-missing``, ``picture-unreadable`` or ``picture-too-large``.
    """
    name = name or (str(source) if isinstance(source, Path) else "The picture")
    data = _read_bytes(source, name)
    header = _open_header(data, name)
    notices: list[str] = []
    try:
        pixels, info = _read_pixels(data, header, notices)
    except InpaintError:
        raise
    except Exception as error:  # decoders raise anything at all on broken data
        raise _unreadable(name, "it is damaged or cut short") from error
    alpha = None
    if pixels.shape[2] == 4:
        pixels, alpha = np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3])
    if getattr(header, "n_frames", 1) > 1:
        notices.append(f"Only the first of {getattr(header, 'n_frames', 1)} frames is used")
    icc = info.get("icc_profile") or None
    if icc and icc[16:20] != b"RGB ":
        # A gray or CMYK profile would make an RGB file unreadable for others.
        icc = None
    return Picture(pixels, alpha, icc, _upright_exif(info.get("exif")), header.format or "PNG", tuple(notices))


def _read_bytes(source: Path | bytes, name: str) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    try:
        return source.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InpaintError(
            "picture-missing", f"There is no picture {name}.", "Check the name and the folder."
        ) from error
    except OSError as error:
        raise _unreadable(name, error.strerror or "it cannot be opened") from error


def _unreadable(name: str, why: str) -> InpaintError:
    return InpaintError("picture-unreadable", f"{name} cannot be read: {why}.", _ACCEPTED)


def _open_header(data: bytes, name: str) -> Image.Image:
    """Read the header alone and refuse what is no picture or too large to hold in memory."""
    too_large = InpaintError(
        "picture-too-large", f"{name} has more than {MAX_PIXELS // 1_000_000} megapixels.", "Make it smaller first."
    )
    if not data:
        raise _unreadable(name, "the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data))
    except Image.DecompressionBombError as error:
        raise too_large from error
    except Exception as error:
        raise _unreadable(name, "it is not a picture of a known format") from error
    if image.width * image.height > MAX_PIXELS:
        raise too_large
    return image


def _read_pixels(data: bytes, header: Image.Image, notices: list[str]) -> tuple[np.ndarray, dict[str, Any]]:
    """Return upright uint8 pixels of 3 or 4 channels, and the file's metadata."""
    if header.mode in ("F", "I") and not _is_16_bit(data, header):
        raise _unreadable("The picture", "its pixels are 32-bit numbers, not colours")
    has_alpha = header.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in header.info
    deep = _decode_16_bit(data) if _is_16_bit(data, header) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with iio.imopen(io.BytesIO(data), "r", plugin="pillow") as file:
            pixels = deep if deep is not None else file.read(index=0, mode="RGBA" if has_alpha else "RGB")
            # After the pixels: reading a TIFF turns it upright and drops its orientation.
            info = file.metadata(index=0, exclude_applied=False)
    if deep is not None:
        notices.append("16-bit colour was reduced to 8-bit")
    if header.mode == "CMYK":
        notices.append("CMYK colour was converted to RGB")
    orientation = 1 if deep is not None and header.format == "TIFF" else info.get("Orientation", 1)
    return np.ascontiguousarray(_upright(pixels, orientation)), info


def _is_16_bit(data: bytes, header: Image.Image) -> bool:
    if header.format == "PNG":
        return data[24] == 16
    bits = getattr(header, "tag_v2", {}).get(258, (8,))
    return header.mode.startswith("I;16") or max(bits if isinstance(bits, tuple) else (bits,)) == 16


def _decode_16_bit(data: bytes) -> np.ndarray | None:
    """Return 16-bit pixels scaled to 8 bits, RGB or RGBA, or None where OpenCV does not know them."""
    deep = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.dtype != np.uint16:
        return None
    pixels = ((deep.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if pixels.ndim == 2:
        return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
    return cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB)


def _upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Apply an EXIF orientation, 1 to 8 (Exif 2.3, tag 0x0112); other values mean upright."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def _upright_exif(exif: bytes | None) -> bytes | None:
    """Return the EXIF block with its orientation set to upright; a damaged block is dropped."""
    if not exif:
        return None
    try:
        block = Image.Exif()
        block.load(exif)
        if _ORIENTATION_TAG in block:
            block[_ORIENTATION_TAG] = 1
        return block.tobytes()
    except Exception:
        return None


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
    if format not in _FORMATS.values():
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
        if format in ("JPEG", "BMP"):
            pixels = on_white(pixels, picture.alpha)
        else:
            pixels = np.dstack([pixels, picture.alpha])
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


def on_white(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Composite (H, W, 3) uint8 pixels with (H, W) uint8 alpha on white."""
    opacity = alpha[..., None].astype(np.uint16)
    return ((pixels * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)


def output_format(path: Path) -> str:
    """Return the format that a file name asks for.

    Raises:
        InpaintError: ``output-format`` for a suffix that is not one of ours.
    """
    format = _FORMATS.get(path.suffix.lower())
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


def read_rgb(path: Path, smallest_side: int = 0) -> np.ndarray:
    """Read a picture for training, as leanly as its format allows; transparent parts come out white.

    Args:
        path: The file; its name may hold any letters.
        smallest_side: In px; a JPEG may be decoded at a half, quarter or eighth of its size while its shorter side
            stays at least this long. 0 decodes in full.

    Returns:
        (H, W, 3) uint8 RGB, upright.

    Raises:
        InpaintError: ``picture-unreadable``, ``picture-missing`` or ``picture-too-large``.
    """
    data = _read_bytes(path, str(path))
    header = _open_header(data, str(path))
    flag = _lean_flag(data, header, smallest_side)
    if flag is not None:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
        if pixels is None:
            raise _unreadable(str(path), "it is damaged or cut short")
        return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    picture = decode(data, str(path))
    return picture.pixels if picture.alpha is None else on_white(picture.pixels, picture.alpha)


def _lean_flag(data: bytes, header: Image.Image, smallest_side: int) -> int | None:
    """Return OpenCV's flag for a picture that it reads just as `decode` does, or None for all others."""
    if header.format == "JPEG" and header.mode in ("RGB", "L"):
        # OpenCV before 5 fills the rest of a cut JPEG with gray; a whole one ends its last scan with an end mark.
        if data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda"):
            return None
        side = min(header.size)
        for factor, flag in (
            (8, cv2.IMREAD_REDUCED_COLOR_8),
            (4, cv2.IMREAD_REDUCED_COLOR_4),
            (2, cv2.IMREAD_REDUCED_COLOR_2),
        ):
            if 0 < smallest_side <= side // factor:
                return flag
        return cv2.IMREAD_COLOR
    plain = header.mode in ("RGB", "L", "P") and not {"transparency", "exif"} & header.info.keys()
    if header.format in ("PNG", "WEBP", "BMP") and plain and getattr(header, "n_frames", 1) == 1:
        return None if _is_16_bit(data, header) else cv2.IMREAD_COLOR
    return None


def to_gray(rgb: np.ndarray) -> np.ndarray:
    """Return the luma of (H, W, 3) uint8 RGB as (H, W) uint8."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)


def resize_square(rgb: np.ndarray, side: int) -> np.ndarray:
    """Cut the largest square from the middle and resize it to ``side`` px: by area when shrinking, else bilinearly."""
    height, width = rgb.shape[:2]
    cut = min(height, width)
    top, left = (height - cut) // 2, (width - cut) // 2
    square = rgb[top : top + cut, left : left + cut]
    if cut == side:
        return np.ascontiguousarray(square)
    return cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA if cut > side else cv2.INTER_LINEAR)


def find_pictures(folder: Path, recursive: bool = True) -> list[Path]:
    """Return the pictures of a folder, sorted by their path in it; hidden files and folders are skipped.

    A folder that is reached twice through links is read once, so that a loop of links ends.

    Raises:
        InpaintError: ``folder-missing`` or ``folder-empty``.
    """
    if not folder.is_dir():
        why = "is a file, not a folder" if folder.exists() else "does not exist"
        raise InpaintError("folder-missing", f"The folder {folder} {why}.", "Choose a folder with pictures in it.")
    root = str(folder)
    found = sorted(os.path.relpath(path, root).replace(os.sep, "/") for path in _walk(root, recursive))
    if not found:
        raise InpaintError("folder-empty", f"There are no pictures in the folder {folder}.", _ACCEPTED)
    return [folder / name for name in found]


def _walk(root: str, recursive: bool) -> Iterator[str]:
    """Yield the paths of pictures; real folders come before linked ones, so that the answer is always the same."""
    folders, linked = [root], []
    seen: set[tuple[int, int]] = set()
    while folders or linked:
        if not folders:
            linked.sort(reverse=True)
        folder = folders.pop() if folders else linked.pop()
        try:
            identity = os.stat(folder)
            if (identity.st_dev, identity.st_ino) in seen:
                continue
            seen.add((identity.st_dev, identity.st_ino))
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir():
                        if recursive:
                            (linked if entry.is_symlink() else folders).append(entry.path)
                    elif os.path.splitext(entry.name)[1].lower() in PICTURE_SUFFIXES and entry.is_file():
                        yield entry.path
        except OSError:
            # One locked folder does not keep the others from being used.
            continue

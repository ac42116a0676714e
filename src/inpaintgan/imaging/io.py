"""Pictures in and out of files, at full fidelity for people and leanly for training. BGR stays here and in `deep`."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import cv2
import imageio.v3 as iio
import numpy as np
from PIL import Image

from ..core.errors import InpaintError
from ..core.formats import ACCEPTED
from .metadata import read_coding, read_dpi, read_orientation, upright_exif, upright_xmp
from .picture import Picture, on_white, reduced
from .sixteen_bit import decode_16_bit, is_16_bit
from .tiff import float_bits

MAX_PIXELS = 100_000_000
_PNG_GRAY_TYPES = (0, 4)
_READ = ("PNG", "JPEG", "MPO", "WEBP", "TIFF", "BMP", "DIB", "GIF", "AVIF", "HEIF", "PPM")

# Broken pictures are reported in our own words.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


class Readable(Protocol):
    """A path, or whatever else holds a picture's bytes and says where they lie when it is turned into text."""

    def read_bytes(self) -> bytes: ...


@dataclass(frozen=True)
class Header:
    """What a picture file says about itself before its pixels are decoded."""

    width: int
    """In px, as stored: an EXIF orientation may swap it with ``height``."""
    height: int
    format: str
    has_alpha: bool


def read_header(source: Readable | bytes, name: str = "") -> Header:
    """Read a picture's size and format without decoding it.

    Raises:
        InpaintError: ``picture-missing``, ``picture-unreadable`` or ``picture-too-large``.
    """
    name = name or _default_name(source)
    image = _open_header(_read_bytes(source, name), name)
    return Header(image.width, image.height, _format(image), _has_alpha(image))


def decode(source: Readable | bytes, name: str = "") -> Picture:
    """Decode a picture file with all that saving it again should keep; of several frames the first.

    Args:
        source: A path, or the bytes of the file.
        name: What messages call the picture; by default the path.

    Raises:
        InpaintError: ``picture-missing``, ``picture-unreadable`` or ``picture-too-large``.
    """
    name = name or _default_name(source)
    data = _read_bytes(source, name)
    header = _open_header(data, name)
    try:
        deep = decode_16_bit(data) if is_16_bit(data, header) else None
        if header.mode in ("F", "I") and deep is None:
            raise _float_tiff(name, data) or _unreadable(name, "its pixels are 32-bit numbers, not colours")
        pixels, orientation = _read_pixels(data, header, deep)
        n_frames = 1 if _format(header) == "JPEG" else getattr(header, "n_frames", 1)
    except InpaintError:
        raise
    except Exception as error:  # decoders raise anything at all on broken data
        raise _unreadable(name, "it is damaged or cut short") from error
    if deep is not None:
        deep, pixels = pixels, reduced(pixels)
    alpha = None
    if pixels.shape[2] == 4:
        pixels, alpha = np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3])
    conversion = _conversion(header.mode)
    frames = f"Only the first of {n_frames} frames is used." if n_frames > 1 else ""
    turned = orientation in (5, 6, 7, 8)
    return Picture(
        pixels, alpha, _icc(header), upright_exif(header), _format(header), tuple(filter(None, (conversion, frames))),
        conversion, deep, gray=_is_gray(data, header), dpi=read_dpi(header, turned=turned),
        coding=read_coding(header, data, turned=turned), xmp=upright_xmp(header),
    )  # fmt: skip


def _conversion(mode: str) -> str:
    """What became of a file's colours, in words, by Pillow's mode."""
    if mode in ("CMYK", "LAB"):
        return f"{mode} colour was converted to RGB."
    return "The palette was expanded to RGB." if mode in ("P", "PA") else ""


def _default_name(source: Readable | bytes) -> str:
    return "The picture" if isinstance(source, bytes | bytearray | memoryview) else str(source)


def _read_bytes(source: Readable | bytes, name: str) -> bytes:
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
    return InpaintError("picture-unreadable", f"{name} cannot be read: {why}.", ACCEPTED)


def _float_tiff(name: str, data: bytes) -> InpaintError | None:
    """The refusal of a TIFF of floats, which must not be told that TIFF is accepted; None for anything else."""
    bits = float_bits(data)
    if not bits:
        return None
    why = f"{name} cannot be read: this TIFF holds {bits}-bit float values."
    return InpaintError("picture-unreadable", why, "Save it with 8 or 16 bits, as whole numbers.")


def _open_header(data: bytes, name: str) -> Image.Image:
    """Read the header alone and refuse what is not a picture or too large to hold in memory."""
    too_large = InpaintError(
        "picture-too-large", f"{name} has more than {MAX_PIXELS // 1_000_000} megapixels.", "Make it smaller first."
    )
    if not data:
        raise _unreadable(name, "the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if data[4:8] == b"ftyp":
                _learn_heic()
            image = Image.open(io.BytesIO(data), formats=_formats())
    except Image.DecompressionBombError as error:
        raise too_large from error
    except Exception as error:
        raise _float_tiff(name, data) or _unreadable(name, "it is not a picture of a known format") from error
    if image.width * image.height > MAX_PIXELS:
        raise too_large
    return image


def _formats() -> list[str]:
    """Those of `ACCEPTED` that Pillow can read here. It knows others, and one of them runs programs: PostScript."""
    Image.init()
    return [name for name in _READ if name in Image.OPEN]


@cache
def _learn_heic() -> None:
    """Teach Pillow the format that phones store photos in. Not before one comes: it would slow every start down."""
    from pi_heif import register_heif_opener

    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def _read_pixels(data: bytes, header: Image.Image, deep: np.ndarray | None) -> tuple[np.ndarray, int]:
    """Return upright pixels of 3 or 4 channels, uint8 or those of ``deep``, and the orientation that was applied."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mode = "RGBA" if _has_alpha(header) else "RGB"
        pixels = deep if deep is not None else iio.imread(data, index=0, plugin="pillow", mode=mode)
        orientation = read_orientation(header)
    # Both decoders turn a TIFF upright themselves.
    upright = pixels if header.format == "TIFF" else _upright(pixels, orientation)
    return np.ascontiguousarray(upright), orientation


def _is_gray(data: bytes, header: Image.Image) -> bool:
    if header.format == "PNG" and is_16_bit(data, header):
        return data[25] in _PNG_GRAY_TYPES
    return header.mode in ("1", "L", "LA", "La") or header.mode.startswith("I;16")


def _icc(header: Image.Image) -> bytes | None:
    """A file's colour profile, unless it is one for other colours than we keep."""
    icc = header.info.get("icc_profile")
    return icc if icc and icc[16:20] in (b"RGB ", b"GRAY") else None


def _format(image: Image.Image) -> str:
    # MPO is how phones store a JPEG with a preview or depth map behind it.
    return "JPEG" if image.format == "MPO" else image.format or "PNG"


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


def _upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Apply an EXIF orientation, 1 to 8 (Exif 2.3, tag 0x0112); other values mean upright."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def read_rgb(source: Readable | bytes, smallest_side: int = 0, name: str = "") -> np.ndarray:
    """Read a picture for training, as leanly as its format allows; transparent parts come out white.

    Args:
        source: A path, whose name may hold any letters, or the bytes of the file.
        smallest_side: In px; a JPEG may be decoded at a half, quarter or eighth of its size while its shorter side
            stays at least this long. 0 decodes in full.
        name: What messages call the picture; by default the path.

    Returns:
        (H, W, 3) uint8 RGB, upright.

    Raises:
        InpaintError: ``picture-unreadable``, ``picture-missing`` or ``picture-too-large``.
    """
    name = name or _default_name(source)
    data = _read_bytes(source, name)
    flag = _lean_flag(data, _open_header(data, name), smallest_side)
    if flag is not None:
        try:
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
        except cv2.error:
            pixels = None
        if pixels is None:
            raise _unreadable(name, "it is damaged or cut short")
        return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    picture = decode(data, name)
    return picture.pixels if picture.alpha is None else on_white(picture.pixels, picture.alpha)


def read_plain_gray(source: Readable | bytes) -> np.ndarray | None:
    """Read a gray or black-and-white PNG that holds nothing but its pixels, several times as fast as `decode`.

    Returns:
        (H, W) uint8, the same values that `decode` gives, or None for every other picture.

    Raises:
        InpaintError: ``picture-unreadable``, ``picture-missing`` or ``picture-too-large``.
    """
    name = _default_name(source)
    data = _read_bytes(source, name)
    header = _open_header(data, name)
    plain = header.format == "PNG" and header.mode in ("1", "L") and not {"transparency", "exif"} & header.info.keys()
    if not plain or getattr(header, "n_frames", 1) > 1:
        return None
    # Left to `decode` where OpenCV refuses, which says in words what is wrong.
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)


def _lean_flag(data: bytes, header: Image.Image, smallest_side: int) -> int | None:
    """Return OpenCV's flag for a picture that it reads just as `decode` does, or None for all others."""
    if _format(header) == "JPEG" and header.mode in ("RGB", "L"):
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
        return None if is_16_bit(data, header) else cv2.IMREAD_COLOR
    return None

"""What the window asks of its small worker: opening pictures and looking at data. No torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..core.config_io import make_config
from ..core.formats import WRITABLE
from ..core.handlers import Handler, Progress
from ..imaging.encode import losses, save_picture
from ..imaging.io import decode
from ..imaging.masks import with_white_hole
from ..imaging.metadata import has_own_colours
from ..imaging.picture import Picture, on_white
from .check import check_data
from .pictures import open_pictures
from .sample import SampleMaker

_PNG_DISPLAY_PIXELS = 12_000_000
_MAX_JPEG_PX = 65500
"""A side of a JPEG at most, by the library that writes it."""
_PROGRESS_STEPS = 200
_THUMBNAIL_PX = 160
"""The shorter side of what lists show of a picture, unless it is a strip."""
_THUMBNAIL_LENGTH_PX = 4096


def open_picture(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Decode ``source`` and write what a page shows of it into ``folder``: exact PNG, or JPEG above 12 megapixels
    where nothing is transparent and no chunk of a PNG says what its colours mean. Beside it, a small one for lists.

    Returns:
        width, height, format, depth (in words, where it is not 8 bits of colour), name, notices, conversion, has_alpha,
        losses (what makes pixels differ when it is written again, by suffix; see `losses`), and display and thumbnail, the
        names of the files written.

    Raises:
        InpaintError: ``picture-missing``, ``picture-unreadable``, ``picture-too-large`` or ``output-unwritable``.
    """
    name = args.get("name") or Path(args["source"]).name
    picture = decode(Path(args["source"]), name)
    height, width = picture.pixels.shape[:2]
    fits_jpeg = max(height, width) <= _MAX_JPEG_PX and picture.alpha is None and not has_own_colours(picture.coding)
    large = height * width > _PNG_DISPLAY_PIXELS
    display, quality = ("display.jpg", 92) if large and fits_jpeg else ("display.png", None)
    save_picture(picture, Path(args["folder"]) / display, quality)
    thumbnail = "thumbnail.jpg"
    save_picture(_small(picture), Path(args["folder"]) / thumbnail, quality=85)
    lost = {format: losses(picture, format) for format in set(WRITABLE.values())}  # looks at all of a picture's alpha
    return {
        "width": width,
        "height": height,
        "format": picture.format,
        "depth": ", ".join(["16 bits"] * (picture.deep is not None) + ["gray"] * picture.gray),
        "name": name,
        "notices": list(picture.notices),
        "conversion": picture.conversion,
        "has_alpha": picture.alpha is not None,
        "losses": {suffix: lost[format] for suffix, format in WRITABLE.items()},
        "display": display,
        "thumbnail": thumbnail,
    }


def _small(picture: Picture) -> Picture:
    height, width = picture.pixels.shape[:2]
    scale = min(1.0, _THUMBNAIL_PX / min(height, width), _THUMBNAIL_LENGTH_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    pixels = cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA)
    if picture.alpha is not None:
        pixels = on_white(pixels, cv2.resize(picture.alpha, size, interpolation=cv2.INTER_AREA))
    return Picture(pixels)


def check_folder(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Report on the pictures of ``folder`` and the masks of ``masks``, which may be empty; see `check_data`."""

    def report(done: int, total: int) -> None:
        if done % max(1, total // _PROGRESS_STEPS) == 0 or done == total:
            progress({"done": done, "total": total})

    masks = Path(args["masks"]) if args.get("masks") else None
    return check_data(Path(args["folder"]), masks=masks, progress=report).model_dump(mode="json")


def preview_data(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write ``count`` training items of ``folder`` into ``out`` exactly as a run with these ``values`` makes them.

    The items are spread over the folder. Each is three PNG files: the picture, the picture with its hole white as the
    networks see it, and its edges in white on black.

    Returns:
        items: name of the picture, and the names of the three files.

    Raises:
        InpaintError: The settings are invalid, or there is no readable picture or usable mask.
    """
    folder, out = Path(args["folder"]), Path(args["out"])
    config = make_config({**args.get("values", {}), "data": str(folder)})
    files = open_pictures(folder)
    count = min(int(args["count"]), len(files))
    maker = SampleMaker(files, config, train=True)
    out.mkdir(parents=True, exist_ok=True)
    items = []
    for position in range(count):
        sample = maker.make(position, position * len(files) // count)
        parts = {
            "picture": sample.picture,
            "masked": with_white_hole(sample.picture, sample.mask),
            "edges": cv2.cvtColor(sample.edge * np.uint8(255), cv2.COLOR_GRAY2RGB),
        }
        item = {"name": sample.file.relative_to(files.root).as_posix()}
        for part, pixels in parts.items():
            item[part] = f"{position}-{part}.png"
            save_picture(Picture(pixels), out / item[part])
        items.append(item)
        progress({"done": position + 1, "total": count})
    return {"items": items}


HANDLERS: dict[str, Handler] = {
    "open-picture": open_picture,
    "check-data": check_folder,
    "preview-data": preview_data,
}

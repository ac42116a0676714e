"""Filling the open pictures and saving what came out, by the worker that keeps a checkpoint loaded."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..core.engines import DEVICES, ENGINES
from ..core.errors import InpaintError
from ..core.formats import MAX_QUALITY, WRITABLE
from ..core.outputs import writing
from ..core.textures import TEXTURES
from ..jobs.process import Worker
from .files import safe_name
from .pictures import Picture, Pictures

MAX_FEATHER_PX = 64
_CHOICES = {"device": DEVICES, "engine": ENGINES, "texture": TEXTURES}
FILLED = "_filled"
"""What a filled picture's name ends in, also in `web/inference/save-dialog.js`."""


class Fills:
    """Fills holes and encodes results. Every method blocks until the worker is done.

    Args:
        pictures: The open pictures.
        worker: Worker of ``inpaintgan.inference.worker``.
    """

    def __init__(self, pictures: Pictures, worker: Worker) -> None:
        self._pictures = pictures
        self._worker = worker
        self._asked: list[tuple[str, str]] = []
        """The fills that run or wait: of which picture, for which page."""

    def fill(self, identity: object, options: dict[str, Any]) -> dict[str, Any]:
        """Fill a picture's hole and add the result to its fills. Only the filled holes travel, as patches.

        Args:
            identity: Picture id.
            options: ``checkpoint``, ``device``, ``engine``; ``edges``: True steers the fill by the stored edges;
                ``drawn_over``: the number of the fill whose edges these were drawn over, or None; ``feather_px``: the fill
                blends into the original over this many pixels inside the hole's border; ``texture``, one of `TEXTURES`;
                ``page``: what asks for it, by which `cancel` knows it.

        Raises:
            InpaintError: ``mask-missing``, ``cancelled`` or what the worker says.
        """
        picture = self._pictures.get(identity)
        number = next(picture.numbers)
        mask_url = picture.layer_url("mask")
        mask = self._snapshot(picture, "mask", f"fill-{number}-mask.png")
        edges = self._snapshot(picture, "edges", f"fill-{number}-steered.png") if options.get("edges") else None
        predicted = picture.predictions.get(options.get("drawn_over") or 0, [])
        args = {
            "image": str(picture.original),
            "mask": str(mask),
            "folder": str(picture.folder),
            "stem": f"fill-{number}",
            "checkpoint": options["checkpoint"],
            "device": options["device"],
            "engine": options["engine"],
            "edges": str(edges) if edges else None,
            "drawn_over": predicted,
            "feather_px": options.get("feather_px", 0.0),
            "texture": options.get("texture", "auto"),
        }
        picture.filling_since = time.monotonic()
        picture.progress = {"step": "wait", "fraction": 0.0}

        def note(progress: dict[str, Any]) -> None:
            picture.progress = progress

        asked = (picture.id, options.get("page", ""))
        self._asked.append(asked)
        try:
            result = self._worker.request("fill", args, note, about="/".join(asked))
        finally:
            self._asked.remove(asked)
            picture.progress = {"step": "", "fraction": 0.0}
        picture.patches[number] = result["patches"]
        picture.predictions[number] = predicted if edges else result["edge_patches"]
        fill = {
            "fill": number,
            "patches": self._shown(picture, result["patches"]),
            "edge_patches": self._shown(picture, result["edge_patches"]),
            "seconds": result["seconds"],
            "engine": result["engine"],
            "notices": result["notices"],
            "hole_px": result["hole_px"],
            "checkpoint": options["checkpoint"],
            "steered": edges is not None,
            "feather_px": options.get("feather_px", 0.0),
            "texture": options.get("texture", "auto"),
            "textured": result["textured"],
            "mask_url": mask_url,
        }
        picture.fills.append(fill)
        picture.record()
        return fill

    def save(self, identity: object, fill: object, name: str, quality: object = None) -> dict[str, Any]:
        """Encode a fill for download.

        Args:
            identity: Picture id.
            fill: Number of the fill.
            name: File name; its suffix is the format.
            quality: 1 to 100, of formats that have one; None is the original's, or a high one.

        Raises:
            InpaintError: ``fill-unknown``, ``format-unknown``, ``quality-invalid`` or what the worker says.
        """
        picture = self._pictures.get(identity)
        name = safe_name(name, "filled.png")
        suffix = Path(name).suffix.lower()
        if suffix not in WRITABLE:
            raise InpaintError(
                "format-unknown", f"'{name}' has no known picture format.", f"Allowed: {', '.join(WRITABLE)}."
            )
        if quality is not None and not (isinstance(quality, int) and 1 <= quality <= MAX_QUALITY):
            raise InpaintError(
                "quality-invalid", f"A quality of {quality} is not allowed.", f"Allowed: 1 to {MAX_QUALITY}."
            )
        output = picture.folder / f"saved-{next(picture.numbers)}{suffix}"
        result = self._encode(picture, fill, output, quality)
        for older in picture.saved_names:
            with suppress(OSError):  # on Windows, one that is being downloaded
                (picture.folder / older).unlink()
        picture.saved_names = {output.name: name}
        known = {
            key: result[key] for key in ("bytes", "changed_outside_px", "changed_by", "width", "height", "notices")
        }
        return {**known, "url": picture.url(output.name), "name": name}

    def open(self, identity: object, fill: object) -> dict[str, Any]:
        """Open a fill as a picture of its own, with all that its original's file says, to mask something else in it.

        Returns:
            The new picture's info.

        Raises:
            InpaintError: ``fill-unknown`` or what the workers say; no picture was opened.
        """
        picture = self._pictures.get(identity)
        with self._pictures.arriving(f"{Path(picture.name).stem.removesuffix(FILLED)}{FILLED}.png") as filled:
            self._encode(picture, fill, filled.original)
        return self._pictures.open(filled)

    def _encode(self, picture: Picture, fill: object, output: Path, quality: int | None = None) -> dict[str, Any]:
        if not isinstance(fill, int) or fill not in picture.patches:
            raise InpaintError("fill-unknown", "This result no longer exists.", "Fill the picture again.")
        # Encoding needs no network, but the worker that filled has the picture in memory.
        patches = picture.patches[fill]
        args = {"image": str(picture.original), "patches": patches, "output": str(output), "quality": quality}
        return self._worker.request("save", args)

    def cancel(self, identity: str, page: str = "") -> None:
        """End the fills of a picture that run or wait; with a page, those alone that it asked for.

        Those of other pictures, and of another window that shows this one, go on.
        """
        for asked in set(self._asked):
            if asked[0] == identity and page in ("", asked[1]):
                self._worker.cancel("/".join(asked))

    @staticmethod
    def _shown(picture: Picture, patches: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return patches as a page takes them: an address in place of a file."""
        places = ("left", "top", "width", "height")
        return [
            {"url": picture.url(Path(patch["file"]).name), **{key: patch[key] for key in places}} for patch in patches
        ]

    @staticmethod
    def _snapshot(picture: Picture, layer: str, name: str) -> Path:
        """Copy a layer, because the person may keep drawing while it is used."""
        stored = picture.layer(layer)
        if stored is None:
            hint = "Draw the area to fill first." if layer == "mask" else "Fill it once, then change its edges."
            raise InpaintError(f"{layer}-missing", f"This picture has no {layer} yet.", hint)
        target = picture.folder / name
        with writing(target):
            shutil.copyfile(stored, target)
        return target


def checked_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a fill, with what was left out filled in.

    Raises:
        InpaintError: ``checkpoint-missing``, ``device-unknown``, ``engine-unknown``, ``texture-unknown`` or ``feather-invalid``.
    """
    if not options.get("checkpoint"):
        raise InpaintError(
            "checkpoint-missing", "There is no checkpoint that can fill.", "Train an inpaint model first."
        )
    choices = {key: options.get(key) or "auto" for key in _CHOICES}
    for key, allowed in _CHOICES.items():
        if choices[key] not in allowed:
            raise InpaintError(
                f"{key}-unknown", f"{key}: {choices[key]!r} is not allowed.", f"Allowed: {' | '.join(allowed)}."
            )
    over = options.get("drawn_over")
    feather = options.get("feather_px") or 0
    if not isinstance(feather, int | float) or not 0 <= feather <= MAX_FEATHER_PX:
        raise InpaintError(
            "feather-invalid", f"feather_px: {feather!r} is not allowed.", f"Allowed: 0 to {MAX_FEATHER_PX} px."
        )
    return {
        "checkpoint": str(options["checkpoint"]),
        **choices,
        "edges": bool(options.get("edges")),
        "drawn_over": over if isinstance(over, int) else None,
        "feather_px": float(feather),
        "page": str(options.get("page") or ""),
    }

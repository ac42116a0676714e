"""What a fill is: patches of colour to lay into the holes of a picture. Only they travel and are kept; files stay whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.encode import save_picture
from ..imaging.io import decode
from ..imaging.picture import WHITE_16, Picture, deepened, reduced, to_gray

_SPECK_PX = 5


@dataclass(frozen=True)
class Patch:
    """New colour for the hole of one crop."""

    top: int
    left: int
    hole: NDArray[np.uint8]
    """(h, w), 1 where the patch applies."""
    colour: NDArray[np.uint16]
    """(h, w, 3) RGB, 65535 is white."""
    edges: NDArray[np.uint8]
    """(h, w) in [0, 255]: the edges it was painted along."""
    textured: bool = False
    """Whether patches of the picture were laid over what was painted."""

    @property
    def window(self) -> tuple[slice, slice]:
        """Its place as an index into the picture."""
        height, width = self.hole.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def trimmed(patch: Patch) -> Patch:
    """The same patch without rows and columns that hold nothing of the hole."""
    left, top, width, height = cv2.boundingRect(patch.hole)
    part = slice(top, top + height), slice(left, left + width)
    layers = {name: np.ascontiguousarray(getattr(patch, name)[part]) for name in ("hole", "colour", "edges")}
    return replace(patch, top=patch.top + top, left=patch.left + left, **layers)


def feathered(patch: Patch, image: NDArray[np.uint8], hole: NDArray[np.uint8], radius_px: float) -> Patch:
    """Let a patch fade over its outermost pixels into what the picture shows there, inside the hole only.

    Args:
        patch: To fade.
        image: (H, W, 3), the picture with what lies under its hole.
        hole: (H, W), the whole hole, so that no fading begins where two patches meet.
        radius_px: Over how many pixels from the hole's border.
    """
    around = int(np.ceil(radius_px)) + 1
    (top, left), (height, width) = (patch.top, patch.left), patch.hole.shape
    first = max(0, top - around), max(0, left - around)
    near = hole[first[0] : top + height + around, first[1] : left + width + around]
    depth = cv2.distanceTransform(near, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    depth = depth[top - first[0] :, left - first[1] :][:height, :width]
    opacity = (np.minimum(depth / (radius_px + 1), 1))[..., None]
    below = deepened(image[patch.window]).astype(np.float32)
    colour = np.rint(opacity * patch.colour + (1 - opacity) * below).astype(np.uint16)
    return replace(patch, colour=colour)


def paste(pixels: NDArray[np.uint8], patches: list[Patch]) -> None:
    """Lay patches into (H, W, 3) uint8 pixels, in place."""
    for patch in patches:
        inside = patch.hole == 1
        pixels[patch.window][inside] = reduced(patch.colour[inside][None])[0]


def paste_edges(edges: NDArray[np.uint8], patches: list[Patch]) -> None:
    """Lay the edges of patches into an (H, W) map of [0, 255], in place."""
    for patch in patches:
        inside = patch.hole == 1
        edges[patch.window][inside] = patch.edges[inside]


def erased(alpha: NDArray[np.uint8], hole: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where a picture was erased inside a hole: what is fully transparent over more than specks, and its soft rim.

    Elsewhere transparency is the picture's own, and filling leaves it as it is.
    """
    brush = cv2.getStructuringElement(cv2.MORPH_RECT, (_SPECK_PX, _SPECK_PX))
    gone = cv2.morphologyEx((alpha == 0).astype(np.uint8), cv2.MORPH_OPEN, brush)
    return (np.asarray(cv2.dilate(gone, brush)) == 1) & (hole == 1)


def filled_picture(picture: Picture, patches: list[Patch], hole: NDArray[np.uint8]) -> tuple[Picture, bool]:
    """Return a picture with the patches of its hole, at its own depth, and whether transparent pixels became opaque.

    What was erased becomes opaque, or its fill could not be seen.
    """
    pixels = picture.pixels.copy()
    deep = None if picture.deep is None else picture.deep.copy()
    alpha, cleared = None, False
    if picture.alpha is not None:
        opaque = erased(picture.alpha, hole)
        cleared = bool(opaque.any())
        alpha = np.where(opaque, np.uint8(255), picture.alpha)
        if deep is not None:
            deep[opaque, 3:] = WHITE_16
    if picture.gray:
        patches = [replace(patch, colour=_grayed(patch.colour)) for patch in patches]
    paste(pixels, patches)
    if deep is not None:
        for patch in patches:
            inside = patch.hole == 1
            deep[patch.window][inside, :3] = patch.colour[inside]
    return replace(picture, pixels=pixels, deep=deep, alpha=alpha), cleared


def _grayed(colour: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return np.repeat(to_gray(colour)[..., None], 3, axis=2)


def write_patches(patches: list[Patch], folder: Path, stem: str, original: Picture) -> list[dict[str, Any]]:
    """Write each patch as a PNG that is transparent outside of the hole.

    Args:
        patches: Of one fill.
        folder: Where to.
        stem: Begins the files' names.
        original: What was filled. Patches have its depth, and its colour profile, so that both look alike on a screen.

    Returns:
        For each patch its ``file``, ``left``, ``top``, ``width`` and ``height`` in px of the picture.
    """
    coding = {"chunks": original.coding.get("chunks", ())}
    pictures = []
    for patch in patches:
        colour = (_grayed(patch.colour) if original.gray else patch.colour) * patch.hole[..., None]
        opacity = patch.hole * np.uint16(WHITE_16)
        deep = None if original.deep is None else np.dstack([colour, opacity])
        alpha = patch.hole * np.uint8(255)
        pictures.append(Picture(reduced(colour), alpha, original.icc, deep=deep, gray=original.gray, coding=coding))
    return _write(patches, pictures, folder, stem)


def write_edge_patches(patches: list[Patch], folder: Path, stem: str) -> list[dict[str, Any]]:
    """Write the edges in each patch's hole as a PNG in white on black, transparent outside; see `write_patches`."""
    pictures = [
        Picture(np.repeat((patch.edges * patch.hole)[..., None], 3, axis=2), patch.hole * np.uint8(255))
        for patch in patches
    ]
    return _write(patches, pictures, folder, f"{stem}-edges")  # beside the patches of colour of the same fill


def _write(patches: list[Patch], pictures: list[Picture], folder: Path, stem: str) -> list[dict[str, Any]]:
    listed = []
    for number, (patch, picture) in enumerate(zip(patches, pictures, strict=True)):
        file = folder / f"{stem}-{number}.png"
        save_picture(picture, file)
        height, width = patch.hole.shape
        listed.append({"file": str(file), "left": patch.left, "top": patch.top, "width": width, "height": height})
    return listed


def read_patches(listed: list[dict[str, Any]]) -> list[Patch]:
    """Read what `write_patches` wrote. Raises `InpaintError` for a file that is missing or damaged."""
    patches = []
    for item in listed:
        picture = decode(Path(item["file"]))
        assert picture.alpha is not None
        colour = deepened(picture.pixels) if picture.deep is None else picture.deep[..., :3]
        hole = (picture.alpha >= 128).astype(np.uint8)
        patches.append(Patch(item["top"], item["left"], hole, np.ascontiguousarray(colour), np.zeros_like(hole)))
    return patches


def read_edge_patches(listed: list[dict[str, Any]], height: int, width: int) -> NDArray[np.uint8]:
    """Read what `write_edge_patches` wrote for a picture of a size: (height, width) in [0, 255], 0 outside of the holes."""
    edges = np.zeros((height, width), np.uint8)
    for patch in read_patches(listed):
        edges[patch.window] |= reduced(patch.colour)[..., 0] * patch.hole
    return edges

"""Where texture of the picture itself is laid over what networks painted.

What networks were not trained on they continue smoothly, or with something of what they were: those that know faces paint ghosts
of them into a sky. A thin hole they fill well all the same, from what lies on both sides.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from ...imaging.picture import WHITE_16, reduced
from ..faces import find_faces
from ..refine import Canvas
from ..views import Scene, Window
from .matching import patched

_THICK_PX = 32
"""At most twice as deep as networks paint what a face's surroundings tell (`refine`)."""
_PICTURE_OF_HOLE = 4
"""More times than this a picture must be as large as a hole's extent: what hides more may hide a face that could not be found."""


def beyond_faces(hole: NDArray[np.uint8], picture_px: int) -> NDArray[np.uint8]:
    """Return the holes of a crop in which networks that know faces alone are of little use, (H, W), 1 there.

    Args:
        hole: (H, W), 1 where a crop is filled that shows no face.
        picture_px: Of the whole picture.
    """
    count, found, table, _ = cv2.connectedComponentsWithStats(hole, connectivity=8)
    labels = np.arange(1, count)
    depth = cv2.distanceTransform(hole, cv2.DIST_L2, cv2.DIST_MASK_5)
    is_thick = 2 * np.asarray(ndimage.maximum(depth, np.asarray(found), labels.tolist())) >= _THICK_PX
    extent = np.prod(np.asarray(table)[1:, 2:4].astype(np.int64), axis=1)
    chosen = np.concatenate([[False], is_thick & (_PICTURE_OF_HOLE * extent < picture_px)])
    return chosen[np.asarray(found, np.int32)].astype(np.uint8)


def without_faces(
    scene: Scene, window: Window, wanted: NDArray[np.uint8], chosen: NDArray[np.uint8], canvas: Canvas
) -> NDArray[np.uint8]:
    """Return what is chosen of a crop without holes that look like part of a face once they are painted: one not found before.

    Args:
        scene: The picture.
        window: The crop's place in it.
        wanted: (H, W), 1 where the crop was filled.
        chosen: (H, W), 1 where there is to be texture; part of that.
        canvas: The crop's fill.
    """
    height, width = chosen.shape
    reach = max(height, width)  # a face may be larger than the crop
    top, left = (max(0, span.start - reach) for span in window)
    own = tuple(slice(span.start - first, span.stop - first) for span, first in zip(window, (top, left), strict=True))
    near = scene.part((slice(top, window[0].stop + reach), slice(left, window[1].stop + reach)))
    others, hole = near.unknown.copy(), np.zeros_like(near.unknown)
    others[own][wanted == 1] = 0
    pixels = (near.continued() if others.any() else near.pixels).copy()
    pixels[own][wanted == 1] = reduced(canvas.colour[wanted == 1][None])[0]
    hole[own] = chosen
    faces = find_faces(Scene(pixels, hole, None), painted=True)
    count, found, table, _ = cv2.connectedComponentsWithStats(chosen, connectivity=8)
    middles = np.asarray(table)[:, :2] + np.asarray(table)[:, 2:4] / 2 + (own[1].start, own[0].start)
    keeps = [number > 0 and not any(face.holds(*middles[number]) for face in faces) for number in range(count)]
    return np.array(keeps)[np.asarray(found, np.int32)].astype(np.uint8)


def textured(
    part: Scene, wanted: NDArray[np.uint8], chosen: NDArray[np.uint8], canvas: Canvas, device: torch.device
) -> Canvas:
    """Return a fill with patches of what is known laid over it, or the fill itself where none can be.

    Args:
        part: What was to be filled.
        wanted: (H, W), 1 where it was; part of what is unknown.
        chosen: (H, W), 1 where there is to be texture; part of that.
        canvas: The fill.
        device: Where to compare patches.
    """
    fill = canvas.colour.astype(np.float32) / np.float32(WHITE_16)
    # Around it lies what networks were shown: scaled, and without what other passes filled at the same time.
    others = (part.unknown == 1) & (wanted == 0)
    around = part.continued() if others.any() else part.pixels  # what lies in holes of other passes is not to be seen
    fill = np.where(wanted[..., None] == 1, fill, around.astype(np.float32) / 255)
    laid = patched(fill, chosen, device, barred=part.unknown)
    if laid is fill:
        return canvas
    colour = np.where(chosen[..., None] == 1, np.rint(laid * WHITE_16).astype(np.uint16), canvas.colour)
    return replace(canvas, colour=colour)

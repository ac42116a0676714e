"""Holes too large for one look: filled coarse to fine.

The whole crop is filled first at the networks' size. Its fill is then enlarged step by step, about twofold, and at each
step the networks repaint what is near known pixels, tile by tile at that step's resolution, with the enlarged fill
behind it as known. So detail goes as deep into the hole as what surrounds it can tell; a long scratch, which is near
known pixels all along, is painted at full resolution only. A step at which the surroundings show nothing that they did not
show at the last one, as in a picture that was enlarged, is left out: there the networks would only invent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.picture import WHITE_16, deepened
from .views import Prediction, Scene, View, Window

_BAND = 3 / 16
"""How far from known pixels a step repaints, as a share of the networks' size."""
_RIM = 1 / 16
"""The same where the networks saw the whole."""
_DETAIL = 1.0
"""What a step must show around the hole beyond the last one, in gray levels of 255 on average."""

MakeView = Callable[[Scene], View]
Predict = Callable[[list[View]], list[Prediction]]


@dataclass(frozen=True)
class Canvas:
    """A fill at some resolution."""

    colour: NDArray[np.uint16]
    """(h, w, 3) RGB, 65535 is white; the picture itself outside the hole."""
    edges: NDArray[np.uint8]
    """(h, w) in [0, 255]."""


def size_as_seen(part: Scene, size: int) -> tuple[int, int]:
    """Return width and height at which the networks see what is no larger than their size."""
    height, width = part.unknown.shape
    scale = size / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def to_canvas(prediction: Prediction, shape: tuple[int, ...]) -> Canvas:
    """Return a prediction at the size, (height, width), of what was taken of the picture."""
    colour, edges = prediction.colour, prediction.edges
    if edges.shape != shape:
        size = (shape[1], shape[0])
        colour = cv2.resize(colour, size, interpolation=cv2.INTER_AREA).clip(0, 1)
        edges = cv2.resize(edges, size, interpolation=cv2.INTER_AREA).clip(0, 1)
    return Canvas(np.rint(colour * WHITE_16).astype(np.uint16), np.rint(edges * 255).astype(np.uint8))


def plan_scales(hole: NDArray[np.uint8], network_size: int, *, as_whole: bool = False) -> list[float]:
    """Return the scales at which a crop is painted, rising to 1.

    The first is the largest at which either the whole crop fits the networks or no pixel of the hole is farther from
    known ones than the band that is repainted; the others lie evenly between it and 1, about a factor of 2 apart.

    Args:
        hole: (H, W), 1 where it is to be filled.
        network_size: In px.
        as_whole: The first is that at which the whole crop fits, in any case.
    """
    first = network_size / max(hole.shape)
    if not as_whole:
        thickness = float(cv2.distanceTransform(_padded(hole), cv2.DIST_L2, cv2.DIST_MASK_PRECISE).max())
        first = max(first, _BAND * network_size / thickness)
    first = min(1.0, first)
    n_steps = max(0, round(float(np.log2(1 / first))))
    return [first ** (1 - step / n_steps) for step in range(n_steps)] + [1.0] if n_steps else [first]


def _padded(hole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # A crop that is all hole has no known pixel to measure from.
    return np.pad(hole, 1) if hole.all() else hole


def fill_coarse_to_fine(
    scene: Scene,
    hole: NDArray[np.uint8],
    network_size: int,
    make_view: MakeView,
    predict: Predict,
    *,
    as_whole: bool = False,
    paints: bool = True,
) -> Canvas:
    """Fill the hole of a crop that is larger than the networks' size.

    Args:
        scene: The crop.
        hole: (H, W), 1 where it is to be filled; part of what is unknown.
        network_size: In px.
        make_view: Finds the known edges of a part.
        predict: Runs the networks.
        as_whole: The networks see the whole crop first, and later steps repaint little of what they made of it.
        paints: False where ``predict`` completes edges only: what a step leaves is then as unknown as before.

    Returns:
        The fill at the crop's size.
    """
    canvas: Canvas | None = None
    full_height, full_width = hole.shape
    reach = (_RIM if as_whole else _BAND) * network_size
    for scale in plan_scales(hole, network_size, as_whole=as_whole):
        width, height = max(1, round(full_width * scale)), max(1, round(full_height * scale))
        seen = scene.scaled(width, height)
        wanted = seen.unknown if scale < 1 else hole
        if canvas is None:
            # Outside the hole lies the picture itself, which enlarging mixes with the fill at the border.
            start = Canvas(deepened(seen.pixels), np.zeros((height, width), np.uint8))
            canvas = _paint(seen, wanted, start, network_size, make_view, predict)
            continue
        if _detail(seen, canvas.edges.shape, _BAND * network_size) < _DETAIL:
            continue
        before = _resized(canvas, width, height)
        near = _distance(wanted) <= reach
        band = (wanted == 1) & near
        if paints:
            beyond = (wanted == 1) & ~near
            pixels = np.where(beyond[..., None], (before.colour >> 8).astype(np.uint8), seen.pixels)
            seen = replace(seen, pixels=pixels, unknown=np.where(beyond, np.uint8(0), seen.unknown))
        canvas = _paint(seen, band.astype(np.uint8), before, network_size, make_view, predict)
    assert canvas is not None
    return _resized(canvas, full_width, full_height)


def _distance(region: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(H, W), how far each 1 lies from the nearest 0, in px."""
    return np.asarray(cv2.distanceTransform(region, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def _detail(scene: Scene, coarser: tuple[int, ...], reach_px: float) -> float:
    """How much known pixels around the unknown ones differ from the same picture at a coarser (height, width).

    Returns:
        The mean over all pixels and colours, 0 to 255. What is not known has no part in it.
    """
    height, width = scene.unknown.shape
    # As far as a coarse pixel and its neighbours, between which enlarging interpolates, carry what lies in the hole.
    mixed_px = 3 * height / coarser[0]
    distance = _distance(1 - scene.unknown)
    around = (distance > mixed_px) & (distance <= mixed_px + reach_px)
    small = cv2.resize(scene.pixels, coarser[::-1], interpolation=cv2.INTER_AREA)
    lost = cv2.absdiff(scene.pixels, cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))
    return float(lost[around].mean()) if around.any() else 0.0


def _resized(canvas: Canvas, width: int, height: int) -> Canvas:
    if canvas.edges.shape == (height, width):
        return canvas
    size = (width, height)
    return Canvas(
        np.asarray(cv2.resize(canvas.colour, size, interpolation=cv2.INTER_CUBIC), np.uint16),
        np.asarray(cv2.resize(canvas.edges, size, interpolation=cv2.INTER_LINEAR), np.uint8),
    )


def _paint(
    scene: Scene,
    wanted: NDArray[np.uint8],
    behind: Canvas,
    network_size: int,
    make_view: MakeView,
    predict: Predict,
) -> Canvas:
    """Paint the wanted pixels tile by tile onto a canvas; overlapping tiles fade into each other."""
    colour, lines = behind.colour.copy(), behind.edges.astype(np.float32)
    colour[wanted == 1] = 0
    lines[wanted == 1] = 0
    tiles = [(window, weight) for window, weight in plan_tiles(wanted.shape, network_size) if wanted[window].any()]
    views = [make_view(scene.part(window)) for window, _ in tiles]
    for (window, weight), prediction in zip(tiles, predict(views), strict=True):
        share = weight * wanted[window]
        # Rounded down, so that the shares of overlapping tiles never add up to more than white.
        colour[window] += np.floor(prediction.colour * (share * WHITE_16)[..., None]).astype(np.uint16)
        lines[window] += prediction.edges * share * 255
    return Canvas(colour, np.rint(lines.clip(0, 255)).astype(np.uint8))


def plan_tiles(shape: tuple[int, ...], side: int) -> list[tuple[Window, NDArray[np.float32]]]:
    """Cover a picture by tiles that overlap by a quarter.

    Args:
        shape: Height and width of the picture.
        side: Of the tiles, in px; a smaller picture is one tile.

    Returns:
        Windows, and for each the weight of its pixels; the weights of all tiles add up to 1 at every pixel.
    """
    rows, columns = (_spans(length, side) for length in shape[:2])
    return [
        ((slice(*row), slice(*column)), np.outer(down, across))
        for (row, down), (column, across) in product(rows, columns)
    ]


def _spans(length: int, side: int) -> list[tuple[tuple[int, int], NDArray[np.float32]]]:
    """Overlapping spans along one axis, with weights that fall linearly where two of them overlap."""
    if length <= side:
        return [((0, length), np.ones(length, np.float32))]
    count = -(-(length - side) // (side - side // 4)) + 1
    starts = np.linspace(0, length - side, count).round().astype(int)
    weights = np.zeros((count, length), np.float32)
    for index, start in enumerate(starts):
        weights[index, start : start + side] = 1
    for (index, before), after in zip(enumerate(starts[:-1]), starts[1:], strict=True):
        overlap = slice(after, before + side)
        ramp = (np.arange(before + side - after) + 0.5) / (before + side - after)
        weights[index, overlap] *= 1 - ramp
        weights[index + 1, overlap] *= ramp
    weights /= weights.sum(axis=0)
    return [
        ((start, start + side), weights[index, start : start + side]) for index, start in enumerate(starts.tolist())
    ]

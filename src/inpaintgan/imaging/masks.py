"""Masks: reading them, checking them and drawing them for training. 1 is the hole, 0 is where the picture is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ..core.config import SHARES, MaskKind
from ..core.errors import InpaintError
from .io import Readable, decode, read_plain_gray
from .picture import to_gray

_STROKE_COVERAGE = (0.05, 0.56)
_MAX_COVERAGE = 0.62
_ONE_COLOUR = 2
"""Gray values of one colour differ by less than this, of 255."""
_GRAY = (40, 215)
_MOSTLY_GRAY = 0.25
"""The share of tones between black and white that a blurred border does not explain; as in the editor's ``mask-file.js``."""
_MOSTLY_WHITE = 0.6
_SAME_SHAPE = 0.02
"""By how much the proportions of two sizes may differ that rounding made of one."""


def binarize(gray: np.ndarray) -> np.ndarray:
    """Return (H, W) uint8 that is 1 (hole) where a gray value is at least half, 128 of 255."""
    return (gray >= 128).astype(np.uint8)


def is_empty(mask: np.ndarray) -> bool:
    """Whether a mask has no hole at all, so that there is nothing to fill."""
    return not mask.any()


def check_mask(mask: np.ndarray) -> None:
    """Refuse a mask that leaves nothing of the picture.

    Raises:
        InpaintError: ``mask-full``.
    """
    if mask.all():
        raise InpaintError(
            "mask-full",
            "The mask covers the whole picture, so there is nothing to fill it from.",
            "White marks the hole: leave some of the mask black, or invert it.",
        )


def load_levels(source: Readable | bytes) -> np.ndarray:
    """Read a file of edges, or of a mask, as (H, W) uint8 gray: what is transparent is 0.

    What was drawn into the alpha channel alone (all that is opaque is of one colour, whatever lies unseen under the rest) is
    read from there; ``web/inference/editor/mask-file.js`` reads files by the same rule.

    Raises:
        InpaintError: ``picture-missing``, ``picture-unreadable`` or ``picture-too-large``.
    """
    gray = read_plain_gray(source)
    if gray is None:
        picture = decode(source)
        gray = to_gray(picture.pixels)
        if picture.alpha is not None:
            opaque = picture.alpha >= 128
            seen = gray[opaque]
            one_colour = len(seen) and not opaque.all() and int(np.ptp(seen)) < _ONE_COLOUR
            gray = picture.alpha if one_colour else np.where(opaque, gray, 0)
    return gray


def load_mask(source: Readable | bytes) -> np.ndarray:
    """Read a mask file at its own size, (H, W) uint8 of 0 and 1: opaque is the hole where all is of one colour.

    Raises:
        InpaintError: As `load_levels`.
    """
    return binarize(load_levels(source))


def read_mask(
    source: Readable | bytes, height: int, width: int, *, for_filling: bool = False
) -> tuple[np.ndarray, str]:
    """Read a mask, as `load_mask` does, for a picture of a given size.

    Args:
        source: The file.
        height: Of the picture.
        width: Of the picture.
        for_filling: Let a line survive that is thinner than a pixel of the picture, because half a scratch is no use, and tell of
            a file that is no mask.

    Returns:
        The mask, (height, width) uint8 of 0 and 1, and a notice for people, empty when there is nothing to say.
    """
    levels = load_levels(source)
    mask = binarize(levels)
    resized = resize_mask(_thickened(mask, height, width) if for_filling else mask, height, width)
    notices = (_like_a_photo(levels) if for_filling else "", _resized(mask, height, width, "mask"))
    return resized, " ".join(filter(None, notices))


def mostly_white(mask: np.ndarray) -> str:
    """The notice about a mask of 0 and 1 that may be meant the other way round; empty where it covers less."""
    if mask.mean() <= _MOSTLY_WHITE:
        return ""
    return f"{mask.mean():.0%} of the mask is white, which means hole. If it was meant the other way round, invert it."


def _like_a_photo(levels: np.ndarray) -> str:
    gray = cv2.countNonZero(cv2.inRange(levels, _GRAY[0] + 1, _GRAY[1] - 1)) / levels.size
    if gray <= _MOSTLY_GRAY:
        return ""
    return (
        f"The mask looks like a photo rather than a mask: {gray:.0%} of it is neither black nor white. Its bright parts became "
        "the hole."
    )


def is_stretched(width: int, height: int, to_width: int, to_height: int) -> bool:
    """Whether resizing to another size changes the proportions."""
    return abs(width * to_height / (height * to_width) - 1) > _SAME_SHAPE


def read_lines(source: Readable | bytes, height: int, width: int) -> tuple[np.ndarray, str]:
    """Read edges to paint along for a picture of a given size: (height, width) uint8 gray, and a notice as `read_mask`'s."""
    levels = load_levels(source)
    levels = np.where(levels > 1, levels, np.uint8(0))  # 1 of 255 is not a line; in an array of 0 and 1 it would be one
    resized = resize_mask(_thickened(levels, height, width), height, width)
    return resized, _resized(levels, height, width, "picture of edges")


def _thickened(array: np.ndarray, height: int, width: int) -> np.ndarray:
    """Widen what is bright by so much that it is met when a smaller size takes one pixel of several."""
    rows, columns = -(-array.shape[0] // height), -(-array.shape[1] // width)
    return array if rows == columns == 1 else cv2.dilate(array, np.ones((rows, columns), np.uint8))


def _resized(array: np.ndarray, height: int, width: int, name: str) -> str:
    if array.shape == (height, width):
        return ""
    stretched = ", which stretched it" if is_stretched(array.shape[1], array.shape[0], width, height) else ""
    return f"The {name} of {array.shape[1]}x{array.shape[0]} was resized to the picture's {width}x{height}{stretched}."


def with_white_hole(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return a picture with its hole in white, to be looked at; both are (H, W, ...) uint8."""
    return np.where(mask[..., None] == 1, np.uint8(255), picture)


def resize_mask(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a mask by nearest neighbour, so that it stays 0 and 1."""
    if mask.shape == (height, width):
        return mask
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)


def draw_block(height: int, width: int, rng: np.random.Generator, ratio: float) -> np.ndarray:
    """Return a block at a random place whose sides are ``ratio`` of the picture's."""
    block_height = int(np.clip(round(height * ratio), 1, height - 1))
    block_width = int(np.clip(round(width * ratio), 1, width - 1))
    top = int(rng.integers(height - block_height + 1))
    left = int(rng.integers(width - block_width + 1))
    mask = np.zeros((height, width), np.uint8)
    mask[top : top + block_height, left : left + block_width] = 1
    return mask


def draw_half(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Return a hole over the left or the right half, by chance."""
    mask = np.zeros((height, width), np.uint8)
    if rng.random() < 0.5:
        mask[:, : width // 2] = 1
    else:
        mask[:, width // 2 :] = 1
    return mask


def draw_strokes(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Return free-form brush strokes: thick, curved, as a person draws them, with an occasional blob.

    Shapes are added until a coverage drawn beforehand is reached; coverages spread over 4 to 60 % of the picture, about
    30 % on average. Both sides must be at least 8 px.
    """
    mask = np.zeros((height, width), np.uint8)
    target = rng.uniform(*_STROKE_COVERAGE) ** 1.1 * height * width
    covered = 0
    while covered < target:
        before = mask.copy()
        add_shape(mask, rng)
        covered = cv2.countNonZero(mask)
        if covered > _MAX_COVERAGE * height * width:
            if before.any():
                return before
            mask[:], covered = 0, 0
    return mask


def add_shape(mask: np.ndarray, rng: np.random.Generator, scale: float = 1.0) -> None:
    """Add a random shape to a mask: mostly a stroke, at times a blob. ``scale`` is its thickness against the usual."""
    choice = rng.random()
    if choice < 0.8:
        _stroke(mask, rng, brush=scale * rng.uniform(0.02, 0.075))
    elif choice < 0.9:
        _ellipse(mask, rng, scale)
    else:
        _polygon(mask, rng, scale)


def _stroke(mask: np.ndarray, rng: np.random.Generator, brush: float) -> None:
    """Draw one stroke that wanders with a slowly turning heading; ``brush`` is its radius over the shorter side."""
    height, width = mask.shape
    side = min(height, width)
    n_points = int(rng.integers(6, 26))
    step = side * rng.uniform(0.03, 0.09)
    bend = rng.uniform(0.05, 0.5)
    turns = np.cumsum(rng.normal(0, bend, n_points)) * rng.uniform(0.3, 1)
    headings = rng.uniform(0, 2 * np.pi) + np.cumsum(turns * 0.5 + rng.normal(0, 0.15, n_points))
    x = rng.uniform(0, width) + np.cumsum(np.cos(headings)) * step
    y = rng.uniform(0, height) + np.cumsum(np.sin(headings)) * step
    swell = 1 + 0.35 * np.sin(np.linspace(0, rng.uniform(0, 3 * np.pi), n_points) + rng.uniform(0, 2 * np.pi))
    radii = np.maximum(1, np.rint(side * brush * swell)).astype(int)
    points = np.rint(np.stack([x, y], axis=1)).astype(int).tolist()
    cv2.circle(mask, points[0], int(radii[0]), 1, -1)
    for start, end, radius in zip(points[:-1], points[1:], radii[1:].tolist(), strict=True):
        cv2.line(mask, start, end, 1, 2 * radius)


def _ellipse(mask: np.ndarray, rng: np.random.Generator, scale: float) -> None:
    height, width = mask.shape
    side = scale * min(height, width)
    centre = (int(rng.integers(width)), int(rng.integers(height)))
    axes = (max(1, int(side * rng.uniform(0.03, 0.16))), max(1, int(side * rng.uniform(0.03, 0.16))))
    cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)


def _polygon(mask: np.ndarray, rng: np.random.Generator, scale: float) -> None:
    height, width = mask.shape
    n_corners = int(rng.integers(3, 8))
    angles = np.sort(rng.uniform(0, 2 * np.pi, n_corners))
    reach = scale * min(height, width) * rng.uniform(0.04, 0.18, n_corners)
    x = rng.uniform(0, width) + np.cos(angles) * reach
    y = rng.uniform(0, height) + np.sin(angles) * reach
    # Beyond half a side from the centre a thin polygon could miss every pixel: the circle makes sure that it does not.
    cv2.circle(mask, (int(x.mean()), int(y.mean())), 2, 1, -1)
    cv2.fillPoly(mask, [np.rint(np.stack([x, y], axis=1)).astype(np.int32)], 1)


def draw_mask(
    kind: MaskKind,
    height: int,
    width: int,
    rng: np.random.Generator,
    *,
    block_ratio: float,
    files: Sequence[Readable] = (),
    own: Callable[[], np.ndarray | None] = lambda: None,
) -> np.ndarray:
    """Draw one training mask.

    `SHARES` says what each kind draws how often. Files are resized to the picture and mirrored half of the time; a picture's
    own mask, where ``own`` gives one, takes the place of a file.

    Returns:
        (height, width) uint8 of 0 and 1, neither empty nor full.

    Raises:
        InpaintError: ``masks-unusable`` when no file of ``files`` can serve.
    """
    draws = {
        "strokes": lambda: draw_strokes(height, width, rng),
        "block": lambda: draw_block(height, width, rng, block_ratio),
        "half": lambda: draw_half(height, width, rng),
        "file": lambda: mask if (mask := own()) is not None else _pick_file(files, height, width, rng),
    }
    names, weights = zip(*SHARES[kind].items(), strict=True)
    bounds = np.cumsum(weights)
    choice = int(np.searchsorted(bounds, rng.random() * bounds[-1], side="right"))
    return draws[names[min(choice, len(names) - 1)]]()


def _pick_file(files: Sequence[Readable], height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Read a random mask file, or the next one after it that is readable and neither empty nor full."""
    start = int(rng.integers(len(files))) if files else 0
    mirrored = rng.random() < 0.5
    for offset in range(len(files)):
        try:
            mask, _ = read_mask(files[(start + offset) % len(files)], height, width)
        except InpaintError:
            continue
        if mask.any() and not mask.all():
            return np.ascontiguousarray(mask[:, ::-1]) if mirrored else mask
    raise InpaintError(
        "masks-unusable",
        "None of the mask pictures can be used: each is unreadable, all black or all white.",
        "A mask is white in the hole and black elsewhere.",
    )

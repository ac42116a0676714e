"""Masks to train on: strokes, blocks and halves drawn by chance, or files. 1 is the hole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ..core.config import SHARES, MaskKind
from ..core.errors import InpaintError
from .io import Readable
from .masks import read_mask

_STROKE_COVERAGE = (0.05, 0.56)
_MAX_COVERAGE = 0.62


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

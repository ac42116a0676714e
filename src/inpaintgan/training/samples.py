"""The sample grid: one row a held-out picture, columns as in the papers' figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..data.batch import Batch
from ..data.tensors import to_pixels
from ..imaging.encode import save_picture
from ..imaging.picture import Picture
from ..models.composition import composite, masked_image
from ..models.edge_model import predict_edges
from ..models.inpaint_model import paint
from .stages import Stage

_GAP_PX = 4
_GAP_TONE = 200
"""Holes and edge maps are white: between white gaps their borders would not be seen."""
_KNOWN_EDGE = (0.0, 0.0, 0.0)
_GENERATED_EDGE = (0.86, 0.08, 0.24)


@torch.no_grad()
def fill_batch(stage: Stage, batch: Batch) -> tuple[Tensor | None, Tensor | None]:
    """Run the averaged generators once, on whole pictures.

    Known edges are those of the whole picture, as in training, so that near the hole they depend on what lies under it.
    `Inpainter` finds them without, and also paints in the mirror: its fills score a little higher, its edges lower.

    Returns:
        Edge probabilities (B, 1, H, W) or None without an edge generator, and the filled composite (B, 3, H, W) or
        None without an inpaint generator. The inpaint stage paints along true edges, as it is trained.
    """
    predicted = (
        predict_edges(stage.edge_generator, batch.gray, batch.edge, batch.mask).float()
        if stage.edge_generator
        else None
    )
    if stage.inpaint_generator is None:
        return predicted, None
    edges = batch.edge
    if predicted is not None and stage.config.stage != "inpaint":
        edges = composite(predicted, batch.edge, batch.mask)
    painted = paint(stage.inpaint_generator, batch.image, edges, batch.mask).float()
    return predicted, composite(painted, batch.image, batch.mask)


def save_samples(stage: Stage, batches: Sequence[Batch], rows: int, path: Path) -> list[str]:
    """Draw the grid of the first ``rows`` held-out pictures as PNG and return the names of its columns."""
    drawn: list[np.ndarray] = []
    columns = ["ground truth", "masked", "edges", str(stage.config.edge)]
    for batch in batches:
        batch = batch.to(stage.device)
        predicted, filled = fill_batch(stage, batch)
        generated = batch.edge if predicted is None else (predicted > stage.config.edge_threshold).float()
        pictures = [batch.image, masked_image(batch.image, batch.mask), draw_edges(batch.edge, generated, batch.mask)]
        pictures.append((1 - batch.edge).expand(-1, 3, -1, -1))
        if filled is not None:
            pictures.append(filled)
        tiles = np.stack([to_pixels(column) for column in pictures], axis=1)
        drawn += [_row(row) for row in tiles[: rows - len(drawn)]]
        if filled is not None and "fill" not in columns:
            columns.append("fill")
        if len(drawn) >= rows:
            break
    gap = np.full((_GAP_PX, *drawn[0].shape[1:]), _GAP_TONE, np.uint8)
    save_picture(Picture(np.concatenate([part for row in drawn for part in (row, gap)][:-1])), path)
    return columns


def draw_edges(known: Tensor, generated: Tensor, mask: Tensor) -> Tensor:
    """Known edges in black and, inside the hole, generated ones in red, on white; a light tint shows the hole.

    (B, 1, H, W) each in, (B, 3, H, W) out.
    """
    canvas = torch.ones_like(known).expand(-1, 3, -1, -1) - 0.06 * mask
    for edges, colour in ((known * (1 - mask), _KNOWN_EDGE), (generated * mask, _GENERATED_EDGE)):
        canvas = composite(canvas.new_tensor(colour).view(1, 3, 1, 1).expand_as(canvas), canvas, edges)
    return canvas


def _row(tiles: np.ndarray) -> np.ndarray:
    """(N, H, W, 3) to one (H, N * W + gaps, 3) strip."""
    gap = np.full((tiles.shape[1], _GAP_PX, 3), _GAP_TONE, np.uint8)
    return np.concatenate([part for tile in tiles for part in (tile, gap)][:-1], axis=1)

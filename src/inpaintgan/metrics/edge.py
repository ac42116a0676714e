"""Precision and recall of edges in the hole."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def precision_recall(
    predicted: Tensor, true: Tensor, mask: Tensor, threshold: float, tolerance_px: int = 0
) -> tuple[Tensor, Tensor]:
    """Precision and recall per picture.

    Args:
        predicted: (B, 1, H, W) probabilities.
        true: (B, 1, H, W) in {0, 1}.
        mask: (B, 1, H, W), 1 in the hole; only the hole counts.
        threshold: A prediction is an edge above it.
        tolerance_px: An edge counts as met when one lies this near; 0 is the published exact-pixel score.

    Returns:
        Two (B,) tensors. If neither map has an edge in the hole both are 1; if only one has, both are 0.

    Source: the InpaintGAN paper, section 5.4; EdgeConnect (arXiv 1901.00212), Table 1.
    """
    hole = mask > 0.5
    guess = ((predicted > threshold) & hole).float()
    truth = ((true > 0.5) & hole).float()
    hit_guess = guess * _grow(truth, tolerance_px)
    hit_truth = truth * _grow(guess, tolerance_px)
    n_guess, n_truth = guess.flatten(1).sum(1), truth.flatten(1).sum(1)
    precision = hit_guess.flatten(1).sum(1) / n_guess.clamp(min=1)
    recall = hit_truth.flatten(1).sum(1) / n_truth.clamp(min=1)
    both_empty = (n_guess + n_truth) == 0
    return precision.masked_fill(both_empty, 1.0), recall.masked_fill(both_empty, 1.0)


def f1(precision: float, recall: float) -> float:
    """Harmonic mean of precision and recall, 0 where both are 0."""
    return 2 * precision * recall / max(precision + recall, 1e-9)


def _grow(edges: Tensor, radius: int) -> Tensor:
    return F.max_pool2d(edges, 2 * radius + 1, 1, radius) if radius else edges

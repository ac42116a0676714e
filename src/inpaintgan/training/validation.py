"""Scores on held-out pictures with fixed masks, while training, beside what OpenCV reaches without any training."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..data.batch import Batch
from ..data.tensors import to_pixels, to_tensor
from ..imaging.classical import CLASSICAL
from ..metrics.edge import precision_recall
from ..metrics.image import psnr, psnr_hole
from .samples import fill_batch
from .stages import Stage


def validate(stage: Stage, batches: Sequence[Batch]) -> dict[str, float]:
    """Means over the held-out pictures: precision and recall of edges; psnr, psnr_hole and l1 of the composite."""
    scores: dict[str, list[Tensor]] = {}
    for batch in batches:
        batch = batch.to(stage.device)
        predicted, filled = fill_batch(stage, batch)
        values: dict[str, Tensor] = {}
        if predicted is not None:
            threshold = stage.config.edge_threshold
            values["precision"], values["recall"] = precision_recall(predicted, batch.edge, batch.mask, threshold)
        if filled is not None:
            values["psnr"] = psnr(filled, batch.image)
            values["psnr_hole"] = psnr_hole(filled, batch.image, batch.mask)
            values["l1"] = (filled - batch.image).abs().flatten(1).mean(1)
        for name, value in values.items():
            scores.setdefault(name, []).append(value)
    return {name: float(torch.cat(values).mean()) for name, values in scores.items()}


def headline(scores: dict[str, float]) -> float:
    """The one number that decides which checkpoint is best; higher is better."""
    if "psnr_hole" in scores:
        return scores["psnr_hole"]
    precision, recall = scores["precision"], scores["recall"]
    return 2 * precision * recall / max(precision + recall, 1e-9)


def baselines(batches: Sequence[Batch]) -> dict[str, dict[str, float | None]]:
    """The same fill scores of OpenCV's Telea and Navier-Stokes."""
    results: dict[str, dict[str, float | None]] = {}
    for name in ("telea", "navier-stokes"):
        full, hole = [], []
        for batch in batches:
            pairs = zip(to_pixels(batch.image), to_pixels(batch.mask), strict=True)
            filled = to_tensor([CLASSICAL[name](image, mask[..., 0] // 255) for image, mask in pairs])
            full.append(psnr(filled, batch.image))
            hole.append(psnr_hole(filled, batch.image, batch.mask))
        results[name] = {"psnr": float(torch.cat(full).mean()), "psnr_hole": float(torch.cat(hole).mean())}
    return results

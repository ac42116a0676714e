"""Scores on held-out pictures with fixed masks, while training, beside what OpenCV reaches without any training."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..data.batch import Batch
from ..data.tensors import to_pixels, to_tensor
from ..imaging.classical import CLASSICAL
from ..losses.perceptual import hrf_distance
from ..metrics.edge import f1, precision_recall
from ..metrics.image import psnr, psnr_hole
from ..metrics.ssim import ssim, ssim_hole
from .samples import fill_batch
from .stages import Stage


def validate(stage: Stage, batches: Sequence[Batch]) -> dict[str, float]:
    """Means over the held-out pictures: precision and recall of edges; l1, psnr and ssim of the composite.

    Where the training uses SqueezeNet, its `hrf_distance` of the composite is among them.
    """
    scores: list[dict[str, Tensor]] = []
    for batch in batches:
        batch = batch.to(stage.device)
        predicted, filled = fill_batch(stage, batch)
        values: dict[str, Tensor] = {}
        if predicted is not None:
            threshold = stage.config.edge_threshold
            values["precision"], values["recall"] = precision_recall(predicted, batch.edge, batch.mask, threshold)
        if filled is not None:
            values |= _fill_scores(stage, filled, batch)
            values["l1"] = (filled - batch.image).abs().flatten(1).mean(1)
        scores.append(values)
    return _means(scores)


def headline(scores: dict[str, float]) -> tuple[str, float]:
    """What decides which checkpoint is best: the measure's name, and a score (higher is better).

    A training for sharpness is judged not by PSNR, which favours blur, but by the distance it minimises. On the networks of the
    recipe that distance agrees with the eye (row 50).
    """
    if "hrf" in scores:
        return "hrf", -scores["hrf"]
    if "psnr_hole" in scores:
        return "psnr_hole", scores["psnr_hole"]
    return "f1", f1(scores["precision"], scores["recall"])


def baselines(stage: Stage, batches: Sequence[Batch]) -> dict[str, dict[str, float | None]]:
    """The same fill scores of OpenCV's Telea and Navier-Stokes."""
    results: dict[str, dict[str, float | None]] = {}
    for method in ("telea", "navier-stokes"):
        scores: list[dict[str, Tensor]] = []
        for batch in batches:
            batch = batch.to(stage.device)
            pairs = zip(to_pixels(batch.image), to_pixels(batch.mask), strict=True)
            filled = to_tensor([CLASSICAL[method](image, mask[..., 0] // 255) for image, mask in pairs])
            scores.append(_fill_scores(stage, filled.to(stage.device), batch))
        results[method] = {**_means(scores)}
    return results


@torch.no_grad()
def _fill_scores(stage: Stage, filled: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Scores of each filled picture, in full and in the hole."""
    scores = {
        "psnr": psnr(filled, batch.image),
        "psnr_hole": psnr_hole(filled, batch.image, batch.mask),
        "ssim": ssim(filled, batch.image),
        "ssim_hole": ssim_hole(filled, batch.image, batch.mask),
    }
    squeezenet = stage.inpaint and stage.inpaint.model.squeezenet
    if squeezenet is not None:
        scores["hrf"] = hrf_distance(squeezenet, filled, batch.image, batch.mask)
    return scores


def _means(batches: list[dict[str, Tensor]]) -> dict[str, float]:
    return {name: float(torch.cat([scores[name] for scores in batches]).mean()) for name in batches[0]}

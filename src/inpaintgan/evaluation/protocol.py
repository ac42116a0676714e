"""The evaluation protocol for one case: every method fills the same hole of the same picture and is scored alike."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from ..data.tensors import flags_to_tensor, to_pixels, to_tensor
from ..imaging.classical import Filler
from ..metrics.edge import precision_recall
from ..metrics.image import image_scores
from ..networks.smooth_fill import smooth_fill
from ..networks.vgg19 import VGG19Features
from .cases import Case
from .perception import Perception

START = "smooth fill it starts from"
Scores = dict[str, dict[str, float]]
"""By method, then by score."""
Fills = dict[str, NDArray[np.uint8]]
"""Composites by method."""
Method = Callable[[Case], NDArray[np.uint8]]
"""Fills a case."""


def smooth(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The smooth fill that networks with the unshuffle stem start from."""
    return to_pixels(smooth_fill(to_tensor([image]), flags_to_tensor([mask])))[0]


def evaluate_case(case: Case, fillers: dict[str, Filler], vgg: VGG19Features | None) -> tuple[Scores, Fills]:
    """Score, on one case, methods that need no more than a picture and its hole.

    Returns:
        Scores by method (those of `image_scores`, ``proxy`` where there is a VGG19, ``seconds``), and the composites.
    """
    device = next(vgg.parameters()).device if vgg else torch.device("cpu")
    fills, seconds = fill_case(case, {name: of_filler(filler) for name, filler in fillers.items()})
    return score_fills(case, fills, seconds, Perception(vgg, None, device))[0], fills


def of_filler(filler: Filler) -> Method:
    """Turn a function of picture and hole into a method."""
    return lambda case: filler(case.picture, case.mask)


def fill_case(case: Case, methods: dict[str, Method]) -> tuple[Fills, dict[str, float]]:
    """Fill a case with every method; returns the composites and the seconds that each took."""
    fills: Fills = {}
    seconds: dict[str, float] = {}
    for name, method in methods.items():
        start = time.perf_counter()
        filled = method(case)
        seconds[name] = time.perf_counter() - start
        # What a method did outside the hole does not count.
        fills[name] = np.where(case.mask[..., None] == 1, filled, case.picture)
    return fills, seconds


def score_fills(
    case: Case, fills: Fills, seconds: dict[str, float], perception: Perception
) -> tuple[Scores, NDArray[np.float32] | None]:
    """Score composites; returns the scores and the features of the picture and of each composite, see `Perception`."""
    seen, features = perception.look(case.picture, list(fills.values()), case.mask)
    scores = {
        name: image_scores(composite, case.picture, case.mask) | distances
        for (name, composite), distances in zip(fills.items(), seen, strict=True)
    }
    for name, taken in seconds.items():
        scores[name]["seconds"] = taken
    return scores, features


def edge_scores(
    predicted: NDArray[np.uint8], true: NDArray[np.uint8], mask: NDArray[np.uint8], threshold: float
) -> dict[str, float]:
    """Precision and recall in the hole, exact and with 1 px tolerance, and the L1 of the probabilities there.

    Args:
        predicted: (H, W), 255 is probability 1.
        true: (H, W) of 0 and 1.
        mask: (H, W), 1 in the hole; must not be empty.
        threshold: A prediction is an edge above it.
    """
    guess, truth, hole = to_tensor([predicted[..., None]]), flags_to_tensor([true]), flags_to_tensor([mask])
    result = {}
    for suffix, tolerance in (("", 0), ("_1px", 1)):
        precision, recall = precision_recall(guess, truth, hole, threshold, tolerance)
        result |= {f"precision{suffix}": float(precision), f"recall{suffix}": float(recall)}
    return result | {"edge_l1": float(((guess - truth).abs() * hole).sum() / hole.sum())}

"""The evaluation protocol: every method fills the same holes of the same pictures and is scored alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..core.ranks import Ranks
from ..data.tensors import to_pixels, to_tensor
from ..imaging.classical import CLASSICAL, Filler
from ..inference.pipeline import Inpainter
from ..metrics.edge import precision_recall
from ..metrics.image import image_scores
from ..networks.smooth_fill import smooth_fill
from ..networks.vgg19 import VGG19Features
from .cases import Case, cases, nothing_to_evaluate
from .mask_sets import MaskSet
from .perception import Perception
from .set_scores import Features, set_scores

NETWORK, UPPER_BOUND, START = "checkpoint", "checkpoint, true edges", "smooth fill it starts from"
Scores = dict[str, dict[str, float]]
"""By method, then by score."""
Fills = dict[str, NDArray[np.uint8]]
"""Composites by method."""
Method = Callable[[Case], NDArray[np.uint8]]
"""Fills a case."""


def methods(inpainter: Inpainter) -> dict[str, Method]:
    """Every method of a comparison by name: the checkpoint, its upper bound and its start, if any, the baselines."""
    result: dict[str, Method] = {NETWORK: of_filler(inpainter.fill)}
    if inpainter.checkpoint.edge_generator is not None:
        result[UPPER_BOUND] = lambda case: inpainter.fill(case.picture, case.mask, inpainter.detect_edges(case.picture))
    if inpainter.checkpoint.config.stem != "conv":
        result[START] = of_filler(smooth)
    return result | {name: of_filler(filler) for name, filler in CLASSICAL.items()}


def smooth(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The smooth fill that networks with the unshuffle stem start from."""
    return to_pixels(smooth_fill(to_tensor([image]), to_tensor([mask[..., None] * np.uint8(255)])))[0]


def evaluate_case(case: Case, fillers: dict[str, Filler], vgg: VGG19Features | None) -> tuple[Scores, Fills]:
    """Score methods that need no more than a picture and its hole on one case.

    Returns:
        Scores by method (those of `image_scores`, ``proxy`` where there is a VGG19, ``seconds``), and the composites.
    """
    device = next(vgg.parameters()).device if vgg else torch.device("cpu")
    fills, seconds = fill_case(case, {name: of_filler(filler) for name, filler in fillers.items()})
    return score_fills(case, fills, seconds, Perception(vgg, None, device))[0], fills


def of_filler(filler: Filler) -> Method:
    """A method of a function of picture and hole."""
    return lambda case: filler(case.picture, case.mask)


def fill_case(case: Case, methods: dict[str, Method]) -> tuple[Fills, dict[str, float]]:
    """Fill a case with every method; returns the composites and the seconds that each took."""
    fills: Fills = {}
    seconds: dict[str, float] = {}
    for name, method in methods.items():
        start = time.perf_counter()
        filled = method(case)
        seconds[name] = time.perf_counter() - start
        # Whatever a method did outside the hole is not its business.
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


def evaluate_edges(inpainter: Inpainter, case: Case) -> dict[str, float]:
    """Score the predicted edges; see `edge_scores`."""
    predicted = inpainter.predict_edges(case.picture, case.mask)
    true = inpainter.detect_edges(case.picture)
    return edge_scores(predicted, true, case.mask, inpainter.checkpoint.config.edge_threshold)


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
    guess, truth, hole = (
        to_tensor([array[..., None]]) for array in (predicted, true * np.uint8(255), mask * np.uint8(255))
    )
    result = {}
    for suffix, tolerance in (("", 0), ("_1px", 1)):
        precision, recall = precision_recall(guess, truth, hole, threshold, tolerance)
        result |= {f"precision{suffix}": float(precision), f"recall{suffix}": float(recall)}
    return result | {"edge_l1": float(((guess - truth).abs() * hole).sum() / hole.sum())}


def mean_scores(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Mean of each score over the cases."""
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]} if rows else {}


@dataclass(frozen=True)
class SetResult:
    """What came of one set of holes.

    Attributes:
        name: Of the set.
        rows: For each case ``number``, ``picture``, ``masks``, ``hole_share``, ``scores`` by method, ``edges`` (empty without an
            edge generator).
        set_scores: By method, see `set_scores`; empty without a backbone.
        unreadable: What is wrong with each file that was left out, in words.
    """

    name: str
    rows: list[dict[str, Any]]
    set_scores: Scores
    unreadable: Sequence[str] = ()


def run(
    inpainter: Inpainter,
    data: Path,
    masks: Iterable[MaskSet],
    methods: dict[str, Method],
    perception: Perception,
    *,
    limit: int,
    seed: int,
    untimed: Collection[str] = (),
    ranks: Ranks | None = None,
    on_case: Callable[[Case, Fills], None] = lambda _case, _fills: None,
) -> list[SetResult]:
    """Run the protocol. Several ranks share the cases of each set; each returns the scores of all, the first set scores too.

    Features are held for one set at a time. Of the methods in ``untimed`` the seconds are not reported. Pictures and masks
    that cannot be read are left out.

    Raises:
        InpaintError: A set gives no case.
    """
    ranks, side, results = ranks or Ranks(), inpainter.checkpoint.config.input_size, []
    for one in masks:
        own: list[dict[str, Any]] = []
        features = []
        bad: list[str] = []
        with ranks.together():
            for case in cases(data, one, side, limit=limit, seed=seed, ranks=ranks, unreadable=bad):
                fills, seconds = fill_case(case, methods)
                timed = {name: taken for name, taken in seconds.items() if name not in untimed}
                scores, seen = score_fills(case, fills, timed, perception)
                edges = evaluate_edges(inpainter, case) if inpainter.checkpoint.edge_generator is not None else {}
                row = {"number": case.number, "picture": case.name, "masks": case.masks}
                row |= {"hole_share": float(case.mask.mean()), "scores": scores, "edges": edges}
                on_case(case, fills)
                own.append(row)
                features.append((case.number, seen))
        rows = sorted(chain(*ranks.gather(own)), key=itemgetter("number"))
        unreadable = list(dict.fromkeys(chain(*ranks.gather(bad))))
        if not rows:
            raise nothing_to_evaluate(one.name, unreadable)
        seen_by_all = sorted(chain(*ranks.gather(features)), key=itemgetter(0))
        found: Features = [array for _, array in seen_by_all if array is not None]
        scores_of_set = set_scores(list(methods), found) if ranks.is_first else {}
        results.append(SetResult(one.name, rows, scores_of_set, unreadable))
    return results

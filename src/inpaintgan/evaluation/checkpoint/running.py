"""Every method on every case of every set of holes; several processes share the cases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

from ...core.ranks import Ranks
from ...imaging.classical import CLASSICAL
from ...inference.pipeline import Inpainter
from .. import protocol
from ..cases import Case, cases, nothing_to_evaluate
from ..mask_sets import MaskSet
from ..perception import Perception
from ..protocol import Fills, Method, Scores
from .set_scores import Features, set_scores

NETWORK, UPPER_BOUND = "checkpoint", "checkpoint, true edges"


def methods(inpainter: Inpainter) -> dict[str, Method]:
    """Every method by name: the checkpoint, its upper bound and its start where it has them, and the baselines."""
    result: dict[str, Method] = {NETWORK: protocol.of_filler(inpainter.fill)}
    if inpainter.checkpoint.edge_generator is not None:
        result[UPPER_BOUND] = lambda case: inpainter.fill(case.picture, case.mask, inpainter.detect_edges(case.picture))
    if inpainter.checkpoint.config.stem != "conv":
        result[protocol.START] = protocol.of_filler(protocol.smooth)
    return result | {name: protocol.of_filler(filler) for name, filler in CLASSICAL.items()}


def evaluate_edges(inpainter: Inpainter, case: Case) -> dict[str, float]:
    """Score the predicted edges; see `protocol.edge_scores`."""
    predicted = inpainter.predict_edges(case.picture, case.mask)
    true = inpainter.detect_edges(case.picture)
    return protocol.edge_scores(predicted, true, case.mask, inpainter.checkpoint.config.edge_threshold)


@dataclass(frozen=True)
class SetResult:
    """What came of one set of holes.

    Attributes:
        name: Of the set.
        rows: For each case ``number``, ``picture``, ``masks``, ``hole``, ``enlarged``, ``hole_share``, ``scores`` by method,
            ``edges`` (empty without an edge generator).
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
                fills, seconds = protocol.fill_case(case, methods)
                timed = {name: taken for name, taken in seconds.items() if name not in untimed}
                scores, seen = protocol.score_fills(case, fills, timed, perception)
                edges = evaluate_edges(inpainter, case) if inpainter.checkpoint.edge_generator is not None else {}
                on_case(case, fills)
                own.append(
                    {
                        "number": case.number, "picture": case.name, "masks": case.masks, "hole": case.hole,
                        "enlarged": case.enlarged, "hole_share": float(case.mask.mean()), "scores": scores, "edges": edges,
                    }
                )  # fmt: skip
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

"""From the scores of cases to means with confidence intervals, for each set of holes and for all together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...metrics.bootstrap import LEVEL, N_RESAMPLES, mean_intervals
from ..protocol import Scores
from .running import NETWORK, SetResult

RIVAL = "telea"
"""What every method is compared with, per picture."""
_NO_SCORE = ("seconds",)
ALL = "all"

Estimate = dict[str, float]
"""``mean``, ``low``, ``high``."""


def report_of(results: Sequence[SetResult], candidates: Sequence[str] = ()) -> dict[str, Any]:
    """The part of the report that holds the scores.

    Args:
        results: Of each set of holes.
        candidates: The methods that are other programs.

    Returns:
        Over all cases ``n``, ``hole_share``, ``methods`` and ``edges`` (means); ``sets``, see `summary`, one for each set
        of holes; ``overall``, the same over all sets, or None for a single one; ``bootstrap``; ``cases``; ``unreadable``,
        in words what is wrong with each file that was left out.
    """
    rows = [row for result in results for row in result.rows]
    sets = [summary(result.name, result.rows, result.set_scores, candidates) for result in results]
    overall = summary(ALL, rows, {}, candidates) if len(results) > 1 else None
    over = dict.fromkeys(one["over"] for one in (*sets, overall) if one)
    return {
        "n": len(rows),
        "hole_share": float(np.mean([row["hole_share"] for row in rows])),
        "methods": {name: _means([row["scores"][name] for row in rows]) for name in rows[0]["scores"]},
        "edges": _means([row["edges"] for row in rows]),
        "sets": sets,
        "overall": overall,
        "bootstrap": {"level": LEVEL, "resamples": N_RESAMPLES, "over": " or ".join(over), "rival": RIVAL},
        "cases": rows,
        "unreadable": list(dict.fromkeys(why for result in results for why in result.unreadable)),
    }


def summary(
    name: str, rows: Sequence[dict[str, Any]], set_scores: Scores, candidates: Sequence[str] = ()
) -> dict[str, Any]:
    """Summarise the cases of one set of holes.

    Returns:
        ``name``, ``n``, ``n_pictures``; ``over``, see `_clusters`; ``hole_share`` with mean, min and max; ``methods``: by
        method and score an `Estimate`; ``versus``: the same of the differences to `RIVAL`, case by case;
        ``versus_candidates``: the same of the checkpoint's differences to each candidate; ``edges``: by score an `Estimate`;
        ``set_scores``.
    """
    columns: dict[tuple[str, str, str], list[float]] = {}

    def compare(part: str, method: str, own: str, theirs: str) -> None:
        for key in (key for key in rows[0]["scores"][own] if key not in _NO_SCORE):
            columns[part, method, key] = [row["scores"][own][key] - row["scores"][theirs][key] for row in rows]

    for method, first in rows[0]["scores"].items():
        for key in (key for key in first if key not in _NO_SCORE):
            columns["methods", method, key] = [row["scores"][method][key] for row in rows]
        if method != RIVAL:
            compare("versus", method, method, RIVAL)
    for candidate in candidates:
        compare("versus_candidates", candidate, NETWORK, candidate)
    for key in rows[0]["edges"]:
        columns["edges", "", key] = [row["edges"][key] for row in rows]
    table = np.array(list(columns.values())).T
    over, clusters = _clusters(rows)
    low, high = mean_intervals(table, clusters)
    parts: dict[str, Any] = {"methods": {}, "versus": {}, "versus_candidates": {}, "edges": {}}
    for (part, method, key), mean, lower, upper in zip(columns, table.mean(0), low, high, strict=True):
        place = parts[part].setdefault(method, {}) if method else parts[part]
        place[key] = {"mean": float(mean), "low": float(lower), "high": float(upper)}
    shares = [row["hole_share"] for row in rows]
    return {
        "name": name,
        "n": len(rows),
        "n_pictures": len({row["picture"] for row in rows}),
        "over": over,
        "hole_share": {"mean": float(np.mean(shares)), "min": min(shares), "max": max(shares)},
        **parts,
        "set_scores": set_scores,
    }


def _clusters(rows: Sequence[dict[str, Any]]) -> tuple[str, list[str]]:
    """What intervals are taken over, "pictures" or "holes", and the one of each case: those that there are fewer of.

    Fifty mask files on a hundred pictures are fifty holes, and a score depends on its hole as much as on its picture.
    """
    pictures = [row["picture"] for row in rows]
    holes = [f"{row['masks']}/{row['hole']}" for row in rows]
    return ("holes", holes) if len(set(holes)) < len(set(pictures)) else ("pictures", pictures)


def _means(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Mean of each score over the cases; of seconds the median, which a busy moment does not change."""
    middle = {"seconds": np.median}
    return {name: float(middle.get(name, np.mean)([row[name] for row in rows])) for name in rows[0]} if rows else {}

"""Confidence intervals by bootstrap over pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
N_RESAMPLES = 2000
_AT_ONCE = 4_000_000
"""Draws held in memory at a time."""


def mean_intervals(
    scores: NDArray[np.floating], pictures: Sequence[str], seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Percentile intervals of means, from resamples of the pictures with replacement.

    The same resamples serve all columns, so that a column of differences is a paired comparison. A picture that was
    scored with several holes is drawn with all of them: its scores are not independent.

    Args:
        scores: (n, k), a row for each case.
        pictures: n names; cases of one picture share theirs.
        seed: Of the resamples.

    Returns:
        Lower and upper ends, (k,) each. With one picture they equal its mean.

    Source: Efron and Tibshirani 1993, chapter 13; Field and Welsh 2007 for the clusters.
    """
    names, owner = np.unique(np.asarray(pictures), return_inverse=True)
    sums = np.zeros((len(names), scores.shape[1]))
    np.add.at(sums, owner, scores)
    sizes = np.bincount(owner).astype(float)
    rng = np.random.default_rng(seed)
    chunk = max(1, min(N_RESAMPLES, _AT_ONCE // len(names)))
    means = []
    for start in range(0, N_RESAMPLES, chunk):
        count = min(chunk, N_RESAMPLES - start)
        drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=count)
        means.append((drawn @ sums) / (drawn @ sizes)[:, None])
    low, high = np.quantile(np.concatenate(means), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return low, high

"""Confidence intervals by bootstrap over independent cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

LEVEL = 0.95
N_RESAMPLES = 2000
_AT_ONCE = 4_000_000
"""Draws held in memory at a time."""


def mean_intervals(
    scores: NDArray[np.floating], clusters: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Percentile intervals of means, from resamples of the clusters with replacement.

    The same resamples serve all columns, so that a column of differences is a paired comparison. Cases that share a picture
    or a hole are no independent ones, and are drawn together. For few clusters the percentiles lie further out, since a
    resample varies less than a new sample would.

    Args:
        scores: (n, k), a row for each case.
        clusters: n names, of what was drawn independently; cases of one cluster share theirs.

    Returns:
        Lower and upper ends, (k,) each. With one cluster they equal its mean.

    Source: Efron and Tibshirani 1993, chapter 13; Field and Welsh 2007 for the clusters; Hesterberg 2015 (The American
    Statistician 69), section 4.3, for the expanded percentiles.
    """
    names, owner = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.zeros((len(names), scores.shape[1]))
    np.add.at(sums, owner, scores)
    sizes = np.bincount(owner).astype(float)
    rng = np.random.default_rng(0)
    chunk = max(1, min(N_RESAMPLES, _AT_ONCE // len(names)))
    means = []
    for start in range(0, N_RESAMPLES, chunk):
        count = min(chunk, N_RESAMPLES - start)
        drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=count)
        means.append((drawn @ sums) / (drawn @ sizes)[:, None])
    tail = _expanded_tail(len(names))
    low, high = np.quantile(np.concatenate(means), [tail, 1 - tail], axis=0)
    return low, high


def _expanded_tail(n: int) -> float:
    """The share of resamples below an interval: that of a normal distribution as far out as Student's t is for n."""
    if n < 2:
        return 0.5
    return float(stats.norm.cdf(np.sqrt(n / (n - 1)) * stats.t.ppf((1 - LEVEL) / 2, n - 1)))

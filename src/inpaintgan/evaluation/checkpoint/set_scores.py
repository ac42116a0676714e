"""Scores that a method gets for all of its fills together: FID, KID, U-IDS and P-IDS over the features of a backbone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...metrics.distribution import frechet_distance, inception_discriminative_scores, kernel_distance

Features = Sequence[NDArray[np.float32]]
"""For each case (1 + n, D): of the picture, then of each method's composite."""
FEWEST, FEWEST_FOR_IDS = 2, 10


def set_scores(methods: Sequence[str], features: Features) -> dict[str, dict[str, float]]:
    """Score each method's composites against the pictures.

    Returns:
        By method ``fid``, ``kid``, and with `FEWEST_FOR_IDS` pictures ``u_ids`` and ``p_ids``; empty without features or
        with fewer than `FEWEST` pictures.
    """
    if len(features) < FEWEST:
        return {}
    seen = np.stack(features)
    real, found = seen[:, 0], {}
    for number, name in enumerate(methods, 1):
        fake = seen[:, number]
        found[name] = {"fid": frechet_distance(fake, real), "kid": kernel_distance(fake, real)}
        if len(real) >= FEWEST_FOR_IDS:
            found[name]["u_ids"], found[name]["p_ids"] = inception_discriminative_scores(fake, real)
    return found

"""Scores of a set of pictures against a set of real ones, from features: FID, KID, U-IDS, P-IDS. No torch.

They mean something only beside the name of the network that made the features, and with the same number of pictures.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

_FOLDS = 5
_REPEATS = 10
"""How often the pictures are dealt into folds anew: scores of a hundred pictures depend on how they are."""
_CHUNK = 512
Features = NDArray[np.floating]
"""(n, D), a row for each picture."""


def frechet_distance(fake: Features, real: Features) -> float:
    """Distance of the Gaussians that have the sets' means and covariances: FID, where Inception V3 made the features.

    It is too large for few pictures. At least two in each set.

    Source: Heusel et al. 2017 (arXiv 1706.08500), Eq. 6.
    """
    a, b = np.asarray(fake, np.float64), np.asarray(real, np.float64)
    mean_gap = a.mean(0) - b.mean(0)
    # With C = R'R for each covariance, tr sqrt(C1 C2) is the sum of the singular values of R1 R2': no matrix root is
    # needed, and fewer pictures than features do no harm.
    first, second = (np.asarray(np.linalg.qr((x - x.mean(0)) / np.sqrt(len(x) - 1), mode="r")) for x in (a, b))
    shared = np.linalg.svd(first @ second.T, compute_uv=False).sum()
    return float(max(0.0, mean_gap @ mean_gap + (first**2).sum() + (second**2).sum() - 2 * shared))


def kernel_distance(fake: Features, real: Features) -> float:
    """Unbiased squared maximum mean discrepancy with the kernel (x.y / D + 1)^3: KID; may fall below 0.

    A fill and its own picture are not independent, so these pairs are left out of the mean between the sets, which
    would else make any inpainting look too good; equal sets score 0.

    Args:
        fake: (n, D), row by row the fakes of ``real``.
        real: (n, D), n at least 2.

    Source: Binkowski et al. 2018 (arXiv 1801.01401), section 4; the estimator is Eq. 4 of Gretton et al. 2012 (JMLR 13).
    """
    a, b = np.asarray(fake, np.float64), np.asarray(real, np.float64)
    total = _kernel_sum(a, a) + _kernel_sum(b, b) - 2 * _kernel_sum(a, b)
    return total / (len(a) * (len(a) - 1))


def _kernel_sum(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Sum over all pairs of different rows, in parts, so that memory stays small for large sets."""
    width = a.shape[1]
    everything = sum(((a[i : i + _CHUNK] @ b.T / width + 1) ** 3).sum() for i in range(0, len(a), _CHUNK))
    return float(everything - (((a * b).sum(1) / width + 1) ** 3).sum())


def inception_discriminative_scores(fake: Features, real: Features) -> tuple[float, float]:
    """U-IDS and P-IDS: how often a linear SVM takes fakes for real, on pictures that it was not fitted to.

    The papers fit and judge the same ten thousands of pictures. With fewer pictures than that a linear SVM separates
    anything it was fitted to, so this one is judged on each fifth in turn, fitted to the others, and that for several ways
    to deal the pictures into fifths. Features are scaled to a standard deviation of 1 before.

    Args:
        fake: (n, D), row by row the fakes of ``real``.
        real: (n, D), n at least 10.

    Returns:
        U-IDS, the SVM's share of errors, 0 to 0.5 and more; P-IDS, the share of pairs whose fake looks more real.

    Source: Zhao et al. 2021 (arXiv 2103.10428), section 4.
    """
    a, b = np.asarray(fake, np.float64), np.asarray(real, np.float64)
    both = np.concatenate([a, b])
    spread = both.std(0)
    a, b = ((x - both.mean(0)) / np.where(spread > 0, spread, 1) for x in (a, b))
    rng = np.random.default_rng(0)
    found = [_discriminative_scores(a, b, rng.permutation(np.arange(len(a)) % _FOLDS)) for _ in range(_REPEATS)]
    u_ids, p_ids = np.mean(found, axis=0)
    return float(u_ids), float(p_ids)


def _discriminative_scores(
    a: NDArray[np.float64], b: NDArray[np.float64], fold: NDArray[np.integer]
) -> tuple[float, float]:
    """Both scores with each fold judged by what was fitted to the others."""
    scores_fake, scores_real = np.empty(len(a)), np.empty(len(b))
    for number in range(_FOLDS):
        inside = fold == number
        weights = linear_svm(np.concatenate([a[~inside], b[~inside]]), np.repeat([-1.0, 1.0], (~inside).sum()))
        scores_fake[inside], scores_real[inside] = (_with_one(x[inside]) @ weights for x in (a, b))
    errors = (scores_fake > 0).mean() + (scores_real <= 0).mean()
    return float(errors / 2), float((scores_fake > scores_real).mean())


def linear_svm(rows: Features, labels: NDArray[np.floating]) -> NDArray[np.float64]:
    """Fit a linear SVM: least |w|^2 / 2 + sum of squared hinge losses; the bias counts as a weight.

    Args:
        rows: (n, D).
        labels: (n,), -1 or 1.

    Returns:
        (D + 1,) weights, the bias last.
    """
    x = _with_one(rows)

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slack = np.maximum(0, 1 - labels * (x @ w))
        return 0.5 * float(w @ w) + float(slack @ slack), w - 2 * ((slack * labels) @ x)

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 2000, "ftol": 1e-10})
    return np.asarray(found.x, np.float64)


def _with_one(rows: Features) -> NDArray[np.float64]:
    return np.concatenate([np.asarray(rows, np.float64), np.ones((len(rows), 1))], axis=1)

"""Scores of sets against closed forms, other formulas of the same thing, and what they must say in plain cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from inpaintgan.metrics.bootstrap import mean_intervals
from inpaintgan.metrics.distribution import (
    frechet_distance,
    inception_discriminative_scores,
    kernel_distance,
    linear_svm,
)


def with_moments(mean, covariance, n=400):
    """Rows whose sample mean and covariance are exactly these."""
    x = np.random.default_rng(0).normal(size=(n, len(mean)))
    x -= x.mean(0)
    x = x @ np.linalg.inv(np.linalg.cholesky(np.cov(x.T)).T)
    return x @ np.linalg.cholesky(np.asarray(covariance)).T + mean


def test_frechet_distance_of_gaussians_in_closed_form():
    a = with_moments([1.0, 2.0], [[4.0, 0.0], [0.0, 9.0]])
    b = with_moments([0.0, 0.0], [[1.0, 0.0], [0.0, 16.0]])
    # |1, 2|^2 + (2 - 1)^2 + (3 - 4)^2: covariances that commute compare by their roots.
    assert frechet_distance(a, b) == pytest.approx(7.0)
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("n", [200, 8])
def test_frechet_distance_equals_the_one_by_matrix_root(n):
    """With fewer pictures than features the covariances are singular, and the root is still right."""
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(n, 16)) @ rng.normal(size=(16, 16)), rng.normal(size=(n + 3, 16)) + 0.3
    c1, c2 = np.cov(a.T), np.cov(b.T)
    # The symmetric form, which singular covariances do not trouble.
    root = np.real(sqrtm(c1))
    shared = np.sqrt(np.linalg.eigvalsh(root @ c2 @ root).clip(0)).sum()
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * shared
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-4)


def test_kernel_distance_equals_the_double_sum_without_pairs():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(7, 3)), rng.normal(size=(7, 3)) + 1

    def k(x, y):
        return (x @ y / 3 + 1) ** 3

    pairs = [(i, j) for i in range(7) for j in range(7) if i != j]
    expected = np.mean([k(a[i], a[j]) + k(b[i], b[j]) - k(a[i], b[j]) - k(a[j], b[i]) for i, j in pairs])
    assert kernel_distance(a, b) == pytest.approx(expected)
    assert kernel_distance(a, a) == pytest.approx(0, abs=1e-12)


def test_kernel_distance_is_not_made_small_by_fills_that_resemble_their_own_picture():
    """Pairs whose difference has the same distribution as strangers' score alike, however close they are."""
    rng = np.random.default_rng(9)
    values = []
    for _ in range(200):
        real = rng.normal(size=(20, 4))
        values.append(kernel_distance(0.9 * real + np.sqrt(1 - 0.81) * rng.normal(size=(20, 4)), real))
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(200)


def test_kernel_distance_of_halves_of_one_set_is_0_on_average():
    rng = np.random.default_rng(3)
    values = np.array([kernel_distance(*np.split(rng.normal(size=(60, 8)), 2)) for _ in range(200)])
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(200)
    assert values.min() < 0
    shifted = kernel_distance(rng.normal(size=(30, 8)) + 1, rng.normal(size=(30, 8)))
    assert shifted > 10 * values.std()


def test_an_svm_errs_at_random_between_equal_sets_and_never_between_far_ones():
    rng = np.random.default_rng(4)
    real, same = rng.normal(size=(2, 300, 8))
    u_ids, p_ids = inception_discriminative_scores(same, real)
    assert u_ids == pytest.approx(0.5, abs=0.08) and p_ids == pytest.approx(0.5, abs=0.1)
    assert inception_discriminative_scores(same + 10, real) == (0, 0)
    # Equal pictures are taken for each other half of the time, and none looks more real than itself.
    assert inception_discriminative_scores(real, real) == (0.5, 0)


def test_more_features_than_pictures_do_not_let_it_learn_the_pictures_by_heart():
    rng = np.random.default_rng(5)
    real, same = rng.normal(size=(2, 60, 200))
    assert inception_discriminative_scores(same, real)[0] > 0.35


def test_the_svm_is_at_the_minimum_of_its_loss():
    rng = np.random.default_rng(6)
    labels = np.repeat([-1.0, 1.0], 40)
    x = rng.normal(size=(80, 3)) + 0.4 * labels[:, None]
    w = linear_svm(x, labels)

    def loss(weights):
        slack = np.maximum(0, 1 - labels * (x @ weights[:-1] + weights[-1]))
        return 0.5 * weights @ weights + (slack**2).sum()

    steps = 1e-3 * np.concatenate([np.eye(4), -np.eye(4)])
    assert all(loss(w + step) > loss(w) for step in steps)
    # In one dimension, two points at -1 and 1: w + 4 (w - 1) = 0 without a bias.
    assert linear_svm(np.array([[-1.0], [1.0]]), np.array([-1.0, 1.0])) == pytest.approx([0.8, 0.0], abs=1e-4)


def test_the_interval_of_a_mean_is_that_of_the_formula():
    x = np.random.default_rng(7).normal(5, 2, (400, 1))
    low, high = mean_intervals(np.hstack([x, x + 1]), [str(i) for i in range(400)])
    half = 1.96 * x.std() / np.sqrt(400)
    assert low[0] == pytest.approx(x.mean() - half, abs=0.15 * half)
    assert high[0] == pytest.approx(x.mean() + half, abs=0.15 * half)
    assert low[1] - low[0] == pytest.approx(1) and high[1] - high[0] == pytest.approx(1)


def test_several_holes_in_one_picture_are_no_more_pictures():
    x = np.random.default_rng(8).normal(size=(50, 1))
    names = [str(i) for i in range(50)]
    once = mean_intervals(x, names)
    four_times = mean_intervals(np.repeat(x, 4, axis=0), [name for name in names for _ in range(4)])
    assert np.allclose(once, four_times)
    assert mean_intervals(np.array([[3.0]]), ["one"]) == (3.0, 3.0)


def test_intervals_of_few_pictures_contain_the_mean_nearly_as_often_as_those_of_many():
    rng = np.random.default_rng(9)
    for n, at_least in ((5, 0.9), (12, 0.92), (60, 0.93)):
        names = [str(i) for i in range(n)]
        low, high = mean_intervals(rng.normal(size=(n, 400)), names)
        assert ((low <= 0) & (high >= 0)).mean() > at_least

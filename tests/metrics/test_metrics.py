"""Scores against hand-made cases and scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from inpaintgan.metrics.edge import precision_recall
from inpaintgan.metrics.image import PSNR_CEILING, image_scores, psnr, psnr_hole
from inpaintgan.metrics.perceptual import perceptual_proxy
from inpaintgan.metrics.ssim import ssim, ssim_hole


def maps(*rows: list[int]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float32)[None, None]


def test_precision_and_recall_count_exact_pixels_in_the_hole():
    true = maps([1, 1, 0, 0], [1, 0, 0, 0])
    predicted = maps([0.9, 0.2, 0.8, 0.0], [0.0, 0.0, 0.0, 0.9])
    mask = maps([1, 1, 1, 1], [0, 0, 0, 0])
    precision, recall = precision_recall(predicted, true, mask, 0.5)
    assert (precision.item(), recall.item()) == (0.5, 0.5)


def test_what_is_no_surer_than_the_threshold_is_no_edge():
    true, predicted = maps([0, 1]), maps([0.5, 0.51])
    assert [s.item() for s in precision_recall(predicted, true, torch.ones_like(true), 0.5)] == [1, 1]


def test_one_pixel_of_tolerance_forgives_a_shifted_line():
    true, predicted = maps([0, 1, 0, 0]), maps([0, 0, 1, 0])
    mask = torch.ones_like(true)
    assert [s.item() for s in precision_recall(predicted, true, mask, 0.5)] == [0, 0]
    assert [s.item() for s in precision_recall(predicted, true, mask, 0.5, tolerance_px=1)] == [1, 1]


def test_empty_edges_on_both_sides_are_perfect_and_on_one_side_worthless():
    empty, line = maps([0, 0, 0]), maps([0, 1, 0])
    mask = torch.ones_like(empty)
    assert [s.item() for s in precision_recall(empty, empty, mask, 0.5)] == [1, 1]
    assert [s.item() for s in precision_recall(line, empty, mask, 0.5)] == [0, 0]
    assert [s.item() for s in precision_recall(empty, line, mask, 0.5)] == [0, 0]


def test_hole_psnr_of_a_small_hole_is_18_db_below_the_full_one():
    """Arithmetic: 10 log10(256^2 / 32^2). A 32x32 hole in 256x256 adds 18 dB to the full-picture score."""
    real = torch.full((1, 3, 256, 256), 0.5)
    mask = torch.zeros(1, 1, 256, 256)
    mask[..., :32, :32] = 1
    fake = real + 0.1 * mask
    assert psnr_hole(fake, real, mask).item() == pytest.approx(20.0, abs=1e-3)
    assert psnr(fake, real).item() - psnr_hole(fake, real, mask).item() == pytest.approx(18.06, abs=0.01)
    assert psnr(real, real).item() == PSNR_CEILING


def test_full_scores_equal_scikit_image():
    rng = np.random.default_rng(0)
    real = rng.integers(0, 256, (64, 48, 3), np.uint8)
    fake = np.clip(real.astype(int) + rng.integers(-20, 20, real.shape), 0, 255).astype(np.uint8)
    mask = np.ones((64, 48), np.uint8)
    scores = image_scores(fake, real, mask)
    assert scores["psnr"] == pytest.approx(peak_signal_noise_ratio(real, fake, data_range=255))
    ssim = structural_similarity(
        real, fake, data_range=255, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    assert scores["ssim"] == pytest.approx(ssim)
    assert scores["psnr_hole"] == pytest.approx(scores["psnr"])
    assert scores["l1"] == pytest.approx(np.abs(fake.astype(float) - real).mean() / 255)


def test_ssim_of_a_batch_equals_scikit_image_in_full_and_in_the_hole():
    rng = np.random.default_rng(1)
    real = rng.integers(0, 256, (2, 40, 56, 3), np.uint8)
    fake = real.copy()
    mask = np.zeros((2, 40, 56), np.uint8)
    mask[0, :20, :18], mask[1, 10:30, 30:] = 1, 1  # one in a corner, where the window leaves the picture
    fake[mask == 1] = rng.integers(0, 256, fake[mask == 1].shape, np.uint8)
    batches = [torch.from_numpy(array).permute(0, 3, 1, 2) / 255 for array in (fake, real)]
    full, hole = ssim(*batches), ssim_hole(*batches, torch.from_numpy(mask)[:, None].float())
    expected = [image_scores(*arrays) for arrays in zip(fake, real, mask, strict=True)]
    assert full.tolist() == pytest.approx([scores["ssim"] for scores in expected], abs=1e-5)
    assert hole.tolist() == pytest.approx([scores["ssim_hole"] for scores in expected], abs=1e-5)
    assert full.max() < 0.95 and hole.max() < 0.6, "scores that tell something apart"


def test_proxy_is_zero_for_equal_pictures_and_ignores_what_is_far_outside_the_hole(vgg):
    real = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(1))
    mask = torch.zeros(1, 1, 128, 128)
    mask[..., :16, :16] = 1
    far, near = real.clone(), real.clone()
    far[..., 112:, 112:] = 0
    near[..., :16, :16] = 0
    assert perceptual_proxy(vgg, real, real, mask).item() == 0
    assert perceptual_proxy(vgg, far, real, mask).item() == pytest.approx(0, abs=1e-6)
    assert perceptual_proxy(vgg, near, real, mask).item() > 0.1

"""Golden values: Eq. 3 and 4 of the InpaintGAN paper, worked out outside this project; the rest: the formula."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from inpaintgan.core.config import Config
from inpaintgan.data.batch import Batch
from inpaintgan.losses.spatial_variant import svr_loss, svr_weights
from inpaintgan.models.edge_model import EdgeModel


def hole(height: int, width: int, batch: int = 1) -> torch.Tensor:
    mask = torch.zeros(batch, 1, height, width)
    mask[..., height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = 1
    return mask


def test_golden_weights_of_a_hole_of_half_the_side():
    weights = svr_weights(hole(256, 256))
    for row, expected in ((64, 0.85), (96, 0.567), (128, 0.435)):
        assert weights[0, 0, row, 128].item() == pytest.approx(expected, abs=0.004)


def test_weights_are_the_seven_blurs_of_the_formula():
    mask = (torch.rand(2, 1, 40, 72, generator=torch.Generator().manual_seed(0)) > 0.4).float()
    line = torch.tensor([math.exp(-((tap - 31.5) ** 2) / (2 * 40**2)) for tap in range(64)])
    kernel = torch.outer(line, line) / line.sum() ** 2
    expected = torch.zeros_like(mask)
    for _ in range(7):
        expected = F.conv2d(F.pad(1 - mask + expected, (32, 31, 32, 31)), kernel[None, None]) * mask
    torch.testing.assert_close(svr_weights(mask), expected)


def test_loss_counts_the_hole_alone_and_its_border_most():
    mask = hole(128, 128)
    true = torch.zeros(1, 1, 128, 128)
    outside, border, middle = (true.clone() for _ in range(3))
    outside[..., 10, 64] = 1
    border[..., 33, 64] = 1
    middle[..., 64, 64] = 1
    losses = [svr_loss(fake, true, mask).item() for fake in (outside, border, middle)]
    assert losses[0] == 0
    assert losses[1] > losses[2] > 0
    assert svr_loss(middle, true, mask).item() == pytest.approx(svr_weights(mask)[0, 0, 64, 64].item() / 128**2)


def test_the_edge_model_adds_it_with_its_weight_and_logs_it_unweighted():
    generator = torch.Generator().manual_seed(0)
    image, gray, edge = (torch.rand(2, n, 64, 64, generator=generator) for n in (3, 1, 1))
    batch = Batch(image=image, gray=gray, edge=(edge > 0.9).float(), mask=hole(64, 64, 2))
    fake = torch.rand(2, 1, 64, 64, generator=generator)
    losses = {}
    for weight in (0, 5):
        torch.manual_seed(0)
        # In evaluation mode the discriminator stays the same between the two.
        model = EdgeModel(Config(width=8, svr_loss_weight=weight)).eval()
        losses[weight], logs = model.generator_loss(batch, fake)
        assert ("svr_loss" in logs) == (weight > 0)
    torch.testing.assert_close(losses[5] - losses[0], 5 * logs["svr_loss"])
    torch.testing.assert_close(logs["svr_loss"], svr_loss(fake, batch.edge, batch.mask))


def test_it_stays_float32_under_autocast():
    mask = hole(128, 128)
    with torch.autocast("cpu", torch.bfloat16):
        inside = svr_weights(mask.bfloat16())
    assert inside.dtype == torch.float32
    torch.testing.assert_close(inside, svr_weights(mask))

"""The smooth fill that the unshuffle stem starts from."""

from __future__ import annotations

import pytest
import torch

from inpaintgan.networks.smooth_fill import smooth_fill


@pytest.mark.parametrize(("height", "width"), [(64, 64), (37, 50), (1, 9)])
def test_what_is_known_stays_and_the_hole_is_not_looked_at(height, width):
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(2, 3, height, width, generator=generator)
    mask = (torch.rand(2, 1, height, width, generator=generator) > 0.5).float()
    filled = smooth_fill(image, mask)
    assert torch.equal(filled * (1 - mask), image * (1 - mask))
    torch.testing.assert_close(smooth_fill(image * (1 - mask) + mask, mask), filled)
    assert filled.min() >= 0 and filled.max() <= 1


def test_a_hole_in_one_colour_takes_that_colour():
    image = torch.full((1, 3, 100, 60), 0.3)
    mask = torch.zeros(1, 1, 100, 60)
    mask[..., 10:90, 5:55] = 1
    torch.testing.assert_close(smooth_fill(image, mask), image)


def test_a_hole_between_two_colours_goes_over_from_one_to_the_other():
    image = torch.zeros(1, 1, 64, 64)
    image[..., 32:] = 1
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 16:48] = 1
    row = smooth_fill(image, mask)[0, 0, 32]
    assert row[18] < 0.3 and row[45] > 0.7
    assert (row[1:] - row[:-1]).min() > -0.05


def test_a_training_in_bfloat16_starts_from_the_same_fill(monkeypatch):
    """A GPU's way through the convolution, whose rounded differences autocast would leave little of."""
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, 64, 64, generator=generator)
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 16:48, 8:40] = 1
    expected = smooth_fill(image, mask)
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(smooth_fill(image, mask), expected, rtol=1e-4, atol=1e-4)

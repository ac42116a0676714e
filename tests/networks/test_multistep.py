"""What the multistep generator works out for itself: texture, the order of the hole's areas, its four passes."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
import torch
from skimage.feature import local_binary_pattern as skimage_pattern

from inpaintgan.networks.edge_generators.multistep import MultistepGenerator, local_binary_pattern
from inpaintgan.networks.hole_order import hole_order


def block(size: int, low: int, high: int) -> torch.Tensor:
    mask = torch.zeros(1, 1, size, size)
    mask[..., low:high, low:high] = 1
    return mask


def test_local_binary_patterns_are_those_of_scikit_image():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 56), dtype=np.uint8)
    ours = local_binary_pattern(torch.from_numpy(pixels / 255.0)[None, None].float())
    theirs = skimage_pattern(pixels, 8, 1)
    # scikit-image takes black beyond the border, we repeat the border's pixels.
    np.testing.assert_array_equal((ours[0, 0] * 255).round().numpy()[1:-1, 1:-1], theirs[1:-1, 1:-1])


def test_flat_surfaces_have_no_texture_in_spite_of_rounding():
    assert (local_binary_pattern(torch.full((1, 1, 8, 8), 0.3)) == 1).all()


def test_areas_are_equal_shares_of_the_hole_and_cover_it():
    generator = torch.Generator().manual_seed(0)
    gray = torch.rand(3, 1, 48, 64, generator=generator)
    mask = torch.zeros(3, 1, 48, 64)
    mask[0, :, 8:40, 8:56] = 1
    mask[1, :, 20:23, 20:23] = 1  # nine pixels: not a multiple of four; the third picture has no hole
    order = hole_order(gray, mask, 4)
    assert torch.equal(order > 0, mask > 0)
    sizes = [[int((order[i] == area).sum()) for area in range(1, 5)] for i in range(3)]
    assert sizes == [[384] * 4, [3, 2, 2, 2], [0] * 4]


def test_on_a_flat_picture_the_hole_is_filled_from_its_border_inwards():
    order = hole_order(torch.full((1, 1, 64, 64), 0.5), block(64, 16, 48), 4)[0, 0]
    assert order[16, 16] == 1 and order[32, 32] == 4
    assert (order[16:33, 32].diff() >= 0).all()


def test_a_line_that_runs_into_the_hole_makes_its_end_easier():
    gray = torch.zeros(1, 1, 64, 64)
    gray[..., 32:, :24] = 1  # an edge arrives from the left
    order = hole_order(gray, block(64, 24, 40), 4)[0, 0]
    assert order[31:33, 25].mean() < order[31:33, 38].mean()
    assert order[24:40, 24:32].mean() < order[24:40, 32:40].mean()


def test_a_picture_is_split_alike_alone_and_in_a_batch_whatever_its_hole_hides():
    gray = torch.from_numpy(skimage.data.camera()[::4, ::4] / 255.0)[None, None].float()
    mask = block(128, 30, 90)
    alone = hole_order(gray, mask, 4)
    hidden = torch.where(mask > 0, torch.rand_like(gray), gray)
    assert torch.equal(hole_order(torch.cat([gray.flip(3), hidden]), torch.cat([mask.flip(3), mask]), 4)[1:], alone)


def test_each_pass_sees_what_the_last_one_completed():
    network = MultistepGenerator(8).eval()
    seen = []
    network.encoder.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0].clone()))
    gray, mask = torch.rand(1, 1, 64, 64), block(64, 16, 48)
    order = hole_order(gray * (1 - mask) + mask, mask, 4)
    with torch.no_grad():
        edges = network(gray * (1 - mask) + mask, torch.zeros(1, 1, 64, 64), mask)
    assert len(seen) == 4
    for done, x in enumerate(seen):
        assert torch.equal(x[:, 2:3], (order > done).float())
        completed = (order > 0) & (order <= done)
        torch.testing.assert_close(x[:, 1:2][completed], edges[completed])
        assert (x[:, 1:2][order > done] == 0).all()


@pytest.mark.parametrize("stem", ["conv", "unshuffle", "unshuffle4"])
def test_spectral_norm_moves_once_in_a_forward_pass(stem):
    """The four passes share one weight: PyTorch would move the power iteration on with each use."""
    torch.manual_seed(0)
    network = MultistepGenerator(8, stem)
    layer = network.encoder[4].parametrizations.weight
    matrix = layer.original.detach().flatten(1)
    right = torch.nn.functional.normalize(matrix.T @ (matrix @ layer[0]._v), dim=0)
    network(torch.rand(1, 1, 64, 64), torch.zeros(1, 1, 64, 64), block(64, 16, 48))
    torch.testing.assert_close(layer[0]._v, right)

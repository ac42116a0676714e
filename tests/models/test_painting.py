"""Painting both ways: the mirror image of a picture is filled with the mirror image of its fill."""

from __future__ import annotations

import torch

from inpaintgan.models.composition import masked_image
from inpaintgan.models.inpaint_model import paint_both_ways
from inpaintgan.networks.inpaint_generator import InpaintGenerator


def test_a_picture_and_its_mirror_image_are_painted_alike():
    torch.manual_seed(2)
    generator = InpaintGenerator(8, "conv").eval()
    image, edge, mask = torch.rand(2, 3, 64, 64), torch.rand(2, 1, 64, 64).round(), torch.zeros(2, 1, 64, 64)
    mask[..., 10:40, 5:30] = 1
    with torch.no_grad():
        once = generator(masked_image(image, mask), edge, mask)
        both = paint_both_ways(generator, image, edge, mask)
        mirrored = paint_both_ways(generator, *(tensor.flip(-1) for tensor in (image, edge, mask))).flip(-1)
        assert (once - both).abs().max() > 1e-3, "this network treats both sides alike by itself"
    torch.testing.assert_close(mirrored, both, atol=1e-6, rtol=0)


def test_nothing_under_the_hole_is_shown():
    generator = InpaintGenerator(8, "unshuffle").eval()
    image, edge, mask = torch.rand(1, 3, 64, 64), torch.zeros(1, 1, 64, 64), torch.zeros(1, 1, 64, 64)
    mask[..., 20:30, 20:50] = 1
    with torch.no_grad():
        shown, hidden = (paint_both_ways(generator, picture, edge, mask) for picture in (image, image * (1 - mask)))
    assert torch.equal(shown, hidden)

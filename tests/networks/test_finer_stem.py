"""A finer stem: the same function of half the picture, and what cannot be refolded."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from inpaintgan.core.config import ONE_STEM
from inpaintgan.networks.edge_generators import EDGE_GENERATORS
from inpaintgan.networks.finer_stem import refold
from inpaintgan.networks.inpaint_generator import InpaintGenerator

GENERATORS = {**EDGE_GENERATORS, "inpaint": InpaintGenerator}
_N_INPUTS = {"multistep": 5, "inpaint": 5}


def doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2)


@pytest.mark.parametrize("name", [name for name in GENERATORS if name not in ONE_STEM])
def test_a_finer_generator_computes_of_half_a_picture_what_the_coarse_one_did_of_the_whole(name):
    torch.manual_seed(5)
    coarse, fine = (GENERATORS[name](8, stem) for stem in ("unshuffle4", "unshuffle"))
    x = torch.rand(1, _N_INPUTS.get(name, 3), 64, 64).round()
    with torch.no_grad():
        for parameter in coarse.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
        for _ in range(30):
            coarse.logits(doubled(x))  # lets the power iteration settle
        assert refold(coarse, fine.eval()) == []
        assert not any(module.training for module in fine.modules()), "it stays in the mode it was in"
        expected = F.avg_pool2d(coarse.eval().logits(doubled(x)), 2)
        assert expected.std() > 0.01
        torch.testing.assert_close(fine.eval().logits(x), expected, atol=0.01, rtol=0.01)


def test_what_cannot_be_refolded_is_named_and_left_alone():
    coarse, wider = InpaintGenerator(8, "unshuffle4"), InpaintGenerator(16, "unshuffle")
    before = {key: value.clone() for key, value in wider.state_dict().items()}
    problems = refold(coarse, wider)
    assert problems and "expected" in problems[0]
    assert all(torch.equal(value, before[key]) for key, value in wider.state_dict().items())

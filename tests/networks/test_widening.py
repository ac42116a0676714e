"""Widening: the same function, copies that part ways, and what cannot be widened."""

from __future__ import annotations

import pytest
import torch

from inpaintgan.networks.edge_generators import EDGE_GENERATORS
from inpaintgan.networks.inpaint_generator import InpaintGenerator
from inpaintgan.networks.widening import widen

GENERATORS = {**EDGE_GENERATORS, "inpaint": InpaintGenerator}
WIDENABLE = [name for name in GENERATORS if name not in ("egc", "effunet")]


def trained(name: str, width: int, stem: str):
    """A generator with weights other than its first ones, and inputs for it."""
    torch.manual_seed(5)
    network = GENERATORS[name](width, stem)
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 20:50, 10:40] = 1
    inputs = torch.rand(1, 3 if name == "inpaint" else 1, 64, 64), torch.rand(1, 1, 64, 64).round(), mask
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
        for _ in range(30):
            network(*inputs)  # lets the power iteration settle
    return network.eval(), inputs


@pytest.mark.parametrize(("stem", "factor"), [("conv", 2), ("unshuffle4", 3)])
@pytest.mark.parametrize("name", WIDENABLE)
def test_a_widened_generator_computes_what_the_narrow_one_did(name, stem, factor):
    narrow, inputs = trained(name, 8, stem)
    wide = GENERATORS[name](8 * factor, stem)
    assert widen(narrow, wide) == []
    with torch.no_grad():
        expected = narrow(*inputs)
        assert expected.std() > 0.01
        torch.testing.assert_close(wide.eval()(*inputs), expected, atol=1e-3, rtol=0)


def test_copies_of_a_channel_part_ways():
    narrow, inputs = trained("inpaint", 8, "unshuffle4")
    wide = InpaintGenerator(16, "unshuffle4")
    widen(narrow, wide)
    wide(*inputs).square().mean().backward()
    gradient = wide.encoder[1].weight.grad
    assert (gradient[0::2] - gradient[1::2]).abs().max() > 0.05 * gradient.abs().max()


def test_the_same_width_is_a_plain_copy_to_the_bit():
    network, inputs = trained("edgeconnect", 8, "conv")
    copy = GENERATORS["edgeconnect"](8, "conv")
    assert widen(network, copy) == []
    with torch.no_grad():
        assert torch.equal(copy.eval()(*inputs), network(*inputs))


@pytest.mark.parametrize(
    ("name", "widths"), [("egc", (8, 16)), ("effunet", (8, 16)), ("mec", (16, 8)), ("mec", (16, 24))]
)
def test_what_cannot_be_widened_is_named_and_left_alone(name, widths):
    narrow, wide = (GENERATORS[name](width, "conv") for width in widths)
    before = {key: value.clone() for key, value in wide.state_dict().items()}
    problems = widen(narrow, wide)
    assert problems and "expected" in problems[0]
    assert all(torch.equal(value, before[key]) for key, value in wide.state_dict().items())


def test_another_kind_of_network_is_not_taken_for_a_wider_one():
    narrow, _ = trained("mec", 8, "conv")
    assert widen(narrow, GENERATORS["edgeconnect"](16, "conv"))

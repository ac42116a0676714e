"""Golden values: counted by hand from the papers' layer lists, which the heads of the networks' files repeat."""

from __future__ import annotations

from typing import get_args

import pytest
import torch

from inpaintgan.core.config import EdgeGeneratorName, fitting_stem
from inpaintgan.models.checkpoint import bake_spectral_norm
from inpaintgan.networks.discriminator import Discriminator
from inpaintgan.networks.edge_generators import EDGE_GENERATORS
from inpaintgan.networks.generator import pad_to_multiple
from inpaintgan.networks.inpaint_generator import InpaintGenerator
from inpaintgan.networks.smooth_fill import smooth_fill
from inpaintgan.networks.weights import n_parameters

SIZES = [(256, 256), (200, 312), (64, 64), (37, 53)]
EDGE_NAMES = sorted(EDGE_GENERATORS)
STEMS = ["conv", "unshuffle", "unshuffle4"]
PARAMETERS = {
    "mec": 34_879_105,
    "mec-shared": 16_529_025,
    "edgeconnect": 10_761_089,
    "egc": 16_065_729,
    "effunet": 4_886_269,
    "multistep": 13_102_273,
}
ALL_STEMS = [(name, stem) for name in EDGE_NAMES for stem in STEMS if stem == fitting_stem(name, stem)]


def edge_inputs(height: int, width: int, batch: int = 1) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    gray, edge, mask = (torch.rand(batch, 1, height, width, generator=generator) for _ in range(3))
    mask = (mask > 0.7).float()
    return gray * (1 - mask) + mask, (edge > 0.9).float() * (1 - mask), mask


def gated_convolution_count() -> int:
    """Weights and biases of `egc`, from the layer list of the paper's section 4.2."""

    def layer(inside: int, outside: int, side: int) -> int:
        return inside * outside * side * side + outside

    channels = [3, 32, 64, 128, 128, 128, 256]
    count = 0
    for i in range(6):
        inside, outside, gate = channels[i], channels[i + 1], channels[i] if i else 0
        count += 2 * layer(inside, outside, 3) + layer(outside + gate + 1, outside, 3)
    count += 16 * 256 * 256 * 9
    count += layer(512, 256, 4) + layer(256, 256, 3) + layer(256, 128, 4) + layer(128, 128, 3) + layer(128, 64, 4)
    return count + layer(64, 1, 7)


def test_the_setting_names_every_edge_generator():
    assert tuple(EDGE_GENERATORS) == get_args(EdgeGeneratorName)


def test_the_parameters_of_every_edge_generator_were_counted():
    assert set(PARAMETERS) == set(EDGE_GENERATORS), "count them by hand from its list of layers"


@pytest.mark.parametrize(("name", "count"), PARAMETERS.items())
def test_edge_generator_parameter_count(name, count):
    assert n_parameters(EDGE_GENERATORS[name]()) == count


def test_egc_has_the_parameters_of_the_papers_layer_list():
    assert n_parameters(EDGE_GENERATORS["egc"]()) == gated_convolution_count()
    assert round(gated_convolution_count() / 1e6) == 16


def test_inpaint_generator_parameter_count():
    assert n_parameters(InpaintGenerator()) == 10_774_595


@pytest.mark.parametrize(("channels", "count"), [(2, 2_762_752), (3, 2_763_776)])
def test_discriminator_parameter_count(channels, count):
    assert n_parameters(Discriminator(channels)) == count


@pytest.mark.parametrize(("name", "stem"), ALL_STEMS)
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_edge_generator_takes_any_size(name, stem, height, width):
    network = EDGE_GENERATORS[name](8, stem)
    edges = network(*edge_inputs(height, width))
    assert edges.shape == (1, 1, height, width)
    assert edges.min() >= 0 and edges.max() <= 1


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_inpaint_generator_takes_any_size(stem, height, width):
    painted = InpaintGenerator(8, stem)(torch.rand(1, 3, height, width), *torch.rand(2, 1, 1, height, width))
    assert painted.shape == (1, 3, height, width)
    assert painted.min() >= 0 and painted.max() <= 1


@pytest.mark.parametrize(("name", "stem"), ALL_STEMS)
def test_gradients_reach_every_parameter_of_an_edge_generator(name, stem):
    network = EDGE_GENERATORS[name](8, stem)
    network(*edge_inputs(128, 128, batch=2)).square().mean().backward()
    # A bias before an instance norm is subtracted again: its gradient is zero up to rounding, but it exists.
    assert all(p.grad is not None for p in network.parameters())
    dead = [n for n, p in network.named_parameters() if not n.endswith("bias") and not p.grad.abs().sum() > 0]
    assert dead == []


def test_gradients_reach_every_parameter_of_the_inpaint_generator_and_the_discriminator():
    for network, inputs in (
        (InpaintGenerator(8), (torch.rand(2, 3, 64, 64), *torch.rand(2, 2, 1, 64, 64))),
        (Discriminator(3, 8), (torch.rand(2, 3, 64, 64),)),
    ):
        output = network(*inputs)
        (output[0] if isinstance(output, tuple) else output).square().mean().backward()
        dead = [n for n, p in network.named_parameters() if not n.endswith("bias") and not p.grad.abs().sum() > 0]
        assert dead == []


def test_initial_weights_are_drawn_before_spectral_norm_is_attached():
    network = EDGE_GENERATORS["edgeconnect"](64)
    original = network.encoder[7].parametrizations.weight.original
    assert abs(original.std().item() - 0.02) < 0.001
    assert network.encoder[7].bias.abs().max() == 0


def test_spectral_norm_covers_all_but_the_last_convolution():
    network = EDGE_GENERATORS["edgeconnect"](8)
    normed = {name for name, _ in network.named_modules() if name.endswith("parametrizations")}
    assert "decoder.3.parametrizations" in normed
    assert "decoder.7.parametrizations" not in normed
    assert len(normed) == 3 + 2 * 8 + 2


def test_spectral_norm_bounds_the_largest_singular_value():
    layer = EDGE_GENERATORS["edgeconnect"](16).encoder[4]
    layer.train()
    for _ in range(200):
        layer(torch.rand(1, 16, 16, 16))
    matrix = layer.weight.detach().flatten(1)
    assert torch.linalg.matrix_norm(matrix, 2).item() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("name", EDGE_NAMES)
def test_baking_spectral_norm_keeps_the_output(name):
    network = EDGE_GENERATORS[name](8).eval()
    inputs = edge_inputs(64, 64)
    with torch.no_grad():
        before = network(*inputs)
        bake_spectral_norm(network)
        after = network(*inputs)
    assert not any("parametrizations" in key for key in network.state_dict())
    torch.testing.assert_close(after, before)


def test_discriminator_sees_patches_of_70_pixels():
    network = Discriminator(1, 8).eval()
    picture = torch.rand(1, 1, 256, 256, requires_grad=True)
    logits, features = network(picture)
    assert logits.shape == (1, 1, 30, 30)
    assert [f.shape[1] for f in features] == [8, 16, 32, 64, 1]
    logits[0, 0, 15, 15].backward()
    rows = picture.grad[0, 0].abs().sum(1).nonzero()
    assert rows.max() - rows.min() + 1 == 70


@pytest.mark.parametrize(("name", "stem"), [(name, stem) for name, stem in ALL_STEMS if stem != "conv"])
def test_an_unshuffle_stem_starts_as_a_copy_of_what_is_known(name, stem):
    network = EDGE_GENERATORS[name](8, stem)
    gray, edge, mask = edge_inputs(64, 64)
    fold = {"unshuffle": 2, "unshuffle4": 4}[stem]
    folded = torch.nn.functional.pixel_unshuffle(network.inputs(gray, edge, mask), fold)
    copied = torch.nn.functional.pixel_shuffle(network.shortcut(folded), fold)
    assert torch.equal(copied > 0, edge > 0.5)


@pytest.mark.parametrize("stem", ["unshuffle", "unshuffle4"])
def test_an_unshuffle_stem_starts_from_a_smooth_fill_and_changes_the_hole_alone(stem):
    network = InpaintGenerator(8, stem)
    picture, edge, mask = torch.rand(1, 3, 64, 64), *edge_inputs(64, 64)[1:]
    smooth = smooth_fill(picture, mask)
    torch.testing.assert_close(network(picture * (1 - mask) + mask, edge, mask), smooth)
    torch.nn.init.normal_(network.decoder[-1].weight)
    painted = network(picture * (1 - mask) + mask, edge, mask)
    assert torch.equal(painted * (1 - mask), picture * (1 - mask))
    assert not torch.allclose(painted, smooth)


def test_padding_repeats_the_border():
    padded = pad_to_multiple(torch.arange(6.0).view(1, 1, 2, 3), 4)
    assert padded.shape == (1, 1, 8, 8)
    assert (padded[0, 0, 1:, 2:] == 5).all()


@pytest.mark.parametrize("make", [*(EDGE_GENERATORS[name] for name in EDGE_NAMES), InpaintGenerator])
def test_bfloat16_keeps_the_gradient_of_a_confident_mistake(make):
    """In bfloat16 a sigmoid of 7 is exactly 1, and a tanh of 4: nothing could be learned from them any more."""
    network = make(8)
    logits = torch.full((1, 1, 32, 32), 7.0 if make is not InpaintGenerator else 4.0, dtype=torch.bfloat16)
    logits.requires_grad_()
    network.logits = lambda x: logits
    gray, edge, mask = edge_inputs(32, 32)
    with torch.autocast("cpu", torch.bfloat16):
        out = network(gray.expand(-1, 3, -1, -1), edge, mask) if make is InpaintGenerator else network(gray, edge, mask)
    assert out.dtype == torch.float32 and out.max() < 1
    out.sum().backward()
    assert logits.grad.min() > 0

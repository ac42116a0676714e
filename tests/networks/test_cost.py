"""Multiply-adds at 256x256: counted by hand from the papers' layer lists, which the heads of the networks' files repeat."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from inpaintgan.networks.cost import gmac
from inpaintgan.networks.discriminator import Discriminator
from inpaintgan.networks.edge_generators import EDGE_GENERATORS
from inpaintgan.networks.inpaint_generator import InpaintGenerator

MAP, PICTURE = torch.zeros(1, 1, 256, 256), torch.zeros(1, 3, 256, 256)


def test_one_convolution_by_hand():
    # Each of 6x6 outputs of each of 5 channels sums 3x3 products over 2 channels.
    assert gmac(nn.Conv2d(2, 5, 3), torch.zeros(1, 2, 8, 8)) == pytest.approx(6 * 6 * 5 * 9 * 2 / 1e9)


@pytest.mark.parametrize(("name", "expected"), [("mec", 24.8), ("edgeconnect", 48.1), ("mec-shared", 65.6)])
def test_edge_generators_cost_what_the_plan_says(name, expected):
    assert round(gmac(EDGE_GENERATORS[name](), MAP, MAP, MAP), 1) == expected


@pytest.mark.parametrize("name", ["egc", "effunet", "multistep"])
def test_every_edge_generator_can_be_counted(name):
    assert gmac(EDGE_GENERATORS[name](8), MAP, MAP, MAP) > 0.1


def test_the_other_networks_cost_what_the_plan_says():
    assert round(gmac(InpaintGenerator(), PICTURE, MAP, MAP), 1) == 48.7
    assert round(gmac(Discriminator(3), PICTURE), 1) == 3.1


def test_counting_leaves_the_network_alone():
    network = EDGE_GENERATORS["edgeconnect"](8).train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    gmac(network, MAP, MAP, MAP)
    assert network.training
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())

"""ImageNet weights for EffU-Net's trunk, and what batch norm needs around it."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision.models import efficientnet_b0

from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.models.checkpoint import save_checkpoint
from inpaintgan.models.edge_model import EdgeModel
from inpaintgan.networks.blocks import held_batch_norm
from inpaintgan.networks.edge_generators.effunet import EffUNetGenerator
from inpaintgan.training.build import build_stage


@pytest.fixture(scope="module")
def imagenet():
    torch.manual_seed(1)
    return efficientnet_b0(weights=None).eval()


def test_the_trunk_takes_its_weights_from_a_file(imagenet, tmp_path):
    torch.save(imagenet.state_dict(), tmp_path / "b0.pth")
    config = Config(edge_generator="effunet", width=8, efficientnet_weights=str(tmp_path / "b0.pth"))
    stage, _ = build_stage(config, torch.device("cpu"))
    generator, picture = stage.edge.model.generator.eval(), torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(generator.trunk_layers(picture), imagenet.features[:8](picture))


def test_only_a_training_that_begins_with_it_looks_for_imagenets_weights(tmp_path):
    gone = Config(edge_generator="effunet", width=8, efficientnet_weights="/nowhere")
    with pytest.raises(InpaintError, match="/nowhere"):
        build_stage(gone, torch.device("cpu"))
    build_stage(gone, torch.device("cpu"), resumes=True)
    save_checkpoint(tmp_path, gone, 1, EdgeModel(gone).generator, None)
    build_stage(gone.model_copy(update={"init_from": str(tmp_path)}), torch.device("cpu"))
    build_stage(gone.model_copy(update={"edge_generator": "egc"}), torch.device("cpu"))


def test_files_that_are_no_efficientnet_are_refused_in_words(imagenet, tmp_path):
    network = EffUNetGenerator(8)
    with pytest.raises(InpaintError, match="cannot be read as network weights"):
        network.start_from_imagenet(str(tmp_path / "missing.pth"))
    torch.save({"features.0.0.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(InpaintError, match="holds no EfficientNet-B0"):
        network.start_from_imagenet(str(tmp_path / "other.pth"))


def test_auto_without_a_network_is_refused_rather_than_started_from_noise(offline):
    with pytest.raises(InpaintError, match="neither on this machine nor downloadable"):
        EffUNetGenerator(8).start_from_imagenet("auto")


def test_the_unshuffle_stem_is_refused():
    with pytest.raises(ValueError, match="stem: 'unshuffle' does not work with effunet"):
        Config(edge_generator="effunet", stem="unshuffle")


def test_statistics_of_a_batch_seen_before_are_left_out_by_many_processes_too():
    """Several of them train with another class of batch norm."""
    networks = (
        nn.Sequential(nn.BatchNorm2d(3)),
        nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(nn.BatchNorm2d(3))),
    )
    with held_batch_norm(*networks):
        assert [network[0].momentum for network in networks] == [0, 0]
    assert [network[0].momentum for network in networks] == [0.1, 0.1]

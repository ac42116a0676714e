"""The networks that look at fills: one pass for all scores gives what a pass for each would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from inpaintgan.core.errors import InpaintError
from inpaintgan.data.tensors import flags_to_tensor, to_tensor
from inpaintgan.evaluation.checkpoint.set_scores import set_scores
from inpaintgan.evaluation.perception import Perception
from inpaintgan.metrics.lpips import Lpips
from inpaintgan.metrics.perceptual import perceptual_proxy
from inpaintgan.networks.backbones import load_backbone, of_vgg
from inpaintgan.networks.squeezenet import load_squeezenet

CPU = torch.device("cpu")


def test_one_pass_gives_each_fill_its_proxy_and_features(vgg):
    rng = np.random.default_rng(0)
    real, *fills = rng.integers(0, 256, (7, 32, 32, 3), np.uint8)
    mask = np.zeros((32, 32), np.uint8)
    mask[8:20, 4:30] = 1
    backbone = of_vgg(vgg)
    scores, features = Perception(vgg, backbone, CPU).look(real, fills, mask)
    hole = flags_to_tensor([mask])
    alone = [float(perceptual_proxy(vgg, to_tensor([fill]), to_tensor([real]), hole)) for fill in fills]
    assert [score["proxy"] for score in scores] == pytest.approx(alone, rel=1e-4)
    assert features is not None and np.allclose(features, backbone(to_tensor([real, *fills])).numpy(), atol=1e-4)
    assert backbone.short == "VGG19 relu3_4" and features.shape == (7, 8)
    assert Perception(None, None, CPU).look(real, fills, mask) == ([{}] * 6, None)


def test_whole_sets_are_scored_by_method_and_equal_pictures_are_perfect(vgg):
    rng = np.random.default_rng(1)
    real = rng.normal(size=(12, 4)).astype(np.float32)
    features = [np.stack([row, row, row + 5]) for row in real]
    scores = set_scores(["same", "far"], features)
    assert scores["same"] == pytest.approx({"fid": 0, "kid": 0, "u_ids": 0.5, "p_ids": 0}, abs=1e-5)
    assert scores["far"]["fid"] == pytest.approx(100, rel=1e-4) and scores["far"]["u_ids"] == 0
    assert set(set_scores(["same", "far"], features[:5])["far"]) == {"fid", "kid"}
    assert set_scores(["same", "far"], features[:1]) == {}


def test_lpips_is_the_published_sum_over_whole_pictures(tmp_path, monkeypatch):
    """Against its formula, over a network of random weights in the place of torchvision's."""
    from torchmetrics.functional.image import lpips_models
    from torchvision.models import squeezenet1_1

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    cached = tmp_path / "checkpoints" / "squeezenet1_1-b8a52dc0.pth"
    torch.save(squeezenet1_1(weights=None).state_dict(), cached)
    rng = np.random.default_rng(3)
    real, *fills = rng.integers(0, 256, (6, 64, 64, 3), np.uint8)
    scores, _ = Perception(None, None, CPU, Lpips("squeeze", CPU)).look(
        real, [real, *fills], np.ones((64, 64), np.uint8)
    )
    linear = torch.load(Path(lpips_models.__path__[0]) / "squeeze.pth", map_location="cpu", weights_only=True)
    network = load_squeezenet(str(cached))
    assert network is not None
    wanted = torch.zeros(6)
    for i, maps in enumerate(network(to_tensor([real, real, *fills]))):
        unit = maps / (maps.norm(dim=1, keepdim=True) + 1e-10)
        wanted += ((unit[1:] - unit[:1]).square() * linear[f"lin{i}.model.1.weight"]).sum(1).mean((1, 2))
    assert [score["lpips"] for score in scores] == pytest.approx(wanted.tolist(), rel=1e-3)
    assert scores[0]["lpips"] == 0 < min(score["lpips"] for score in scores[1:])


def test_lpips_without_its_network_says_what_to_do(tmp_path, monkeypatch):
    def offline(*_args, **_kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    with pytest.raises(InpaintError, match="AlexNet are neither on this machine nor downloadable") as caught:
        Lpips("alex", CPU)
    assert caught.value.code == "weights-missing"


def test_a_backbone_is_known_by_its_file(vgg, tmp_path):
    from torchvision.models import squeezenet1_1

    trunk = squeezenet1_1(weights=None).features
    torch.save(trunk.state_dict(), tmp_path / "squeeze.pth")
    found = load_backbone(str(tmp_path / "squeeze.pth"), vgg)
    assert found is not None and found.short == "SqueezeNet 1.1"
    features = found(torch.rand(2, 3, 64, 64))
    assert features.shape == (2, 512)
    # Of length sqrt(512) at each place, so that no mean over places is longer.
    assert (features.norm(dim=1) <= 512**0.5 + 1e-3).all() and (features.norm(dim=1) > 1).all()
    assert load_backbone("off", vgg) is None
    with pytest.raises(InpaintError, match="cannot be read"):
        load_backbone(str(tmp_path / "none.pth"), vgg)


def test_without_a_file_it_is_inception_if_that_was_downloaded_else_the_proxys_network(vgg, tmp_path, monkeypatch):
    from torchvision.models import inception_v3

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    found = load_backbone("auto", vgg)
    assert found is not None and found.network is vgg
    assert load_backbone("auto", None) is None
    (tmp_path / "checkpoints").mkdir()
    network = inception_v3(weights=None, init_weights=False)
    torch.save(network.state_dict(), tmp_path / "checkpoints" / "inception_v3_google-0cc3c7bd.pth")
    found = load_backbone("auto", vgg)
    assert found is not None and found.short == "torchvision's Inception V3"
    assert found(torch.rand(1, 3, 32, 32)).shape == (1, 2048)

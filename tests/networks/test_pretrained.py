"""The networks of others: their layers, the colours they see, their files."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaintgan.core.errors import InpaintError
from inpaintgan.networks.squeezenet import load_squeezenet
from inpaintgan.networks.vgg19 import load_vgg19
from vgg19_weights import torchvision_layout


def test_vgg_layers_equal_torchvisions_own_network(vgg_file):
    from torchvision.models import vgg19

    reference = vgg19(weights=None).features.eval()
    reference.load_state_dict({k.removeprefix("features."): v for k, v in torchvision_layout(16).items()})
    ours = load_vgg19(str(vgg_file), imagenet_normalization=False)
    picture = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        features = ours(picture, ("relu1_1", "relu3_1", "relu5_2"))
        for name, last in (("relu1_1", 1), ("relu3_1", 11), ("relu5_2", 31)):
            torch.testing.assert_close(features[name], reference[: last + 1](picture))


def test_vgg_is_cut_after_the_last_layer_used(vgg_file):
    assert "relu5_2" in load_vgg19(str(vgg_file)).layer_names
    assert list(load_vgg19(str(vgg_file)).convs)[-1] == "5_2"


def test_keras_layout_takes_bgr_and_its_own_mean(tmp_path):
    """A Caffe-style file gives the features of the same weights on (BGR * 255 - mean), scaled to torchvision's range."""
    state = torchvision_layout(2)
    keras = {
        f"block1_conv{i + 1}.{kind}": state[f"features.{2 * i}.{kind}"] for i in range(2) for kind in ("weight", "bias")
    }
    torch.save(keras, tmp_path / "keras.pth")
    vgg = load_vgg19(str(tmp_path / "keras.pth"))
    picture = torch.rand(1, 3, 8, 8)
    mean = torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    expected = F.relu(F.conv2d(picture[:, [2, 1, 0]] * 255 - mean, keras["block1_conv1.weight"], padding=1))
    torch.testing.assert_close(vgg(picture, ("relu1_1",))["relu1_1"], expected / (255 * 0.226))
    assert vgg.layer_names == {"relu1_1", "relu1_2"}


def test_perceptual_network_can_be_off_or_a_wrong_file(tmp_path):
    assert load_vgg19("off") is None
    (tmp_path / "no.pth").write_bytes(b"nonsense")
    with pytest.raises(InpaintError, match="cannot be read as network weights"):
        load_vgg19(str(tmp_path / "no.pth"))
    torch.save({"other": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(InpaintError, match="holds no VGG19"):
        load_vgg19(str(tmp_path / "other.pth"))


def test_squeezenet_maps_are_those_of_torchvisions_layers(tmp_path):
    """The same weights in both layouts: torchvision's see normalised RGB, the features alone BGR in 0 to 255."""
    from torchvision.models import squeezenet1_1

    reference = squeezenet1_1(weights=None).eval().requires_grad_(False)
    torch.save(reference.state_dict(), tmp_path / "torchvision.pth")
    torch.save(reference.features.state_dict(), tmp_path / "caffe.pth")
    ours, caffes = (load_squeezenet(str(tmp_path / name)) for name in ("torchvision.pth", "caffe.pth"))
    picture = torch.rand(1, 3, 64, 64)
    imagenet = (picture - torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)) / torch.tensor(
        [0.229, 0.224, 0.225]
    ).view(1, 3, 1, 1)
    bgr = picture[:, [2, 1, 0]] * 255 - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    for network, seen in ((ours, imagenet), (caffes, bgr)):
        maps = network(picture)
        assert [one.shape[1] for one in maps] == [64, 128, 256, 384, 384, 512, 512]
        for ours_here, layers in ((maps[0], 2), (maps[2], 8), (maps[-1], 13)):
            wanted = reference.features[:layers](seen)
            torch.testing.assert_close(ours_here, wanted, rtol=1e-3, atol=1e-5 * float(wanted.max()))


def test_squeezenet_refuses_other_files(tmp_path):
    torch.save(torchvision_layout(2), tmp_path / "vgg.pth")
    with pytest.raises(InpaintError, match=r"hrf_weights.*holds no SqueezeNet"):
        load_squeezenet(str(tmp_path / "vgg.pth"))
    with pytest.raises(InpaintError, match=r"hrf_weights.*cannot be read"):
        load_squeezenet(str(tmp_path / "none.pth"))


def test_auto_without_a_network_gives_none(offline):
    assert load_vgg19("auto") is None
    assert load_squeezenet("auto") is None

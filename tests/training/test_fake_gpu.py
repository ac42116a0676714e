"""The CUDA path without a GPU: PyTorch's fake tensors know devices and shapes, and compute nothing.

What a step brings together from two devices fails here, and so does what would wait for the GPU: a fake tensor has no value
to ask for. Not seen are gradients, for which PyTorch wants a driver, and whatever depends on the kernels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode
from torchvision.models import squeezenet1_1

from inpaintgan.core.config import Config
from inpaintgan.data.batch import Batch
from inpaintgan.losses.crops import crop_around_holes
from inpaintgan.metrics.edge import precision_recall
from inpaintgan.networks import smooth_fill
from inpaintgan.networks.edge_generators import EDGE_GENERATORS
from inpaintgan.networks.squeezenet import SqueezeNetFeatures
from inpaintgan.networks.vgg19 import VGG19Features, _layer_names
from inpaintgan.training import build
from inpaintgan.training.learner import Learner
from inpaintgan.training.samples import draw_edges, fill_batch
from inpaintgan.training.stages import Stage
from inpaintgan.training.validation import _fill_scores

pytestmark = [
    pytest.mark.skipif(torch.cuda.is_available(), reason="test_cuda.py tries the real one"),
    pytest.mark.filterwarnings("ignore:Accessing the data pointer of FakeTensor"),
]

GPU = torch.device("cuda")
SIDE = 64
SETTINGS = {
    "input_size": SIDE, "width": 8, "batch_size": 2, "device": "cuda", "precision": "bfloat16", "compile": "off",
    "stem": "unshuffle", "edge_generator": "edgeconnect", "edge_bce_loss_weight": 1, "svr_loss_weight": 1,
    "hrf_loss_weight": 1,
}  # fmt: skip


@pytest.fixture
def fake_gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within it tensors are fake, and what PyTorch refuses to do without a driver is left out."""
    monkeypatch.setattr("torch.cuda.amp.common.amp_definitely_not_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    monkeypatch.setattr(Tensor, "pin_memory", lambda tensor: tensor)
    monkeypatch.setattr(Stage, "_learn", staticmethod(noted))
    for part in ("generator", "discriminator"):
        monkeypatch.setattr(Learner, f"{part}_step", with_gradients(part, getattr(Learner, f"{part}_step")))
    monkeypatch.setattr(build, "placed", placed)
    monkeypatch.setattr(build, "_perceptual", lambda *_: (*perceptual_networks(), "random"))
    with FakeTensorMode(allow_non_fake_inputs=True):  # some constants are made when their module is imported
        yield
    smooth_fill._kernel.cache_clear()


def noted(loss: Tensor, values: dict[str, Tensor], n_parts: int, logs: dict[str, Tensor]) -> None:
    """`Stage._learn` without the backward pass."""
    assert loss.requires_grad and loss.is_cuda and loss.dtype == torch.float32
    for name, value in values.items():
        logs[name] = logs[name] + value / n_parts if name in logs else value / n_parts


def with_gradients(part: str, step: Callable[[Learner], None]) -> Callable[[Learner], None]:
    def take(learner: Learner) -> None:
        for parameter in getattr(learner.model, part).parameters():
            parameter.grad = torch.zeros_like(parameter)
        step(learner)

    return take


def placed(network: nn.Module, device: torch.device) -> nn.Module:
    """`placed`, by new parameters: fake ones cannot be moved in place."""

    def moved(tensor: Tensor) -> Tensor:
        tensor = tensor.detach().to(device)
        return tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor

    for module in network.modules():
        for name, parameter in module._parameters.items():
            if parameter is not None:
                module._parameters[name] = nn.Parameter(moved(parameter), requires_grad=parameter.requires_grad)
        for name, buffer in module._buffers.items():
            if buffer is not None:
                module._buffers[name] = moved(buffer)
    return network


def perceptual_networks() -> tuple[nn.Module, nn.Module]:
    """VGG19, narrow, and SqueezeNet on the fake GPU."""
    convs: dict[str, Tensor] = {}
    for name, channels in zip(_layer_names(), (3, *[4] * 15), strict=True):
        convs |= {f"conv{name}.weight": torch.zeros(4, channels, 3, 3), f"conv{name}.bias": torch.zeros(4)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nn.Module, "to", lambda module, *_, **__: module)  # which their constructors end with
        vgg = VGG19Features(convs, "random", caffe=False, imagenet_normalization=True)
        squeezenet = SqueezeNetFeatures(squeezenet1_1(weights=None).features.state_dict(), "random", caffe=False)
    return placed(vgg, GPU), placed(squeezenet, GPU)


def batch_of(n: int) -> Batch:
    """As a loader hands it over, in bytes, with edges yet to be drawn."""
    gray, edge, mask = (torch.zeros(n, 1, SIDE, SIDE, dtype=torch.uint8) for _ in range(3))
    image = torch.zeros(n, SIDE, SIDE, 3, dtype=torch.uint8).permute(0, 3, 1, 2)
    focus = torch.zeros(n, 2, dtype=torch.int64)
    return Batch(image, gray, edge, mask, focus, positions=tuple(range(n)), sigma=torch.ones(n))


def train_and_look(**settings: Any) -> None:
    """Take two steps, then fill and score."""
    config = Config(**{**SETTINGS, **settings})
    stage = build.build_stage(config, GPU)[0]
    for number in range(2):
        batch = batch_of(config.batch_size * config.accumulation_steps).to(GPU)
        logs = stage.step(batch, number)
        assert logs and all(value.is_cuda and value.dtype == torch.float32 for value in logs.values())
    predicted, filled = fill_batch(stage, batch)
    assert predicted is not None
    assert all(score.is_cuda for score in precision_recall(predicted, batch.edge, batch.mask, 0.5))
    assert draw_edges(batch.edge, predicted, batch.mask).is_cuda
    if stage.inpaint:
        assert filled is not None and all(score.is_cuda for score in _fill_scores(stage, filled, batch).values())


@pytest.mark.usefixtures("fake_gpu")
def test_both_models_at_once_stay_on_the_gpu_and_wait_for_nothing():
    train_and_look(stage="joint", perceptual_crop=32, inpaint_adv_crop=32, accumulation_steps=2)


@pytest.mark.usefixtures("fake_gpu")
def test_painting_along_predicted_edges_stays_on_the_gpu_and_waits_for_nothing(monkeypatch):
    edge = EDGE_GENERATORS["edgeconnect"](8, "unshuffle").eval().requires_grad_(False)
    start = SimpleNamespace(edge_generator=edge, inpaint_generator=None)
    monkeypatch.setattr(build, "_start", lambda *_: start)
    monkeypatch.setattr(build, "_frozen_edge_generator", lambda *_: edge)
    train_and_look(stage="edge-inpaint", true_edge_share=0.5)


@pytest.mark.usefixtures("fake_gpu")
@pytest.mark.parametrize("name", [name for name in EDGE_GENERATORS if name != "effunet"])
def test_every_edge_generator_stays_on_the_gpu(name):
    """But effunet, with which a process of fake tensors ends in a segmentation fault (PyTorch 2.15)."""
    train_and_look(stage="edge", edge_generator=name)


@pytest.mark.usefixtures("fake_gpu")
def test_what_meets_from_two_devices_or_waits_is_noticed_here():
    """The two kinds of mistakes that the tests above are there for."""
    mask = torch.zeros(2, 1, SIDE, SIDE, device=GPU)
    with pytest.raises(RuntimeError, match="same device"):
        crop_around_holes(mask, torch.zeros(2, 2, dtype=torch.int64), 32)
    with pytest.raises(DataDependentOutputException):
        bool(mask.any())

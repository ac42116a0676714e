"""What makes a GPU fast, checked as far as a CPU can."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from inpaintgan.core.config import Config
from inpaintgan.networks.norm import InstanceNorm, instance_norm
from inpaintgan.training import acceleration, build
from inpaintgan.training.acceleration import compile_networks
from inpaintgan.training.build import build_stage


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_gpus_instance_norm_is_pytorchs_in_the_same_memory_format(layout):
    torch.manual_seed(0)
    plain = (5 + 3 * torch.randn(2, 4, 12, 10, dtype=torch.float64)).requires_grad_()
    ours = plain.detach().to(memory_format=layout).requires_grad_()
    weight = torch.randn(2, 4, 12, 10, dtype=torch.float64)
    expected = F.instance_norm(plain, eps=1e-5)
    result = instance_norm(ours, 1e-5)
    assert result.is_contiguous(memory_format=layout)
    (expected * weight).sum().backward()
    (result * weight).sum().backward()
    torch.testing.assert_close(result, expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(ours.grad, plain.grad, rtol=1e-5, atol=1e-5)


def test_the_gpus_instance_norm_takes_its_statistics_in_float32():
    torch.manual_seed(0)
    x = (100 + torch.randn(1, 2, 64, 64)).bfloat16()
    result = instance_norm(x, 1e-5)
    assert result.dtype == torch.bfloat16
    torch.testing.assert_close(result.float(), F.instance_norm(x.float()), rtol=0.01, atol=0.01)
    assert torch.equal(InstanceNorm(2)(x.float()), F.instance_norm(x.float()))


@pytest.mark.parametrize("accumulation_steps", [1, 2])
def test_compiled_networks_train_as_plain_ones(new_training, monkeypatch, accumulation_steps):
    """Traced whole, with frozen discriminators and spectral norm's own vectors; the code generator itself is PyTorch's.

    A function that is needed in more forms than PyTorch compiles would be refused here.
    """
    traced = []

    def backend(graph, example_inputs):
        traced.append(graph)
        return graph.forward

    compile_with = torch.compile
    monkeypatch.setattr(
        torch, "compile", lambda it, **options: compile_with(it, **options, backend=backend, fullgraph=True)
    )
    settings = {"stage": "joint", "edge_generator": "edgeconnect", "stem": "unshuffle", "max_iters": 2}
    settings["accumulation_steps"] = accumulation_steps
    plain, compiled = new_training("plain"), new_training("compiled")
    plain.train(**settings)
    compiled.train(compile="on", **settings)
    assert len(traced) >= 4
    for one, other in zip(plain.events("step"), compiled.events("step"), strict=True):
        assert other["values"] == pytest.approx(one["values"], rel=1e-3)
    assert plain.run.saved_steps() == compiled.run.saved_steps() == [2]


def test_scores_and_samples_compile_nothing_more(new_training, monkeypatch):
    """They run without autocast and on a smaller last batch, each of which would be another form."""
    traced, compile_with = [], torch.compile

    def backend(graph, example_inputs):
        traced.append(graph)
        return graph.forward

    monkeypatch.setattr(torch, "compile", lambda it, **options: compile_with(it, **options, backend=backend))
    edges = new_training("edges")
    edges.train(stage="edge", edge_generator="edgeconnect", max_iters=1)
    settings = {
        "stage": "edge-inpaint",
        "edge_generator": "edgeconnect",
        "init_from": str(edges.run.path),
        "compile": "on",
    }
    counts = []
    for name, seen in (("unseen", {}), ("seen", {"eval_interval": 1, "sample_interval": 1, "val_size": 3})):
        torch.compiler.reset()
        new_training(name).train(**settings, max_iters=2, **seen)
        counts.append(len(traced))
    assert counts[0] > 0 and counts[1] == 2 * counts[0]


@pytest.mark.parametrize(
    ("wish", "device", "able", "expected"),
    [("auto", "cpu", True, False), ("auto", "cuda", True, True), ("auto", "cuda", False, False),
     ("off", "cuda", True, False), ("on", "cpu", False, True)],
)  # fmt: skip
def test_networks_are_compiled_where_it_pays_or_is_asked_for(monkeypatch, wish, device, able, expected):
    monkeypatch.setattr(acceleration, "_can_compile", lambda device: able)
    network = nn.ReLU()
    assert compile_networks([network], Config(compile=wish), torch.device(device)) is expected
    assert (network._compiled_call_impl is not None) is expected


def test_a_machine_that_cannot_compile_is_noticed(monkeypatch):
    def broken(function):
        raise RuntimeError("no compiler is here")

    monkeypatch.setattr(torch, "compile", broken)
    assert not acceleration._can_compile(torch.device("cpu"))


@pytest.mark.parametrize("fused", [None, True])
def test_a_run_saved_on_the_other_kind_of_device_goes_on_with_this_ones_adam(training, fused):
    """One saved by a GPU's fused Adam goes on with a CPU's, and the other way round; a CPU knows both."""
    stage, _ = build_stage(training.config(stage="edge"), torch.device("cpu"))
    trained = stage.edge
    trained.model.generator(*torch.rand(3, 1, 1, 32, 32)).sum().backward()
    trained._settings["generator"]["fused"] = fused
    state = copy.deepcopy(trained.state_dict())
    for group in state["generator_optimizer"]["param_groups"]:
        group["fused"] = None if fused else True
    trained.load_state_dict(state)
    trained.generator_step()
    group = trained.generator_optimizer.param_groups[0]
    assert group["fused"] is fused
    assert all(float(trained.generator_optimizer.state[p]["step"]) == 1 for p in group["params"])


def test_moments_lie_in_memory_as_the_weights_do_wherever_they_were_saved(training, monkeypatch):
    """The fused Adam of a GPU, where weights are channels-last, refuses those of a CPU as they were."""
    saved = build_stage(training.config(stage="edge"), torch.device("cpu"))[0].edge
    saved.model.generator(*torch.rand(3, 1, 1, 32, 32)).sum().backward()
    saved.generator_step()
    monkeypatch.setattr(build, "placed", lambda network, device: network.to(memory_format=torch.channels_last))
    learner = build_stage(training.config(stage="edge"), torch.device("cpu"))[0].edge
    learner.load_state_dict(copy.deepcopy(saved.state_dict()))
    taken_over = learner.generator_optimizer.state
    for parameter, before in zip(taken_over, saved.generator_optimizer.state.values(), strict=True):
        for name in ("exp_avg", "exp_avg_sq"):
            assert taken_over[parameter][name].stride() == parameter.stride()
            assert torch.equal(taken_over[parameter][name], before[name])

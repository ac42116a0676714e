"""Every stage, for a few real steps on the CPU."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from inpaintgan.core.errors import InpaintError
from inpaintgan.models.checkpoint import load_checkpoint
from inpaintgan.models.inpaint_model import InpaintModel
from inpaintgan.training import build, runtime
from inpaintgan.training.build import build_stage
from inpaintgan.training.validation import headline

EDGE_KEYS = {
    "edge_generator_loss", "edge_discriminator_loss", "edge_adversarial_loss", "feature_matching_loss", "precision",
    "recall",
}  # fmt: skip
INPAINT_KEYS = {
    "inpaint_generator_loss", "inpaint_discriminator_loss", "inpaint_adversarial_loss", "l1_loss", "psnr",
}  # fmt: skip


def test_edge_stage_trains_both_networks_and_logs_its_scores(training):
    trainer = training.trainer(stage="edge")
    assert trainer.train() == "max_iters"
    assert set(training.events("step")[-1]["values"]) == EDGE_KEYS
    checkpoint = load_checkpoint(training.run.path)
    assert checkpoint.step == 3
    assert checkpoint.edge_generator is not None and checkpoint.inpaint_generator is None


def test_inpaint_stage_carries_the_edge_generator_it_starts_from(edge_run, training):
    training.train(stage="inpaint", init_from=str(edge_run.run.path))
    assert set(training.events("step")[-1]["values"]) == INPAINT_KEYS
    before, after = load_checkpoint(edge_run.run.path), load_checkpoint(training.run.path)
    for a, b in zip(before.edge_generator.parameters(), after.edge_generator.parameters(), strict=True):
        assert torch.equal(a, b)


def test_inpaint_stage_works_without_an_edge_generator(training):
    training.train(stage="inpaint")
    assert load_checkpoint(training.run.path).edge_generator is None


def test_edge_inpaint_stage_freezes_the_edge_generator_and_scores_it(edge_run, training):
    training.train(stage="edge-inpaint", init_from=str(edge_run.run.path))
    assert set(training.events("step")[-1]["values"]) == INPAINT_KEYS | {"precision", "recall"}
    before, after = load_checkpoint(edge_run.run.path), load_checkpoint(training.run.path)
    for a, b in zip(before.edge_generator.parameters(), after.edge_generator.parameters(), strict=True):
        assert torch.equal(a, b)


def test_edge_inpaint_stage_paints_its_share_along_true_edges(edge_run, new_training):
    settings = {"stage": "edge-inpaint", "init_from": str(edge_run.run.path)}
    new_training("whole").train(**settings, true_edge_share=0.5, max_iters=1)
    shares = {}
    for share in (0.0, 0.5, 1.0):
        training = new_training(f"share-{share}")
        trainer = training.trainer(**settings, true_edge_share=share)
        trainer.prepare()
        true = 0
        for _ in range(20):
            batch = next(trainer.loop.batches).to("cpu")
            edges, _ = training.painted_along(trainer.loop.stage, batch)
            true += sum(torch.equal(ours, theirs) for ours, theirs in zip(edges, batch.edge, strict=True))
        shares[share] = true / (20 * trainer.config.batch_size)
    assert shares[0.0] == 0 and shares[1.0] == 1 and 0.2 < shares[0.5] < 0.8


def test_a_training_whose_losses_lack_their_networks_is_refused(training, monkeypatch):
    monkeypatch.setattr(build, "load_vgg19", lambda *words: None)  # no network, nothing in the cache
    nothing = {"l1_loss_weight": 0, "inpaint_adv_loss_weight": 0, "perceptual_weights": "auto"}
    with pytest.raises(InpaintError, match="has no usable loss"):
        training.train(stage="inpaint", **nothing)
    assert not training.run.path.exists()


def test_edge_inpaint_stage_without_an_edge_generator_is_refused(training):
    with pytest.raises(InpaintError, match="needs a trained edge generator"):
        training.train(stage="edge-inpaint")
    assert not training.run.path.exists()


def test_joint_stage_lets_the_inpaint_loss_reach_the_edge_generator(training):
    trainer = training.trainer(stage="joint", max_iters=1)
    trainer.prepare()
    stage = trainer.loop.stage
    edges, _ = training.painted_along(stage, next(trainer.loop.batches).to("cpu"))
    assert edges.grad.abs().sum() > 0, "nothing but the inpaint model's losses asks these edges"
    assert all(p.grad is not None for p in stage.edge.model.generator.parameters())
    training.train(stage="joint")
    assert set(training.events("step")[-1]["values"]) == EDGE_KEYS | INPAINT_KEYS


def test_every_trained_parameter_moves_and_the_average_follows(training):
    trainer = training.trainer(stage="joint", max_iters=2, lr=1e-3)
    trainer.prepare()
    before = {name: t.model.state_dict() for name, t in trainer.loop.stage.trained.items()}
    before = {name: {k: v.clone() for k, v in state.items()} for name, state in before.items()}
    emas = {name: [p.clone() for p in t.ema.parameters()] for name, t in trainer.loop.stage.trained.items()}
    trainer.loop.run()
    for name, trained in trainer.loop.stage.trained.items():
        for key, value in trained.model.named_parameters():
            if not key.endswith("bias"):
                assert not torch.equal(value, before[name][key]), key
        moved = [not torch.equal(a, b) for a, b in zip(emas[name], trained.ema.parameters(), strict=True)]
        assert any(moved)


def test_spectral_norm_vectors_are_copied_into_the_average_not_averaged(training):
    trainer = training.trainer(stage="edge", max_iters=2)
    trainer.train()
    trained = trainer.loop.stage.edge
    for a, b in zip(trained.ema.buffers(), trained.model.generator.buffers(), strict=True):
        assert torch.equal(a, b)


def test_the_generators_step_adds_nothing_to_the_discriminators_gradients(training, monkeypatch):
    trainer = training.trainer(stage="joint", inpaint_adv_loss_weight=1)
    trainer.prepare()
    own = {}
    for name, learner in trainer.loop.stage.trained.items():
        # All of their own loss's gradients are there when they step, and none of the generators' yet.
        def step(name=name, network=learner.model.discriminator, step=learner.discriminator_step):
            own[name] = [p.grad.clone() for p in network.parameters()]
            step()

        monkeypatch.setattr(learner, "discriminator_step", step)
    trainer.loop.stage.step(next(trainer.loop.batches).to("cpu"), 0)
    assert own.keys() == {"edge", "inpaint"}
    for name, learner in trainer.loop.stage.trained.items():
        parameters = list(learner.model.discriminator.parameters())
        assert all(p.requires_grad for p in parameters) and any(g.abs().sum() > 0 for g in own[name])
        assert all(torch.equal(p.grad, before) for p, before in zip(parameters, own[name], strict=True))


@pytest.mark.parametrize("gan_loss", ["nsgan", "lsgan", "hinge"])
def test_every_adversarial_loss_trains(training, gan_loss):
    training.train(stage="joint", gan_loss=gan_loss, max_iters=1)
    assert all(v is not None for v in training.events("step")[-1]["values"].values())


def test_without_adversarial_weight_the_inpaint_discriminator_rests(training):
    trainer = training.trainer(stage="inpaint", inpaint_adv_loss_weight=0)
    trainer.train()
    assert set(training.events("step")[-1]["values"]) == {"inpaint_generator_loss", "l1_loss", "psnr"}
    assert not trainer.loop.stage.inpaint.discriminator_optimizer.state


def test_without_adversarial_weight_and_feature_matching_the_edge_discriminator_rests(training):
    trainer = training.trainer(stage="edge", edge_adv_loss_weight=0, fm_loss_weight=0, edge_bce_loss_weight=50)
    trainer.train()
    values = training.events("step")[-1]["values"]
    assert set(values) == {"edge_generator_loss", "edge_bce_loss", "precision", "recall"}
    assert values["edge_generator_loss"] == pytest.approx(50 * values["edge_bce_loss"], rel=1e-5)
    assert not trainer.loop.stage.edge.discriminator_optimizer.state


def test_the_squared_error_is_logged_and_trains_alone(training):
    training.train(stage="inpaint", l1_loss_weight=0, l2_loss_weight=10, inpaint_adv_loss_weight=0, stem="unshuffle4")
    values = training.events("step")[-1]["values"]
    assert set(values) == {"inpaint_generator_loss", "l1_loss", "l2_loss", "psnr"}
    assert values["inpaint_generator_loss"] == pytest.approx(10 * values["l2_loss"], rel=1e-5)


def test_a_sharpening_training_names_its_network_and_logs_both_losses(training, tmp_path):
    from torchvision.models import squeezenet1_1

    torch.save(squeezenet1_1(weights=None).state_dict(), tmp_path / "squeeze.pth")
    weights = {"inpaint_adv_crop": 32, "hrf_loss_weight": 2, "hrf_weights": str(tmp_path / "squeeze.pth")}
    training.train(stage="inpaint", input_size=64, max_iters=2, **weights)
    (started,) = training.events("run_started")
    assert started["perceptual"] == "SqueezeNet 1.1, squeeze.pth"
    values = training.events("step")[-1]["values"]
    assert {"hrf_loss", "inpaint_adversarial_loss", "inpaint_discriminator_loss"} <= set(values)
    assert all(value is not None for value in values.values())
    assert build_stage(training.config(stage="edge", **weights), torch.device("cpu"))[1] == "off"
    # A resume may change the measure: minus a distance is never above a PSNR, and is the best all the same.
    shared = {"stage": "inpaint", "input_size": 64, "eval_interval": 1, "resume": True}
    training.trainer(max_iters=3, **shared, **weights | {"hrf_loss_weight": 0}).train()
    training.trainer(max_iters=4, **shared, **weights).train()
    by_psnr, by_distance = training.events("validation")[-2:]
    assert "hrf" not in by_psnr["values"]
    assert 0 < by_distance["values"]["hrf"] < 4 and 0 < by_distance["baselines"]["telea"]["hrf"] < 4
    assert by_distance["best"] and training.run.pointer("best").name == "step-000000004"


def test_what_is_trained_for_sharpness_is_not_judged_by_psnr():
    blurred, sharp = {"psnr_hole": 23.0, "hrf": 0.37}, {"psnr_hole": 22.0, "hrf": 0.33}
    assert headline(sharp) > headline(blurred)
    assert headline({"psnr_hole": 23.0, "precision": 0.2, "recall": 0.5}) == ("psnr_hole", 23.0)
    assert headline({"precision": 0.25, "recall": 0.75}) == ("f1", 0.375)


def test_gradients_flow_back_outside_of_autocast(training, monkeypatch):
    seen, backward = [], torch.Tensor.backward

    def spy(loss):
        seen.append(torch.is_autocast_enabled("cpu"))
        backward(loss)

    monkeypatch.setattr(torch.Tensor, "backward", spy)
    training.train(stage="joint", precision="bfloat16", max_iters=1)
    assert seen == [False] * 3  # two discriminators, then both generators


def test_steps_with_perceptual_losses_are_those_that_are_logged_and_judged(training, monkeypatch):
    seen, generator_loss = [], InpaintModel.generator_loss

    def spy(model, batch, fake, *, with_perceptual):
        seen.append(with_perceptual)
        return generator_loss(model, batch, fake, with_perceptual=with_perceptual)

    monkeypatch.setattr(InpaintModel, "generator_loss", spy)
    training.train(stage="inpaint", perceptual_interval=2, max_iters=4)
    assert seen == [False, True, False, True]


def test_bfloat16_trains_with_finite_float32_losses(training):
    training.train(stage="joint", precision="bfloat16", max_iters=2)
    assert all(v is not None for v in training.events("step")[-1]["values"].values())


@pytest.mark.parametrize("has_it", [True, False])
def test_automatic_precision_is_what_the_processor_is_fast_in(training, monkeypatch, has_it):
    monkeypatch.setattr(runtime, "computes_bfloat16", lambda device: has_it)
    seen = []
    monkeypatch.setattr(nn.Conv2d, "forward", _noting(nn.Conv2d.forward, seen))
    training.train(stage="edge", precision="auto", max_iters=1)
    assert torch.bfloat16 in seen if has_it else set(seen) == {torch.float32}
    assert training.events("run_started")[0]["device"].endswith("bfloat16") == has_it


def _noting(forward, seen):
    """A layer's forward pass that notes what type of numbers comes out."""

    def noted(layer, x):
        out = forward(layer, x)
        seen.append(out.dtype)
        return out

    return noted


def test_two_hundred_steps_teach_the_inpaint_model_something(training):
    training.train(stage="inpaint", max_iters=200, lr=1e-3, sigma=-1, log_interval=20, block_ratio=0.3)
    losses = [event["values"]["l1_loss"] for event in training.events("step")]
    assert losses[-1] < 0.5 * losses[0]

"""What a training starts from: weights of other runs, as they are, widened, or refused."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaintgan.core.errors import InpaintError
from inpaintgan.core.rundir import TRAINING_STATE
from inpaintgan.models.checkpoint import load_checkpoint
from inpaintgan.training import build
from inpaintgan.training.build import build_stage


def test_edges_and_paint_may_start_from_different_runs(edge_run, new_training):
    painted = new_training("painted")
    painted.train(stage="joint")
    both = {"init_from": str(painted.run.path), "edges_from": str(edge_run.run.path)}
    stage, _ = build_stage(painted.config(stage="edge-inpaint", **both), torch.device("cpu"))
    edges, paint = load_checkpoint(edge_run.run.path), load_checkpoint(painted.run.path)
    for ours, theirs in (
        (stage.frozen_edge_generator, edges.edge_generator),
        (stage.inpaint.model.generator, paint.inpaint_generator),
    ):
        assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))
    trains, _ = build_stage(painted.config(stage="joint", **both), torch.device("cpu"))
    ours = trains.edge.model.generator.parameters()
    assert all(torch.equal(a, b) for a, b in zip(ours, edges.edge_generator.parameters(), strict=True))
    # The discriminators go on with their generators, unless theirs was another task, or is of another width.
    judges = [(trains.edge, edges.path, "edge"), (trains.inpaint, paint.path, "inpaint")]
    for model, folder, name in judges:
        saved = torch.load(folder / TRAINING_STATE, weights_only=True)["models"][name]["model"]
        found = model.model.discriminator.state_dict()
        assert all(torch.equal(value, saved[f"discriminator.{key}"]) for key, value in found.items())
    for other in ({"inpaint_adv_crop": 32}, {"width": 16}):
        anew, _ = build_stage(painted.config(stage="joint", **both, **other), torch.device("cpu"))
        assert not torch.equal(
            next(anew.inpaint.model.discriminator.parameters()), next(trains.inpaint.model.discriminator.parameters())
        )


def test_starting_weights_that_do_not_fit_are_refused_in_words(edge_run, training):
    with pytest.raises(InpaintError, match="do not fit this config") as caught:
        training.train(stage="edge", stem="unshuffle", init_from=str(edge_run.run.path))
    assert "stem conv" in caught.value.hint
    with pytest.raises(InpaintError, match="stem: this run has unshuffle"):
        training.train(stage="edge-inpaint", stem="unshuffle", init_from=str(edge_run.run.path))
    with pytest.raises(InpaintError, match="edge_generator: this run has mec-shared"):
        training.train(stage="edge-inpaint", edge_generator="mec-shared", init_from=str(edge_run.run.path))


@pytest.mark.parametrize("stage", ["edge", "edge-inpaint"])
def test_starting_weights_of_half_the_width_are_widened(edge_run, training, stage):
    config = training.trainer(stage=stage, width=16, init_from=str(edge_run.run.path)).config
    built, _ = build_stage(config, torch.device("cpu"))
    wide = built.edge.model.generator if stage == "edge" else built.frozen_edge_generator
    narrow = load_checkpoint(edge_run.run.path)
    inputs = [torch.rand(1, 1, 32, 32) for _ in range(3)]
    with torch.no_grad():
        torch.testing.assert_close(wide.eval()(*inputs), narrow.edge_generator(*inputs), atol=1e-3, rtol=0)


def test_a_training_behind_a_finer_stem_starts_from_a_coarser_ones_weights(new_training):
    """Twice as wide too. Both networks see half a picture as the others see the whole."""
    coarse, fine = new_training("coarse"), new_training("fine")
    coarse.train(stage="joint", stem="unshuffle4", edge_generator="edgeconnect")
    start = str(coarse.run.path)
    config = fine.trainer(
        stage="edge-inpaint", stem="unshuffle", edge_generator="edgeconnect", width=16, init_from=start
    ).config
    built, _ = build_stage(config, torch.device("cpu"))
    before = load_checkpoint(coarse.run.path)
    pairs = [(before.edge_generator, built.frozen_edge_generator, 3), (before.inpaint_generator, built.inpaint.ema, 5)]
    with torch.no_grad():
        for old, new, n_inputs in pairs:
            x = torch.rand(1, n_inputs, 64, 64)
            expected = F.avg_pool2d(old.logits(F.interpolate(x, scale_factor=2)), 2)
            torch.testing.assert_close(new.eval().logits(x), expected, atol=0.01, rtol=0.01)


def test_a_training_along_predicted_edges_without_any_is_refused_before_anything_is_downloaded(training, monkeypatch):
    monkeypatch.setattr(build, "load_vgg19", lambda *_: pytest.fail("half a gigabyte, for nothing"))
    with pytest.raises(InpaintError, match="needs a trained edge generator"):
        training.train(stage="edge-inpaint", perceptual_weights="auto")

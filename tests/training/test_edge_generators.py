"""Every edge generator learns: at most 300 steps of the edge stage on the same eight pictures and holes."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch

from inpaintgan.data.batch import Batch
from inpaintgan.data.loader import make_train_loader
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.metrics.edge import precision_recall
from inpaintgan.models.edge_model import predict_edges
from inpaintgan.networks.edge_generators import EDGE_GENERATORS
from inpaintgan.training.build import build_stage
from inpaintgan.training.stages import Stage

SETTINGS = {
    "stage": "edge", "batch_size": 4, "lr": 2e-3, "sigma": 1, "block_ratio": 0.4, "augment_flip": False,
    "edge_bce_loss_weight": 10, "fm_loss_weight": 1, "svr_loss_weight": 1,
}  # fmt: skip


def mean(logs: list[dict[str, torch.Tensor]], name: str) -> float:
    return float(torch.stack([entry[name] for entry in logs]).mean())


@pytest.mark.parametrize("name", EDGE_GENERATORS)
def test_three_hundred_steps_teach_eight_pictures(training, name):
    torch.manual_seed(0)
    config = training.config(edge_generator=name, **SETTINGS)
    stage, _ = build_stage(config, torch.device("cpu"))
    loader = make_train_loader(find_pictures(Path(config.data)), config, 0)
    batches = [batch.to("cpu") for batch in islice(loader, 2)]
    logs = []
    for step in range(300):
        logs.append(stage.step(batches[step % 2], step))
        if step % 25 == 24 and has_learned(stage, logs, batches):
            return
    raise AssertionError(
        f"{mean(logs[:6], 'edge_generator_loss'):.3f} became {mean(logs[-6:], 'edge_generator_loss'):.3f}"
    )


def has_learned(stage: Stage, logs: list[dict[str, torch.Tensor]], batches: list[Batch]) -> bool:
    first, last = logs[:6], logs[-6:]
    if mean(last, "edge_generator_loss") >= 0.7 * mean(first, "edge_generator_loss"):
        return False
    if any(mean(last, score) <= mean(first, score) + 0.3 for score in ("precision", "recall")):
        return False
    # The running average, in evaluation mode, is what checkpoints hold: its batch norm must have followed too.
    scores = []
    for batch in batches:
        with torch.no_grad():
            averaged = predict_edges(stage.edge_generator, batch.gray, batch.edge, batch.mask)
        scores += [float(score.mean()) for score in precision_recall(averaged, batch.edge, batch.mask, 0.5)]
    return min(scores) > 0.6


@pytest.mark.parametrize("name", EDGE_GENERATORS)
def test_bfloat16_gives_finite_losses_and_float32_weights(training, name):
    stage, _ = build_stage(training.config(edge_generator=name, precision="bfloat16", **SETTINGS), torch.device("cpu"))
    batch = next(iter(make_train_loader(find_pictures(training.data), stage.config, 0))).to("cpu")
    logs = stage.step(batch, 0)
    assert all(torch.isfinite(value) for value in logs.values())
    assert stage.is_finite()


def test_batch_norms_statistics_are_averaged_with_the_weights(training):
    stage, _ = build_stage(training.config(edge_generator="effunet", **SETTINGS), torch.device("cpu"))
    batch = next(iter(make_train_loader(find_pictures(training.data), stage.config, 0))).to("cpu")
    norms = [network.trunk_layers[0][1] for network in (stage.edge.model.generator, stage.edge.ema)]
    before = norms[1].running_mean.clone()
    stage.edge.updates = 90  # a decay of (1 + 90) / (10 + 90)
    stage.step(batch, 90)
    torch.testing.assert_close(norms[1].running_mean, 0.91 * before + 0.09 * norms[0].running_mean)
    assert norms[1].num_batches_tracked == norms[0].num_batches_tracked == 1


def test_pictures_that_pass_twice_in_an_accumulated_step_count_once_in_batch_norm(training):
    means = []
    for n in (1, 2):
        config = training.config(edge_generator="effunet", **SETTINGS, accumulation_steps=n)
        stage, _ = build_stage(config, torch.device("cpu"))
        batch = next(iter(make_train_loader(find_pictures(training.data), training.config(**SETTINGS), 0))).to("cpu")
        generator = stage.edge.model.generator
        if n == 1:
            weights = {key: value.clone() for key, value in generator.state_dict().items()}
        generator.load_state_dict(weights)
        twice = replace(
            batch,
            **{name: torch.cat([getattr(batch, name)] * n) for name in ("image", "gray", "edge", "mask", "focus")},
            positions=batch.positions * n,
        )
        before = generator.trunk_layers[0][1].running_mean.clone()
        stage.step(twice, 0)
        means.append(generator.trunk_layers[0][1].running_mean - 0.9**n * before)
    torch.testing.assert_close(means[1], 1.9 * means[0])  # 0.1 * 0.9 + 0.1 of the batch's mean, not of four passes

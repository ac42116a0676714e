"""What a training tells of its data before it has taken a step."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from inpaintgan.core.ranks import Ranks
from inpaintgan.training import build
from inpaintgan.training.budget import Budget
from inpaintgan.training.meter import Meter
from inpaintgan.training.sinks import Console


def warnings_of(training):
    return {event["code"]: event["message"] for event in training.events("warning")}


def test_held_out_pictures_that_are_trained_on_are_told_of(training, new_training, pictures, tmp_path):
    training.train(stage="edge", val_data=str(pictures), max_iters=1)
    assert "held-out-known" in warnings_of(training)
    (tmp_path / "one").mkdir()
    shutil.copy(next(pictures.iterdir()), tmp_path / "one")
    alone, split = new_training("alone"), new_training("split")
    alone.train(stage="edge", data=str(tmp_path / "one"), max_iters=1)
    assert "held-out-known" in warnings_of(alone)
    split.train(stage="edge", max_iters=1)
    assert not warnings_of(split)


def test_inverted_masks_are_told_of(training, new_training, tmp_path):
    for name, hole in (("inverted", 30), ("right", 4)):
        (tmp_path / name).mkdir()
        mask = np.zeros((32, 32), np.uint8)
        mask[:hole] = 255
        Image.fromarray(mask).save(tmp_path / name / "mask.png")
    training.train(stage="edge", mask="external", mask_data=str(tmp_path / "inverted"), max_iters=1)
    assert "1 of 1 masks are mostly white" in warnings_of(training)["masks-inverted"]
    right = new_training("as-they-should-be")
    right.train(stage="edge", mask="external", mask_data=str(tmp_path / "right"), max_iters=1)
    assert not warnings_of(right)


def test_an_edge_model_without_edges_is_told_of(training, new_training):
    training.train(stage="edge", sigma=-1, max_iters=1)
    assert "learns to draw none" in warnings_of(training)["no-edges"]
    inpaint = new_training("inpaint")
    inpaint.train(stage="inpaint", sigma=-1, max_iters=1)
    assert "no-edges" not in warnings_of(inpaint)


def test_a_training_that_would_take_years_says_so_once_as_soon_as_it_has_a_pace(training, monkeypatch):
    monkeypatch.setattr(Meter, "eta_s", lambda _meter, steps_left: 56.8 * steps_left)
    monkeypatch.setattr(Budget, "used", lambda budget: "stopped" if budget._progress.step == 4 else None)
    training.train(stage="edge", max_iters=2_000_000, log_interval=2)
    (warning,) = training.events("warning")
    assert warning["message"] == "At this pace max_iters=2000000 takes about 3.6 years." and warning["step"] == 2


def test_of_the_networks_that_losses_look_through_the_missing_one_alone_is_named(training, new_training, monkeypatch):
    monkeypatch.setattr(build, "load_vgg19", lambda *_: None)
    said = []
    training.train(stage="inpaint", perceptual_weights="auto", max_iters=1, sinks=[said.append])
    warned = warnings_of(training)["perceptual-off"]
    assert "VGG19 (perceptual_weights)" in warned and "SqueezeNet" not in warned
    assert said[0].perceptual == "VGG19 unavailable"


def test_what_the_first_process_downloads_the_others_find(training, monkeypatch):
    turns = []

    class Turns(Ranks):
        def in_turn(self, work):
            turns.append(True)
            try:
                return work()
            finally:
                turns.pop()

    monkeypatch.setattr(build, "load_vgg19", lambda *_: None if turns else pytest.fail("all at once"))
    config = training.config(stage="inpaint", perceptual_weights="auto")
    assert build.build_stage(config, torch.device("cpu"), Turns())[1] == "VGG19 unavailable"


def test_the_console_says_nothing_of_networks_that_an_edge_training_has_no_use_for(training, new_training, capsys):
    training.train(stage="edge", max_iters=1, sinks=[Console()])
    said = capsys.readouterr().err
    assert "perceptual network" not in said and "edge training on CPU" in said
    new_training("inpaint").train(stage="inpaint", max_iters=1, sinks=[Console()])
    said = capsys.readouterr().err
    assert "perceptual network: off" in said and "l1_loss=" in said

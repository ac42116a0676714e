"""What a training tells of its data before it has taken a step."""

from __future__ import annotations

import shutil

import numpy as np
from PIL import Image


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

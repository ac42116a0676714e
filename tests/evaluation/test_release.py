"""The runs that a model card lists, and what they began from."""

from __future__ import annotations

import shutil
from pathlib import Path

from inpaintgan.cli import main
from inpaintgan.evaluation.release import history


def train(pictures: Path, run: Path, **settings: object) -> None:
    """A training of one step."""
    small = {
        "stage": "edge", "width": 8, "input_size": 32, "max_iters": 1, "batch_size": 2, "workers": 0, "log_interval": 1,
        "eval_interval": 0, "sample_interval": 0, "save_interval": 0, "perceptual_weights": "off", "device": "cpu",
    }  # fmt: skip
    words = [f"{key}={value}" for key, value in (small | settings).items()]
    assert main(["train", "--data", str(pictures), "--run", str(run), "--set", *words]) == 0


def release(run: Path, name: str, parent: Path) -> str:
    """The card of a run's weights."""
    assert main(["release", "--run", str(run), "--name", name, "--output", str(parent)]) == 0
    return (parent / name / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_a_card_lists_every_run_that_led_to_the_weights_once_and_in_order(pictures, tmp_path):
    edges, better_edges, first, last = (tmp_path / name for name in ("edges", "better", "first", "last"))
    train(pictures, edges)
    train(pictures, first, stage="edge-inpaint", init_from=edges)
    train(pictures, better_edges, init_from=edges, lr=2e-4)
    train(pictures, last, stage="edge-inpaint", init_from=first, edges_from=better_edges, lr=3e-4)
    rows = [(row["config"].stage, row["config"].lr, row["step"]) for row in history(last)]
    assert rows == [("edge", 1e-4, 1), ("edge", 2e-4, 1), ("edge-inpaint", 1e-4, 1), ("edge-inpaint", 3e-4, 1)]
    assert "Trained by this program from scratch" in release(last, "ours", tmp_path / "released")


def test_a_card_names_the_checkpoint_that_a_training_began_from(pictures, tmp_path):
    first, second, released = tmp_path / "first", tmp_path / "second", tmp_path / "released"
    train(pictures, first)
    release(first, "theirs", released)
    shutil.rmtree(first)
    train(pictures, second, init_from=released / "theirs")
    assert "Trained by this program from the weights of theirs" in release(second, "ours", released)

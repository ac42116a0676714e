"""The runs that a model card lists."""

from __future__ import annotations

from inpaintgan.cli import main
from inpaintgan.evaluation.release import history


def test_a_card_lists_every_run_that_led_to_the_weights_once_and_in_order(pictures, tmp_path):
    def train(name: str, **settings: str) -> str:
        quiet = ["eval_interval=0", "sample_interval=0", "save_interval=0", "perceptual_weights=off", "device=cpu"]
        small = ["width=8", "input_size=32", "max_iters=1", "batch_size=2", "workers=0", "log_interval=1"]
        words = [f"{key}={value}" for key, value in settings.items()]
        run = str(tmp_path / name)
        assert main(["train", "--data", str(pictures), "--run", run, "--set", *quiet, *small, *words]) == 0
        return run

    edges = train("edges", stage="edge")
    first = train("first", stage="edge-inpaint", init_from=edges)
    better_edges = train("better", stage="edge", init_from=edges, lr="2e-4")
    train("last", stage="edge-inpaint", init_from=first, edges_from=better_edges, lr="3e-4")
    rows = [(row["config"].stage, row["config"].lr, row["step"]) for row in history(tmp_path / "last")]
    assert rows == [("edge", 1e-4, 1), ("edge", 2e-4, 1), ("edge-inpaint", 1e-4, 1), ("edge-inpaint", 3e-4, 1)]

"""The runs that a model card lists, and what they began from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from inpaintgan.cli import main
from inpaintgan.core.atomic import read_json
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.rundir import SCORES
from inpaintgan.evaluation import release as releasing
from inpaintgan.evaluation.release import history
from inpaintgan.models.checkpoint import load_checkpoint


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


def test_a_run_that_began_from_a_checkpoint_rotated_away_since_is_released(pictures, tmp_path):
    first, last = tmp_path / "first", tmp_path / "last"
    train(pictures, first, max_iters=2, save_interval=1)
    train(pictures, last, init_from=first / "checkpoints" / "step-000000001")
    shutil.rmtree(first / "checkpoints" / "step-000000001")
    assert [row["step"] for row in history(last)] == [1, 1]
    assert "Trained by this program from scratch" in release(last, "ours", tmp_path / "released")


def test_a_release_replaces_nothing_and_is_refused_before_the_work(pictures, tmp_path, capsys):
    train(pictures, tmp_path / "both", stage="joint")
    train(pictures, tmp_path / "edges")
    release(tmp_path / "both", "ours", tmp_path)
    before = {file: file.read_bytes() for file in (tmp_path / "ours").iterdir()}
    (tmp_path / "file").touch()
    to = ["--output", str(tmp_path)]
    assert main(["release", "--run", str(tmp_path / "edges"), "--name", "ours", *to]) == 2
    assert "ours already holds edge_generator.safetensors" in capsys.readouterr().err
    assert {file: file.read_bytes() for file in (tmp_path / "ours").iterdir()} == before
    # A file in the way is seen first, before there turns out to be nothing to release or to import.
    for words in (["release", "--run", "none", "--name", "file", *to],
                  ["release", "--run", "none", "--name", "ours", "--output", str(tmp_path / "file")],
                  ["import-edgeconnect", "--edge", "none.pth", "--output", str(tmp_path / "file")]):  # fmt: skip
        assert main(words) == 2
        assert "file is a file, not a folder" in capsys.readouterr().err
    (tmp_path / "file").write_text("[]")
    for name in ("none", "file"):
        assert main(["release", "--run", "none", "--name", "new", *to, "--report", str(tmp_path / name)]) == 2
        assert f"{name} is not a report of evaluate" in capsys.readouterr().err


def test_a_note_is_for_the_window_too(pictures, tmp_path):
    train(pictures, tmp_path / "run")
    words = ["release", "--run", str(tmp_path / "run"), "--output", str(tmp_path / "released")]
    assert main([*words, "--name", "noted", "--note", "Of cats, for research."]) == 0
    assert main([*words, "--name", "plain"]) == 0
    assert read_json(tmp_path / "released" / "noted" / SCORES) == {"about": "Of cats, for research."}
    assert not (tmp_path / "released" / "plain" / SCORES).exists()


def test_an_installed_program_releases_into_the_current_folder(pictures, tmp_path, monkeypatch):
    train(pictures, tmp_path / "run")
    monkeypatch.setattr("inpaintgan.core.paths._SOURCE_ROOT", tmp_path / "python")
    monkeypatch.chdir(tmp_path)
    assert main(["release", "--run", "run", "--name", "mine"]) == 0
    assert (tmp_path / "checkpoints" / "mine" / "MODEL_CARD.md").is_file()


@pytest.mark.parametrize("name", ["", "..", ".", "  ", ".hidden", "a/b", "x" * 300, "a:b", "nul", "cats."])
def test_a_name_that_is_no_folder_of_its_own_is_refused_in_words(tmp_path, capsys, name):
    assert main(["release", "--run", "none", "--name", name, "--output", str(tmp_path / "released")]) == 2
    assert "cannot be the name of a checkpoint" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_a_card_names_the_checkpoint_that_a_training_began_from(pictures, tmp_path):
    first, second, released = tmp_path / "first", tmp_path / "second", tmp_path / "released"
    train(pictures, first)
    release(first, "theirs", released)
    shutil.rmtree(first)
    train(pictures, second, init_from=released / "theirs")
    assert "Trained by this program from the weights of theirs" in release(second, "ours", released)


def test_a_checkpoint_of_the_program_is_called_by_its_own_name(pictures, tmp_path):
    """It lies in a folder named checkpoints, as a run's do."""
    first, second, program = tmp_path / "first", tmp_path / "second", tmp_path / "program"
    train(pictures, first)
    release(first, "shipped", program / "checkpoints")
    shutil.rmtree(first)
    train(pictures, second, init_from=program / "checkpoints" / "shipped")
    assert "Trained by this program from the weights of shipped" in release(second, "ours", tmp_path / "released")


def test_a_released_checkpoint_may_be_a_blend_of_two_trainings(pictures, tmp_path):
    first, last, released = tmp_path / "first", tmp_path / "last", tmp_path / "released"
    train(pictures, first, stage="joint")
    train(pictures, last, stage="joint", init_from=first, lr=1e-2)
    words = ["release", "--run", str(last), "--name", "ours", "--output", str(released), "--note", "Of cats"]
    assert main([*words, "--blend", str(first), "--share", "0.25"]) == 0
    card = (released / "ours" / "MODEL_CARD.md").read_text(encoding="utf-8")
    blended = card.partition("## Blend\n\n")[2].partition("##")[0]
    said = f"25% of the inpaint generator's weights are those of {tmp_path.name}/first at step 1.\n\nTrained by this program"
    assert blended.startswith(said) and "| joint | 8 | 32 | 1 |" in blended and "0.01" not in blended
    assert "## Data\n\n8 pictures.\n\nOf cats\n\n##" in card
    near, far, blended = (load_checkpoint(path) for path in (first, last, released / "ours"))
    weights = [c.inpaint_generator.decoder[-1].weight for c in (near, far, blended)]
    assert not torch.equal(weights[0], weights[1])
    torch.testing.assert_close(weights[2], 0.25 * weights[0] + 0.75 * weights[1], atol=1e-4, rtol=1e-2)
    edges = [c.edge_generator.decoder[-1].weight for c in (far, blended)]
    torch.testing.assert_close(edges[1], edges[0], atol=1e-4, rtol=1e-2)


@pytest.mark.parametrize(("stage", "width", "share"), [("edge", 8, 0.5), ("joint", 16, 0.5), ("joint", 8, 1.5)])
def test_what_cannot_be_blended_is_refused_in_words(pictures, tmp_path, stage, width, share):
    ours, other = tmp_path / "ours", tmp_path / "other"
    train(pictures, ours, stage="joint")
    train(pictures, other, stage=stage, width=width)
    with pytest.raises(InpaintError, match=r"cannot be blended|not between 0 and 1"):
        releasing.release(ours, "mine", tmp_path, blend_with=other, share=share)
    assert not (tmp_path / "mine").exists()

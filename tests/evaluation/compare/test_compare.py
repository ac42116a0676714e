"""The command `compare`: refusals, and one real comparison that is interrupted, gone on with and skipped."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest
import torch

from inpaintgan.cli import main
from inpaintgan.core.comparison import ComparisonDir
from inpaintgan.core.config import Config
from inpaintgan.core.control import Control
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.rundir import RunDir
from inpaintgan.evaluation.compare.plan import freeze, make_plan
from inpaintgan.evaluation.compare.scoring import EvaluationSet, held_out, mask_source
from inpaintgan.evaluation.compare.trainings import TrainingFailed, train_to_end
from inpaintgan.evaluation.mask_sets import KINDS
from inpaintgan.training.orders import Orders
from run_events import events_of
from waiting import wait_for

ROOT = Path(__file__).resolve().parents[3]
STEPS = 12
TINY = [
    "width=8", "input_size=64", "batch_size=2", "workers=0", "threads=1", "log_interval=2", "val_size=2", "device=cpu",
    "sample_interval=0", "save_interval=0", "tensorboard=false", "perceptual_weights=off", "mask=mixed", "cache_gib=0",
]  # fmt: skip


def words(output: Path, *more: str, steps: int = STEPS) -> list[str]:
    data = ["compare", "--data", str(ROOT / "examples" / "training"), "--generators", "mec,edgeconnect"]
    return [*data, "--seeds", "2", "--steps", str(steps), "--output", str(output), *more, "--set", *TINY]


def plan(**changes):
    given = {
        "data": "pictures", "val_data": None, "generators": "mec", "steps": 10, "seconds": None, "seeds": 1,
        "config": None, "set": [], "inpaint": None, "masks": None, "limit": 0, "perceptual_weights": None,
    }  # fmt: skip
    return make_plan(Namespace(**{**given, **changes}))


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """A comparison stopped by Ctrl+C in its first trainings."""
    folder = ComparisonDir(tmp_path_factory.mktemp("comparison") / "vergleich-比較")
    process = subprocess.Popen([sys.executable, str(ROOT / "main.py"), *words(folder.path)], stdout=subprocess.DEVNULL)
    first = folder.run("mec", 10).path
    wait_for(lambda: process.poll() is not None or events_of(first, "step"))
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    return folder, process.wait(60)


def test_a_comparison_is_interrupted_gone_on_with_and_then_left_alone(interrupted, capsys, tmp_path):
    folder, code = interrupted
    assert code == 130 and folder.status()["phase"] == "stopped" and folder.pid() is None
    assert not folder.report("json").exists() and not folder.run("inpaint", 11).path.exists()
    begun = folder.run("mec", 10)
    assert begun.saved_steps(), "the training saved before it left"

    copy = tmp_path / "copy.json"
    assert main(words(folder.path, "--report", str(copy))) == 0
    starts = [event["resumed"] for event in events_of(begun.path, "run_started")]
    assert starts in ([False, True], [False]), "gone on with, unless it had just ended"
    for name in ("mec", "edgeconnect", "inpaint"):
        for seed in (10, 11):
            assert folder.run(name, seed).saved_steps()[-1] == STEPS
    assert folder.status()["phase"] == "finished"

    report = json.loads(folder.report("json").read_text())
    rows = {row["name"]: row for row in report["rows"]}
    assert list(rows) == [
        "mec",
        "edgeconnect",
        "true edges",
        "no edges",
        "telea",
        "navier-stokes",
        "biharmonic",
        "mean",
    ]
    assert rows["true edges"]["scores"]["recall"] == {"mean": 1.0, "std": 0.0}
    for name in ("mec", "edgeconnect"):
        scores = rows[name]["scores"]
        wanted = {"fm", "edge_l1", "precision_1px", "psnr_hole", "ssim", "parameters", "gmac", "seconds_per_step"}
        assert wanted <= set(scores) and rows[name]["n_seeds"] == 2
        assert scores["psnr_hole"]["std"] is not None and scores["seconds_per_step"]["mean"] > 0
    assert report["n_scored"] == 2 and report["n_train"] == 22 and report["proxy_network"] is None
    assert {curve["generator"] for curve in report["curves"]} == {"mec", "edgeconnect"}
    assert report["curves"][0]["validation"]["recall"][-1][0] == STEPS
    page = folder.report("html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") == 2 * 11 and len(page) < 2**20
    assert copy.read_bytes() == folder.report("json").read_bytes()
    assert copy.with_suffix(".csv").is_file() and copy.with_suffix(".html").is_file()
    assert "| edgeconnect |" in capsys.readouterr().out

    kept = [*folder.path.rglob("events.jsonl"), *folder.path.rglob("scores.json")]
    before = {file: file.stat().st_mtime_ns for file in kept}
    assert len(before) == 6 + 7
    assert main(words(folder.path)) == 0
    assert {file: file.stat().st_mtime_ns for file in kept} == before, (
        "what is done is neither trained nor scored again"
    )

    assert main(words(folder.path, steps=STEPS + 1)) == 2
    assert f"steps was {STEPS}, now {STEPS + 1}" in capsys.readouterr().err


def test_a_budget_in_seconds_a_given_inpaint_generator_and_a_broken_picture(tmp_path, capsys):
    folder, held_out = ComparisonDir(tmp_path / "c"), tmp_path / "held-out"
    held_out.mkdir()
    shutil.copy(ROOT / "examples" / "training" / "coffee-0.jpg", held_out)
    (held_out / "broken.jpg").write_bytes(b"no picture")
    asked = [
        "compare",
        "--data",
        str(ROOT / "examples" / "training"),
        "--generators",
        "edgeconnect",
        "--seconds",
        "0.5",
    ]
    asked += ["--inpaint", str(ROOT / "checkpoints" / "faces-lite"), "--masks", "half", "--val-data", str(held_out)]
    copy = tmp_path / "new" / "copy.json"
    to = ["--output", str(folder.path), "--report", str(copy)]
    assert main([*asked, *to, "--set", *TINY, "eval_interval=0"]) == 1, "not all was scored"
    broken = f"{held_out / 'broken.jpg'} cannot be read"
    assert broken in capsys.readouterr().out and copy.read_bytes() == folder.report("json").read_bytes()
    report = json.loads(folder.report("json").read_text())
    run = report["runs"][0]
    assert run["elapsed_s"] >= 0.5 and run["steps"] > 0 and report["budget"] == "0.5 seconds of training"
    assert report["inpaint_runs"] == [] and report["n_scored"] == 1 and broken in report["unreadable"][0]
    row = report["rows"][0]
    assert list(row["buckets"]) == ["50-60 %"] and row["scores"]["recall"]["std"] is None
    assert "All holes cover 50-60 % of their picture" in folder.report("html").read_text(encoding="utf-8")


def test_the_budget_must_be_one_of_steps_and_seconds(capsys):
    for budget in ([], ["--steps", "3", "--seconds", "4"]):
        assert main(["compare", "--data", "x", *budget]) == 2
    assert "not allowed with argument" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"generators": "mec,nobody"}, "no edge generator 'nobody'"),
        ({"generators": ","}, "no edge generator ''"),
        ({"generators": ""}, "no edge generator ''"),
        ({"steps": 0}, "--steps: 0 is not allowed"),
        ({"seeds": 0}, "--seeds: 0 is not allowed"),
        ({"set": ["stage=joint"]}, "stage: compare sets this itself"),
        ({"set": ["max_iters=5"]}, "Give the budget with --steps"),
        ({"set": ["width=7"]}, "width: 7 is not allowed"),
        ({"data": None}, "Give --data DIR"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words(changes, said):
    with pytest.raises(InpaintError) as error:
        plan(**changes)
    assert said in str(error.value)


def test_trainings_differ_in_generator_and_seed_alone():
    made = plan(generators="mec, edgeconnect,mec", seeds=2, set=["lr=1e-3", "seed=5"])
    assert made.generators == ("mec", "edgeconnect") and made.seeds == (5, 6)
    a, b = (made.config(name, 6).model_dump() for name in made.generators)
    assert {key for key in a if a[key] != b[key]} == {"edge_generator"}
    assert a["max_iters"] == 10 and a["lr"] == 1e-3 and a["seed"] == 6 and a["stage"] == "edge"
    assert made.config(None, 5).stage == "inpaint"
    timed = plan(steps=None, seconds=2.5).config("mec", 10)
    assert timed.max_seconds == 2.5 and timed.max_iters == 100_000_000


def test_a_generator_without_the_stem_of_the_others_is_trained_with_the_one_it_has():
    made = plan(generators="mec,effunet", set=["stem=unshuffle"])
    assert [made.config(name, 10).stem for name in ("mec", "effunet", None)] == ["unshuffle", "conv", "unshuffle"]
    assert made.notices == ["effunet is trained with stem conv, because it has no unshuffle stem."]
    assert plan(generators="mec,effunet").notices == []


def test_generators_and_seeds_can_be_added_and_nothing_else_changed(tmp_path):
    folder = ComparisonDir(tmp_path / "c")
    assert freeze(folder, plan()).generators == ("mec",)
    more = freeze(folder, plan(generators="egc", seeds=2))
    assert more.generators == ("mec", "egc") and more.seeds == (10, 11)
    assert freeze(folder, plan()).generators == ("mec", "egc"), "what was there stays"
    with pytest.raises(InpaintError, match=r"lr was 0\.0001, now 0\.001"):
        freeze(folder, plan(set=["lr=1e-3"]))
    with pytest.raises(InpaintError, match=r"seed was 10, now 11"):  # its holes would be others
        freeze(folder, plan(set=["seed=11"], seeds=2))
    assert folder.plan() == more.as_dict(), "a refusal changes nothing"


def test_scores_are_kept_only_for_the_same_holes(pictures):
    def key(**changes):
        config = Config(data=str(pictures), **changes)
        return EvaluationSet(held_out(config), "random-block", 0, config, None, torch.device("cpu")).key()

    assert key() == key(lr=1e-3)
    for changes in ({"seed": 5}, {"input_size": 64}, {"block_ratio": 0.25}, {"edge_threshold": 0.4}):
        assert key(**changes) != key(), changes


def test_pictures_and_masks_are_looked_at_before_anything_is_trained(pictures, tmp_path, capsys):
    base = ["compare", "--steps", "5", "--output", str(tmp_path / "c"), "--set", "perceptual_weights=off"]
    assert main([*base, "--data", str(tmp_path / "none")]) == 2
    assert main([*base, "--data", str(pictures), "--masks", "stars"]) == 2
    assert "neither a folder nor a kind of mask" in capsys.readouterr().err
    held_out = tmp_path / "held-out"
    held_out.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (held_out / name).write_bytes(b"no picture")
    assert main([*base, "--data", str(pictures), "--val-data", str(held_out)]) == 2
    assert "Files left out: 2" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()


def test_a_home_folder_that_nobody_has_is_refused_in_words(pictures, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~no-such-person").touch()
    base = ["compare", "--data", str(pictures), "--steps", "5", "--set", "perceptual_weights=off"]
    assert main([*base, "--output", "c", "--masks", "~no-such-person/masks"]) == 2
    assert "~no-such-person/masks' is neither a folder nor a kind of mask" in capsys.readouterr().err
    assert main([*base, "--output", "~no-such-person/c"]) == 2
    assert "~no-such-person/c cannot be written" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()


def test_every_kind_of_hole_that_a_refusal_names_can_be_scored():
    for kind in KINDS:
        assert mask_source(plan(masks=kind).masks, Config()) == kind


def test_a_training_that_is_refused_says_why(tmp_path):
    config = Config(data=str(tmp_path / "gone"), device="cpu")
    with pytest.raises(TrainingFailed, match="seed 1: data: The folder"):
        train_to_end(RunDir(tmp_path / "run"), config, "seed 1", Orders(Control(tmp_path / "control.json")))

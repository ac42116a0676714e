"""The training as its own process: signals, kills, bad input, and a fill with what it made."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaintgan.core.events import read_events
from inpaintgan.core.rundir import RunDir
from waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
TINY = [
    "stage=joint", "edge_generator=edgeconnect", "width=8", "input_size=32", "batch_size=2", "log_interval=1",
    "eval_interval=0", "sample_interval=0", "val_size=2", "perceptual_weights=off", "device=cpu", "threads=1",
    "tensorboard=false",
]  # fmt: skip


def command(*words: object) -> list[str]:
    return [sys.executable, str(ROOT / "main.py"), *map(str, words)]


def start(data: Path, run: Path, *words: str, settings: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    arguments = command("train", "--data", data, "--run", run, *words, "--set", *TINY, *settings)
    return subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def steps(run: Path) -> list[int]:
    return [event["step"] for event in read_events(run / "events.jsonl") if event["type"] == "step"]


def test_kill_9_loses_nothing_but_the_steps_since_the_last_checkpoint(pictures, tmp_path):
    run = tmp_path / "run"
    workers = 1
    settings = ("max_iters=100000", "save_interval=5", f"workers={workers}")
    process = start(pictures, run, settings=settings)
    wait_for(lambda: len(RunDir(run).saved_steps()) >= 2)
    time.sleep(0.3)
    process.kill()
    process.communicate()
    saved = RunDir(run).saved_steps()[-1]
    assert RunDir(run).trainer_pid() is None
    before = len(list(read_events(run / "events.jsonl")))
    again = start(
        pictures, run, "--resume", settings=(f"max_iters={saved + 3}", "save_interval=0", f"workers={workers}")
    )
    _, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    events = list(read_events(run / "events.jsonl"))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    resumed = [event for event in events[before:] if event["type"] == "run_started"]
    assert len(resumed) == 1 and resumed[0]["resumed"] and resumed[0]["step"] == saved
    assert [e["step"] for e in events[before:] if e["type"] == "step"] == [saved + 1, saved + 2, saved + 3]


@pytest.mark.parametrize("to_group", [False, True])
def test_sigterm_finishes_the_step_saves_and_leaves(pictures, tmp_path, to_group):
    run = tmp_path / "run"
    process = start(pictures, run, settings=("max_iters=100000", "save_interval=0", "workers=1"))
    wait_for(lambda: len(steps(run)) >= 2)
    if to_group:
        os.killpg(process.pid, signal.SIGTERM)
    else:
        process.terminate()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert RunDir(run).saved_steps() == [steps(run)[-1]]


def test_a_trained_run_fills_a_picture_while_being_just_a_folder(pictures, tmp_path):
    run = tmp_path / "läuft"
    process = start(pictures, run, settings=("max_iters=2", "workers=0"))
    assert process.wait(120) == 0
    mask = Image.new("L", (96, 96), 0)
    mask.paste(255, (30, 30, 60, 60))
    mask.save(tmp_path / "mask.png")
    words = ("--image", pictures / "ж.png", "--mask", tmp_path / "mask.png", "--output", tmp_path / "out.png")
    done = subprocess.run(
        command("fill", *words, "--checkpoint", run, "--json"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"][0]["hole_px"] == 900
    before, after = (np.asarray(Image.open(p).convert("RGB")) for p in (pictures / "ж.png", tmp_path / "out.png"))
    assert (before != after).any(axis=2).sum() <= 900


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--data", "/no/such/folder"), "/no/such/folder does not exist"),
        (("--data", "{empty}"), "no picture"),
        (("--data", "{data}", "--set", "lrr=1"), "Did you mean 'lr'?"),
        (("--data", "{data}", "--set", "batch_size=0"), "batch_size: 0 is not allowed"),
        (("--data", "{data}", "--config", "/no/config.yml"), "/no/config.yml cannot be read"),
        (("--data", "{data}", "--set", "stage=edge-inpaint"), "needs a trained edge generator"),
        (("--data", "{data}", "--set", "mask=external", "mask_data=/no/masks"), "/no/masks does not exist"),
        ((), "Give --data DIR"),
    ],
)
def test_bad_input_gets_one_clear_sentence(pictures, tmp_path, capsys, words, message):
    from inpaintgan.cli import main

    (tmp_path / "empty").mkdir()
    known = {"data": pictures, "empty": tmp_path / "empty"}
    tiny = [f"--set={item}" for item in TINY if not item.startswith(("stage", "batch_size"))]
    code = main(["train", "--run", str(tmp_path / "run"), *tiny, *(word.format(**known) for word in words)])
    errors = capsys.readouterr().err
    assert code == 2 and message in errors and "Traceback" not in errors
    assert errors.count("error: ") == 1


def test_a_finished_run_is_not_overwritten_by_accident(pictures, tmp_path, capsys):
    from inpaintgan.cli import main

    words = [
        "train",
        "--data",
        str(pictures),
        "--run",
        str(tmp_path / "run"),
        "--set",
        *TINY,
        "workers=0",
        "max_iters=1",
    ]
    assert main(words) == 0
    assert main(words) == 2
    assert "Add --resume" in capsys.readouterr().err
    assert main([*words, "--resume"]) == 2
    assert "max_iters is 1, but this run already stands at step 1" in capsys.readouterr().err
    assert main([*words, "--resume", "--set", "max_iters=2", "width=16"]) == 2
    assert "width: this run was trained with 8" in capsys.readouterr().err

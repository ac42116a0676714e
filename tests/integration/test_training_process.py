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

from inpaintgan.cli import main
from inpaintgan.core.config_io import make_config
from inpaintgan.core.events import read_events
from inpaintgan.core.rundir import RunDir
from inpaintgan.gui.runs import summary
from inpaintgan.jobs.supervisor import Supervisor, wait_until_gone
from run_events import events_of
from waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
TINY = [
    "stage=joint", "edge_generator=edgeconnect", "width=8", "input_size=32", "batch_size=2", "log_interval=1",
    "eval_interval=0", "sample_interval=0", "val_size=2", "perceptual_weights=off", "device=cpu", "threads=1",
    "tensorboard=false",
]  # fmt: skip


def command(*words: object) -> list[str]:
    return [sys.executable, str(ROOT / "main.py"), *map(str, words)]


def train(data: Path, run: Path, *settings: str) -> list[str]:
    """The words of a training for this process."""
    return ["train", "--data", str(data), "--run", str(run), "--set", *TINY, "workers=0", *settings]


def start(data: Path, run: Path, *words: str, settings: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    arguments = command("train", "--data", data, "--run", run, *words, "--set", *TINY, *settings)
    return subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def steps(run: Path) -> list[int]:
    return [event["step"] for event in events_of(run, "step")]


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
        (("--data", "{data}", "--set", "mask=external", "mask_data=/no/masks"), "mask_data: The folder /no/masks"),
        (("--data", "{data}", "--set", "val_data=/no/folder"), "val_data: The folder /no/folder does not exist"),
        (("--data", "{data}", "--set", "init_from=/no/run"), "init_from: There is no checkpoint folder /no/run"),
        (("--data", "{data}", "--set", "edge=external", "edge_data=/no/edges"), "edge_data: The folder /no/edges"),
        (("--data", "{data}", "--set", "device=cuda"), "Choose the device cpu, or auto"),
        (("--resume",), "There is no training in {run} to resume"),
        ((), "Give --data DIR"),
    ],
)
def test_bad_input_gets_one_clear_sentence_and_no_run_folder(pictures, tmp_path, capsys, monkeypatch, words, message):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    (tmp_path / "empty").mkdir()
    known = {"data": pictures, "empty": tmp_path / "empty"}
    tiny = [f"--set={item}" for item in TINY if not item.startswith(("stage", "batch_size"))]
    code = main(["train", "--run", str(tmp_path / "run"), *tiny, *(word.format(**known) for word in words)])
    errors = capsys.readouterr().err
    assert code == 2 and message.format(run=tmp_path / "run") in errors and "Traceback" not in errors
    assert errors.count("error: ") == 1
    assert not (tmp_path / "run").exists()


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_finished_run_is_not_changed_by_a_refusal(pictures, tmp_path, capsys):
    words = train(pictures, tmp_path / "run", "max_iters=1")
    assert main(words) == 0
    before = files(tmp_path / "run")
    assert main(words) == 2
    assert "Add --resume" in capsys.readouterr().err
    assert main([*words, "--resume"]) == 2
    assert "max_iters is 1, but this run is already at step 1" in capsys.readouterr().err
    assert main([*words, "--resume", "--set", "processes=2"]) == 2
    assert "max_iters is 1, but this run is already at step 1" in capsys.readouterr().err
    assert main([*words, "--resume", "--set", "max_iters=2", "width=16"]) == 2
    assert "width: this run was trained with 8" in capsys.readouterr().err
    assert main([*words, "--resume", "--set", "max_iters=2", "val_data=/none", "tensorboard=true", "lr=0.01"]) == 2
    assert files(tmp_path / "run") == before


def test_a_run_that_is_a_file_and_an_empty_path_are_refused_in_words(pictures, tmp_path, capsys):
    file = tmp_path / "run"
    file.write_text("mine")
    words = ["train", "--data", str(pictures), "--set", *TINY, "workers=0"]
    assert main([*words, "--run", str(file)]) == 2
    assert f"{file} is a file, not a folder." in capsys.readouterr().err
    assert main([*words, "--run", ""]) == 2
    assert "--run: it is empty" in capsys.readouterr().err


def test_many_processes_are_refused_where_they_cannot_train_together(pictures, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("inpaintgan.training.command.can_launch", lambda: False)  # as on Windows
    words = train(pictures, tmp_path / "run")
    assert main([*words, "processes=2"]) == 2
    assert "processes: 2 processes cannot train together on Windows" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_training_that_breaks_down_for_good_has_failed_and_was_not_refused(pictures, tmp_path, capsys, monkeypatch):
    from inpaintgan.models.edge_model import EdgeModel

    loss_of = EdgeModel.generator_loss

    def broken(model, batch, fake):
        loss, logs = loss_of(model, batch, fake)
        return loss * np.nan, logs

    monkeypatch.setattr(EdgeModel, "generator_loss", broken)
    words = train(pictures, tmp_path / "run")
    assert main([*words, "stage=edge", "max_iters=8"]) == 1
    assert "broke down again" in capsys.readouterr().err


def test_processes_that_cannot_share_a_batch_are_refused_before_they_start(pictures, tmp_path, capfd):
    words = train(pictures, tmp_path / "run")
    assert main([*words, "processes=2", "batch_size=3"]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("processes", [1, 2])
def test_one_process_or_many_refuse_to_train_beyond_their_limits(pictures, tmp_path, capfd, processes):
    words = train(pictures, tmp_path / "run")
    assert main([*words, "stage=edge", "max_iters=2"]) == 0
    again = ["train", "--run", str(tmp_path / "run"), "--resume", "--set", f"processes={processes}"]
    for limit in ("max_iters=2", "max_seconds=0.001"):
        capfd.readouterr()
        assert main([*again, "max_iters=9", limit]) == 2, limit
        said = capfd.readouterr().err
        assert "already at step 2" in said and f"Raise {limit.split('=')[0]}" in said


def test_paths_given_in_one_folder_hold_in_another(pictures, tmp_path, monkeypatch):
    monkeypatch.chdir(pictures.parent)
    words = ["train", "--run", str(tmp_path / "run")]
    given = [f"data={pictures.name}", f"val_data={pictures.name}", "workers=0"]
    assert main([*words, "--set", *TINY, *given, "max_iters=1"]) == 0
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--resume", "--set", "max_iters=2"]) == 0


def test_a_training_goes_on_when_nobody_listens_any_more(pictures, tmp_path):
    run = tmp_path / "run"
    process = start(pictures, run, settings=("max_iters=8", "workers=0"))
    assert process.stderr
    process.stderr.close()
    wait_for(lambda: len(steps(run)) >= 1)
    process.send_signal(signal.SIGHUP)  # of a closed terminal
    assert process.wait(120) == 0
    assert steps(run)[-1] == 8 and list(read_events(run / "events.jsonl"))[-1]["type"] == "run_finished"


def test_a_window_learns_why_a_start_was_refused_and_the_run_stays_as_it_was(pictures, tmp_path):
    supervisor = Supervisor(tmp_path)
    settings = dict(setting.split("=") for setting in TINY) | {"data": str(pictures), "workers": 0, "max_iters": 1}
    run = supervisor.start(make_config(settings), "a")
    wait_until_gone(run, 120)
    assert summary(run)["state"] == "finished"
    before = files(run.checkpoints) | {file: file.read_bytes() for file in (run.config_file, run.events_file)}
    supervisor.resume(run, {"max_iters": 2, "val_data": "/none"})
    wait_until_gone(run, 120)
    found = summary(run)
    assert found["state"] == "failed" and found["error"].startswith("val_data: The folder /none does not exist.")
    assert files(run.checkpoints) | {file: file.read_bytes() for file in (run.config_file, run.events_file)} == before

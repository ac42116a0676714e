"""A training under a real torchrun: a killed rank, a signal to one rank."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import torch

from forked_ranks import run_groups
from inpaintgan.core.rundir import TRAINING_STATE, RunDir
from run_events import events_of
from waiting import wait_for

MAIN = Path(__file__).resolve().parents[2] / "main.py"
TORCHRUN = Path(sys.executable).with_name("torchrun")
TINY = [
    "stage=joint", "edge_generator=edgeconnect", "width=8", "input_size=32", "batch_size=4", "log_interval=1",
    "eval_interval=0", "sample_interval=0", "val_size=2", "perceptual_weights=off", "device=cpu", "threads=1",
    "tensorboard=false", "workers=0", "mask=irregular", "cache_gib=0",
]  # fmt: skip
pytestmark = pytest.mark.skipif(not TORCHRUN.is_file() or os.name == "nt", reason="torchrun is not here")


def train(data: Path, run: Path, *settings: str) -> list[str]:
    return ["train", "--data", str(data), "--run", str(run), "--set", *TINY, *settings]


def start(data: Path, run: Path, *settings: str) -> subprocess.Popen[bytes]:
    words = ["--standalone", "--nproc-per-node", "2", "--max-restarts", "1", "--monitor-interval", "0.1", "--"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    program = [str(TORCHRUN), *words, str(MAIN)]
    return subprocess.Popen([*program, *train(data, run, *settings)], stdin=subprocess.DEVNULL, env=environment)


def wait_for_steps(run: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    """Wait for steps in the events, or for the process to end, which is too early."""
    wait_for(lambda: process.poll() is not None or len(events_of(run, "step")) >= count)
    assert process.poll() is None


def rank(torchrun: subprocess.Popen[bytes], number: int) -> psutil.Process:
    children = psutil.Process(torchrun.pid).children()
    return next(child for child in children if child.environ().get("RANK") == str(number))


def test_a_killed_rank_costs_only_the_steps_since_the_last_checkpoint(pictures, tmp_path):
    run = tmp_path / "run"
    torchrun = start(pictures, run, "save_interval=5", "max_iters=100")
    wait_for_steps(run, 7, torchrun)
    rank(torchrun, 1).kill()
    assert torchrun.wait(300) == 0
    first, second = events_of(run, "run_started")
    assert not first["resumed"] and second["resumed"] and second["step"] >= 5
    assert events_of(run, "run_finished")[0]["step"] == 100

    straight = tmp_path / "straight"
    assert run_groups((2, train(pictures, straight, "save_interval=5", "max_iters=100")))[0].codes == [0, 0]
    killed, whole = (
        torch.load(RunDir(path).checkpoint_path(100) / TRAINING_STATE, weights_only=True) for path in (run, straight)
    )
    for name, model in whole["models"].items():
        for part in ("model", "ema"):
            assert all(torch.equal(value, killed["models"][name][part][key]) for key, value in model[part].items())


def test_a_signal_to_one_rank_stops_all_of_them_in_order(pictures, tmp_path):
    run = tmp_path / "run"
    torchrun = start(pictures, run, "save_interval=0", "max_iters=100000")
    wait_for_steps(run, 2, torchrun)
    processes = [rank(torchrun, number) for number in (0, 1)]
    processes[1].send_signal(signal.SIGTERM)
    assert torchrun.wait(300) == 0  # anything else would make torchrun start the ranks again
    assert not any(process.is_running() for process in processes)
    assert events_of(run, "run_finished")[0]["reason"] == "stopped"
    assert RunDir(run).saved_steps() == [events_of(run, "step")[-1]["step"]]


def test_the_setting_processes_starts_ranks_that_a_signal_to_their_launcher_stops(pictures, tmp_path, capfd):
    run = tmp_path / "run"
    words = [sys.executable, str(MAIN), *train(pictures, run, "processes=2")]
    refused = subprocess.run([*words, "batch_size=5"], stdin=subprocess.DEVNULL, check=False)
    assert refused.returncode == 2
    assert "5 pictures cannot be shared equally by 2 processes" in capfd.readouterr().err
    assert not run.exists()
    launcher = subprocess.Popen([*words, "max_iters=100000"], stdin=subprocess.DEVNULL)
    wait_for_steps(run, 2, launcher)
    processes = [rank(launcher, number) for number in (0, 1)]
    assert RunDir(run).trainer_pid() == processes[0].pid
    launcher.terminate()
    assert launcher.wait(300) == 130
    assert not any(process.is_running() for process in processes)
    assert RunDir(run).saved_steps() == [events_of(run, "step")[-1]["step"]]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the ranks train on")
def test_a_launcher_that_is_killed_takes_its_ranks_along_and_the_run_can_be_resumed(pictures, tmp_path):
    run = tmp_path / "run"
    words = [sys.executable, str(MAIN), *train(pictures, run, "processes=2", "save_interval=1")]
    launcher = subprocess.Popen([*words, "max_iters=100000"], stdin=subprocess.DEVNULL)
    wait_for_steps(run, 2, launcher)
    processes = [rank(launcher, number) for number in (0, 1)]
    launcher.kill()
    launcher.wait()
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert not alive
    saved = RunDir(run).saved_steps()[-1]
    again = [*words, f"max_iters={saved + 2}", "--resume"]
    assert subprocess.run(again, stdin=subprocess.DEVNULL, check=False).returncode == 0
    assert events_of(run, "run_finished")[0]["step"] == saved + 2

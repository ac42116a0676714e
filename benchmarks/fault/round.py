"""One training that is struck: its processes, its folder and its disk."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from fault.ends import Wrong
from fault.fork import Fork
from inpaintgan.core.events import parse_event, read_events
from inpaintgan.core.rundir import TRAINING_STATE, RunDir

ROOT = Path(__file__).resolve().parents[2]
STEPS = 18
SETTINGS = [
    "stage=auto", f"max_iters={STEPS}", "auto_max_steps=6", "auto_anneal_steps=4", "edge_generator=edgeconnect", "width=8",
    "input_size=32", "stem=unshuffle", "batch_size=2", "lr_schedule=cosine", "log_interval=1", "save_interval=3",
    "eval_interval=6", "sample_interval=0", "val_size=2", "keep_checkpoints=2", "perceptual_weights=off", "device=cpu",
    "threads=1", "tensorboard=false",
]  # fmt: skip
PATIENCE_S = 600


class Round:
    """One training, from the first start to the end.

    Args:
        folder: All that the round writes; on a small disk of its own when ``disk`` is "mounted".
        data: The pictures.
        rng: Decides when to strike.
        disk: "" for an ordinary round, or "mounted" or "simulated" for one whose disk is going to refuse.
        workers: Loader processes.
        cold: Start processes with an interpreter of their own.
    """

    def __init__(
        self, folder: Path, data: Path, rng: random.Random, *, disk: str = "", workers: int = 0, cold: bool = False
    ) -> None:
        self.folder, self.data, self.rng, self.disk, self.workers, self.cold = folder, data, rng, disk, workers, cold
        self.flag = folder.with_name(folder.name + "-refuses")
        self.run = RunDir(folder / "run")
        self.struck_at: list[int] = []
        self.exits: list[int] = []
        self.process: subprocess.Popen[bytes] | Fork | None = None

    def start(self, *faults: str, settings: tuple[str, ...] = ()) -> None:
        """Start or resume the training."""
        words = ["train", "--data", str(self.data), "--run", str(self.run.path), "--resume", "--set", *SETTINGS]
        words += [f"workers={self.workers}", *settings]
        injector = [str(ROOT / "benchmarks" / "fault" / "injection.py"), *faults, "--"]
        command = [sys.executable, *(injector if faults else [str(ROOT / "main.py")]), *words]
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder.parent / "cache")}
        with open(self.log_file, "ab") as log:
            if self.cold:
                self.process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
                )
            else:
                self.process = Fork(list(faults), words, log, environment)

    @property
    def log_file(self) -> Path:
        return self.folder.with_name(self.folder.name + ".log")

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def step(self) -> int:
        """The newest step in the events."""
        return max((event["step"] for event in read_events(self.run.events_file) if event["type"] == "step"), default=0)

    def wait(self, what: str, until: Callable[[], object]) -> None:
        """Wait until something holds or the process ends."""
        deadline = time.monotonic() + PATIENCE_S
        while self.is_running() and not until():
            if time.monotonic() > deadline:
                raise Wrong(f"nothing happened in {PATIENCE_S} s while waiting for {what}")
            time.sleep(0.01)

    def wait_for_a_random_moment(self) -> None:
        """Wait for a random step, and a random while longer: into the step, a validation or a save."""
        step = self.rng.randrange(STEPS)
        self.wait(f"step {step}", lambda: self.step() >= step)
        time.sleep(self.rng.uniform(0, 0.2))
        self.struck_at.append(self.step())

    def end(self, *, kill: bool = False) -> int:
        """Wait for the process to end, or end it. Returns its exit code."""
        assert self.process
        if kill:
            self.process.send_signal(signal.SIGKILL)
        self.wait("the end", lambda: False)
        code = self.process.poll()
        assert code is not None
        self.exits.append(code)
        return code

    def said(self, words: str) -> bool:
        """Whether the process printed something."""
        return words in self.log_file.read_text("utf-8", "replace")

    def finish(self, *faults: str, settings: tuple[str, ...] = ()) -> None:
        """Resume until the training has reached its last step."""
        for _ in range(3):
            if self.run.saved_steps()[-1:] == [STEPS] and not self.is_running():
                return
            if not self.is_running():
                self.start(*faults, settings=settings)
            if self.end() not in (0, -signal.SIGKILL):
                raise Wrong(f"a resume ended with exit code {self.exits[-1]}")
        raise Wrong("three resumes did not reach the end")

    def state(self) -> dict[str, Any]:
        """All that the last checkpoint holds, but for the time it took."""
        state = torch.load(self.run.checkpoint_path(STEPS) / TRAINING_STATE, weights_only=True)
        state["progress"].pop("elapsed_s")
        return state

    def warned(self, code: str) -> bool:
        return any(event["type"] == "warning" and event["code"] == code for event in read_events(self.run.events_file))

    def check_folder(self) -> None:
        """The run folder is in order, whatever happened."""
        lines = self.run.events_file.read_text("utf-8").splitlines()
        if [parse_event(line).seq for line in lines] != list(range(1, len(lines) + 1)):
            raise Wrong("the events are not numbered through")
        leftovers = [path.name for path in self.run.path.rglob(".*.tmp")]
        if leftovers:
            raise Wrong(f"left behind: {', '.join(leftovers)}")
        if len(self.run.saved_steps()) > 4:
            raise Wrong(f"{len(self.run.saved_steps())} checkpoints were kept")
        if self.run.trainer_pid() is not None:
            raise Wrong("the run folder still names a trainer")

    def make_disk_refuse(self, name: str) -> None:
        """Let the round's disk be full (ENOSPC) or read-only (EROFS)."""
        if self.disk == "simulated":
            self.flag.touch()
        elif name == "EROFS":
            while subprocess.run(["mount", "-o", "remount,ro", self.folder], capture_output=True).returncode:
                time.sleep(0.01)  # busy: a file is being written at this very moment
        else:
            with suppress(OSError), open(self.folder / "filler", "wb", buffering=0) as filler:
                while filler.write(bytes(1 << 16)):
                    pass

    def repair_disk(self, name: str) -> None:
        """Let it write again."""
        self.flag.unlink(missing_ok=True)
        if self.disk == "mounted" and name == "EROFS":
            subprocess.run(["mount", "-o", "remount,rw", self.folder], check=True)
        (self.folder / "filler").unlink(missing_ok=True)

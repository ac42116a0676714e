"""Strikes real trainings at random moments, resumes them, and checks that they reach the same end, bit for bit.

    python benchmarks/faults.py --rounds 100 --output benchmarks/results/faults.json

Each round runs ``main.py train`` in processes of its own on the pictures of ``examples/training``, in the stage auto with
all its phases, and lets one thing go wrong: a kill, a signal, a disk, a loader's process, a picture, a network's numbers,
the GPU's memory. One round in five starts cold, as ``python main.py``; the others fork from a process that has done its
imports, which are most of so short a training. The end of the resumed run is then compared with that of a run which
nothing happened to: weights, averages, optimizers, random generators and progress. Where a fault changes the course by
right, the expectation is another one:

- A NaN makes the run go back and on at a lower rate. Struck again and resumed, it must end as the same NaN alone does.
- A picture that has become unreadable is passed over. Two resumes from the same moment must end alike.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import fault_injection
import psutil
import torch
import torch._dynamo

import inpaintgan.training.command  # noqa: F401 - for the forks
from inpaintgan.core.events import parse_event, read_events
from inpaintgan.core.rundir import TRAINING_STATE, RunDir

STEPS = 18
SETTINGS = [
    "stage=auto", f"max_iters={STEPS}", "auto_max_steps=6", "auto_anneal_steps=4", "edge_generator=edgeconnect", "width=8",
    "input_size=32", "stem=unshuffle", "batch_size=2", "lr_schedule=cosine", "log_interval=1", "save_interval=3",
    "eval_interval=6", "sample_interval=0", "val_size=2", "keep_checkpoints=2", "perceptual_weights=off", "device=cpu",
    "threads=1", "tensorboard=false",
]  # fmt: skip
NANS = ["edge.generator@7", "edge.discriminator@28", "inpaint.generator@15", "inpaint.discriminator@27"]
OOMS = [
    "edge.discriminator_loss@6",
    "edge.generator_loss@11",
    "inpaint.discriminator_loss@5",
    "inpaint.generator_loss@9",
]
PATIENCE_S = 600
DISK_MB = 64


class Wrong(Exception):
    """A round did not end as it had to."""


class Fork:
    """A training process that starts with all imports done. Used like `subprocess.Popen`."""

    def __init__(self, faults: list[str], words: list[str], log: IO[bytes], environment: dict[str, str]) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.setsid()
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
                os.environ.update(environment)
                fault_injection.run(faults, words)
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException:
                traceback.print_exc()
            finally:
                with suppress(OSError):
                    sys.stdout.flush()
                    sys.stderr.flush()
                os._exit(code)

    def poll(self) -> int | None:
        """The exit code, or None while it runs; below 0 the signal that ended it."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


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
        injector = [str(ROOT / "benchmarks" / "fault_injection.py"), *faults, "--"]
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


def strike_kill(round_: Round) -> None:
    """SIGKILL, sometimes twice."""
    for _ in range(round_.rng.choice([1, 1, 2])):
        round_.start()
        round_.wait_for_a_random_moment()
        round_.end(kill=True)
    round_.finish()


def strike_term(round_: Round) -> None:
    """SIGTERM: the step is finished and saved."""
    round_.start()
    round_.wait_for_a_random_moment()
    assert round_.process
    round_.process.send_signal(signal.SIGTERM)
    # -15: before the program had begun to listen. 0: it was at its end already.
    if round_.end() not in (130, -signal.SIGTERM, 0):
        raise Wrong(f"SIGTERM ended it with exit code {round_.exits[-1]}")
    round_.finish()


def strike_worker(round_: Round) -> None:
    """One of the loader's processes is killed; the training goes on."""
    round_.start()
    round_.wait_for_a_random_moment()
    assert round_.process
    with suppress(psutil.Error):
        children = psutil.Process(round_.process.pid).children()
        if children:
            round_.rng.choice(children).kill()
    if round_.end() != 0:
        raise Wrong(f"the death of a worker ended it with exit code {round_.exits[-1]}")


def strike_disk(name: str) -> Callable[[Round], None]:
    """The disk refuses to write: the training waits. It goes on by itself, or is killed meanwhile and resumed."""

    def strike(round_: Round) -> None:
        faults = ["retry:0.3"] + ([f"disk:{round_.flag}={name}"] if round_.disk == "simulated" else [])
        round_.start(*faults)
        round_.wait_for_a_random_moment()
        round_.make_disk_refuse(name)
        round_.wait("a pause", lambda: round_.said("paused: The disk"))
        killed = round_.is_running() and round_.rng.random() < 0.5
        if killed:
            round_.end(kill=True)
        round_.repair_disk(name)
        if not killed:
            round_.end()  # an exit that is not 0 is one from before the first step: nothing to wait for yet
        round_.finish()

    return strike


def strike_oom(round_: Round) -> None:
    """CUDA memory runs out, with a step half taken or not: said in words, and resumed."""
    round_.start(f"oom:{round_.rng.choice(OOMS)}")
    if round_.end() != 2:
        raise Wrong(f"exit code {round_.exits[-1]} after memory ran out")
    failed = [event for event in read_events(round_.run.events_file) if event["type"] == "run_failed"]
    round_.struck_at.append(failed[-1]["step"])
    if failed[-1]["code"] != "out-of-memory" or "batch_size" not in failed[-1]["hint"] or round_.said("Traceback"):
        raise Wrong("running out of memory was not said in words")
    round_.finish()


def run_nan(round_: Round, nan: str, *, kill: bool) -> None:
    """A network turns to NaN; with ``kill`` the run is struck again, before or after it went back."""
    round_.start(f"nan:{nan}")
    if kill:
        round_.wait_for_a_random_moment()
        round_.end(kill=True)
    round_.finish(f"nan:{nan}")
    if not round_.warned("not-finite"):
        raise Wrong("nothing was said about the NaN")
    if round_.state()["progress"]["rate_scale"] != 0.5:
        raise Wrong("the rate was not lowered once")


def run_corrupt(round_: Round, undisturbed: dict[str, Any]) -> None:
    """A picture becomes unreadable; the run is killed and resumed, and so is a copy of it."""
    decoding = ("cache_gib=0",)  # a cache would serve the picture as it was
    round_.start(settings=decoding)
    round_.wait_for_a_random_moment()
    victim = round_.rng.choice(sorted(round_.data.iterdir()))
    victim.write_bytes(b"\xff\xd8\xff no picture any more")
    time.sleep(round_.rng.uniform(0, 0.3))
    round_.end(kill=True)
    twin = Round(round_.folder / "twin", round_.data, round_.rng, workers=2 - round_.workers)
    shutil.copytree(round_.run.path, twin.run.path, symlinks=True)
    for each in (round_, twin):
        each.finish(settings=decoding)
    must_equal(round_.state(), twin.state())
    if not round_.warned("picture-unreadable"):
        must_equal(round_.state(), undisturbed)  # it was not met any more


KINDS: dict[str, tuple[int, Callable[[Round], None] | None]] = {
    "SIGKILL": (24, strike_kill),
    "SIGTERM": (14, strike_term),
    "full disk": (10, strike_disk("ENOSPC")),
    "read-only disk": (10, strike_disk("EROFS")),
    "worker dies": (10, strike_worker),
    "corrupt picture": (10, None),
    "NaN": (12, None),
    "out of memory": (10, strike_oom),
}
"""Rounds of each kind in a hundred, and the strike after which the end must be the undisturbed one."""


def must_equal(a: Any, b: Any, where: str = "state") -> None:
    """Raise `Wrong` for the first difference."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        for key in a:
            must_equal(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            must_equal(x, y, f"{where}[{i}]")
    elif isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        if not torch.equal(a, b):
            raise Wrong(f"{where} differs")
    elif a != b:
        raise Wrong(f"{where} is {a!r}, expected {b!r}")


class Harness:
    """Runs rounds one after another in a folder of its own."""

    def __init__(self, work: Path, seed: int) -> None:
        self.work, self.seed = work, seed
        self.data = work / "pictures"
        shutil.copytree(ROOT / "examples" / "training", self.data)
        self.ends: dict[str, dict[str, Any]] = {}
        self.can_mount = _can_mount(work)

    def expected(self, nan: str = "") -> dict[str, Any]:
        """The end of a run that nothing, or only a NaN, happened to."""
        if nan not in self.ends:
            undisturbed = Round(self.work / f"undisturbed-{len(self.ends)}", self.data, random.Random())
            undisturbed.folder.mkdir()
            run_nan(undisturbed, nan, kill=False) if nan else undisturbed.finish()
            self.ends[nan] = undisturbed.state()
            shutil.rmtree(undisturbed.folder)
        return self.ends[nan]

    def play(self, number: int, kind: str) -> dict[str, Any]:
        """Run one round and return its record."""
        rng = random.Random(f"{self.seed}-{number}")
        began, problem = time.monotonic(), ""
        folder = self.work / f"round-{number:03d}"
        folder.mkdir()
        disk = ("mounted" if self.can_mount else "simulated") if "disk" in kind else ""
        if disk == "mounted":
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], check=True)
        data = self.data
        if kind == "corrupt picture":
            data = shutil.copytree(self.data, folder / "pictures")
        workers = 2 if kind == "worker dies" else rng.choice([0, 2])
        round_ = Round(folder, data, rng, disk=disk, workers=workers, cold=rng.random() < 0.2)
        try:
            self._strike(round_, kind)
            round_.check_folder()
        except Wrong as wrong:
            problem = str(wrong)
            shutil.copy(round_.log_file, self.work.with_name(f"{self.work.name}-failed-round-{number}.log"))
        finally:
            if round_.is_running():
                round_.end(kill=True)
            if disk == "mounted":
                subprocess.run(["umount", "-l", folder], check=False)
            shutil.rmtree(folder, ignore_errors=True)
            round_.log_file.unlink(missing_ok=True)
        return {
            "round": number, "kind": kind, "cold": round_.cold, "workers": round_.workers, "struck_at_step": round_.struck_at,
            "exit_codes": round_.exits, "seconds": round(time.monotonic() - began, 1), "problem": problem,
        }  # fmt: skip

    def _strike(self, round_: Round, kind: str) -> None:
        if kind == "corrupt picture":
            run_corrupt(round_, self.expected())
        elif kind == "NaN":
            nan = round_.rng.choice(NANS)
            expected = self.expected(nan)
            run_nan(round_, nan, kill=True)
            must_equal(round_.state(), expected)
        else:
            expected, strike = self.expected(), KINDS[kind][1]
            assert strike
            strike(round_)
            must_equal(round_.state(), expected)


def _can_mount(work: Path) -> bool:
    place = work / "mount"
    place.mkdir()
    can = sys.platform == "linux" and os.geteuid() == 0
    can = can and not subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True).returncode
    if can:
        subprocess.run(["umount", place], check=True)
    return can


def plan(rounds: int, seed: int) -> list[str]:
    """The kinds of all rounds, in their proportions and a random order."""
    kinds = [kind for kind, (share, _) in KINDS.items() for _ in range(max(1, round(share * rounds / 100)))]
    random.Random(seed).shuffle(kinds)
    return kinds[:rounds]


def report(records: list[dict[str, Any]], planned: int, seconds: float) -> dict[str, Any]:
    """The figure and how it came about. Rounds that are still to come make ``planned`` larger than ``rounds``."""
    good = sum(not record["problem"] for record in records)
    return {
        "figure": f"{good} of {len(records)} rounds reached the expected end, bit for bit",
        "command": " ".join(["python", *sys.argv]),
        "planned": planned,
        "rounds": len(records),
        "good": good,
        "by_kind": dict(Counter(record["kind"] for record in records)),
        "processes": sum(len(record["exit_codes"]) for record in records),
        "minutes": round(seconds / 60, 1),
        "torch": str(torch.__version__),
        "settings": SETTINGS,
        "records": records,
    }


def main() -> int:
    """Play the rounds, print the figure and keep it, as it grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that disks are unmounted and folders removed
    began = time.monotonic()
    work = Path(tempfile.mkdtemp(prefix="faults-"))
    records: list[dict[str, Any]] = []
    try:
        harness = Harness(work, options.seed)
        for number, kind in enumerate(plan(options.rounds, options.seed), 1):
            records.append(harness.play(number, kind))
            result = report(records, options.rounds, time.monotonic() - began)
            last = records[-1]
            print(
                f"{result['good']} of {number} good; {kind}: {last['problem'] or 'as expected'} ({last['seconds']} s)",
                flush=True,
            )
            if options.output:
                options.output.write_text(json.dumps(result, indent=1) + "\n")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"{result['figure']}.")
    return 0 if result["good"] == options.rounds else 1


if __name__ == "__main__":
    sys.exit(main())

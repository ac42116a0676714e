"""Strikes real trainings at random moments, resumes them, and checks that they reach the same end, bit for bit.

    python benchmarks/faults.py --rounds 100 --output benchmarks/results/faults.json

Each round runs ``main.py train`` in processes of its own on the pictures of ``examples/training``, in the stage auto with
all its phases, and lets one thing go wrong: a kill, a signal, a disk, a loader's process, a picture, a network's numbers,
the GPU's memory. One round in five starts cold, as ``python main.py``; the others fork from a process that has done its
imports, which are most of so short a training. The end of the resumed run is then compared with that of a run which
nothing happened to: weights, averages, optimizers, random generators and progress. Where a fault legitimately
changes the course, the expectation differs:

- A NaN makes the run go back and on at a lower rate. Struck again and resumed, it must end as the same NaN alone does.
- A picture that has become unreadable is skipped. Two resumes from the same moment must end alike.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import torch

from fault.ends import Wrong, must_equal
from fault.round import SETTINGS, Round
from fault.strikes import KINDS, NANS, run_corrupt, run_nan

DISK_MB = 64


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
    """The kinds of all rounds, in their proportions, each at least once if there is room, and a random order."""
    kinds = [kind for kind, (share, _) in KINDS.items() for _ in range(math.ceil(share * rounds / 100))]
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

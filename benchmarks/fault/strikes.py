"""The kinds of faults: what strikes a training, and what the run must then say and do."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psutil

from fault.ends import Wrong, must_equal
from fault.round import Round
from inpaintgan.core.events import read_events
from inpaintgan.core.exit_codes import FAILED

NANS = ["edge.generator@7", "edge.discriminator@28", "inpaint.generator@15", "inpaint.discriminator@27"]
OOMS = [
    "edge.discriminator_loss@6",
    "edge.generator_loss@11",
    "inpaint.discriminator_loss@5",
    "inpaint.generator_loss@9",
]


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
    """One of the loader's processes is killed; the training continues."""
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
    """The disk refuses to write: the training waits. It continues by itself, or is killed meanwhile and resumed."""

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
    if round_.end() != FAILED:
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

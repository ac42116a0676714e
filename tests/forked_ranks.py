"""Ranks as torchrun would start them, but forked from one process: the slow imports are paid for once.

    python forked_ranks.py JSON

where the JSON lists groups, each with its number of processes and the command line that all of them run.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple


class Ran(NamedTuple):
    """What became of a group."""

    codes: list[int]
    """Exit codes by rank."""
    output: str
    """What rank 0 printed."""
    others: str
    """What the other ranks printed."""


def run_groups(*groups: tuple[int, list[str]], timeout: int = 600) -> list[Ran]:
    """Run command lines, each on so many ranks, one group after the other."""
    # One thread: the autograd threads of a process are not there in its forks.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    words = [sys.executable, __file__, json.dumps(groups)]
    done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, timeout=timeout, check=True)
    return [Ran(*ran) for ran in json.loads(done.stdout)]


def _run(size: int, words: list[str]) -> Ran:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile("w+") as first, tempfile.TemporaryFile("w+") as others:
        children = []
        for rank in range(size):
            child = os.fork()
            if not child:
                os.dup2((others if rank else first).fileno(), 1)
                os._exit(_be(rank, size, port, words))
            children.append(child)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        return Ran(codes, *(_read(file) for file in (first, others)))


def _be(rank: int, size: int, port: int, words: list[str]) -> int:
    from inpaintgan.cli import main

    os.environ |= {
        "TORCHELASTIC_RUN_ID": "test", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "RANK": str(rank),
        "LOCAL_RANK": str(rank), "WORLD_SIZE": str(size), "LOCAL_WORLD_SIZE": str(size),
    }  # fmt: skip
    try:
        code = main(words)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 99
    sys.stdout.flush()
    return code


def _read(file) -> str:
    file.seek(0)
    return file.read()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

    # What the forks would import, each for itself; the compiler comes with an optimizer's first step.
    import torch._dynamo  # noqa: F401

    import inpaintgan.evaluation.checkpoint.command
    import inpaintgan.inference.command
    import inpaintgan.training.command  # noqa: F401

    print(json.dumps([_run(size, words) for size, words in json.loads(sys.argv[1])]))

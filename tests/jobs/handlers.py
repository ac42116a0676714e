"""Handlers for a worker process under test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inpaintgan.core.errors import InpaintError

Progress = Callable[[dict[str, Any]], None]


def echo(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    return {"args": args, "pid": os.getpid()}


def count(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    for number in range(args["to"]):
        progress({"done": number})
    return {"done": args["to"]}


def refuse(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    raise InpaintError("not-that", "Not that.", "Something else.")


def fail(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    raise KeyError("x")


def use_up_the_gpu(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Raise what torch does, which a worker without it knows by name alone."""
    raise type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory. Tried to allocate 2.00 GiB")


def use_up_memory(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Raise what torch does on a computer that gives no more than it has, as Windows."""
    raise RuntimeError("[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: not enough memory: you tried to")


def look_away(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Ask for a file by a name that no system takes."""
    return {"there": Path("x" * 300).exists()}


def not_json(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    return {"value": float("nan")}


def die(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    os.kill(os.getpid(), 9)
    return {}


def slow(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    progress({"started": True})
    time.sleep(60)
    return {}


def chatter(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Print as libraries do, from Python, from C and from a child that would wait for stdin."""
    print("hello")
    os.write(1, b"hello\n")
    subprocess.run([sys.executable, "-c", "import sys; print(sys.stdin.read())"], check=True)
    return {"ok": True}


HANDLERS = {
    "echo": echo, "count": count, "refuse": refuse, "fail": fail, "not-json": not_json, "die": die, "slow": slow,
    "chatter": chatter, "use-up-the-gpu": use_up_the_gpu, "use-up-memory": use_up_memory, "look-away": look_away,
}  # fmt: skip

"""Which engine ``auto`` means: measured once for a checkpoint and machine, and remembered.

``python main.py engines`` measures; so does the window, in a process of its own, when a checkpoint is loaded that was
never measured. Until then, and wherever it costs less in all, ``auto`` is eager PyTorch.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import torch

from ..core.atomic import read_json
from ..core.child import CREATION_FLAGS, child_environment
from ..core.engines import ENGINES
from ..core.errors import InpaintError
from ..core.paths import default_checkpoint
from ..models.checkpoint import Checkpoint, load_baked
from ..models.device import pick_device
from ..models.edge_model import predict_edges
from ..models.inpaint_model import paint_both_ways
from .engines import Networks, build, engine_cache, is_available, keep

_ROUNDS = 9
_TOLERANCE = 1 / 255
_PATIENCE_S = 30.0
"""How long the window's measurement waits, to stay out of the way of the first fill."""
_QUICK = ("eager", "onnx", "openvino")
"""What the window measures unasked; torch.compile would keep the processor busy for a minute."""
_LOW_PRIORITY: int = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
"""On Windows, where no process is nice by itself."""
MANY_FILLS = 100
"""What a session in the window counts for."""

Measured = dict[str, dict[str, float]]
"""By engine: ``start_s``, to build it, and ``fill_s``, the median of one pass through its networks."""


def choose(checkpoint: Checkpoint, device: torch.device, n_fills: int) -> str:
    """Return the engine that costs the least for so many fills, its start included; eager where none was measured."""
    measured = recall(checkpoint, device)
    costs = {
        engine: times["start_s"] + n_fills * times["fill_s"]
        for engine, times in measured.items()
        if is_available(engine, device)
    }
    return min(costs, key=lambda engine: costs[engine]) if costs else "eager"


def recall(checkpoint: Checkpoint, device: torch.device) -> Measured:
    """Return what was measured for a checkpoint on this machine with these packages; empty when never."""
    known = read_json(_file(checkpoint))
    return known["engines"] if known and known.get("machine") == _machine(device) else {}


def measure(checkpoint: Checkpoint, device: torch.device, engines: tuple[str, ...] = ENGINES[1:]) -> Measured:
    """Measure engines side by side in turns, and remember what was found.

    An engine whose output differs from eager's by more than 1/255 is left out.
    """
    built: dict[str, tuple[Networks, float]] = {}
    reference = _run(build(checkpoint, "eager", device), checkpoint, device)
    for engine in engines:
        if not is_available(engine, device):
            continue
        start = time.perf_counter()
        try:
            networks = build(checkpoint, engine, device)
            output = _run(networks, checkpoint, device)
        except Exception as error:  # an optional package may fail in any way; the others still count
            print(f"{engine} cannot run: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        if float((output - reference).abs().max()) <= _TOLERANCE:
            built[engine] = networks, time.perf_counter() - start
    times: dict[str, list[float]] = {engine: [] for engine in built}
    for _ in range(_ROUNDS):
        for engine, (networks, _start) in built.items():
            start = time.perf_counter()
            _run(networks, checkpoint, device)
            times[engine].append(time.perf_counter() - start)
    measured = {
        engine: {"start_s": 0.0 if engine == "eager" else start_s, "fill_s": statistics.median(times[engine])}
        for engine, (_, start_s) in built.items()
    }
    keep(_file(checkpoint), json.dumps({"machine": _machine(device), "engines": measured}, indent=2).encode())
    return measured


@torch.inference_mode()
def _run(networks: Networks, checkpoint: Checkpoint, device: torch.device) -> torch.Tensor:
    """What a fill asks of the networks, over noise with a hole in the middle."""
    size = checkpoint.config.input_size
    picture = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(0)).to(device)
    mask = torch.zeros(1, 1, size, size, device=device)
    mask[..., size // 4 : -size // 4, size // 4 : -size // 4] = 1
    edge = torch.zeros_like(mask)
    if networks.edge is not None:
        edge = predict_edges(networks.edge, picture[:, :1], edge, mask)
    output = edge if networks.inpaint is None else paint_both_ways(networks.inpaint, picture, edge, mask)
    return output.cpu()  # waits for a GPU to be done


def _file(checkpoint: Checkpoint) -> Path:
    return engine_cache(checkpoint) / "measured.json"


def _machine(device: torch.device) -> dict[str, Any]:
    versions = {}
    for package in ("onnxruntime", "openvino"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    return {"device": f"{device.type} {name}", "node": platform.node(), "threads": torch.get_num_threads(), **versions}


def measure_beside(checkpoint: Checkpoint, device: torch.device) -> subprocess.Popen[bytes] | None:
    """Start measuring in a process of low priority that ends with this one; None when there is nothing to find out."""
    others = [engine for engine in _QUICK if engine != "eager" and is_available(engine, device)]
    if not others or recall(checkpoint, device):
        return None
    words = [sys.executable, "-m", __name__, str(checkpoint.path), str(device)]
    return subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=child_environment(),
        creationflags=CREATION_FLAGS | _LOW_PRIORITY,
    )


def _measure_for_parent(path: str, device: str) -> None:
    """The child's side of `measure_beside`."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    time.sleep(_PATIENCE_S)
    if hasattr(os, "nice"):
        os.nice(10)
    where = torch.device(device)
    measure(load_baked(Path(path), where), where, _QUICK)


def _end_with_parent() -> None:
    """Wait for the end of stdin, which comes when the parent is gone."""
    while os.read(0, 1):  # not sys.stdin, whose lock would keep this process from ending by itself
        continue
    os._exit(1)


def engines(arguments: argparse.Namespace) -> int:
    """``python main.py engines``: measure all, print a table, remember the fastest for ``auto``. Raises `InpaintError`."""
    device = pick_device(arguments.device)
    checkpoint = load_baked(arguments.checkpoint or default_checkpoint(arguments.device), device)
    measured = measure(checkpoint, device)
    if not measured:
        raise InpaintError("engine-missing", "No engine could run.")
    for engine, times in sorted(measured.items(), key=lambda item: item[1]["fill_s"]):
        print(f"{engine:9} {1000 * times['fill_s']:7.1f} ms a fill, {times['start_s']:6.2f} s to start")
    print(f"auto: {choose(checkpoint, device, 1)} for one picture, {choose(checkpoint, device, MANY_FILLS)} for many")
    return 0


if __name__ == "__main__":
    _measure_for_parent(*sys.argv[1:])

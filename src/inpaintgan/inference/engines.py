"""What runs the networks: eager PyTorch, torch.compile, ONNX Runtime or OpenVINO. The last two are optional packages."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..core.atomic import write_bytes
from ..core.engines import ENGINES, obstacle
from ..core.errors import InpaintError
from ..core.paths import cache_root
from ..core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS
from ..models.checkpoint import Checkpoint
from .export import to_onnx

Network = Callable[[Tensor, Tensor, Tensor], Tensor]
"""A generator: picture, edges and mask in, picture or edges out."""
_KEPT = 8
"""Checkpoints whose ONNX files are kept."""


@dataclass(frozen=True)
class Networks:
    """A checkpoint's generators, ready to run."""

    engine: str
    edge: Network | None
    inpaint: Network | None


def is_available(engine: str, device: torch.device) -> bool:
    """Whether an engine can run here."""
    return not obstacle(engine, device.type)


def build(checkpoint: Checkpoint, engine: str, device: torch.device) -> Networks:
    """Make a checkpoint's generators run by an engine; may take seconds the first time.

    Args:
        checkpoint: Loaded, with spectral norm baked in.
        engine: ``eager``, ``compile``, ``onnx`` or ``openvino``.
        device: Where the checkpoint is.

    Raises:
        InpaintError: ``engine-unknown``, or ``engine-missing`` for one that cannot run here.
    """
    if engine not in ENGINES:
        raise InpaintError("engine-unknown", f"engine: '{engine}' is not allowed.", f"Allowed: {' | '.join(ENGINES)}.")
    if why := obstacle(engine, device.type):
        raise InpaintError("engine-missing", f"The engine '{engine}' cannot run here, on {device.type}.", why)
    size = checkpoint.config.input_size
    networks: dict[str, Network | None] = {"edge": checkpoint.edge_generator, "inpaint": checkpoint.inpaint_generator}
    for name, channels in (("edge", 1), ("inpaint", 3)):
        module = networks[name]
        if engine == "eager" or not isinstance(module, nn.Module):
            continue
        if engine == "compile":
            networks[name] = _OneSize(module, _compiled(module, channels, size, device), size)
            continue
        file = _onnx_file(checkpoint, name, module, channels)
        run = _onnx_runtime(file) if engine == "onnx" else _openvino(file)
        networks[name] = _OneSize(module, run, size)
    return Networks(engine, networks["edge"], networks["inpaint"])


class _OneSize:
    """A generator that runs fast at the size it was built for, and eagerly at others."""

    def __init__(self, module: nn.Module, fast: Network, size: int) -> None:
        self._module, self._fast, self._size = module, fast, size

    def __call__(self, picture: Tensor, edge: Tensor, mask: Tensor) -> Tensor:
        fits = picture.shape[-2:] == (self._size, self._size)
        return (self._fast if fits else self._module)(picture, edge, mask)


def _compiled(module: nn.Module, channels: int, size: int, device: torch.device) -> Network:
    one = torch.compile(module)

    def run(picture: Tensor, edge: Tensor, mask: Tensor) -> Tensor:
        # One by one: another batch size would be compiled again, and is no faster on a CPU.
        pieces = zip(picture.split(1), edge.split(1), mask.split(1), strict=True)
        return torch.cat([one(*(tensor.clone() for tensor in piece)) for piece in pieces])

    mask = torch.zeros(1, 1, size, size, device=device)
    mask[..., : size // 2] = 1
    with torch.inference_mode():
        run(torch.rand(1, channels, size, size, device=device), torch.zeros_like(mask), mask)
    return run


def _onnx_runtime(file: Path) -> Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()]

    def run(*tensors: Tensor) -> Tensor:
        arrays = {name: tensor.contiguous().numpy() for name, tensor in zip(names, tensors, strict=True)}
        result: Any = session.run(None, arrays)[0]
        return torch.from_numpy(result)

    return run


@functools.cache
def _openvino_core() -> Any:
    """The one OpenVINO of the process, which stays to the end.

    Each gives its thread a stack for signals and takes it back as it goes. Of two that went in the order in which they had
    come, one left a freed stack in use: the next signal with a Python handler was a segmentation fault.
    """
    import openvino

    return openvino.Core()


def _openvino(file: Path) -> Network:
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
    }
    model = _openvino_core().compile_model(str(file), "CPU", settings)
    one_at_a_time = threading.Lock()

    def run(*tensors: Tensor) -> Tensor:
        arrays = [tensor.contiguous().numpy() for tensor in tensors]
        # A model has one request, which refuses a second thread; and copied, because the next run writes into the same memory.
        with one_at_a_time:
            return torch.from_numpy(model(arrays)[0].copy())

    return run


def _onnx_file(checkpoint: Checkpoint, name: str, module: nn.Module, channels: int) -> Path:
    """The generator as an ONNX file, written the first time."""
    file = engine_cache(checkpoint) / f"{name}.onnx"
    with suppress(OSError):
        os.utime(file.parent)  # see `keep`
    if not file.is_file():
        inputs = ("picture", "edge", "mask")
        keep(file, to_onnx(module, (channels, 1, 1), checkpoint.config.input_size, inputs, ("output",)))
    return file


def engine_cache(checkpoint: Checkpoint) -> Path:
    """The folder for what engines keep of a checkpoint, named after its weights; it may not be there yet."""
    digest = hashlib.blake2b(torch.__version__.encode(), digest_size=12)
    for file in (checkpoint.path / EDGE_WEIGHTS, checkpoint.path / INPAINT_WEIGHTS):
        digest.update(_digest(file, file.stat().st_mtime_ns) if file.is_file() else b"-")
    return cache_root() / "engines" / digest.hexdigest()


@functools.lru_cache(maxsize=16)
def _digest(file: Path, changed_ns: int) -> bytes:
    """The hash of a file, recomputed when it has changed: a page that opens asks several times."""
    del changed_ns
    return hashlib.blake2b(file.read_bytes(), digest_size=12).digest()


def keep(file: Path, data: bytes) -> None:
    """Write a file into its checkpoint's folder; the folders used longest ago are dropped."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(file, data)
    last_used = {}
    for folder in file.parent.parent.iterdir():
        with suppress(FileNotFoundError):  # another process dropped it
            last_used[folder] = folder.stat().st_mtime
    for old in sorted(last_used, key=last_used.__getitem__, reverse=True)[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)

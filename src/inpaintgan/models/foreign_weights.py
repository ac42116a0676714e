"""Weight files of other programs: opened without running anything in them, fitted to our networks' spectral norm."""

from __future__ import annotations

import pickle
import re
import warnings
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ..core.errors import InpaintError

State = dict[str, Tensor]
Layers = dict[str, State]
"""By parameter (``encoder.1.weight``), what a file holds of it by part: ``value`` (what is multiplied with), and under
spectral norm ``original``, ``u`` and ``v``."""

_PARTS = {
    ".weight_orig": "original", ".weight_u": "u", ".weight_v": "v",
    ".parametrizations.weight.original": "original", ".parametrizations.weight.0._u": "u",
    ".parametrizations.weight.0._v": "v",
}  # fmt: skip
_POWER_ITERATIONS = 100


def read_torch_file(file: Path) -> dict[str, Any]:
    """Return the dictionary that a ``.pth`` file holds, tensors and plain values only.

    Raises:
        InpaintError: ``weights-missing``, ``weights-unsafe`` when opening the file would run code, or
            ``weights-unreadable``.
    """
    if not file.is_file():
        raise InpaintError("weights-missing", f"There is no file {file}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        called = re.search(r"GLOBAL ([\w.]+)", str(error))
        if called:
            raise InpaintError(
                "weights-unsafe",
                f"{file} holds more than weights: opening it in full would call {called[1]}. It was not opened.",
                "Take the file from its authors. A state dict of tensors alone is accepted.",
            ) from error
        raise _unreadable(file) from error
    except Exception as error:  # a broken file raises anything at all
        raise _unreadable(file) from error
    if not isinstance(content, dict):
        raise _unreadable(file)
    return content


def _unreadable(file: Path) -> InpaintError:
    return InpaintError(
        "weights-unreadable", f"{file} is not a whole PyTorch weight file.", "Download or copy it again."
    )


def is_plain(tensor: Tensor) -> bool:
    """Whether a tensor holds real, finite numbers that lie in memory as usual: not sparse, quantized or without content."""
    usual = tensor.layout == torch.strided and not (tensor.is_meta or tensor.is_quantized or tensor.is_complex())
    return usual and bool(tensor.isfinite().all())


def split_layers(state: State) -> Layers:
    """Gather what a state dict holds of each parameter, in any of spectral norm's layouts; ``module.`` prefixes go."""
    layers: Layers = {}
    for key, tensor in state.items():
        key = key.removeprefix("module.")
        suffix = next((suffix for suffix in _PARTS if key.endswith(suffix)), "")
        name, part = (f"{key.removesuffix(suffix)}.weight", _PARTS[suffix]) if suffix else (key, "value")
        layers.setdefault(name, {})[part] = tensor.float()
    return layers


def fit_layers(layers: Layers, network: nn.Module) -> tuple[State, list[str]]:
    """Turn a file's parameters into a network's state dict.

    Returns:
        The state dict, and in words what is missing, unknown or of another shape, with names and shapes; the state dict
        is whole only when that list is empty.
    """
    wanted = split_layers(network.state_dict())
    shapes = {
        name: tuple(parts["original" if "original" in parts else "value"].shape) for name, parts in wanted.items()
    }
    problems = [f"{name} {shape} is missing" for name, shape in shapes.items() if name not in layers]
    state: State = {}
    for name, parts in layers.items():
        found = parts.get("original", parts.get("value"))
        if found is None:
            problems.append(f"{name} has a vector of spectral norm but no weights")
        elif name not in wanted:
            problems.append(f"{name} {tuple(found.shape)} is not known")
        elif tuple(found.shape) != shapes[name]:
            problems.append(f"{name} is {tuple(found.shape)}, expected {shapes[name]}")
        elif vectors := _odd_vectors(parts, found):
            problems += [f"{name}: its vector {vector}" for vector in vectors]
        else:
            state |= _converted(name, parts, found, network)
    return state, problems


def _odd_vectors(parts: State, weight: Tensor) -> list[str]:
    """Which vectors of spectral norm have a length that belongs to no side of the weights."""
    sides = {weight.shape[0], weight.shape[1]} if weight.ndim > 1 else set()
    rests = {weight.numel() // side for side in sides}
    return [
        f"{part} {tuple(parts[part].shape)} fits no side of {tuple(weight.shape)}"
        for part, lengths in (("u", sides), ("v", rests))
        if part in parts and parts[part].numel() not in lengths
    ]


def _converted(name: str, parts: State, weight: Tensor, network: nn.Module) -> State:
    """One parameter in the form that the network keeps it in."""
    layer_name, _, leaf = name.rpartition(".")
    layer = network.get_submodule(layer_name)
    side = 1 if isinstance(layer, nn.ConvTranspose2d) else 0
    norm = _spectral_norm(parts, weight, side)
    if not parametrize.is_parametrized(layer, leaf):
        return {name: weight / norm}
    matrix = _matrix(weight, side)
    u, v = parts.get("u"), parts.get("v")
    if u is None or v is None or u.numel() != matrix.shape[0] or v.numel() != matrix.shape[1]:
        u, v = _vectors(matrix, norm, u)
    prefix = f"{layer_name}.parametrizations.{leaf}"
    return {f"{prefix}.original": weight, f"{prefix}.0._u": u, f"{prefix}.0._v": v}


def _spectral_norm(parts: State, weight: Tensor, side: int) -> float:
    """The number that the file's program divided the weights by."""
    if "original" not in parts:
        return 1.0
    if "u" in parts and parts["u"].numel() != weight.shape[side]:
        side = 1 - side  # the first releases of spectral norm treated transposed convolutions as plain ones
    matrix, u, v = _matrix(weight, side).double(), parts.get("u"), parts.get("v")
    if u is not None and v is not None:
        return float(u.double() @ (matrix @ v.double()))
    if "value" in parts:
        value = parts["value"].double().flatten()
        return float(weight.double().flatten() @ value / (value @ value))
    if u is None:
        return float(torch.linalg.matrix_norm(matrix, 2))
    return float((matrix.T @ u.double()).norm())


def _vectors(matrix: Tensor, norm: float, u: Tensor | None) -> tuple[Tensor, Tensor]:
    """Vectors with which our spectral norm divides by exactly ``norm``: it divides by u . W v.

    The first is the file's, or the leading singular vector; the second points where a power iteration would take it, in
    the length that makes up for what earlier iterations had not reached. The next training step sets it to 1.
    """
    wide = matrix.double()
    if u is not None and u.numel() == wide.shape[0]:
        first = u.double()
    else:
        first = F.normalize(torch.ones(wide.shape[0], dtype=torch.float64), dim=0)
        for _ in range(_POWER_ITERATIONS):
            first = F.normalize(wide @ (wide.T @ first), dim=0)
    second = wide.T @ first
    return first.float(), (second * norm / (second @ second)).float()


def _matrix(weight: Tensor, side: int) -> Tensor:
    """Weights as (side, everything else)."""
    return weight.movedim(side, 0).flatten(1)

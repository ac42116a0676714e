"""Checkpoint folders: ``config.yml`` beside the generators' weights as safetensors. No pickle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ..core import weight_header
from ..core.atomic import write_bytes
from ..core.config import Config
from ..core.config_io import load_config, save_config
from ..core.errors import InpaintError
from ..core.paths import at_hand
from ..core.rundir import CHECKPOINT_CONFIG, EDGE_WEIGHTS, INPAINT_WEIGHTS, find_checkpoint
from ..networks.edge_generators import EDGE_GENERATORS
from ..networks.generator import Generator
from ..networks.inpaint_generator import InpaintGenerator
from ..networks.weights import to_float32, weights_fit
from .weight_format import WEIGHT_FORMAT, in_todays_format


@dataclass(frozen=True)
class Checkpoint:
    """A loaded checkpoint. Either generator may be missing: an edge training has no inpaint generator."""

    path: Path
    config: Config
    step: int
    edge_generator: Generator | None
    inpaint_generator: InpaintGenerator | None

    def painter(self) -> InpaintGenerator:
        """Return the inpaint generator. Raises `InpaintError` ``inpaint-generator-missing`` where there is none."""
        if self.inpaint_generator is None:
            raise InpaintError(
                "inpaint-generator-missing",
                f"{self.path} holds an edge generator only and cannot paint.",
                "Train an inpaint model that starts from it, or choose another checkpoint.",
            )
        return self.inpaint_generator


def save_checkpoint(
    folder: str | Path,
    config: Config,
    step: int,
    edge_generator: nn.Module | None,
    inpaint_generator: nn.Module | None,
    *,
    half: bool = False,
) -> None:
    """Write a checkpoint folder, each file atomically.

    Args:
        folder: Made when missing.
        config: Frozen beside the weights; its ``edge_generator``, ``width`` and ``stem`` rebuild the networks.
        step: The training step, kept in the weight files.
        edge_generator: Or None.
        inpaint_generator: Or None.
        half: Store float16, for release.

    Raises:
        OSError: The disk is full or read-only.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, network in ((EDGE_WEIGHTS, edge_generator), (INPAINT_WEIGHTS, inpaint_generator)):
        if network is not None:
            save_weights(folder / name, network, step, half=half)
    save_config(config, folder / CHECKPOINT_CONFIG)


def save_weights(file: Path, network: nn.Module, step: int, *, half: bool = False) -> None:
    """Write a network's weights as one safetensors file, atomically; `load_weights` reads it."""
    state = {key: _storable(value, half) for key, value in network.state_dict().items()}
    write_bytes(file, save(state, metadata=weight_header.written(step, WEIGHT_FORMAT)))


def _storable(value: Tensor, half: bool) -> Tensor:
    value = value.detach().cpu().contiguous()
    return value.half() if half and value.is_floating_point() else value


def load_checkpoint(path: str | Path, device: torch.device | str = "cpu") -> Checkpoint:
    """Load a checkpoint folder, or a run folder's best one, in evaluation mode and float32; `at_hand` says where from.

    Raises:
        InpaintError: ``checkpoint-missing``, ``checkpoint-unreadable`` or ``checkpoint-mismatch``, naming what differs.
    """
    folder = find_checkpoint(at_hand(path))
    config = load_config(folder / CHECKPOINT_CONFIG)
    step = 0
    networks: dict[str, Generator | None] = {EDGE_WEIGHTS: None, INPAINT_WEIGHTS: None}
    for name in networks:
        if (folder / name).is_file():
            with torch.random.fork_rng(devices=[]):  # the noise that is overwritten here is nobody else's business
                network = build_generator(name, config)
            step = max(step, load_weights(network, folder / name))
            networks[name] = network.to(device).eval().requires_grad_(False)
    inpaint = networks[INPAINT_WEIGHTS]
    assert inpaint is None or isinstance(inpaint, InpaintGenerator)
    return Checkpoint(folder, config, step, networks[EDGE_WEIGHTS], inpaint)


def build_generator(weights_name: str, config: Config) -> Generator:
    """Build the untrained generator that a weight file of this name belongs to."""
    if weights_name == EDGE_WEIGHTS:
        return EDGE_GENERATORS[config.edge_generator](config.width, config.stem)
    return InpaintGenerator(config.width, config.stem)


def load_weights(network: nn.Module, file: Path) -> int:
    """Load one safetensors file into a network and return the training step it was saved at.

    Raises:
        InpaintError: ``checkpoint-unreadable``, or ``checkpoint-mismatch`` with the first keys that differ.
    """
    with _opened(file) as tensors:
        state = to_float32({key: tensors.get_tensor(key) for key in tensors.keys()})  # noqa: SIM118
        step = weight_header.read(tensors.metadata(), "step") or 0
        saved_format = weight_header.read(tensors.metadata(), "format") or 1
    if not all(bool(torch.isfinite(value).all()) for value in state.values()):
        raise InpaintError(
            "checkpoint-unreadable", f"{file} holds weights that are not finite numbers.", "Its training broke down."
        )
    problems = weights_fit(state, network)
    if problems:
        more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise InpaintError(
            "checkpoint-mismatch",
            f"{file} does not fit the networks that its config.yml describes: {'; '.join(problems[:3])}{more}.",
            "Check edge_generator, width and stem.",
        )
    network.load_state_dict(in_todays_format(state, network, saved_format))
    return step


def saved_step(path: Path) -> int:
    """Return the training step of a checkpoint without loading its networks. Raises `InpaintError` as `load_checkpoint`."""
    folder = find_checkpoint(path)
    steps = []
    for name in (EDGE_WEIGHTS, INPAINT_WEIGHTS):
        if (folder / name).is_file():
            with _opened(folder / name) as tensors:
                steps.append(weight_header.read(tensors.metadata(), "step") or 0)
    return max(steps)


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    """A safetensors file, open for reading. Raises `InpaintError` ``checkpoint-unreadable``."""
    try:
        with safe_open(file, framework="pt") as tensors:
            yield tensors
    except (OSError, SafetensorError, ValueError) as error:
        raise InpaintError("checkpoint-unreadable", f"{file} is not a whole safetensors file.") from error


def load_baked(path: Path, device: torch.device) -> Checkpoint:
    """Load a checkpoint as `load_checkpoint` does, for use only: spectral norm is folded into plain weights."""
    checkpoint = load_checkpoint(path, device)
    for network in (checkpoint.edge_generator, checkpoint.inpaint_generator):
        if network is not None:
            bake_spectral_norm(network)
    return checkpoint


def bake_spectral_norm(network: nn.Module) -> None:
    """Fold spectral norm into plain weights, in place: the same outputs, less work at inference."""
    for module in network.modules():
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)

"""EdgeConnect's and InpaintGAN's weight files become a checkpoint folder.

``EdgeModel_gen.pth`` and ``InpaintingModel_gen.pth`` hold ``{iteration, generator}``, ``*_dis.pth`` hold
``{discriminator}``. The generator's kind and width are read off the names and shapes of its weights.

Source: the file layout of EdgeConnect (arXiv 1901.00212) as documented by its authors; that of the edge generator with
shared blocks from Edge-LBAM (arXiv 2104.12087) and InpaintGAN.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..core.config import Config
from ..core.config_io import make_config, portable, read_yaml
from ..core.errors import InpaintError
from ..core.outputs import make_way_for_checkpoint, writing_checkpoint
from ..core.rundir import EDGE_DISCRIMINATOR, INPAINT_DISCRIMINATOR
from ..networks.discriminator import Discriminator
from ..networks.edge_generators import EDGE_GENERATORS
from ..networks.edge_generators.mec_shared import SharedMECGenerator
from ..networks.inpaint_generator import InpaintGenerator
from .checkpoint import save_checkpoint, save_weights
from .foreign_weights import Layers, State, fit_layers, is_plain, read_torch_file, split_layers

_AFTER_MERGING = (
    "upsample2.0.weight", "upsample3.0.weight", "decoder.0.parametrizations.weight.original",
    "decoder.0.parametrizations.weight.0._v",
)  # fmt: skip
"""What `mec-shared` multiplies two scales with that were put behind each other; the input channels come first in all four."""

_MAX_COUNT = 2**53
"""More steps than this no training took, and no page could show."""


@dataclass(frozen=True)
class Imported:
    """What was made."""

    path: Path
    config: Config
    step: int
    parts: tuple[str, ...]
    """The networks, in words."""


@dataclass(frozen=True)
class _Part:
    """One network of a file."""

    file: Path
    layers: Layers
    iteration: int

    @property
    def width(self) -> int:
        """Channels of the first layer."""
        first = self.layers.get("encoder.1.weight", self.layers.get("conv1.0.weight", {}))
        return next((tensor.shape[0] for tensor in first.values() if tensor.ndim == 4), 0)


def import_edgeconnect(
    output: Path,
    *,
    edge: Path | None,
    inpaint: Path | None,
    edge_discriminator: Path | None = None,
    inpaint_discriminator: Path | None = None,
    config_file: Path | None = None,
) -> Imported:
    """Write a checkpoint folder from weight files.

    Args:
        output: The folder, which must not hold a checkpoint or settings yet.
        edge: ``EdgeModel_gen.pth``, or None for a checkpoint that paints along given edges only.
        inpaint: ``InpaintingModel_gen.pth``, or None for a checkpoint that completes edges only.
        edge_discriminator: ``EdgeModel_dis.pth``, for training on. None takes the one in ``edge``, if it holds one.
        inpaint_discriminator: ``InpaintingModel_dis.pth``, likewise.
        config_file: EdgeConnect's ``config.yml``, whose settings (sigma, input size, weights of losses) are kept.

    Raises:
        InpaintError: A file is missing, unsafe, damaged or does not fit, with every key and shape that differs; or the
            output holds a checkpoint or cannot be written. Nothing is written then.
    """
    if not edge and not inpaint:
        raise InpaintError(
            "import-nothing", "No generator was named.", "Give --edge FILE.pth, --inpaint FILE.pth or both."
        )
    make_way_for_checkpoint(output)
    edge_part = _read(edge, "generator") if edge else None
    inpaint_part = _read(inpaint, "generator") if inpaint else None
    width = _common_width(edge_part, inpaint_part)
    kind = _kind(edge_part.layers) if edge_part else "edgeconnect"
    config = _config(kind, width, edge_part, inpaint_part, config_file)
    edge_network = _fitted(EDGE_GENERATORS[kind](width, "conv"), edge_part, f"{kind} edge generator")
    inpaint_network = _fitted(InpaintGenerator(width, "conv"), inpaint_part, "inpaint generator")
    discriminators: dict[str, nn.Module] = {}
    for name, file, generator_file, channels, words in (
        (EDGE_DISCRIMINATOR, edge_discriminator, edge, 2, "edge discriminator"),
        (INPAINT_DISCRIMINATOR, inpaint_discriminator, inpaint, 3, "inpaint discriminator"),
    ):
        part = _discriminator_of(file, generator_file)
        network = _fitted(Discriminator(channels, width), part, words)
        if network is not None:
            discriminators[name] = network
    step = max(part.iteration for part in (edge_part, inpaint_part) if part)
    with writing_checkpoint(output):
        save_checkpoint(output, config, step, edge_network, inpaint_network)
        for name, network in discriminators.items():
            save_weights(output / name, network, step)
    generators = ((edge_part, f"{kind} edge generator"), (inpaint_part, "inpaint generator"))
    parts = [f"{words}, width {width}, {part.iteration} steps" for part, words in generators if part]
    return Imported(output, config, step, (*parts, *(name.removesuffix(".safetensors") for name in discriminators)))


def _read(file: Path, what: str) -> _Part:
    content = read_torch_file(file)
    part = _part(file, content, what)
    if part is None:
        found = ", ".join(str(key) for key in list(content)[:5]) or "nothing"
        raise InpaintError(
            "import-mismatch", f"{file} holds no '{what}'; it holds {found}.", "EdgeConnect's files hold one each."
        )
    return part


def _part(file: Path, content: dict[str, Any], what: str) -> _Part | None:
    """The network of that name in a file, or the whole file where it is a bare state dict of a generator."""
    bare = what == "generator" and content and _is_state(content)
    state = content if bare else content.get(what)
    if not isinstance(state, dict) or not _is_state(state):
        return None
    odd = next((name for name, tensor in state.items() if not is_plain(tensor)), None)
    if odd is not None:
        said = f"{file}: {odd} holds values that are no finite numbers, or is stored in a way that networks do not compute with."
        raise InpaintError("import-mismatch", said, "Its training broke down, or the file was made for something else.")
    layers = split_layers(state)
    if "conv1.0.weight" in layers:
        # EdgeConnect's discriminator knows its first block under a second name.
        layers.pop("features.0.weight", None)
    return _Part(file, layers, _count(content.get("iteration", 0)))


def _is_state(content: dict[Any, Any]) -> bool:
    """Whether these are tensors by name, and nothing else."""
    return all(isinstance(name, str) and isinstance(value, Tensor) for name, value in content.items())


def _count(value: object) -> int:
    """A number of steps that a file gives, as a number or a tensor of one; 0 for anything else."""
    try:
        count = int(value) if isinstance(value, int | float | Tensor) else 0
    except (ValueError, OverflowError, RuntimeError):  # no finite number; a tensor of many
        return 0
    return count if 0 <= count <= _MAX_COUNT else 0


def _discriminator_of(file: Path | None, generator_file: Path | None) -> _Part | None:
    if file is not None:
        return _read(file, "discriminator")
    return None if generator_file is None else _part(generator_file, read_torch_file(generator_file), "discriminator")


def _common_width(edge: _Part | None, inpaint: _Part | None) -> int:
    """The width of the given generators, which share one setting."""
    parts = [part for part in (edge, inpaint) if part]
    for part in parts:
        if not part.width:
            raise InpaintError(
                "import-mismatch",
                f"{part.file}: encoder.1.weight is missing, so this is not an EdgeConnect generator.",
                f"It holds {', '.join(list(part.layers)[:5])}.",
            )
    if len({part.width for part in parts}) > 1:
        seen = " and ".join(f"{part.width} in {part.file}" for part in parts)
        raise InpaintError(
            "import-mismatch", f"The generators have different widths: {seen}.", "Import them into two checkpoints."
        )
    return parts[0].width


def _kind(layers: Layers) -> str:
    """The edge generator that parameters of these names belong to."""
    if "upsample1.0.weight" not in layers:
        return "edgeconnect"
    return "mec-shared" if "middle.0.conv_block.1.weight" in layers else "mec"


def _config(kind: str, width: int, edge: _Part | None, inpaint: _Part | None, file: Path | None) -> Config:
    values = portable(read_yaml(file)) if file else {}
    stage = "joint" if edge and inpaint else "edge" if edge else "inpaint"
    return make_config({**values, "stage": stage, "edge_generator": kind, "width": width, "stem": "conv"})


def _fitted(network: nn.Module, part: _Part | None, words: str) -> Any:
    """The network with a file's weights, or None without a file."""
    if part is None:
        return None
    state, problems = fit_layers(part.layers, network)
    if problems:
        raise InpaintError(
            "import-mismatch",
            f"{part.file} does not match the {words} of width {part.width} (EdgeModel files go to --edge, InpaintingModel files "
            f"to --inpaint). What differs, {len(problems)} in all:\n  " + "\n  ".join(problems),
        )
    if isinstance(network, SharedMECGenerator):
        state |= _coarser_scale_first(state)
    network.load_state_dict(state)
    return network.eval()


def _coarser_scale_first(state: State) -> State:
    """Turn round what is multiplied with two scales at once: the files' program puts the coarser one behind, ours in front."""
    return {name: torch.cat(state[name].chunk(2)[::-1]) for name in _AFTER_MERGING}

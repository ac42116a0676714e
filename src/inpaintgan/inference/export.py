"""Networks as ONNX files: each generator for the engines here, and a whole fill in one file for other programs."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .. import __version__
from ..core.atomic import write_bytes
from ..core.engines import INSTALL
from ..core.errors import InpaintError
from ..core.outputs import make_way, writing
from ..core.paths import default_checkpoint
from ..models.checkpoint import Checkpoint, load_baked
from ..models.composition import composite, corrected
from ..models.edge_model import predict_edges
from ..models.inpaint_model import paint_both_ways
from ..networks.generator import Generator

_OPSET = 18


class WholeFill(nn.Module):
    """Both stages with everything between them, as `Inpainter` runs them at the networks' size."""

    def __init__(self, edge_generator: nn.Module | None, inpaint_generator: nn.Module) -> None:
        super().__init__()
        self.edge_generator = edge_generator
        self.inpaint_generator = inpaint_generator

    def forward(self, image: Tensor, mask: Tensor, edge: Tensor) -> tuple[Tensor, Tensor]:
        """Fill.

        Args:
            image: (B, 3, S, S) RGB in [0, 1]; values in the hole are ignored.
            mask: (B, 1, S, S), 1 in the hole.
            edge: (B, 1, S, S), 1 on edges of what is known.

        Returns:
            The filled pictures, equal to ``image`` outside the hole, and the complete edges.
        """
        known = edge * (1 - mask)
        if self.edge_generator is not None:
            known = composite(predict_edges(self.edge_generator, luma(image), known, mask), known, mask)
        painted = paint_both_ways(self.inpaint_generator, image, known, mask)
        return composite(corrected(painted, image, mask), image, mask), known


def luma(image: Tensor) -> Tensor:
    """(B, 3, H, W) in [0, 1] to (B, 1, H, W), in OpenCV's whole numbers, which the networks were trained on."""
    red, green, blue = torch.round(image * 255).split(1, dim=1)
    return torch.floor((9798 * red + 19235 * green + 3735 * blue + 16384) / 32768) / 255


def to_onnx(
    module: nn.Module,
    channels: Sequence[int],
    size: int,
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    sides: range | None = None,
    about: str = "",
) -> bytes:
    """Turn a module of (B, C, H, W) inputs into an ONNX model for any batch.

    Args:
        module: In evaluation mode, on the CPU.
        channels: Of each input.
        size: Height and width in px, unless others are allowed.
        inputs: Names of the inputs.
        outputs: Names of the outputs.
        sides: Heights and widths in px that the model should accept, see `export_sides`; the size alone when left out.
        about: Kept in the model's metadata under ``inpaintgan``, as JSON.

    Raises:
        InpaintError: ``onnx-missing`` without the packages that write ONNX.
    """
    try:
        import onnx
        import onnxscript  # noqa: F401  torch writes through it
    except ImportError as error:
        raise InpaintError("onnx-missing", f"ONNX cannot be written here: {error}.", INSTALL) from error
    # Two pictures, because torch takes a batch of one for a constant; a hole, because there is nothing to fill without.
    example = [torch.zeros(2, count, size, size) for count in channels]
    example[inputs.index("mask")][..., size // 4 : size // 2, size // 4 : size // 2] = 1
    dynamic = {0: torch.export.Dim("batch", min=1, max=1024)}
    if sides is not None and len(sides) > 1:
        for axis, name in ((2, "rows"), (3, "columns")):
            count = torch.export.Dim(name, min=sides[0] // sides.step, max=sides[-1] // sides.step)
            dynamic[axis] = sides.step * count
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module, tuple(example), input_names=list(inputs), output_names=list(outputs), opset_version=_OPSET,
            dynamic_shapes=[dynamic] * len(example), dynamo=True, verbose=False,
        )  # fmt: skip
    assert program is not None
    model = program.model_proto
    if about:
        onnx.helper.set_model_props(model, {"inpaintgan": about})
    return model.SerializeToString()


def export_sides(checkpoint: Checkpoint) -> range:
    """Heights and widths in px of an exported fill, the networks' size the largest of them.

    Multiples of what the networks need, above half of their size: a smaller picture has a level less in the pyramid of
    `smooth_fill`, and so another graph; a larger one is filled in crops of the networks' size.
    """
    size = checkpoint.config.input_size
    networks = (checkpoint.edge_generator, checkpoint.inpaint_generator)
    step = max(network.multiple for network in networks if isinstance(network, Generator))
    return range(size // 2 // step * step + step, size + 1, step) if size % step == 0 else range(size, size + 1)


def export_checkpoint(checkpoint: Checkpoint, output: Path) -> dict[str, Any]:
    """Write a checkpoint's whole fill as one ONNX file, and return what its metadata says: what goes in and out.

    Raises:
        InpaintError: It cannot paint, the packages are missing, or the file cannot be written.
    """
    make_way(output)
    painter = checkpoint.painter()
    config, size, sides = checkpoint.config, checkpoint.config.input_size, export_sides(checkpoint)
    heights = f"each {size}" if len(sides) == 1 else f"each a multiple of {sides.step} from {sides[0]} to {size}"
    about = {
        "version": __version__,
        "step": checkpoint.step,
        "edge_generator": config.edge_generator if checkpoint.edge_generator else None,
        "height and width": heights,
        "inputs": {
            "image": "float32 (batch, 3, height, width), RGB in [0, 1]",
            "mask": "float32 (batch, 1, height, width), 1 in the hole, 0 elsewhere; neither all 0 nor all 1",
            "edge": f"float32 (batch, 1, height, width), 1 on edges of what is known ({config.edge}, sigma "
            f"{config.sigma}), found in the picture with its hole filled smoothly",
        },
        "outputs": {
            "filled": "float32, as image, which it equals outside the hole",
            "edges": "float32, as edge, complete",
        },
    }
    module = WholeFill(checkpoint.edge_generator, painter).eval()
    names = ("image", "mask", "edge")
    outputs = ("filled", "edges")
    data = to_onnx(module, (3, 1, 1), size, names, outputs, sides=sides, about=json.dumps(about, indent=2))
    with writing(output):
        write_bytes(output, data)
    return about


def export(arguments: argparse.Namespace) -> int:
    """``python main.py export``. Raises `InpaintError`, for a name that does not end in the format, too."""
    output: Path = arguments.output
    suffix = f".{arguments.format}"
    if output.suffix.lower() != suffix:
        # Other programs tell what a file is by its name; one in another format's would be opened in vain.
        raise InpaintError("output-format", f"{output} does not end in {suffix}.", f"Name it like fill{suffix}.")
    about = export_checkpoint(
        load_baked(arguments.checkpoint or default_checkpoint("cpu"), torch.device("cpu")), output
    )
    print(f"{output}: {output.stat().st_size / 1e6:.1f} MB; height and width {about['height and width']}")
    for way, tensors in (("in", about["inputs"]), ("out", about["outputs"])):
        for name, said in tensors.items():
            print(f"  {way}  {name}: {said}")
    return 0

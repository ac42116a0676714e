"""What 8-bit integers would bring to filling on a CPU: time and quality beside the same networks in float32.

    python benchmarks/int8.py CALIBRATION HELD_OUT MASKS VGG19 [--checkpoint DIR] [--limit 48] [--rounds 15]

ONNX Runtime quantises the inner convolutions, weights per channel, with ranges seen over fills of CALIBRATION; OpenVINO and
ONNX Runtime run the result. The smooth fill and the first and last convolutions, which hold a pixel's exact colour, stay in
float32: with them the fills are useless (15 dB). Times are medians of turns within one run, so that all share the machine's
moods; scores are those of `main.py evaluate` on HELD_OUT.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime import quantization

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.atomic import write_json
from inpaintgan.core.paths import default_checkpoint
from inpaintgan.evaluation.cases import Case, cases
from inpaintgan.evaluation.protocol import evaluate_case
from inpaintgan.inference import engines
from inpaintgan.inference.engines import Network, Networks
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.models.device import device_name
from inpaintgan.networks.vgg19 import VGG19Features, load_vgg19

Inputs = dict[str, NDArray[np.float32]]
NAMES = ("picture", "edge", "mask")
N_CALIBRATION = 32
MIN_CHANNELS = 32
"""Fewer: the smooth fill, which works within single channels, and the last convolution."""


def seen_inputs(inpainter: Inpainter, items: list[Case]) -> dict[str, list[Inputs]]:
    """What both generators are given while cases are filled, by generator."""
    seen: dict[str, list[Inputs]] = {"edge": [], "inpaint": []}
    networks = inpainter._predictor.networks

    def noting(name: str, network: Network | None) -> Network:
        assert network is not None

        def run(*tensors: torch.Tensor) -> torch.Tensor:
            seen[name].append({key: tensor.numpy().copy() for key, tensor in zip(NAMES, tensors, strict=True)})
            return network(*tensors)

        return run

    inpainter._predictor.networks = Networks(
        "eager", noting("edge", networks.edge), noting("inpaint", networks.inpaint)
    )
    for case in items:
        inpainter.fill(case.picture, case.mask)
    inpainter._predictor.networks = networks
    return seen


class Reader(quantization.CalibrationDataReader):
    """Hands noted inputs to ONNX Runtime's calibration."""

    def __init__(self, inputs: list[Inputs]) -> None:
        self._left: Iterator[Inputs] = iter(inputs)

    def get_next(self) -> Any:
        return next(self._left, None)


def inner_convolutions(file: Path) -> list[str]:
    """Names of the convolutions between feature maps: of many channels in and out."""
    graph = onnx.load(str(file)).graph
    shapes = {weights.name: weights.dims for weights in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv" and node.input[1] in shapes]
    dense = [node.name for node in convolutions if min(shapes[node.input[1]][:2]) >= MIN_CHANNELS]
    return dense[1:]


def quantise(file: Path, inputs: list[Inputs], output: Path) -> None:
    """Write an ONNX model with 8-bit convolutions."""
    prepared = output.with_suffix(".prepared.onnx")
    quantization.quant_pre_process(str(file), str(prepared), skip_symbolic_shape=True)
    quantization.quantize_static(
        str(prepared), str(output), Reader(inputs), quant_format=quantization.QuantFormat.QDQ, per_channel=True,
        nodes_to_quantize=inner_convolutions(prepared), activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("calibration", "held_out", "masks", "vgg19"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--checkpoint", type=Path, default=default_checkpoint("cpu"))
    parser.add_argument("--limit", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results" / "int8-cpu.json")
    arguments = parser.parse_args()
    inpainter = Inpainter.load(arguments.checkpoint, "cpu", engine="eager")
    side = inpainter.checkpoint.config.input_size
    vgg = load_vgg19(str(arguments.vgg19))
    assert vgg is not None
    seen = seen_inputs(
        inpainter,
        list(islice(cases(arguments.calibration, str(arguments.masks), side, limit=0, seed=1), N_CALIBRATION)),
    )
    held_out = list(cases(arguments.held_out, str(arguments.masks), side, limit=arguments.limit, seed=0))

    variants = {"eager": inpainter._predictor.networks}
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, Path] = {}
        for name, channels in (("edge", 1), ("inpaint", 3)):
            module = getattr(inpainter.checkpoint, f"{name}_generator")
            file = engines._onnx_file(inpainter.checkpoint, name, module, channels)
            files[name], files[f"{name} int8"] = file, Path(folder) / f"{name}.onnx"
            quantise(file, seen[name], files[f"{name} int8"])
        for engine, run in (("onnx", engines._onnx_runtime), ("openvino", engines._openvino)):
            for kind in ("", " int8"):
                variants[f"{engine}{kind}"] = Networks(engine, run(files[f"edge{kind}"]), run(files[f"inpaint{kind}"]))
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(arguments.rounds + 1):
        for name, networks in variants.items():
            inpainter._predictor.networks = networks
            start = time.perf_counter()
            inpainter.fill(held_out[0].picture, held_out[0].mask)
            times[name].append(time.perf_counter() - start)
    results: dict[str, dict[str, float]] = {}
    for name, networks in variants.items():
        inpainter._predictor.networks = networks
        results[name] = {
            "fill_ms": round(1000 * statistics.median(times[name][1:]), 1), **scores(inpainter, held_out, vgg)
        }  # fmt: skip
        print(name, results[name], flush=True)
    about = {"checkpoint": arguments.checkpoint.name, "step": inpainter.checkpoint.step, "pictures": len(held_out)}
    about |= {
        "masks": arguments.masks.name,
        "device": device_name(torch.device("cpu")),
        "threads": torch.get_num_threads(),
    }
    write_json(arguments.output, {**about, "torch": torch.__version__, "results": results})


def scores(inpainter: Inpainter, items: list[Case], vgg: VGG19Features) -> dict[str, float]:
    """Mean PSNR in the hole and perceptual proxy."""
    cases_scores = [evaluate_case(case, {"fill": inpainter.fill}, vgg)[0]["fill"] for case in items]
    return {name: round(statistics.fmean(case[name] for case in cases_scores), 4) for name in ("psnr_hole", "proxy")}


if __name__ == "__main__":
    main()

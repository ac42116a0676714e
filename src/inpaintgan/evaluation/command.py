"""``python main.py evaluate``: runs the protocol, prints the table, writes the report."""

from __future__ import annotations

import argparse
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..core.atomic import write_json
from ..core.paths import default_checkpoint
from ..core.ranks import Ranks
from ..imaging.encode import save_picture
from ..imaging.picture import Picture
from ..inference.pipeline import Inpainter
from ..models.device import device_name
from ..networks.vgg19 import load_vgg19
from . import protocol
from .protocol import Case

COLUMNS = {
    "psnr_hole": ("PSNR hole, dB", 2), "ssim_hole": ("SSIM hole", 3), "l1_hole": ("L1 hole", 4), "psnr": ("PSNR full, dB", 2),
    "ssim": ("SSIM full", 3), "proxy": ("proxy", 3), "seconds": ("s", 2),
}  # fmt: skip


def evaluate(arguments: argparse.Namespace, ranks: Ranks) -> int:
    """Evaluate what the command line names. Raises `InpaintError` for bad input.

    Args:
        arguments: Of the command line.
        ranks: The processes that share the pictures; rank 0 prints and writes the report of all.
    """
    with ranks.together():
        inpainter = Inpainter.load(arguments.checkpoint or default_checkpoint(), arguments.device, engine="eager")
        vgg = load_vgg19(arguments.perceptual_weights)
        vgg = vgg.to(inpainter.device) if vgg else None

    def on_case(case: Case, fills: dict[str, NDArray[np.uint8]]) -> None:
        if ranks.is_first:
            print(f"\r{case.name:<60.60}", end="", file=sys.stderr, flush=True)
        if arguments.save_fills:
            save_strip(case, fills, arguments.save_fills / f"{case.name}.png")

    result = protocol.run(
        inpainter, arguments.data, arguments.masks,
        vgg=vgg, limit=arguments.limit, seed=arguments.seed, ranks=ranks, on_case=on_case,
    )  # fmt: skip
    if not ranks.is_first:
        return 0
    print(f"\r{'':<60}\r", end="", file=sys.stderr)
    report = {
        "checkpoint": str(inpainter.checkpoint.path),
        "step": inpainter.checkpoint.step,
        "data": str(arguments.data),
        "masks": arguments.masks,
        "side_px": inpainter.checkpoint.config.input_size,
        "proxy_network": vgg.origin if vgg else None,
        "machine": f"{device_name(inpainter.device)}, {platform.machine()}",
        "version": __version__,
        "notices": list(inpainter.notices),
        **result,
    }
    if arguments.report:
        write_json(arguments.report, report)
    print(table(report))
    return 0


def table(report: dict[str, Any]) -> str:
    """The mean scores as a Markdown table."""
    methods: dict[str, dict[str, float]] = report["methods"]
    shown = [name for name in COLUMNS if all(name in scores for scores in methods.values())]
    lines = [
        f"{report['n']} pictures, {100 * report['hole_share']:.1f} % hole on average, {report['side_px']} px. "
        f"Proxy: {report['proxy_network'] or 'not available (no VGG19 weights)'}.",
        "",
        "| method | " + " | ".join(COLUMNS[name][0] for name in shown) + " |",
        "|---|" + "---|" * len(shown),
    ]
    for method, scores in methods.items():
        lines.append(f"| {method} | " + " | ".join(f"{scores[name]:.{COLUMNS[name][1]}f}" for name in shown) + " |")
    if report["edges"]:
        lines += ["", "Edges in the hole: " + ", ".join(f"{k} {v:.3f}" for k, v in report["edges"].items()) + "."]
    lines += [line for notice in report["notices"] for line in ("", notice)]
    return "\n".join(lines)


def save_strip(case: Case, fills: dict[str, NDArray[np.uint8]], path: Path) -> None:
    """Write ground truth, hole and every method's fill side by side."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hole = np.where(case.mask[..., None] == 1, np.uint8(255), case.picture)
    save_picture(Picture(np.concatenate([case.picture, hole, *fills.values()], axis=1)), path, overwrite=True)

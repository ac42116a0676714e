"""What both reports say in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

Statement = tuple[str, str]
"""What it is about, and a sentence."""

PROXY_HINT: Statement = (
    "The proxy is not LPIPS.",
    "It compares VGG19 features in the hole; lower is closer. Published LPIPS values are on another scale.",
)

STRICT_EDGES: Statement = (
    "Exact precision and recall are strict.",
    "An edge one pixel beside the true one counts as wrong twice, as in the papers. The 1 px columns forgive that. A hole with "
    "neither true nor predicted edges scores 1.",
)
EDGE_L1_HINT: Statement = (
    "Edge L1 rewards drawing no edges.",
    "Few pixels are edges, so a network that draws none is nearly always right.",
)


def size(report: dict[str, Any]) -> Statement:
    """How pictures are brought to one size."""
    side = report["side_px"]
    return "Size", f"{side}x{side} px: the largest centred square, resized"


def proxy(report: dict[str, Any]) -> Statement:
    """Which network the perceptual proxy is taken with."""
    return "Perceptual proxy", report["proxy_network"] or f"not scored: {no_proxy(report)}"


def no_proxy(report: dict[str, Any]) -> str:
    """Why there is no perceptual proxy."""
    off = report.get("perceptual_weights") == "off"
    return "--perceptual-weights was off" if off else "the weights of VGG19 were not available"


def mask_files(folder: str) -> str:
    """The masks of a folder, in words."""
    return f"masks of {Path(folder).name}, used in order"


def drawn_holes(kind: str, block_ratio: float) -> str:
    """A kind of hole that is drawn, in words; empty where its name says it all."""
    return {
        "random-block": f"a block at a random place, {100 * block_ratio:.3g} % of a side",
        "half": "the left or the right half",
        "irregular": "free-form strokes",
        "mixed": "strokes, blocks and halves",
        "thin": "thin strokes",
        "medium": "medium strokes",
        "thick": "thick strokes",
    }.get(kind, "")

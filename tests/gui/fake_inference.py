"""Stands in for ``inpaintgan.inference.worker``: same operations, no networks."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Progress = Callable[[dict[str, Any]], None]


def load(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    return {**args, "step": 0}


def fill(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    progress({"step": "inpaint", "fraction": 0.5})
    if args["checkpoint"] == "slow":
        time.sleep(60)
    # The "result" is the mask as it was when the fill began.
    shutil.copyfile(args["mask"], args["output"])
    if args["edges"]:
        shutil.copyfile(args["edges"], args["save_edges"])
    return {"seconds": 0.1, "hole_px": 5, "notices": [], "changed_outside_px": 0, "width": 1, "height": 1}


def edges(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    shutil.copyfile(args["mask"], args["output"])
    return {"seconds": 0.1}


def save(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    data = b"|".join(Path(args[key]).read_bytes() for key in ("image", "filled", "mask"))
    Path(args["output"]).write_bytes(data)
    return {"bytes": len(data), "changed_outside_px": 0, "width": 1, "height": 1}


HANDLERS = {"load": load, "fill": fill, "edges": edges, "save": save}

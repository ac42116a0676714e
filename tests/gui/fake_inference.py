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
    files = {"patches": Path(args["folder"]) / f"{args['stem']}-0.png", "edge_patches": None}
    shutil.copyfile(args["mask"], str(files["patches"]))
    if args["edges"]:
        files["edge_patches"] = Path(args["folder"]) / f"{args['stem']}-edges-0.png"
        shutil.copyfile(args["edges"], str(files["edge_patches"]))
    place = {"left": 1, "top": 0, "width": 2, "height": 3}
    listed = {key: [{"file": str(file), **place}] if file else [] for key, file in files.items()}
    return {"seconds": 0.1, "engine": args["engine"], "hole_px": 5, "textured": False, "notices": [], **listed}


def save(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    files = [args["image"], *(patch["file"] for patch in args["patches"])]
    data = b"|".join(Path(file).read_bytes() for file in files)
    Path(args["output"]).write_bytes(data)
    return {"bytes": len(data), "changed_outside_px": 0, "changed_by": [], "width": 1, "height": 1, "notices": []}


def fill_folder(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    files = sorted(Path(args["image"]).iterdir())
    progress({"done": 0, "total": len(files), "result": None})
    for done, file in enumerate(files, 1):
        while args["checkpoint"] == "slow" and done == 2 and not Path(args["cancel"]).exists():
            time.sleep(0.01)
        if Path(args["cancel"]).exists():
            return {"cancelled": True}
        bad = file.name.startswith("bad")
        error = {"code": "picture-unreadable", "message": "It is damaged.", "hint": ""} if bad else None
        notices = (
            [f"Feather {args['feather_px']}, texture {args['texture']}, by {args['engine']}."]
            if file.name == "c.png"
            else []
        )
        result = {"image": str(file), "status": "failed" if bad else "filled", "error": error, "notices": notices}
        progress({"done": done, "total": len(files), "result": result})
    return {"cancelled": False}


HANDLERS = {"load": load, "fill": fill, "save": save, "fill-folder": fill_folder}

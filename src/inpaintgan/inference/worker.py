"""The window's filling worker: keeps one checkpoint loaded. Run by ``inpaintgan.jobs.serve``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import InpaintError
from ..imaging.encode import save_picture
from ..imaging.io import decode
from ..imaging.masks import read_mask
from ..imaging.picture import Picture
from ..networks.blocks import n_parameters
from .files import FileReport, fill_file, save_filled
from .folder import count_reports, fill_folder, plan_jobs
from .pipeline import Inpainter

Report = Callable[[dict[str, Any]], None]


class _Loaded:
    """The checkpoint in memory, and the newest change of its files that it was read after."""

    key: tuple[str, str, float] | None = None
    inpainter: Inpainter


def _inpainter(args: dict[str, Any]) -> Inpainter:
    path = Path(args["checkpoint"])
    stamp = max((file.stat().st_mtime for file in path.glob("*") if file.is_file()), default=0.0)
    key = (str(path), args.get("device") or "auto", stamp)
    if _Loaded.key != key:
        _Loaded.inpainter = Inpainter.load(path, key[1])
        _Loaded.key = key
        _warm_up(_Loaded.inpainter)
    return _Loaded.inpainter


def _warm_up(inpainter: Inpainter) -> None:
    """Run once on noise, so that the first fill a person waits for pays for no start-up."""
    side = inpainter.checkpoint.config.input_size
    mask = np.zeros((side, side), np.uint8)
    mask[: side // 2] = 1
    image = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    run = inpainter.fill if inpainter.checkpoint.inpaint_generator else inpainter.predict_edges
    run(image, mask)


def load(args: dict[str, Any], report: Report) -> dict[str, Any]:
    """Load a checkpoint and say what it is."""
    inpainter = _inpainter(args)
    checkpoint = inpainter.checkpoint
    networks = (checkpoint.edge_generator, checkpoint.inpaint_generator)
    return {
        "checkpoint": str(checkpoint.path),
        "device": inpainter.device.type,
        "edge_generator": checkpoint.config.edge_generator if checkpoint.edge_generator else None,
        "n_parameters": sum(n_parameters(network) for network in networks if network),
        "step": checkpoint.step,
    }


def fill(args: dict[str, Any], report: Report) -> dict[str, Any]:
    """Fill a picture file; reports real steps with the share done."""
    report({"step": "load", "fraction": 0.0})
    inpainter = _inpainter(args)
    report({"step": "decode", "fraction": 0.05})
    result = fill_file(
        inpainter,
        Path(args["image"]),
        Path(args["mask"]),
        Path(args["output"]),
        edges=_path(args.get("edges")),
        save_edges=_path(args.get("save_edges")),
        progress=lambda step, share: report({"step": step, "fraction": 0.1 + 0.8 * share}),
    )
    report({"step": "save", "fraction": 1.0})
    return asdict(result)


def edges(args: dict[str, Any], report: Report) -> dict[str, Any]:
    """Write the edges that a fill would paint along."""
    inpainter = _inpainter(args)
    picture = decode(Path(args["image"]))
    mask, _ = read_mask(Path(args["mask"]), *picture.pixels.shape[:2])
    drawn = inpainter.predict_edges(picture.pixels, mask)
    save_picture(Picture(np.repeat(drawn[..., None], 3, axis=2)), Path(args["output"]), overwrite=True)
    return {"width": drawn.shape[1], "height": drawn.shape[0]}


def save(args: dict[str, Any], report: Report) -> dict[str, Any]:
    """Encode a filled working picture as the person asked, with the original's alpha, ICC profile and EXIF."""
    original = decode(Path(args["image"]))
    filled = decode(Path(args["filled"])).pixels
    if filled.shape != original.pixels.shape:
        raise InpaintError("picture-mismatch", "The filled picture has another size than the original.")
    mask, _ = read_mask(Path(args["mask"]), *filled.shape[:2])
    output = Path(args["output"])
    result = FileReport(args["image"], str(output))
    result.height, result.width = filled.shape[:2]
    save_filled(original, filled, mask, output, result)
    return {**asdict(result), "bytes": output.stat().st_size}


def fill_pictures(args: dict[str, Any], report: Report) -> dict[str, Any]:
    """Fill a folder of pictures, or one picture, from disk to disk.

    Args:
        args: ``image``, ``mask`` and ``output``, each a file or a folder as in `plan_jobs`; ``checkpoint``, ``device``,
            ``recursive``, ``skip_existing``; ``cancel``, a file whose appearance ends the pass after the picture at
            hand, so that the checkpoint stays loaded and the report is whole.
        report: Told of each picture: ``done``, ``total`` and ``result``, its `FileReport`; first with ``result`` None.

    Returns:
        ``filled``, ``unchanged``, ``skipped``, ``failed``, ``total``, ``cancelled`` and ``results``.
    """
    jobs = plan_jobs(
        Path(args["image"]), Path(args["mask"]), Path(args["output"]), recursive=bool(args.get("recursive"))
    )
    report({"done": 0, "total": len(jobs), "result": None})
    stop = _path(args.get("cancel"))
    reports = fill_folder(
        _inpainter(args),
        jobs,
        skip_existing=bool(args.get("skip_existing")),
        on_result=lambda done, total, result: report({"done": done, "total": total, "result": asdict(result)}),
        cancelled=lambda: stop is not None and stop.exists(),
    )
    return {
        **count_reports(reports),
        "total": len(jobs),
        "cancelled": len(reports) < len(jobs),
        "results": [asdict(result) for result in reports],
    }


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


HANDLERS = {"load": load, "fill": fill, "edges": edges, "save": save, "fill-folder": fill_pictures}

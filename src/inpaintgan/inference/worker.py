"""The window's filling worker, which keeps what it loaded between requests. Run by ``inpaintgan.jobs.serve``."""

from __future__ import annotations

import subprocess
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..core.engines import ENGINES, obstacle
from ..core.handlers import Progress
from ..imaging.masks import binarize, is_empty, read_lines, read_mask
from .engine_choice import MANY_FILLS, choose, measure_beside, recall
from .files import BECAME_OPAQUE, NOTHING_TO_FILL, FileReport, FillOptions, save_filled
from .folder import count_reports, fill_folder, plan_jobs
from .patches import erased, read_edge_patches, read_patches, write_edge_patches, write_patches
from .pipeline import Inpainter
from .steering import steered
from .worker_cache import KeptCheckpoints, KeptPicture

_KEEPS_TRANSPARENCY = "What is transparent inside the mask is shown opaque here; a saved picture keeps it as it was."


class FillWorker:
    """Answers requests; every handler takes the request's ``args`` and ``progress`` that the window hears meanwhile."""

    def __init__(self) -> None:
        self._checkpoints = KeptCheckpoints()
        self._picture = KeptPicture()
        self._measuring: dict[str, subprocess.Popen[bytes] | None] = {}
        """Processes that measure engines, by checkpoint folder; each checkpoint is measured once."""
        self.handlers = {"load": self.load, "fill": self.fill, "save": self.save, "fill-folder": self.fill_folder}

    def load(self, args: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Load a checkpoint, warm it up, and say what runs it; the first time, find out beside what runs it fastest.

        What was found out since is taken up here, when a page opens, and not during a fill.
        """
        inpainter = self._inpainter(args)
        if (args.get("engine") or "auto") == "auto":
            path = str(inpainter.checkpoint.path)
            if path not in self._measuring:
                self._measuring[path] = measure_beside(inpainter.checkpoint, inpainter.device)
            elif inpainter.engine != choose(inpainter.checkpoint, inpainter.device, MANY_FILLS):
                self._checkpoints.forget_newest()
                inpainter = self._inpainter(args)
        return {"engine": inpainter.engine, "engines": _engines(inpainter)}

    def fill(self, args: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Fill a picture; reports real steps with the share done.

        Args:
            args: ``image`` and ``mask``, files; ``edges``, a file of edges to paint along, or None; ``drawn_over``, the
                ``edge_patches`` of the fill whose predicted edges they were drawn over (see `steered`), or none; ``checkpoint``,
                ``device``, ``engine``, ``feather_px``, ``texture``; ``folder`` and ``stem``, where the patches go and
                how their names begin.
            progress: Told of ``step`` and ``fraction``.

        Returns:
            ``seconds``, ``engine``, ``hole_px``, ``textured``: whether texture was laid anywhere, ``notices``, and
            ``patches`` and ``edge_patches``, each as `write_patches` lists them.
        """
        progress({"step": "load", "fraction": 0.0})
        inpainter = self._inpainter(args)
        progress({"step": "decode", "fraction": 0.05})
        picture = self._picture.get(Path(args["image"]))
        notices = [*picture.notices, *inpainter.notices]
        height, width = picture.pixels.shape[:2]
        mask, *more = read_mask(Path(args["mask"]), height, width, for_filling=True)
        start = time.perf_counter()
        drawn = None
        if args.get("edges"):
            drawn, notice = read_lines(Path(args["edges"]), height, width)
            more.append(notice)
            if args.get("drawn_over") and not is_empty(mask):
                predicted = read_edge_patches(args["drawn_over"], height, width)
                drawn = steered(binarize(drawn), predicted, mask)
        notices += filter(None, more)
        options = _options(args)
        patches = inpainter.fill_patches(
            picture.pixels, mask, drawn,
            lambda step, share: progress({"step": step, "fraction": 0.1 + 0.8 * share}),
            feather_px=options.feather_px, texture=options.texture,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        progress({"step": "save", "fraction": 1.0})
        if not patches:
            notices.append(NOTHING_TO_FILL)
        if picture.alpha is not None:
            opaque = erased(picture.alpha, mask)
            if opaque.any():
                notices.append(BECAME_OPAQUE)
            if (picture.alpha[(mask == 1) & ~opaque] < 255).any():
                notices.append(_KEEPS_TRANSPARENCY)
        folder, stem = Path(args["folder"]), args["stem"]
        return {
            "seconds": seconds,
            "engine": inpainter.engine,
            "hole_px": cv2.countNonZero(mask),
            "textured": any(patch.textured for patch in patches),
            "notices": notices,
            "patches": write_patches(patches, folder, stem, picture),
            "edge_patches": write_edge_patches(patches, folder, stem),
        }

    def save(self, args: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Encode a filled picture as the person asked, with all that the original carried.

        Args:
            args: ``image``; ``patches``, as `fill` returned them; ``output``, whose suffix is the format; ``quality``, 1 to
                100 or None, see `encode`.
            progress: Not told anything.

        Returns:
            A `FileReport` and ``bytes``.

        Raises:
            InpaintError: A file is missing, or the output cannot be written.
        """
        original = self._picture.get(Path(args["image"]))
        result = FileReport(args["image"], args["output"], notices=list(original.notices))
        result.height, result.width = original.pixels.shape[:2]
        patches = read_patches(args["patches"])
        hole = np.zeros((result.height, result.width), np.uint8)
        for patch in patches:
            hole[patch.window] |= patch.hole
        result.hole_px = int(hole.sum())
        output = Path(args["output"])
        save_filled(original, patches, hole, output, result, args.get("quality"))
        return {**asdict(result), "bytes": output.stat().st_size}

    def fill_folder(self, args: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Fill a folder of pictures, or one picture, from disk to disk.

        Args:
            args: ``image``, ``mask`` and ``output``, each a file or a folder as in `plan_jobs`; ``checkpoint``,
                ``device``, ``engine``, ``recursive``, ``skip_existing``, ``feather_px``, ``texture``; ``cancel``, a file whose
                appearance ends the pass after the current picture, so that the checkpoint stays loaded and the report is whole.
            progress: Told of each picture: ``done``, ``total`` and ``result``, its `FileReport`; first with ``result``
                None.

        Returns:
            ``filled``, ``unchanged``, ``skipped``, ``failed``, ``total``, ``cancelled`` and ``results``.
        """
        jobs = plan_jobs(Path(args["image"]), Path(args["mask"]), args["output"], recursive=bool(args.get("recursive")))
        progress({"done": 0, "total": len(jobs), "result": None})
        stop = Path(args["cancel"]) if args.get("cancel") else None
        reports = fill_folder(
            self._inpainter(args),
            jobs,
            _options(args),
            skip_existing=bool(args.get("skip_existing")),
            on_result=lambda done, total, result: progress({"done": done, "total": total, "result": asdict(result)}),
            cancelled=lambda: stop is not None and stop.exists(),
        )
        return {
            **count_reports(reports),
            "total": len(jobs),
            "cancelled": len(reports) < len(jobs),
            "results": [asdict(result) for result in reports],
        }

    def _inpainter(self, args: dict[str, Any]) -> Inpainter:
        return self._checkpoints.get(
            Path(args["checkpoint"]), args.get("device") or "auto", args.get("engine") or "auto"
        )


def _options(args: dict[str, Any]) -> FillOptions:
    return FillOptions(float(args.get("feather_px") or 0), args.get("texture") or "auto")


def _engines(inpainter: Inpainter) -> list[dict[str, Any]]:
    """What a person can choose from: each ``engine`` with the ``obstacle`` to it, if any, and ``fill_s``, if measured."""
    device = inpainter.device
    measured = recall(inpainter.checkpoint, device)
    return [
        {"engine": engine, "obstacle": obstacle(engine, device.type), "fill_s": measured.get(engine, {}).get("fill_s")}
        for engine in ENGINES
    ]


HANDLERS = FillWorker().handlers

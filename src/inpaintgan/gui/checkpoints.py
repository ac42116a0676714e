"""The checkpoints that the window offers: the shipped ones, and all those of trainings, also while they run."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from ..core import weight_header
from ..core.errors import InpaintError
from ..core.paths import default_checkpoint, resource, seen_file, work_root
from ..core.rundir import CHECKPOINT_CONFIG, EDGE_WEIGHTS, INPAINT_WEIGHTS, RunDir, find_checkpoint, step_named
from .runs import known_config
from .scores import about, checkpoint_scores

_MAX_OF_A_RUN = 8


def list_checkpoints(runs: list[RunDir]) -> list[dict[str, Any]]:
    """Return the shipped and released checkpoints, then those of the given runs: newest run first, in each the best, then
    the latest.
    """
    # In a source tree the two are one folder.
    places = dict.fromkeys((resource("checkpoints"), work_root() / "checkpoints"))
    folders = [path for place in places if place.is_dir() for path in sorted(place.iterdir())]
    entries = [_entry(path, path.name, path.name, "") for path in folders]
    for run in reversed(runs):
        entries += [_entry(path, run.path.name, _title(run, path, rank), rank) for path, rank in _saved(run)]
    return [entry for entry in entries if entry]


def _saved(run: RunDir) -> list[tuple[Path, str]]:
    """Return a run's checkpoint folders and, of several, which is best and latest: first the one that stands for the run."""
    try:
        first = find_checkpoint(run.path)
    except (InpaintError, OSError):
        return []
    paths = [first, *(run.checkpoint_path(step) for step in reversed(run.saved_steps()))]
    # The best is a folder of its own or one of the steps; each folder is offered once.
    folders = {path.resolve(): path for path in reversed(paths)}
    ordered = sorted(folders.values(), key=lambda path: (path.resolve() != first.resolve(), -(step_named(path) or 0)))
    best, latest = (pointed and pointed.resolve() for pointed in (run.pointer("best"), run.pointer("latest")))

    def rank(path: Path) -> str:
        names = [name for name, at in (("best", best), ("latest", latest)) if path.resolve() == at]
        return ", ".join(names) if len(ordered) > 1 else ""

    return [(path, rank(path)) for path in ordered[:_MAX_OF_A_RUN]]


def _title(run: RunDir, path: Path, rank: str) -> str:
    """``run faces (step 20, best)``."""
    step = step_named(path)
    inside = "" if step is None else f" (step {step}{rank and f', {rank}'})"
    return f"run {run.path.name}{inside}"


def default_path(entries: list[dict[str, Any]]) -> str | None:
    """Return the checkpoint that is used unless another is chosen, or None when none can fill."""
    able = [entry["path"] for entry in entries if entry["has_inpaint"]]
    preferred = str(default_checkpoint())
    return preferred if preferred in able else next(iter(able), None)


def _entry(path: Path, name: str, title: str, rank: str) -> dict[str, Any] | None:
    """Describe one checkpoint folder, or None when it holds no weights or no readable config."""
    has_edge, has_inpaint = seen_file(path / EDGE_WEIGHTS), seen_file(path / INPAINT_WEIGHTS)
    if not has_edge and not has_inpaint:
        return None
    config = known_config(path / CHECKPOINT_CONFIG)
    if config is None:
        return None
    step = step_named(path)
    if step is None:
        step = _step_in_weights(path / (INPAINT_WEIGHTS if has_inpaint else EDGE_WEIGHTS))
    notes = [f"{config.edge_generator}, width {config.width}"]
    if not has_inpaint:
        notes.append("edges only: cannot fill yet")
    elif not has_edge:
        notes.append("colours only: has no edge generator of its own")
    return {
        "name": name,
        "path": str(path),
        "edge_generator": config.edge_generator,
        "width": config.width,
        "stem": config.stem,
        "step": step,
        "title": title,
        "rank": rank,
        "note": ", ".join(notes),
        "about": about(path),
        "has_inpaint": has_inpaint,
        "scores": checkpoint_scores(path, step),
    }


def _step_in_weights(path: Path) -> int | None:
    """Return the step in a safetensors file's header, or None when it has none."""
    try:
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(min(length, 10**7)))
        return weight_header.read(header.get("__metadata__"), "step")
    except (OSError, ValueError, RecursionError, AttributeError, TypeError, struct.error):
        return None

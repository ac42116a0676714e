"""``python main.py release``: a run's best weights as a checkpoint folder with a model card."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ..core.atomic import read_json, write_json, write_text
from ..core.config_io import portable
from ..core.errors import InpaintError
from ..core.events import read_events
from ..core.outputs import make_way_for_checkpoint, writing_checkpoint
from ..core.paths import is_portable, work_root
from ..core.rundir import SCORES, RunDir, step_named
from ..core.wording import plural
from ..imaging.folder import find_pictures
from ..models.blending import blend
from ..models.checkpoint import load_checkpoint, save_checkpoint, saved_step
from .checkpoint.tables import table

_LONGEST_NAME = 80


def release(
    run_path: Path,
    name: str,
    parent: Path | None = None,
    report_file: Path | None = None,
    note: str = "",
    *,
    blend_with: Path | None = None,
    share: float = 0.5,
) -> Path:
    """Write ``parent/name`` with half-precision weights, the frozen config and a model card.

    Args:
        run_path: The run folder.
        name: Name of the checkpoint.
        parent: Default: ``checkpoints`` in `work_root`, beside the runs.
        report_file: A report of ``evaluate``, for the card's scores.
        note: What people should know of it: the data, its licence, its limits. For the card, and for the window's list.
        blend_with: Another checkpoint, whose inpaint generator's weights are mixed in; see `blend`.
        share: Of the mixture, what is that one's, 0 to 1.

    Returns:
        The new folder.

    Raises:
        InpaintError: There is no such checkpoint or report, the name is not a folder name, ``output-exists``, the folder cannot
            be written, or the two cannot be blended. Nothing is written then.
    """
    if not name or name != name.strip() or name.startswith(".") or len(name) > _LONGEST_NAME or not is_portable(name):
        raise InpaintError(
            "name-invalid",
            f"'{name}' cannot be the name of a checkpoint.",
            f"Allowed: up to {_LONGEST_NAME} characters, no slash, no dot at the start, and nothing that Windows forbids.",
        )
    target = (parent or work_root() / "checkpoints") / name
    make_way_for_checkpoint(target)
    report = _read_report(report_file)
    checkpoint = load_checkpoint(run_path)
    if report and report["step"] != checkpoint.step:
        raise InpaintError(
            "report-of-another",
            f"{report_file} has the scores of {report['checkpoint']} at step {report['step']}, not of step {checkpoint.step}.",
            "Give the report of evaluate on this checkpoint.",
        )
    if blend_with:
        blend(checkpoint, load_checkpoint(blend_with), share)
    card = _card(name, history(run_path), report, note, _blended(blend_with, share) if blend_with else [])
    config = checkpoint.config
    frozen = config.model_copy(update=portable(config.model_dump()))
    networks = checkpoint.edge_generator, checkpoint.inpaint_generator
    with writing_checkpoint(target):
        save_checkpoint(target, frozen, checkpoint.step, *networks, half=True)
        write_text(target / "MODEL_CARD.md", card)
        if told := ({"about": note} if note else {}) | (scores(report) if report else {}):
            write_json(target / SCORES, told)
    return target


def scores(report: dict[str, Any]) -> dict[str, Any]:
    """Return the few numbers of a report of ``evaluate`` that the window shows with a checkpoint, as ``scores.json``."""
    found = report["methods"]["checkpoint"] | (report.get("edges") or {})
    shown = ("psnr_hole", "ssim_hole", "proxy", "precision", "recall")
    masks = Path(report["masks"]).name
    # Several kinds of holes score each picture as often.
    n_pictures = (report.get("overall") or report).get("n_pictures", report["n"])
    return {
        "values": {key: found[key] for key in shown if isinstance(found.get(key), int | float)},
        "on": f"{n_pictures} held-out pictures at {report['side_px']} px, masks {masks}",
    }


def history(run_path: Path) -> list[dict[str, Any]]:
    """One row for each run that led to the weights, before the runs it led to, following ``init_from``, ``edges_from``."""
    rows: list[dict[str, Any]] = []
    _add_history(run_path, rows, set())
    return rows


def _add_history(source: Path, rows: list[dict[str, Any]], seen: set[Path]) -> None:
    run = RunDir(_run_of(source))
    if run.path in seen or not run.config_file.is_file():
        return
    seen.add(run.path)
    config = run.load_config()
    events = list(read_events(run.events_file))
    used = step_named(source) or saved_step(source)  # a checkpoint that others started from may be gone by now
    steps = [event for event in events if event["type"] == "step" and event["step"] <= used]
    last = max(steps, key=lambda event: event["step"], default=None)
    started = next((event for event in events if event["type"] == "run_started"), None)
    if last is None or started is None:
        return
    for earlier in filter(None, (config.edges_from, config.init_from)):
        _add_history(Path(earlier), rows, seen)
    rows.append({"path": run.path, "config": config, "step": used, "elapsed_s": last["elapsed_s"], "started": started})


def _name(source: Path) -> str:
    """What a checkpoint is called: its folder's name, or that of the run it lies in."""
    run = RunDir(_run_of(source))
    return run.path.name if run.events_file.is_file() else source.name


def _run_of(path: Path) -> Path:
    """The run folder that a checkpoint folder lies in, or the path itself."""
    return path.parent.parent if path.parent.name == "checkpoints" else path


def _read_report(file: Path | None) -> dict[str, Any] | None:
    if file is None:
        return None
    report = read_json(file)
    if not isinstance(report, dict) or "checkpoint" not in report.get("methods", ()):
        raise InpaintError("report-unreadable", f"{file} is not a report of evaluate.")
    return report


def _sources(data: str) -> str:
    """Count a data folder's pictures, by the part of their names before the first hyphen where these differ."""
    try:
        files = find_pictures(Path(data))
    except InpaintError:
        return "no longer available"
    counts = Counter(file.name.partition("-")[0] if "-" in file.name else "other" for file in files)
    said = plural(len(files), "picture")
    return f"{said} ({', '.join(f'{kind} {n}' for kind, n in sorted(counts.items()))})" if len(counts) > 1 else said


def _origin(runs: list[dict[str, Any]]) -> str:
    """What the first weights were, in words."""
    known = {row["path"] for row in runs}
    named = (Path(name) for row in runs for name in (row["config"].init_from, row["config"].edges_from) if name)
    others = dict.fromkeys(_name(path) for path in named if _run_of(path) not in known)
    if others:
        return f"the weights of {' and '.join(others)}"
    config = runs[-1]["config"]
    if config.edge_generator == "effunet" and config.efficientnet_weights != "off":
        return "scratch, except for the edge generator's trunk, which started from EfficientNet-B0's weights"
    return "scratch"


def _trained(runs: list[dict[str, Any]]) -> list[str]:
    """How weights came about: a sentence, and the runs that led to them as a table."""
    total_hours = sum(row["elapsed_s"] for row in runs) / 3600
    lines = [
        f"Trained by this program from {_origin(runs)}; {total_hours:.1f} hours in all.",
        "",
        "| stage | width | side, px | steps | batch | masks | hours | machine | perceptual network |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in runs:
        c, started = row["config"], row["started"]
        hours = f"{row['elapsed_s'] / 3600:.2f}"
        cells = (c.stage, c.width, c.input_size, row["step"], c.batch_size, c.mask, hours)
        lines.append(f"| {' | '.join(map(str, cells))} | {started['device']} | {started['perceptual']} |")
    return lines


def _blended(source: Path, share: float) -> list[str]:
    """What a card says of the other checkpoint of a blend. Of its path the end will do: the rest is this machine's."""
    runs = history(source)
    where = Path(*_run_of(source).resolve().parts[-2:]).as_posix()
    said = f"{share:.0%} of the inpaint generator's weights are those of {where} at step {saved_step(source)}."
    return ["", "## Blend", "", said, *(["", *_trained(runs)] if runs else [])]


def _card(name: str, runs: list[dict[str, Any]], report: dict[str, Any] | None, note: str, blended: list[str]) -> str:
    if not runs:
        raise InpaintError("run-empty", "The run folder holds no training events.")
    config = runs[-1]["config"]
    lines = [
        f"# {name}",
        "",
        f"Edge generator `{config.edge_generator}`, width {config.width}, stem `{config.stem}`; inpaint generator of the "
        f"same width. Input {config.input_size}x{config.input_size}. Weights are float16 safetensors of the running "
        "average (EMA).",
        "",
        "## Training",
        "",
        *_trained(runs),
        *blended,
    ]
    lines += ["", "## Data", "", f"{_sources(config.data)}.", *(["", note] if note else [])]
    if report:
        lines += [
            "",
            "## Scores",
            "",
            f"Masks: {Path(report['masks']).name}. Machine: {report['machine']}.",
            "",
            table(report),
        ]
    lines += [
        "",
        "## Limits",
        "",
        "It invents what it paints: a fill is not evidence of what was there. In pictures unlike its training pictures, holes "
        "are at best painted smoothly; `--texture on` lays texture of the picture over that.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"

"""What the pages see of comparisons, and what must be right before one is started."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

from ..core.child import last_words
from ..core.comparison import INPAINT_RUN, ComparisonDir, stem_notices, training_settings
from ..core.config import MAX_ITERS, Config, EdgeGeneratorName
from ..core.config_io import make_config
from ..core.errors import InpaintError
from ..core.events import newest
from ..core.paths import child_of
from ..core.rundir import RunDir
from ..jobs.comparisons import Comparisons, is_busy, is_comparison
from ..jobs.supervisor import is_live, launched_at
from .answers import NOT_FOUND, Answer
from .files import served_file
from .runs import known_config, summary
from .training import checked_folder, checked_name

MAX_SEEDS = 20
_TAIL_BYTES = 64 * 1024

# The report brings its own styles and scripts, so it is put into a sandbox: an origin of its own, without this
# program's cookie, from which the guard answers nothing.
REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def find_comparison(comparisons: Comparisons, name: object) -> ComparisonDir:
    """Return a comparison by its name. Raises `InpaintError` ``compare-unknown``."""
    path = child_of(comparisons.folder, name)
    if path is None or not is_comparison(path):
        raise InpaintError(
            "compare-unknown", f"There is no comparison '{name}'.", "The Compare page lists all of them."
        )
    return ComparisonDir(path)


def describe(comparison: ComparisonDir) -> dict[str, Any]:
    """Describe a comparison for a list."""
    plan = comparison.plan() or {}
    status = comparison.status()
    state, message = _state(comparison, status)
    address = f"/api/comparisons/{quote(comparison.path.name, errors='surrogateescape')}"
    config, generators = plan.get("config", {}), plan.get("generators", [])
    has_report = state == "finished" and comparison.report("html").is_file()
    return {
        "name": comparison.path.name,
        "path": str(comparison.path),
        "state": state,
        "message": message,
        "progress": _progress(comparison, status) if state == "running" else None,
        "training": _training(comparison, status) if state == "running" else None,
        "generators": generators,
        "notices": stem_notices(config.get("stem", "conv"), generators),
        "seeds": len(plan.get("seeds", [])),
        "steps": plan.get("steps"),
        "seconds": plan.get("seconds"),
        "data": Path(config.get("data", "")).name,
        "updated": _changed(comparison),
        "can_resume": bool(plan) and state not in ("running", "starting", "finished"),
        "report_url": f"{address}/report" if has_report else None,
        "json_url": f"{address}/files/report.json" if has_report else None,
        "csv_url": f"{address}/files/report.csv" if has_report else None,
    }


def _changed(comparison: ComparisonDir) -> float:
    file = comparison.status_file
    return file.stat().st_mtime if file.is_file() else launched_at(comparison.process) or 0.0


def _state(comparison: ComparisonDir, status: dict[str, Any]) -> tuple[str, str]:
    """Return the state in the words of runs, and what is to be said about it."""
    phase, message = status.get("phase", ""), str(status.get("message", ""))
    launched = launched_at(comparison.process)
    said_nothing = not phase or (launched is not None and launched > _changed(comparison))
    if is_live(comparison.process):
        return ("starting", "") if said_nothing else ("running", message)
    if is_busy(comparison):
        return "running", "Its process ended, but one of its trainings is still running. Resume it when that has ended."
    if said_nothing:
        return "failed", last_words(comparison.log_file) or "Its process ended before the comparison began."
    if phase in ("training", "scoring"):
        return "interrupted", "It ended unexpectedly. Resume it to continue."
    return str(phase), message


def _run_at_work(comparison: ComparisonDir, status: dict[str, Any]) -> tuple[RunDir, Config] | None:
    """Return the training that runs, with its settings; None while there is none to name."""
    run = RunDir(comparison.path / "runs" / Path(str(status.get("run", ""))).name)
    config = known_config(run.config_file)
    return (run, config) if status.get("phase") == "training" and config else None  # or not yet


def _training(comparison: ComparisonDir, status: dict[str, Any]) -> dict[str, Any] | None:
    """Which of the trainings runs, and how far it is; None while there is none to name."""
    found = _run_at_work(comparison, status)
    if not found or status["done"] >= status["total"]:
        return None
    run, config = found
    generator, _, seed = run.path.name.rpartition("-seed-")
    last = next(newest(run.events_file, "step", _TAIL_BYTES), {})
    return {
        "generator": None if generator == INPAINT_RUN else generator,
        "seed": seed,
        "number": status["done"] + 1,
        "total": status["total"],
        "step": last.get("step", 0),
        "steps": None if config.max_seconds else config.max_iters,
        "eta_s": last.get("eta_s"),
    }


def _progress(comparison: ComparisonDir, status: dict[str, Any]) -> float | None:
    """Share of all trainings, 0 to 1; None while there is none to name."""
    found = _run_at_work(comparison, status)
    if not found:
        return None
    run, config = found
    now = summary(run)
    share = now["elapsed_s"] / config.max_seconds if config.max_seconds else now["step"] / config.max_iters
    return min(1.0, (status["done"] + min(share, 1.0)) / status["total"])


def start(comparisons: Comparisons, values: dict[str, Any], options: dict[str, Any]) -> str:
    """Start a comparison and return its name.

    Args:
        comparisons: Knows their folder.
        values: Settings for every training.
        options: ``generators`` (names), ``steps``, ``seeds`` and ``name``; an empty name makes one from the time.

    Raises:
        InpaintError: A setting, the folder, an option or the name is refused.
    """
    config = make_config(values)
    config = make_config({**config.model_dump(), "data": checked_folder(config.data, "data")})
    names = get_args(EdgeGeneratorName)
    generators = [name for name in names if name in (options.get("generators") or [])]
    if not generators:
        raise InpaintError("generator-unknown", "No edge generator is chosen.", "Tick at least one.")
    for name in generators:
        make_config({**config.model_dump(), **training_settings(config, name)})
    steps = _whole("Steps", options.get("steps"), MAX_ITERS)
    seeds = _whole("Seeds", options.get("seeds"), MAX_SEEDS)
    given = str(options.get("name") or "").strip()
    name = checked_name(given) if given else f"{time.strftime('%Y-%m-%d_%H-%M-%S')}_compare"
    return comparisons.start(name, config, generators, steps, seeds).path.name


def _whole(what: str, value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InpaintError(
            "config-invalid", f"{what}: {value} is not allowed.", f"Allowed: a whole number from 1 to {most:,}."
        )
    return value


def stop(comparison: ComparisonDir) -> None:
    """Have a comparison save and end. Raises `InpaintError` ``compare-not-live`` when there is none to obey."""
    if not is_live(comparison.process):
        raise InpaintError("compare-not-live", f"{comparison.path.name} is not running.")
    comparison.control.send("stop")


def report_page(comparison: ComparisonDir) -> Answer:
    """Return the report as a page in a sandbox."""
    answer = served_file(comparison.path, "report.html")
    if answer is NOT_FOUND:
        return answer
    # A sandboxed page in a window of its own may not ask for a process of its own beside (Chromium refuses both).
    headers = {**answer.headers, "Content-Security-Policy": REPORT_POLICY, "Cross-Origin-Opener-Policy": "unsafe-none"}
    return Answer(answer.status, answer.content_type, answer.body, headers)


def report_file(comparison: ComparisonDir, file: str) -> Answer:
    """Return the report's numbers for saving."""
    if file not in ("report.json", "report.csv"):
        return NOT_FOUND
    return served_file(comparison.path, file, download_name=f"{comparison.path.name}{Path(file).suffix}")

"""What the pages see of the trainings: derived from the run folders each time, because those are the single truth."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..core.child import last_words
from ..core.config import Config
from ..core.config_io import load_config
from ..core.errors import InpaintError
from ..core.events import EventTail, newest, parse
from ..core.paths import child_of
from ..core.rundir import INPAINT_WEIGHTS, RunDir, find_checkpoint
from ..jobs.supervisor import is_live, is_run, launched_at, live_since
from .answers import to_json
from .history import history_of
from .scores import last_scores

ENDED = ("finished", "stopped", "failed")
"""States in which the training process has said its last word."""

AT_WORK = ("starting", "running", "paused")
"""States with a live training process."""

_TAIL_BYTES = 64 * 1024
MISSED_BYTES = 4 * 2**20
"""Events that a page has missed are sent one by one up to here: some ten thousand steps."""

_STREAM_PAUSE_S = 0.25
_STREAM_CHUNK = 1000
_SIGN_OF_LIFE_S = 5.0


def find_run(runs: Path, name: object) -> RunDir:
    """Return a run folder by its name. Raises `InpaintError` ``run-unknown``."""
    path = child_of(runs, name)
    if path is None or not is_run(path):
        raise InpaintError("run-unknown", f"There is no run '{name}'.", "It may have been deleted or renamed.")
    return RunDir(path)


def state_of(run: RunDir) -> str:
    """Return a run's state: unstarted, starting, running, paused, interrupted, finished, stopped or failed."""
    return _state(run, _tail(run.events_file))[0]


def summary(run: RunDir) -> dict[str, Any]:
    """Describe a run for a list, from its config and the last 64 kB of its events."""
    config = known_config(run.config_file)
    events = _tail(run.events_file)
    last = events[-1] if events else {}
    state, error = _state(run, events)
    address = quote(run.path.name, errors="surrogateescape")  # a name on Linux may be no text
    samples = sorted(path.name for path in run.samples.glob("step-*.png")) if run.samples.is_dir() else []
    return {
        "run": run.path.name,
        "path": str(run.path),
        "state": state,
        "stage": config.stage if config else str(last.get("stage", "")),
        "step": int(last.get("step", 0)),
        "max_iters": config.max_iters if config else 0,
        "elapsed_s": next((event["elapsed_s"] for event in reversed(events) if "elapsed_s" in event), 0.0),
        "launched": live_since(run) if state in AT_WORK else None,
        "updated": last.get("time") or launched_at(run) or _modified(run.path),
        "last_sample_url": f"/api/runs/{address}/samples/{samples[-1]}" if samples else None,
        "error": error,
        "order": run.control.peek() if state in ("running", "paused") else None,
        "scores": last_scores(run.events_file) if config and config.eval_interval else None,
        "fills": _fills(run),
    }


def details(run: RunDir) -> dict[str, Any]:
    """Describe a run for its own page: summary, config, and its past as `History.read` gives it."""
    config = known_config(run.config_file)
    past = history_of(run.events_file).read()
    return {**summary(run), "config": config.model_dump() if config else {}, **past}


def trains_on_gpu(run: RunDir) -> bool:
    """Return whether a training is at work on a GPU in this run."""
    return is_live(run) and any(event.get("gpu_memory") for event in _tail(run.events_file))


def event_stream(
    path: Path, after: int, offload: Callable[..., Any], sleep: Callable[[float], None]
) -> Iterator[bytes]:
    """Yield a run's events as server-sent events, at most four batches a second, until the page leaves.

    A page that missed more than `MISSED_BYTES`, in the background for hours, gets one event ``past`` in their place: what
    `History.read` gives to a page that opens.

    Args:
        path: The run's ``events.jsonl``.
        after: Events up to this sequence number are known.
        offload: Runs a blocking function while other requests are served.
        sleep: Pauses without blocking.
    """
    yield b"retry: 1000\n\n"
    offset = offload(_offset_after, path, after)
    if offload(_size, path) - offset > MISSED_BYTES:
        past = offload(history_of(path).read)
        after = past["last_seq"]
        yield f"event: past\nid: {after}\ndata: {to_json(past)}\n\n".encode()
        offset = offload(_offset_after, path, after)
    tail = EventTail(path, after, offset)
    quiet_s = 0.0
    while offload(path.parent.is_dir):
        events = iter(offload(tail.read))
        quiet_s += _STREAM_PAUSE_S
        while chunk := list(itertools.islice(events, _STREAM_CHUNK)):
            yield "".join(f"id: {event['seq']}\ndata: {to_json(event)}\n\n" for event in chunk).encode()
            quiet_s = 0.0
        if quiet_s >= _SIGN_OF_LIFE_S:
            # Writing is the only way to notice that the page has left.
            yield b": here\n\n"
            quiet_s = 0.0
        sleep(_STREAM_PAUSE_S)


def _state(run: RunDir, events: list[dict[str, Any]]) -> tuple[str, str | None]:
    """Return a run's state, and in words why it failed."""
    last = events[-1] if events else {}
    live = is_live(run)
    launched = launched_at(run)
    if not events or (launched is not None and launched > last["time"]):
        # Nothing was written since the training process was last started.
        if live:
            return "starting", None
        if launched is None:
            return "unstarted", None
        return "failed", last_words(run.log_file) or "The training process ended before it began."
    if last["type"] == "run_failed":
        return "failed", f"{last.get('message', '')} {last.get('hint', '')}".strip()
    if last["type"] == "run_finished":
        return ("stopped" if last.get("reason") == "stopped" else "finished"), None
    if not live:
        return "interrupted", None
    turns = [event["type"] for event in events if event["type"] in ("paused", "resumed", "run_started", "step")]
    return ("paused" if turns and turns[-1] == "paused" else "running"), None


def _tail(path: Path) -> list[dict[str, Any]]:
    """Return the events in the last 64 kB of a file, oldest first."""
    return list(newest(path, within=_TAIL_BYTES))[::-1]


def _offset_after(path: Path, after: int) -> int:
    """Return a byte offset at or shortly before the first event above a sequence number, by bisection."""
    try:
        with open(path, "rb") as file:
            low, high = 0, file.seek(0, 2)
            while high - low > _TAIL_BYTES:
                middle = (low + high) // 2
                file.seek(middle)
                file.readline()
                start = file.tell()
                event = parse(file.readline())
                if event is not None and event["seq"] <= after and start < high:
                    low = start
                else:
                    high = middle
            return low
    except OSError:
        return 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def known_config(path: Path) -> Config | None:
    """Return the settings in a file, read once until it changes, or None when it holds none: YAML makes a long list slow."""
    try:
        return _config_at(path, path.stat().st_mtime_ns)
    except (InpaintError, OSError):
        return None


@lru_cache(maxsize=1024)
def _config_at(path: Path, modified: int) -> Config:
    return load_config(path)


def _fills(run: RunDir) -> str | None:
    """Return the checkpoint that stands for a run where pictures are filled, or None when it cannot paint."""
    try:
        checkpoint = find_checkpoint(run.path)
        return str(checkpoint) if (checkpoint / INPAINT_WEIGHTS).is_file() else None
    except (InpaintError, OSError):
        return None


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0

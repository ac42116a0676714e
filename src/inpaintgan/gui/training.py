"""Starting and steering trainings from the window: what must be right before a process is started."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from ..core.config import FIXED, ORIGINS, Config
from ..core.config_io import make_config
from ..core.errors import InpaintError, about
from ..core.formats import LIST_SUFFIXES, SHARD_SUFFIX
from ..core.origins import check_origins
from ..core.paths import is_portable
from ..core.resuming import check_fixed, limits_reached, trained_so_far
from ..core.rundir import RunDir, find_checkpoint
from ..jobs.supervisor import Supervisor, is_live, unwritable, wait_until_gone
from .folders import absolute, has_picture
from .runs import ENDED, state_of
from .trash import discard

_TAKEN = ("comparisons", "queue.json")
"""What else lies in the folder of the runs."""
_NAME = re.compile(r"[^\W_][\w \-.()+]{0,79}")


def start(make: Callable[[Config, str], RunDir], values: dict[str, Any], name: str) -> str:
    """Start a training, or only prepare it, and return its run's name.

    Args:
        make: The supervisor's ``start`` or ``prepare``.
        values: Settings; relative folders are taken from where the window was started.
        name: Empty makes one from the time and the stage.

    Raises:
        InpaintError: A setting, a folder or the name is refused.
    """
    config = with_checked_folders(make_config(values))
    if name:
        return make(config, checked_name(name)).path.name
    base = f"{time.strftime('%Y-%m-%d_%H-%M')}_{config.stage}"
    for attempt in range(1, 1000):
        try:
            return make(config, base if attempt == 1 else f"{base}_{attempt}").path.name
        except InpaintError as error:
            if error.code != "run-exists":
                raise
    raise InpaintError("run-exists", "Too many runs were started in this minute.", "Give the run a name.")


def with_checked_folders(config: Config, *, goes_on: bool = False) -> Config:
    """Return settings whose folders are there and written in full. Raises `InpaintError` as `checked_folder`.

    A resumed training continues with its own weights: what it began with may be gone.
    """
    used = {
        "data": True,
        "val_data": bool(config.val_data),
        "mask_data": config.mask.startswith("external"),
        "edge_data": config.edge == "external",
        "val_edge_data": config.edge == "external" and bool(config.val_edge_data),
    }
    folders = {name: checked_folder(getattr(config, name), name) for name, wanted in used.items() if wanted}
    for name in ORIGINS:
        if getattr(config, name):
            folders[name] = absolute(getattr(config, name))
            if not goes_on:
                with about(name):
                    find_checkpoint(Path(folders[name]))
    checked = make_config({**config.model_dump(), **folders})
    if not goes_on:
        check_origins(checked)
    return checked


def resume_point(run: RunDir) -> dict[str, Any]:
    """Return ``{config, fixed, step}`` of a run: its settings, those that cannot change, and its last saved step."""
    return {
        "config": run.load_config().model_dump(),
        "fixed": (*FIXED, *ORIGINS),
        "step": trained_so_far(run)[0],
    }


def resume_with(supervisor: Supervisor, run: RunDir, values: dict[str, Any]) -> None:
    """Go on with a training under other settings.

    Raises:
        InpaintError: As `check_resume` and `with_checked_folders`; ``run-busy`` when it is running.
    """
    config = make_config(values)
    check_resume(run, config)
    before, config = run.load_config(), with_checked_folders(config, goes_on=bool(run.saved_steps()))
    _let_it_end(run)
    changed = {key: value for key, value in config.model_dump().items() if value != getattr(before, key)}
    supervisor.resume(run, changed)


def check_resume(run: RunDir, config: Config) -> None:
    """Refuse settings that a run cannot go on with.

    Raises:
        InpaintError: ``config-invalid`` for a setting that cannot change any more, or limits that are already reached.
    """
    step, elapsed_s = trained_so_far(run)
    if step:
        check_fixed(run, config)
    said = {
        "max_iters": f"This run is already at step {step:,}. Choose a value above it.",
        "max_seconds": f"This run has trained for {elapsed_s:,.0f} s. Choose more, or 0 for no limit.",
    }
    if faults := [f"{limit}: {said[limit]}" for limit in limits_reached(config, step, elapsed_s)]:
        raise InpaintError("config-invalid", "\n".join(faults))


def resume(supervisor: Supervisor, run: RunDir) -> None:
    """Go on with a training. Raises `InpaintError` ``run-busy`` when it is running, or does not leave after its end."""
    _let_it_end(run)
    if state_of(run) in ENDED and is_live(run):
        raise InpaintError(
            "run-busy",
            f"{run.path.name} has ended, but its process is still exiting.",
            "Wait a moment, then try again.",
        )
    supervisor.resume(run)


def checked_folder(path: str, key: str) -> str:
    """Return the path of a folder of pictures, a tar shard or a list of files in full.

    Raises:
        InpaintError: ``data-missing`` when it is not defined, ``folder-missing`` or ``folder-empty``.
    """
    if not path.strip():
        raise InpaintError("data-missing", "Dataset path is not defined.", "Select the folder of your pictures.")
    folder = Path(absolute(path))
    if folder.is_file() and folder.suffix.lower() in (SHARD_SUFFIX, *LIST_SUFFIXES):
        return str(folder)
    if not folder.is_dir():
        said = f"{folder} is a file, not a folder." if folder.exists() else f"There is no folder {folder}."
        raise InpaintError("folder-missing", f"{key}: {said}", "Select another folder.")
    if not has_picture(folder):
        raise InpaintError("folder-empty", f"{key}: There is no picture in {folder}.", "Select a folder with pictures.")
    return str(folder)


def checked_name(name: str) -> str:
    """Return a run's name. Raises `InpaintError` ``run-name-invalid``."""
    name = name.strip()
    if not _NAME.fullmatch(name) or not is_portable(name) or name.casefold() in _TAKEN:
        raise InpaintError(
            "run-name-invalid",
            f"'{name}' cannot be the name of a run.",
            "Allowed: up to 80 letters, digits, spaces and - _ . ( ) +, beginning with a letter or digit, and no name such as "
            "CON or NUL, which Windows keeps for itself.",
        )
    return name


def control(run: RunDir, command: str) -> None:
    """Leave an order for a training. Raises `InpaintError` ``run-not-live`` when nobody would obey it."""
    if not is_live(run):
        raise InpaintError("run-not-live", f"{run.path.name} is not training.", "Resume it first.")
    try:
        run.control.send(command)
    except OSError as error:
        pid = run.trainer_pid()
        if command == "stop" and pid is not None and os.name != "nt":
            os.kill(pid, signal.SIGTERM)  # means the same, and needs no room on a full disk
            return
        raise unwritable(run, error) from error


def delete(run: RunDir) -> str:
    """Put a run into the trash and return what takes it out again. Raises `InpaintError` ``run-busy`` or ``run-undeletable``."""
    _let_it_end(run)
    try:
        # Another window may be about to start it. On Windows a folder with an open file cannot be moved.
        with nullcontext() if os.name == "nt" else run.held():
            if is_live(run):
                raise InpaintError("run-busy", f"{run.path.name} is still training.", "Stop it first.")
            return discard(run)
    except OSError as error:
        raise InpaintError(
            "run-undeletable",
            f"{run.path.name} cannot be deleted: {error.strerror}.",
            f"It is in {run.path}.",
        ) from error


def _let_it_end(run: RunDir) -> None:
    """Give a process that has written its last event the moment it needs to leave."""
    if state_of(run) in ENDED:
        wait_until_gone(run)

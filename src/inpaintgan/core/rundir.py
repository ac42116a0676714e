"""The run folder: the single truth about a training, readable while it runs and after any kill."""

from __future__ import annotations

import math
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .atomic import read_json, replace, write_bytes, write_json
from .child import elsewhere, live_pid, process_record
from .config import Config
from .config_io import load_config, save_config
from .control import Control
from .errors import InpaintError, room_or
from .events import read_events
from .lock import held
from .paths import seen_file

CHECKPOINT_CONFIG = "config.yml"
EDGE_WEIGHTS = "edge_generator.safetensors"
INPAINT_WEIGHTS = "inpaint_generator.safetensors"
EDGE_DISCRIMINATOR = "edge_discriminator.safetensors"
INPAINT_DISCRIMINATOR = "inpaint_discriminator.safetensors"
TRAINING_STATE = "training_state.pt"
EVENTS = "events.jsonl"
SCORES = "scores.json"
"""A released checkpoint's scores: ``values``, a number by metric, and ``on``, in words what they were measured on."""
_LINKS = os.name != "nt"
_POINTERS = ("best", "latest")
_STEP_NAME = re.compile(r"step-(\d{9})")
_POINTER_BYTES = 64
_SILENCE_S = 600
"""How long a trainer may say nothing, in a long validation perhaps, before another machine takes it for dead."""


@dataclass(frozen=True, init=False)
class RunDir:
    """Paths of a run folder, and who is training in it."""

    path: Path

    def __init__(self, path: str | Path) -> None:
        object.__setattr__(self, "path", Path(path))

    @property
    def config_file(self) -> Path:
        return self.path / "config.yml"

    @property
    def events_file(self) -> Path:
        return self.path / EVENTS

    @property
    def samples(self) -> Path:
        return self.path / "samples"

    @property
    def tensorboard(self) -> Path:
        return self.path / "tensorboard"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def log_file(self) -> Path:
        """What the training process printed, when a window started it."""
        return self.path / "train.log"

    @property
    def control(self) -> Control:
        return Control(self.path / "control.json")

    @property
    def exists(self) -> bool:
        """Whether the folder is a run's, be it one that never began."""
        return seen_file(self.config_file) or seen_file(self.events_file)

    def create(self, config: Config, *, claim: bool = False) -> None:
        """Make the folder and freeze the config into it.

        Args:
            config: Of the training.
            claim: Record this process as the run's trainer, as `claim` does: who is refused leaves the config as it is.

        Raises:
            InpaintError: ``run-busy`` when another live process trains in this folder, or ``run-unwritable``.
        """
        self.check_free()
        try:
            self.samples.mkdir(parents=True, exist_ok=True)
            self.checkpoints.mkdir(exist_ok=True)
            with self.held():
                self.check_free()  # it may have come in between
                save_config(config, self.config_file)
                if claim:
                    self._record()
        except OSError as error:
            raise InpaintError(
                "run-unwritable",
                f"The run folder {self.path} cannot be written: {error.strerror}.",
                room_or(error, "Choose another --run."),
            ) from error

    def load_config(self) -> Config:
        """Return the frozen config. Raises `InpaintError` when there is none."""
        return load_config(self.config_file)

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield what the training wrote, oldest first: plain dicts, each with ``type``, ``seq``, ``time`` and ``step``.

        `core.events` describes the others' keys by ``type``; steps and validations have their numbers in ``values``. None
        are there before a training has begun, and a line that is being written is left out.
        """
        return read_events(self.events_file)

    def sample_path(self, step: int) -> Path:
        return self.samples / f"{step_name(step)}.png"

    def checkpoint_path(self, step: int) -> Path:
        return self.checkpoints / step_name(step)

    def saved_steps(self) -> list[int]:
        """Return the steps of whole checkpoints that a training can resume from, lowest first."""
        if not self.checkpoints.is_dir():
            return []
        return sorted(
            step
            for entry in self.checkpoints.iterdir()
            if (step := step_named(entry)) is not None and (entry / TRAINING_STATE).is_file()
        )

    def pointer(self, name: str) -> Path | None:
        """Return the checkpoint folder that ``latest`` or ``best`` names, or None."""
        return _pointed_at(self.checkpoints / name)

    def point(self, name: str, step: int) -> None:
        """Let ``latest`` or ``best`` name the checkpoint of a step: a link, or a text file where links are not allowed.

        On Windows it is a text file always: a link to a folder cannot be replaced there.
        """
        pointer = self.checkpoints / name
        if pointer.is_dir() and not pointer.is_symlink():  # of a run that was copied by following its links
            aside = pointer.with_name(f".{name}.old.{os.getpid()}.tmp")
            replace(pointer, aside)
            self.point(name, step)
            shutil.rmtree(aside)
            return
        if not _LINKS:
            if pointer.is_symlink():  # of a run that was brought here
                pointer.unlink()
            write_bytes(pointer, step_name(step).encode())
            return
        link = pointer.with_name(f".{name}.{os.getpid()}.tmp")
        link.unlink(missing_ok=True)
        try:
            link.symlink_to(step_name(step), target_is_directory=True)
        except (OSError, NotImplementedError):
            write_bytes(pointer, step_name(step).encode())
        else:
            os.replace(link, pointer)

    def check_free(self) -> None:
        """Raise `InpaintError` ``run-busy`` when another live process trains in this folder."""
        host = self.other_host()
        if host:
            raise InpaintError(
                "run-busy",
                f"{host} is training in {self.path}, or was within the last {_SILENCE_S // 60} minutes.",
                "Stop it there first, or choose another --run.",
            )
        pid = self.trainer_pid()
        if pid is not None and pid != os.getpid():
            raise InpaintError(
                "run-busy",
                f"Process {pid} is already training in {self.path}.",
                "Stop it first, or choose another --run.",
            )

    def held(self) -> AbstractContextManager[None]:
        """Keep others from starting a training here, from looking whether there is one until that is written down.

        Raises:
            InpaintError: ``run-busy`` when another process does not let go of it.
        """
        return held(
            self.path / ".lock", InpaintError("run-busy", f"Another process is starting in {self.path}.", "Try again.")
        )

    def claim(self) -> None:
        """Record this process as the run's trainer. Raises `InpaintError` ``run-busy`` as `check_free` does."""
        with self.held():
            self.check_free()
            self._record()

    def _record(self) -> None:
        write_json(self.path / "process.json", process_record())

    def release(self) -> None:
        """Forget this process as the run's trainer."""
        if self.trainer_pid() == os.getpid():
            with suppress(OSError):  # a disk that became read-only; the process id says enough once it is gone
                (self.path / "process.json").unlink(missing_ok=True)

    def other_host(self) -> str:
        """Return the machine that trains in this folder, on a disk that it shares with this one, or empty.

        Whether that process lives cannot be seen from here: while it does, it says something now and then.
        """
        # torchrun restarts ranks, on whichever machine, when it knows that the others are dead.
        if "TORCHELASTIC_RUN_ID" in os.environ:
            return ""
        record = read_json(self.path / "process.json")
        host = elsewhere(record)
        if host and live_pid(record) is not None:  # of this machine, which had that name
            return ""
        try:
            silent_s = time.time() - self.events_file.stat().st_mtime if host else math.inf
        except OSError:
            return ""
        return host if silent_s < _SILENCE_S else ""

    def trainer_pid(self) -> int | None:
        """Return the process id of the live trainer on this machine, or None."""
        return live_pid(read_json(self.path / "process.json"))


def step_name(step: int) -> str:
    """``step-000001000``: sorts as text in the order of training."""
    return f"step-{step:09d}"


def _pointed_at(pointer: Path) -> Path | None:
    """Return the folder beside a pointer that it names, or None. Any other file, of whatever size, is not a pointer.

    Of a run that was copied by following its links the pointer is that folder.
    """
    if pointer.name in _POINTERS and pointer.is_dir() and not pointer.is_symlink():
        return pointer
    try:
        if pointer.is_symlink():
            name = str(pointer.readlink())
        else:
            with open(pointer, "rb") as file:
                name = file.read(_POINTER_BYTES).decode(errors="replace").strip()
            if not _STEP_NAME.fullmatch(name):
                return None
    except OSError:
        return None
    target = pointer.parent / name
    return target if target.is_dir() and target != pointer.parent else None


def step_named(checkpoint: Path) -> int | None:
    """Return the step in the name of a run's checkpoint folder, there or not; None for other names."""
    match = _STEP_NAME.fullmatch(checkpoint.name)
    return int(match[1]) if match else None


def find_checkpoint(path: Path) -> Path:
    """Return the checkpoint folder behind a path: itself, what ``best`` or ``latest`` names, or a run folder's best one.

    Of a run of the stage ``auto`` the best one may still be of its edge phase: then it is the newest, which can paint.

    Raises:
        InpaintError: ``checkpoint-missing`` when there is none.
    """
    path = _pointed_at(path) or path
    if (path / EDGE_WEIGHTS).is_file() or (path / INPAINT_WEIGHTS).is_file():
        return path
    run = RunDir(path)
    named = [found for found in (run.pointer("best"), run.pointer("latest")) if found]
    if named:
        return next((found for found in named if (found / INPAINT_WEIGHTS).is_file()), named[0])
    steps = run.saved_steps()
    if steps:
        return run.checkpoint_path(steps[-1])
    if path.is_dir():
        said = f"{path} holds no checkpoint."
    else:
        said = f"{path} is a file, not a folder." if path.is_file() else f"There is no checkpoint folder {path}."
    raise InpaintError(
        "checkpoint-missing",
        said,
        f"A checkpoint folder holds {CHECKPOINT_CONFIG}, {EDGE_WEIGHTS} and {INPAINT_WEIGHTS}.",
    )

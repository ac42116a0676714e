"""The folder of a comparison: a run folder for each training, the scores, the report; readable at any time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .atomic import read_json, write_json
from .config import Config, fitting_stem
from .control import Control
from .errors import InpaintError
from .rundir import RunDir

INPAINT_RUN = "inpaint"
"""Takes a generator's place in the name of the run that trains the shared inpaint generator."""


def training_settings(base: Config, generator: str) -> dict[str, Any]:
    """Return in what the training of an edge generator differs from the settings that all trainings share."""
    return {"stage": "edge", "edge_generator": generator, "stem": fitting_stem(generator, base.stem)}


def stem_notices(stem: str, generators: Iterable[str]) -> list[str]:
    """Say which generators cannot have the stem that all share."""
    others = {name: other for name in generators if (other := fitting_stem(name, stem)) != stem}
    return [f"{name} is trained with stem {other}, because it has no {stem} stem." for name, other in others.items()]


Phase = Literal["training", "scoring", "finished", "stopped", "failed"]
Kind = Literal["json", "csv", "html"]
"""Of a report's files."""


@dataclass(frozen=True)
class ComparisonDir:
    """Paths of a comparison's folder, and who is at work in it."""

    path: Path

    @property
    def plan_file(self) -> Path:
        """What is compared: settings, budget, generators, seeds."""
        return self.path / "plan.json"

    @property
    def config_file(self) -> Path:
        """The settings all trainings share."""
        return self.path / "config.yml"

    @property
    def status_file(self) -> Path:
        return self.path / "status.json"

    @property
    def log_file(self) -> Path:
        """What the process printed, when a window started it."""
        return self.path / "compare.log"

    @property
    def control(self) -> Control:
        """Knows one order: stop."""
        return Control(self.path / "control.json")

    def run(self, generator: str, seed: int) -> RunDir:
        """The run folder of one training."""
        return RunDir(self.path / "runs" / f"{generator}-seed-{seed}")

    def scores(self, unit: str) -> Path:
        """Folder of the scores and pictures of what is scored in one go."""
        return self.path / "scores" / unit

    def report(self, kind: Kind) -> Path:
        return self.path / f"report.{kind}"

    def say(self, phase: Phase, message: str = "", **more: Any) -> None:
        """Record how things stand, for whoever looks."""
        write_json(self.status_file, {"phase": phase, "message": message, **more})

    def status(self) -> dict[str, Any]:
        """Return what was recorded last; empty before the first word."""
        status = read_json(self.status_file)
        return status if isinstance(status, dict) else {}

    def plan(self) -> dict[str, Any] | None:
        """Return what is compared, or None when this is not a comparison's folder."""
        plan = read_json(self.plan_file)
        return plan if isinstance(plan, dict) else None

    @property
    def process(self) -> RunDir:
        """The folder as a run's: the process at work here is recorded as a trainer is."""
        return RunDir(self.path)

    def pid(self) -> int | None:
        """Return the id of the live process at work here, or None."""
        return self.process.trainer_pid()

    def check_free(self) -> None:
        """Raise `InpaintError` ``compare-busy`` when another live process is at work here."""
        with self._busy():
            self.process.check_free()

    def claim(self) -> None:
        """Record this process as the one at work. Raises `InpaintError` ``compare-busy`` as `check_free` does."""
        with self._busy():
            self.process.claim()

    @contextmanager
    def _busy(self) -> Iterator[None]:
        try:
            yield
        except InpaintError as error:
            pid = self.pid()
            said = f"Process {pid} is already working on {self.path}." if pid else error.message
            hint = "Wait for it, stop it, or name another --output."
            raise InpaintError("compare-busy", said, hint) from error

    def release(self) -> None:
        """Forget this process as the one at work."""
        self.process.release()

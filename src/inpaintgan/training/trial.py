"""Try it: whether a minute of training did all that a training should, said in words."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from ..core.atomic import write_bytes, write_json
from ..core.errors import InpaintError
from ..core.events import read_events
from ..core.exit_codes import FAILED
from ..core.paths import resource, work_root
from ..core.rundir import RunDir, find_checkpoint
from ..core.trial import FILL_FILE, VERDICT_FILE, trial_config, trial_name
from ..core.wording import plural
from ..imaging.encode import encode
from ..imaging.io import decode
from ..imaging.masks import read_mask, with_white_hole
from ..imaging.picture import Picture
from ..inference.pipeline import Inpainter
from .sinks import Console
from .trainer import Trainer

_EXAMPLE = "coffee.png"
_MIN_STEPS = 40
"""Fewer steps show the noise of their batches rather than a course."""
_FIRST = 10
"""Steps whose mean is where the losses begin."""
_LAST = 0.25
"""Share of the steps whose mean is where they end."""


class Check(BaseModel):
    """One thing that was looked at."""

    name: str
    ok: bool
    text: str
    judged: bool = True
    """Whether there was enough to judge it by; if not, it counts as well."""


class Verdict(BaseModel):
    """What a trial showed."""

    sound: bool
    text: str
    checks: list[Check]


def try_it(seconds: float, run_path: Path | None = None) -> int:
    """``python main.py try``: train for a while, judge, print. Returns 0 when the installation works, else 1.

    Args:
        seconds: Of training.
        run_path: The run folder; None makes one under ``runs`` from the time.

    Raises:
        InpaintError: ``run-exists``, or the training cannot start at all.
    """
    run = RunDir(run_path or work_root() / "runs" / trial_name())
    if run.events_file.exists():
        raise InpaintError("run-exists", f"{run.path} already holds a training.", "Choose another --run.")
    config = trial_config(seconds)
    console = Console()
    trainer = Trainer(config, run, resume=False, sinks=[console])
    try:
        trainer.train()
    finally:
        console.close()
    verdict = judge(run)
    print(describe(verdict))
    print(f"The training is kept in {run.path}.")
    return 0 if verdict.sound else FAILED


def judge(run: RunDir) -> Verdict:
    """Look at a trial that has ended, fill a picture with it, and keep the verdict in the run folder."""
    events = list(read_events(run.events_file))
    checks = [_trained(events), _losses(events), _files(run), _fill(run)]
    sound = all(check.ok for check in checks)
    device = next((event["device"] for event in events if event["type"] == "run_started"), "an unknown device")
    slow = "" if all(check.judged for check in checks) else " It is slow, or busy just now."
    wrong = ", ".join(check.name.lower() for check in checks if not check.ok)
    verdict = Verdict(
        sound=sound,
        text=f"The installation works: this computer trains and fills ({device}).{slow}"
        if sound
        else f"Something is wrong with: {wrong}.",
        checks=checks,
    )
    write_json(run.path / VERDICT_FILE, verdict.model_dump())
    return verdict


def describe(verdict: Verdict) -> str:
    """Return a verdict as lines of text for a terminal."""
    marks = [("ok" if check.ok else "NOT OK") if check.judged else "?" for check in verdict.checks]
    lines = [f"  {mark:<6}  {check.name}: {check.text}" for mark, check in zip(marks, verdict.checks, strict=True)]
    return "\n".join([*lines, verdict.text])


def _trained(events: list[dict[str, Any]]) -> Check:
    last: dict[str, Any] = events[-1] if events else {"type": ""}
    if last["type"] == "run_failed":
        return Check(name="Training", ok=False, text=f"It failed: {last['message']} {last['hint']}".strip())
    if last["type"] != "run_finished":
        return Check(name="Training", ok=False, text="It ended without a message: the process was killed or crashed.")
    started = next(event for event in events if event["type"] == "run_started")
    steps, pace = last["step"], last["step"] / max(last["elapsed_s"], 1e-9)
    # Slower than one a second, the time of one says more.
    words = f"{pace:.1f} a second" if pace >= 1 or not steps else f"{1 / pace:.1f} s for each"
    return Check(
        name="Training",
        ok=steps > 0,
        text=f"{plural(steps, 'step')} in {last['elapsed_s']:.0f} s, {words}, on {started['device']}.",
    )


def _losses(events: list[dict[str, Any]]) -> Check:
    steps = [event for event in events if event["type"] == "step"]
    numbers = [value for event in steps for value in event["values"].values()]
    if not all(value is not None and math.isfinite(value) for value in numbers):
        return Check(
            name="Losses", ok=False, text="Some are not finite numbers: the arithmetic of this machine is wrong."
        )
    if len(steps) < _MIN_STEPS:
        text = f"All finite; but {len(steps)} steps are too few to see them fall. Try again with nothing else running."
        return Check(name="Losses", ok=True, judged=False, text=text)
    begun, ended = steps[:_FIRST], steps[-int(len(steps) * _LAST) :]
    falls = []
    for key, title in (("edge_bce_loss", "edges"), ("l1_loss", "colours")):
        first, last = (float(np.mean([event["values"][key] for event in part])) for part in (begun, ended))
        falls.append((title, first, last))
    words = ", ".join(
        f"{title} {'fell' if last < first else 'went'} from {first:.3g} to {last:.3g}" for title, first, last in falls
    )
    # Colours begin at a smooth fill of the hole, which a minute hardly improves: the edges tell.
    _, first, last = falls[0]
    fell = last < first
    return Check(name="Losses", ok=fell, text=f"All finite{'' if fell else ', but not falling'}: {words}.")


def _files(run: RunDir) -> Check:
    missing = [path.name for path in (run.config_file, run.events_file) if not path.is_file()]
    if not list(run.samples.glob("step-*.png")):
        missing.append("sample grids")
    try:
        find_checkpoint(run.path)
    except InpaintError:
        missing.append("a checkpoint")
    if missing:
        return Check(name="Files", ok=False, text=f"Not written: {', '.join(missing)}, in {run.path}.")
    return Check(name="Files", ok=True, text=f"Settings, log, samples and a checkpoint were written to {run.path}.")


def _fill(run: RunDir) -> Check:
    examples = resource("examples")
    try:
        inpainter = Inpainter.load(run.path)
        picture = decode(examples / _EXAMPLE).pixels
        mask, _ = read_mask(examples / "masks" / _EXAMPLE, *picture.shape[:2])
        start = time.perf_counter()
        filled = inpainter.fill(picture, mask)
        took = time.perf_counter() - start
        with_hole = with_white_hole(picture, mask)
        write_bytes(run.path / FILL_FILE, encode(Picture(np.concatenate([with_hole, filled], axis=1)), "PNG"))
    except Exception as error:  # whatever it is, it is what the trial is there to find
        return Check(name="Fill", ok=False, text=f"A picture could not be filled: {error}")
    hole = mask == 1
    kept = np.array_equal(filled[~hole], picture[~hole])
    painted = float(filled[hole].std()) > 1
    text = f"The hole of {_EXAMPLE} was filled in {took:.1f} s; every pixel around it is unchanged."
    if not kept:
        text = "Pixels outside the hole changed, which must never happen."
    elif not painted:
        text = "The hole came out in one colour."
    return Check(name="Fill", ok=kept and painted, text=text)

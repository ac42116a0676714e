"""What a comparison compares: one set of settings, a budget, generators and seeds; frozen into its folder."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...core.atomic import write_json
from ...core.comparison import ComparisonDir, stem_notices, training_settings
from ...core.config import MAX_ITERS, Config
from ...core.config_io import load_config, make_config, save_config, with_full_paths
from ...core.errors import InpaintError
from ...core.paths import expanded, resource, work_root
from ...networks.edge_generators import EDGE_GENERATORS
from ..mask_sets import drawn_kind

_OURS = {
    "stage": "compare trains edge generators, then an inpaint generator.",
    "edge_generator": "Name the generators with --generators.",
    "init_from": "Every generator starts from random weights.",
    "edges_from": "Every generator starts from random weights.",
    "max_iters": "Give the budget with --steps.",
    "max_seconds": "Give the budget with --seconds.",
}
"""Settings that a comparison sets itself, and what to do instead."""
_BUDGET = ("steps", "seconds", "inpaint")
_CURVE_POINTS = 10


@dataclass(frozen=True)
class Plan:
    """A comparison to be made.

    Attributes:
        base: The settings all trainings share; what differs between trainings has its default in it.
        generators: Names of edge generators, in the order of the report.
        seeds: One training of each generator for each.
        steps: The budget of each training in steps, or None.
        seconds: Or in seconds of training.
        inpaint: A checkpoint whose inpaint generator paints for all, or None to train one for each seed.
        masks: What holes to score on, one of `KINDS` or a folder; None is those of the training.
        limit: Score this many pictures; 0 scores all.
    """

    base: Config
    generators: tuple[str, ...]
    seeds: tuple[int, ...]
    steps: int | None
    seconds: float | None
    inpaint: str | None
    masks: str | None
    limit: int

    def config(self, generator: str | None, seed: int) -> Config:
        """Return the settings of one training; None is the shared inpaint generator."""
        values = training_settings(self.base, generator) if generator else {"stage": "inpaint"}
        values |= {"seed": seed}
        values |= {"max_iters": self.steps} if self.steps else {"max_iters": MAX_ITERS, "max_seconds": self.seconds}
        return make_config({**self.base.model_dump(), **values})

    @property
    def budget(self) -> str:
        """The budget in words."""
        return f"{self.steps:,} steps" if self.steps else f"{self.seconds:g} seconds of training"

    @property
    def notices(self) -> list[str]:
        """Where trainings differ although the same was asked of all."""
        return stem_notices(self.base.stem, self.generators)

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain JSON."""
        return {
            "generators": list(self.generators), "seeds": list(self.seeds), "steps": self.steps, "seconds": self.seconds,
            "inpaint": self.inpaint, "masks": self.masks, "limit": self.limit, "config": self.base.model_dump(),
        }  # fmt: skip


def make_plan(asked: argparse.Namespace) -> Plan:
    """Make a plan from the words of the command line.

    Raises:
        InpaintError: A generator, a setting or the budget is refused.
    """
    _check_words(asked)
    config = load_config(
        asked.config or resource("config.yml"),
        asked.set,
        data=asked.data,
        val_data=asked.val_data,
        perceptual_weights=asked.perceptual_weights,
    )
    if not config.data:
        raise InpaintError("data-missing", "No training pictures were named.", "Give --data DIR.")
    default = Config()
    shared: dict[str, Any] = {key: getattr(default, key) for key in _OURS}
    if asked.steps:  # enough points for a curve, also of a short training
        shared["eval_interval"] = min(config.eval_interval, max(1, asked.steps // _CURVE_POINTS))
    plan = Plan(
        base=with_full_paths(make_config({**config.model_dump(), **shared})),
        generators=_checked_generators(asked.generators),
        seeds=tuple(range(config.seed, config.seed + asked.seeds)),
        steps=asked.steps,
        seconds=asked.seconds,
        inpaint=_absolute(asked.inpaint),
        masks=drawn_kind(asked.masks or "") or _absolute(asked.masks),
        limit=asked.limit,
    )
    for generator in (*plan.generators, None):  # now, not after the trainings before it were spent
        plan.config(generator, plan.seeds[0])
    return plan


def _check_words(asked: argparse.Namespace) -> None:
    for setting in asked.set:
        key = setting.partition("=")[0].strip().lower()
        if key in _OURS:
            raise InpaintError("config-invalid", f"{key}: compare sets this itself.", _OURS[key])
    for name in ("steps", "seconds", "seeds"):
        value = getattr(asked, name)
        if value is not None and value <= 0:
            raise InpaintError("config-invalid", f"--{name}: {value:g} is not allowed.", "Allowed: numbers above 0.")


def _checked_generators(text: str | None) -> tuple[str, ...]:
    names = list(EDGE_GENERATORS) if text is None else [name.strip() for name in text.split(",")]
    for name in names:
        if name not in EDGE_GENERATORS:
            raise InpaintError(
                "generator-unknown",
                f"--generators: there is no edge generator '{name}'.",
                f"Allowed: {', '.join(EDGE_GENERATORS)}.",
            )
    return tuple(dict.fromkeys(names))


def _absolute(path: str | Path | None) -> str | None:
    """The plan must mean the same folder wherever the command is run again."""
    return str(expanded(path).resolve()) if path else None


def default_output(plan: Plan) -> Path:
    """The same folder whenever the same command is run: named after the data and the budget."""
    budget = f"{plan.steps}-steps" if plan.steps else f"{plan.seconds:g}-seconds"
    return work_root() / "runs" / "comparisons" / f"{Path(plan.base.data).name}-{budget}"


def freeze(folder: ComparisonDir, plan: Plan) -> Plan:
    """Write the plan into its folder, and return it; or check it against the one that is there.

    Generators and seeds may be added to a comparison that has begun, and left out of a command: those that were there
    are kept. All else must be the same, or rows would not be comparable: the first seed too, which draws the holes that
    are scored.

    Raises:
        InpaintError: ``compare-changed`` naming what differs, or ``run-unwritable``.
    """
    before = folder.plan()
    if before is not None:
        _must_be_same(before, plan.as_dict(), folder.path)
        generators = dict.fromkeys([*before["generators"], *plan.generators])
        seeds = sorted({*before["seeds"], *plan.seeds})
        plan = replace(plan, generators=tuple(generators), seeds=tuple(seeds))
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        write_json(folder.plan_file, plan.as_dict())
        save_config(plan.base, folder.config_file)
    except OSError as error:
        raise InpaintError(
            "run-unwritable",
            f"The folder {folder.path} cannot be written: {error.strerror}.",
            "Choose another --output.",
        ) from error
    return plan


def _must_be_same(before: dict[str, Any], now: dict[str, Any], path: Path) -> None:
    # A setting that a newer program has added had its default before.
    old = {**Config().model_dump(), **before["config"]} | {key: before[key] for key in _BUDGET}
    new = now["config"] | {key: now[key] for key in _BUDGET}
    changed = [
        f"{key} was {old.get(key)!r}, now {new.get(key)!r}"
        for key in dict.fromkeys([*_BUDGET, *old, *new])
        if old.get(key) != new.get(key)
    ]
    if changed:
        raise InpaintError(
            "compare-changed",
            f"{path} holds a comparison with other settings: {'; '.join(changed[:4])}.",
            "Choose another --output for the new one; an existing one can only be given more --generators and --seeds.",
        )

"""A comparison in its folder: it is trained, scored and reported; what is done already is skipped."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch

from ... import __version__
from ...core.atomic import read_json, write_json, write_text
from ...core.comparison import INPAINT_RUN, ComparisonDir
from ...core.errors import InpaintError
from ...core.rundir import RunDir
from ...models.checkpoint import Checkpoint, load_baked, saved_step
from ...models.device import device_name
from ...networks.cost import gmac
from ...networks.discriminator import Discriminator
from ...networks.edge_generators import EDGE_GENERATORS
from ...networks.weights import n_parameters
from ...training.orders import Orders
from ...training.state import saved_discriminator
from ..cases import left_out
from ..columns import COLUMNS
from . import scoring
from .page import comparison_html
from .plan import Plan
from .scoring import EvaluationSet
from .summary import SCORES, Summary, csv_text, curves, method_summary, training_summary
from .trainings import TrainingFailed, train_to_end

EDGE_CURVES = ("feature_matching_loss", "edge_generator_loss", "edge_discriminator_loss")
CLASSICAL_UNIT = "classical"


@dataclass
class Comparison:
    """A plan, its folder, and what has come of it so far."""

    plan: Plan
    folder: ComparisonDir
    evaluation: EvaluationSet
    failures: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.orders = Orders(self.folder.control)

    def make(self) -> bool:
        """Train, score, report; what is done already is skipped. Returns whether a training failed.

        Raises:
            Stopped: A stop was ordered.
            InpaintError: There is nothing to report, or the shared inpaint generator could not be trained.
        """
        plan = self.plan
        for notice in plan.notices:
            print(f"notice: {notice}")
        jobs = [
            (name, seed)
            for seed in plan.seeds
            for name in (*plan.generators, *(() if plan.inpaint else (INPAINT_RUN,)))
        ]
        for number, (name, seed) in enumerate(jobs, 1):
            self._train(name, seed, f"[{number}/{len(jobs)}] {name}, seed {seed}", done=number - 1, total=len(jobs))
        trained = [(name, seed) for name in plan.generators for seed in plan.seeds if not self._has_failed(name, seed)]
        if not trained:
            raise InpaintError("compare-empty", f"No training reached its end. {self.failures[0]['message']}")
        self._score(trained)
        report = self._report(trained)
        write_json(self.folder.report("json"), report)
        write_text(self.folder.report("csv"), csv_text(report))
        write_text(self.folder.report("html"), comparison_html(report, self.folder, self.evaluation.shown))
        self.folder.say("finished", "; ".join(failure["message"] for failure in self.failures))
        return bool(self.failures)

    def _train(self, name: str, seed: int, title: str, *, done: int, total: int) -> None:
        run = self.folder.run(name, seed)
        self.folder.say("training", title, run=run.path.name, done=done, total=total)
        try:
            train_to_end(run, self.plan.config(None if name == INPAINT_RUN else name, seed), title, self.orders)
        except TrainingFailed as error:
            if name == INPAINT_RUN:
                raise
            self.failures.append({"generator": name, "seed": seed, "message": str(error)})
            print(f"warning: {error}")

    def _has_failed(self, name: str, seed: int) -> bool:
        return any(failure["generator"] == name and failure["seed"] == seed for failure in self.failures)

    def _inpaint_path(self, seed: int) -> Path:
        """The checkpoint that paints for all generators of a seed."""
        return Path(self.plan.inpaint) if self.plan.inpaint else _last_checkpoint(self.folder.run(INPAINT_RUN, seed))

    def _score(self, trained: list[tuple[str, int]]) -> None:
        self.folder.say("scoring", "Scoring on held-out pictures")
        evaluation, stem = self.evaluation, self.plan.base.stem
        self._score_unit(CLASSICAL_UNIT, {"stem": stem}, lambda: scoring.classical(evaluation, stem), "baselines")
        for seed in self.plan.seeds:
            paints = {"inpaint": _identity(self._inpaint_path(seed))}
            self._score_unit(f"bounds-seed-{seed}", paints, partial(self._bounds, seed), f"bounds, seed {seed}")
            for name in (name for name, its_seed in trained if its_seed == seed):
                depends_on = {**paints, "edges": _identity(_last_checkpoint(self.folder.run(name, seed)))}
                build = partial(self._network, name, seed)
                self._score_unit(f"{name}-seed-{seed}", depends_on, build, f"{name}, seed {seed}")

    def _score_unit(
        self, unit: str, depends_on: dict[str, Any], build: Callable[[], scoring.Scorer], title: str
    ) -> None:
        scoring.score(self.evaluation, self.folder.scores(unit), depends_on, build, f"scoring {title}", self.orders)

    def _bounds(self, seed: int) -> scoring.Scorer:
        inpaint = load_baked(self._inpaint_path(seed), self.evaluation.device)
        return scoring.bounds(
            self.evaluation, scoring.inpainter_of(None, inpaint, self.plan.base, self.evaluation.device)
        )

    def _network(self, name: str, seed: int) -> scoring.Scorer:
        device = self.evaluation.device
        edges = load_baked(_last_checkpoint(self.folder.run(name, seed)), device)
        inpaint = load_baked(self._inpaint_path(seed), device)
        inpainter = scoring.inpainter_of(edges, inpaint, self.plan.config(name, seed), device)
        return scoring.network(self.evaluation, name, inpainter, _discriminator(edges, device))

    def _scored(self, unit: str) -> dict[str, Any]:
        return read_json(self.folder.scores(unit) / "scores.json") or {}

    def _rows(self, unit: str) -> list[dict[str, Any]]:
        return self._scored(unit)["rows"]

    def _report(self, trained: list[tuple[str, int]]) -> dict[str, Any]:
        plan, evaluation = self.plan, self.evaluation
        runs = {key: training_summary(self.folder.run(*key)) for key in trained}
        rows: list[Summary] = []
        for name in plan.generators:
            seeds = [seed for generator, seed in trained if generator == name]
            if seeds:
                of_seeds = [self._rows(f"{name}-seed-{seed}") for seed in seeds]
                cost = self._cost(name)
                costs = [cost | {"seconds_per_step": runs[name, seed]["seconds_per_step"]} for seed in seeds]
                rows.append(method_summary(name, "generator", of_seeds, costs))
        bounds = [self._rows(f"bounds-seed-{seed}") for seed in plan.seeds]
        rows += [method_summary(name, "bound", bounds) for name in (scoring.TRUE_EDGES, scoring.NO_EDGES)]
        baselines = self._rows(CLASSICAL_UNIT)
        rows += [method_summary(name, "classical", [baselines]) for name in baselines[0]["scores"]]
        # All are scored on the same files. Comparisons made before this was kept had none that could not be read.
        unreadable = self._scored(CLASSICAL_UNIT).get("unreadable", [])
        shares = [row["hole_share"] for row in baselines]
        inpaint_runs = (
            [] if plan.inpaint else [training_summary(self.folder.run(INPAINT_RUN, seed)) for seed in plan.seeds]
        )
        return {
            "kind": "comparison",
            "title": f"Edge generators on {Path(plan.base.data).name}",
            "version": __version__,
            "made": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "machine": f"{device_name(evaluation.device)}, {platform.machine()}",
            "versions": {"python": platform.python_version(), "torch": str(torch.__version__)},
            **plan.as_dict(),
            "budget": plan.budget,
            "val_data": str(evaluation.pictures.root),
            "n_train": next(iter(runs.values()))["n_train"],
            "n_scored": len(baselines),
            "masks": evaluation.masks,
            "hole_share": {"mean": sum(shares) / len(shares), "min": min(shares), "max": max(shares)},
            "side_px": plan.base.input_size,
            "perceptual_weights": Path(plan.base.perceptual_weights).name,
            "proxy_network": evaluation.vgg.origin if evaluation.vgg else None,
            "columns": [asdict(COLUMNS[key]) for key in SCORES],
            "rows": rows,
            "unreadable": unreadable,
            "notices": [*plan.notices, *left_out(unreadable)],
            "failures": self.failures,
            "runs": [{"generator": name, "seed": seed, **run} for (name, seed), run in runs.items()],
            "inpaint_runs": inpaint_runs,
            "curves": [self._curves(name, seed, ("precision", "recall"), EDGE_CURVES) for name, seed in trained],
            "inpaint_curves": [
                self._curves(INPAINT_RUN, seed, ("psnr_hole",), ()) for seed in (() if plan.inpaint else plan.seeds)
            ],
        }

    def _cost(self, name: str) -> dict[str, float]:
        base = self.plan.config(name, self.plan.seeds[0])
        generator = EDGE_GENERATORS[name](base.width, base.stem)
        picture = torch.zeros(1, 1, base.input_size, base.input_size)
        return {"parameters": n_parameters(generator) / 1e6, "gmac": gmac(generator, picture, picture, picture)}

    def _curves(self, name: str, seed: int, scores: Sequence[str], losses: Sequence[str]) -> dict[str, Any]:
        run = self.folder.run(name, seed)
        return {
            "generator": name,
            "seed": seed,
            "validation": curves(run, scores, "validation"),
            "step": curves(run, losses, "step"),
        }


def _last_checkpoint(run: RunDir) -> Path:
    """The checkpoint at the end of the budget: the best one on the way would be chosen by the pictures scored here."""
    path = run.pointer("latest")
    if path is None:
        raise InpaintError(
            "checkpoint-missing", f"{run.path} holds no checkpoint.", "Delete the folder to train it again."
        )
    return path


def _identity(checkpoint: Path) -> str:
    return f"{checkpoint} at step {saved_step(checkpoint)}"


def _discriminator(edges: Checkpoint, device: torch.device) -> Discriminator:
    """The discriminator that was trained beside an edge generator."""
    state = saved_discriminator(edges.path, "edge")
    assert state, "a training that ended has a whole state"
    network = Discriminator(2, edges.config.width)
    network.load_state_dict(state)
    return network.to(device).eval().requires_grad_(False)

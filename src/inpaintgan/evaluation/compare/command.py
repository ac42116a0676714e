"""``python main.py compare``: trains edge generators alike, scores them alike, and writes a report."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...core.atomic import read_json, write_bytes
from ...core.comparison import ComparisonDir, Kind
from ...core.errors import InpaintError
from ...core.exit_codes import FAILED, INTERRUPTED
from ...core.outputs import make_way, writing
from ...core.paths import expanded
from ...models.checkpoint import load_checkpoint
from ...models.device import pick_device
from ...networks.vgg19 import load_vgg19
from ..cases import left_out, nothing_to_evaluate
from ..columns import Column, columns_of, markdown
from . import scoring
from .making import Comparison
from .plan import Plan, default_output, freeze, make_plan
from .scoring import EvaluationSet
from .summary import SCORES
from .trainings import Stopped


def compare(arguments: argparse.Namespace) -> int:
    """Make the comparison that the command line asks for.

    Returns:
        The exit code: 1 when a training failed, or when files could not be read and were left out of the scores.

    Raises:
        InpaintError: Anything a person can put right.
    """
    copies = _copies(arguments.report)
    plan = make_plan(arguments)
    folder = ComparisonDir(expanded(arguments.output or default_output(plan)).resolve())
    evaluation = _evaluation_set(plan)
    folder.check_free()  # before its plan is touched
    comparison = Comparison(freeze(folder, plan), folder, evaluation)
    folder.claim()
    try:
        with comparison.orders.listening():
            failed = comparison.make()
    except Stopped:
        folder.say("stopped", "Finished work is kept.")
        print(f"stopped; the same command resumes {folder.path}")
        return INTERRUPTED if comparison.orders.interrupted else 0
    except BaseException as error:
        folder.say("failed", str(error) or type(error).__name__)
        raise
    finally:
        folder.release()
    report = read_json(folder.report("json")) or {}
    print(table(report))
    for notice in left_out(report["unreadable"]):
        print(f"\n{notice}")
    print(f"\n{folder.report('html')}", flush=True)
    for kind, copy in copies.items():
        with writing(copy):
            write_bytes(copy, folder.report(kind).read_bytes())
    return FAILED if failed or report["unreadable"] else 0


def _copies(report: Path | None) -> dict[Kind, Path]:
    """Where the report is wanted beside the comparison's folder, by kind."""
    if report is None:
        return {}
    make_way(report, ".json")
    copies: dict[Kind, Path] = {kind: report.with_suffix(f".{kind}") for kind in ("json", "csv", "html")}
    for file in copies.values():
        make_way(file)
    return copies


def _evaluation_set(plan: Plan) -> EvaluationSet:
    """Check data, masks, device and weights before hours of training; what may be downloaded comes last."""
    device = pick_device(plan.base.device)
    source = scoring.mask_source(plan.masks, plan.base)
    evaluation = EvaluationSet(scoring.held_out(plan.base), source, plan.limit, plan.base, None, device)
    unreadable: list[str] = []
    if next(evaluation.cases(unreadable), None) is None:
        raise nothing_to_evaluate(source, unreadable)
    if plan.inpaint and load_checkpoint(Path(plan.inpaint)).inpaint_generator is None:
        raise InpaintError("inpaint-generator-missing", f"--inpaint: {plan.inpaint} cannot paint.", "Name another.")
    vgg = load_vgg19(plan.base.perceptual_weights, plan.base.imagenet_normalization)
    return replace(evaluation, vgg=vgg.to(device) if vgg else None)


def table(report: dict[str, Any]) -> str:
    """The report's table as Markdown."""
    shown = columns_of(SCORES, (key for row in report["rows"] for key in row["scores"]))
    rows = {row["name"]: [_cell(row["scores"].get(column.key), column) for column in shown] for row in report["rows"]}
    return "\n".join(markdown([column.heading for column in shown], rows))


def _cell(score: dict[str, Any] | None, column: Column) -> str:
    if score is None:
        return ""
    spread = "" if score["std"] is None else f" ± {column.shown(score['std'])}"
    return column.shown(score["mean"]) + spread

"""The page of an evaluation: its tables, charts and cases to look at, in one file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ...core.rundir import step_named
from ...imaging.masks import with_white_hole
from .. import charts
from ..cases import Case
from ..charts import Dot, Line
from ..columns import COLUMNS, Column, columns_of
from ..protocol import START, Fills
from ..report import render
from ..tiles import data_uri, jpeg
from . import findings
from .running import NETWORK, UPPER_BOUND
from .tables import SET_SCORES, set_title

_SCORES = ("psnr_hole", "ssim_hole", "l1_hole", "proxy", "lpips", "psnr", "ssim", "l1")
_BY_HOLES = ("psnr_hole", "proxy", "lpips", "ssim_hole")
_DIFFERENCES = ("psnr_hole", "proxy", "lpips")
_EDGES = ("precision", "recall", "precision_1px", "recall_1px", "edge_l1")
_OFF_SCALE = ("mean", START)
"""Left out of the charts: one is far from all others, the other is close to a baseline that is there."""
_SIZED = re.compile(r"(irregular-)?\d{1,2}-\d{1,2}")


@dataclass(frozen=True)
class Choice:
    """A case that the page shows: its set of holes, its number there, and why it is shown."""

    masks: str
    number: int
    rank: str


@dataclass(frozen=True)
class Shown:
    """A chosen case with what every method made of it."""

    choice: Choice
    case: Case
    fills: Fills


def ranking_column(report: dict[str, Any]) -> Column:
    """The score by which cases are best and worst: the proxy where there is one."""
    keys = next(iter(report["methods"].values()))
    return COLUMNS["proxy" if "proxy" in keys else "psnr_hole"]


def pick(report: dict[str, Any]) -> list[Choice]:
    """The best, the median and the worst case of the checkpoint in each set of holes; fewer where there are fewer."""
    column, choices = ranking_column(report), []
    for one in report["sets"]:
        rows = [row for row in report["cases"] if row["masks"] == one["name"]]
        rows.sort(key=lambda row: -column.better * row["scores"][NETWORK][column.key])
        ranks = {len(rows) // 2: "median", len(rows) - 1: "worst", 0: "best"}  # of two the second is the worst
        choices += [Choice(one["name"], rows[place]["number"], rank) for place, rank in sorted(ranks.items())]
    return choices


def evaluation_html(report: dict[str, Any], shown: Sequence[Shown]) -> str:
    """Render the page.

    Args:
        report: What ``evaluate`` writes as JSON.
        shown: Of `pick`, filled again.
    """
    main = report["overall"] or report["sets"][0]
    colours = {name: index for index, name in enumerate(_ordered(report))}
    return render(
        "evaluation.html.j2",
        report=report,
        title=f"{_checkpoint_name(report)} on {Path(report['data']).name}",
        main=main,
        colours=colours,
        findings=findings.findings(report),
        plots=_dot_plots(main, colours),
        curves=_curves(report, colours),
        matrices=_matrices(report),
        tables=[_table(one, report) for one in report["sets"]],
        edges=_edges(report),
        samples=[_sample(report, one) for one in shown],
        ranking=ranking_column(report),
        protocol=findings.protocol_rows(report),
        hints=findings.hints(report),
        drawn=[name for name in colours if name not in _OFF_SCALE],
    )


def _checkpoint_name(report: dict[str, Any]) -> str:
    """Its folder's name; of a run's checkpoint the run's, with the step."""
    path = Path(report["checkpoint"])
    if step_named(path) is None:
        return path.name
    return f"{path.absolute().parents[1].name}, step {report['step']:,},"


def _ordered(report: dict[str, Any]) -> list[str]:
    """The methods, those first that need a colour of their own."""
    names = list(report["methods"])
    first = [name for name in (NETWORK, UPPER_BOUND, *report["candidates"]) if name in names]
    return first + [name for name in names if name not in first]


def _plotted(methods: dict[str, dict[str, Any]]) -> list[Column]:
    """The two scores that are drawn."""
    return columns_of(_BY_HOLES, methods[NETWORK])[:2]


def _dot_plots(main: dict[str, Any], colours: dict[str, int]) -> list[tuple[Column, Markup]]:
    plots = []
    for column in _plotted(main["methods"]):
        found = [(name, scores[column.key]) for name, scores in main["methods"].items()]
        dots = [Dot(name, colours[name], score["mean"], (score["low"], score["high"])) for name, score in found]
        plots.append((column, charts.dot_plot(column, dots)))
    return plots


def _curves(report: dict[str, Any], colours: dict[str, int]) -> list[tuple[Column, Markup]]:
    """Scores over the hole's size, where at least three sets of holes are of one size each."""
    sized = [one for one in report["sets"] if _SIZED.fullmatch(one["name"])]
    if len(sized) < 3:
        return []
    sized.sort(key=lambda one: one["hole_share"]["mean"])
    plots = []
    for column in _plotted(sized[0]["methods"]):
        lines = [
            Line(name, colours[name], [
                (100 * one["hole_share"]["mean"], one["methods"][name][column.key]["mean"]) for one in sized
            ]) for name in sized[0]["methods"] if name not in _OFF_SCALE
        ]  # fmt: skip
        plots.append((column, charts.line_chart(column.title, lines, "% hole")))
    return plots


def _matrices(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Methods against sets of holes: a table for each main score, and its differences to the rival; none for one set."""
    sets = report["sets"]
    if len(sets) < 2:
        return []
    tables = []
    for column in columns_of(_BY_HOLES, sets[0]["methods"][NETWORK]):
        key = column.key
        parts = [("methods", column.title)]
        if key in _DIFFERENCES:
            parts.append(("versus", f"{column.title}, difference to {report['bootstrap']['rival']}"))
        for part, title in parts:
            names = list(sets[0][part])
            best = [_best(one[part], column) for one in sets]
            cells = {
                name: [(one[part][name][key], name in top) for one, top in zip(sets, best, strict=True)]
                for name in names
            }
            tables.append({"title": title, "column": column, "sets": sets, "rows": cells, "signed": part == "versus"})
    return tables


def _best(methods: dict[str, dict[str, Any]], column: Column) -> set[str]:
    """The methods with the best mean. The upper bound does not compete."""
    return column.best({name: found[column.key]["mean"] for name, found in methods.items() if name != UPPER_BOUND})


def _table(one: dict[str, Any], report: dict[str, Any]) -> dict[str, Any]:
    """All scores of one set of holes."""
    shown = [(column, _best(one["methods"], column)) for column in columns_of(_SCORES, one["methods"][NETWORK])]
    of_set = columns_of(SET_SCORES, next(iter(one["set_scores"].values()), {}))
    rows = [
        {
            "name": name,
            "cells": [(scores[column.key], column, name in best) for column, best in shown],
            "gap": one["versus"].get(name, {}).get("psnr_hole"),
            "of_set": [
                (value, column.shown(value)) for column in of_set for value in [one["set_scores"][name][column.key]]
            ],
        }
        for name, scores in one["methods"].items()
    ]
    headings = [(column, set_title(column, report)) for column in of_set]
    return {"set": one, "columns": [column for column, _ in shown], "rows": rows, "of_set": headings}


def _edges(report: dict[str, Any]) -> dict[str, Any] | None:
    """Scores of the predicted edges by set of holes, None without an edge generator."""
    if not report["edges"]:
        return None
    shown = columns_of(_EDGES, report["edges"])
    listed = report["sets"] + ([report["overall"]] if report["overall"] else [])
    rows = [(one, [(one["edges"][column.key], column) for column in shown]) for one in listed]
    return {"columns": shown, "rows": rows}


def _sample(report: dict[str, Any], shown: Shown) -> dict[str, Any]:
    """One row of pictures: address, title and score."""
    case, column = shown.case, ranking_column(report)
    row = next(
        row for row in report["cases"] if row["masks"] == shown.choice.masks and row["number"] == shown.choice.number
    )
    masked = with_white_hole(case.picture, case.mask)
    tiles = [_tile(case.picture, "Picture", ""), _tile(masked, "Hole", f"{100 * row['hole_share']:.0f} %")]
    for name, pixels in shown.fills.items():
        tiles.append(_tile(pixels, name, column.shown(row["scores"][name][column.key])))
    return {"masks": case.masks, "rank": shown.choice.rank, "name": case.name, "tiles": tiles}


def _tile(pixels: NDArray[np.uint8], title: str, text: str) -> dict[str, str]:
    return {"uri": data_uri(jpeg(pixels), "image/jpeg"), "title": title, "text": text}

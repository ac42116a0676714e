"""The page of a comparison: its tables, charts, and pictures to look at, in one file."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from ...core.comparison import ComparisonDir
from .. import charts
from ..charts import Dot, Line
from ..columns import COLUMNS, Column, columns_of
from ..report import render
from ..tiles import file_uri
from . import findings
from .scoring import NO_EDGES, TRUE_EDGES
from .summary import BUCKET_SCORES, GROUPS, SCORES

_TITLES = {
    "precision": "Precision on held-out pictures",
    "recall": "Recall on held-out pictures",
    "feature_matching_loss": "Feature matching loss (training, own discriminator)",
    "edge_generator_loss": "Generator loss (training)",
    "edge_discriminator_loss": "Discriminator loss (training)",
}
_DOT_SCORES = ("psnr_hole", "proxy", "ssim_hole")


def comparison_html(report: dict[str, Any], folder: ComparisonDir, shown: list[int]) -> str:
    """Render a comparison's page.

    Args:
        report: What `compare` wrote as JSON.
        folder: Holds the pictures.
        shown: Numbers of the pictures to show.
    """
    colours = {name: index for index, name in enumerate(report["generators"])}
    groups = [(title, _found(keys, report)) for title, keys in GROUPS]
    return render(
        "comparison.html.j2",
        report=report,
        colours=colours,
        groups=[(title, found) for title, found in groups if found],
        best=_best(report),
        dot_plots=_dot_plots(report, colours),
        charts=_curve_charts(report, colours),
        buckets=_buckets(report),
        samples=_samples(report, folder, shown),
        findings=findings.findings(report),
        hints=findings.hints(report),
        protocol=findings.protocol_rows(report),
    )


def _found(keys: Iterable[str], report: dict[str, Any]) -> list[Column]:
    """The columns that any row has a value for."""
    return columns_of(keys, (key for row in report["rows"] for key in row["scores"]))


def _best(report: dict[str, Any]) -> dict[str, set[str]]:
    """The generators with the best mean of each score."""
    generators = {row["name"]: row["scores"] for row in report["rows"] if row["kind"] == "generator"}
    return {
        key: COLUMNS[key].best({name: scores[key]["mean"] for name, scores in generators.items() if key in scores})
        for key in SCORES
    }


def _dot_plots(report: dict[str, Any], colours: dict[str, int]) -> list[tuple[Column, Markup]]:
    """Where the methods lie between no edges and true edges, for two scores of the fill."""
    plots = []
    for column in _found(_DOT_SCORES, report)[:2]:
        found = [(row["name"], row["scores"][column.key]) for row in report["rows"] if column.key in row["scores"]]
        dots = [Dot(name, colours.get(name), score["mean"], _around(score)) for name, score in found]
        plots.append((column, charts.dot_plot(column, dots)))
    return plots


def _around(score: dict[str, Any]) -> tuple[float, float] | None:
    """A standard deviation to both sides, None where none is known."""
    return (score["mean"] - score["std"], score["mean"] + score["std"]) if score["std"] else None


def _curve_charts(report: dict[str, Any], colours: dict[str, int]) -> list[tuple[str, Markup]]:
    found = []
    for name, title in _TITLES.items():
        kind = "validation" if name in ("precision", "recall") else "step"
        lines = [
            Line(_curve_name(curve, report), colours[curve["generator"]], curve[kind][name])
            for curve in report["curves"]
            if curve[kind].get(name)
        ]
        if lines:
            lowest = 0.0 if kind == "validation" else math.inf  # a share's axis starts at 0
            found.append((title, charts.line_chart(title, lines, "steps", lowest)))
    shared = [
        Line(_curve_name(curve, report), charts.N_COLOURS - 1, curve["validation"]["psnr_hole"])
        for curve in report["inpaint_curves"]
        if curve["validation"]
    ]
    if shared:
        title = "Shared inpaint generator: PSNR in the hole on held-out pictures, true edges, dB"
        found.append((title, charts.line_chart(title, shared, "steps")))
    return found


def _curve_name(curve: dict[str, Any], report: dict[str, Any]) -> str:
    return f"{curve['generator']}, seed {curve['seed']}" if len(report["seeds"]) > 1 else curve["generator"]


def _buckets(report: dict[str, Any]) -> list[tuple[Column, list[tuple[str, int]], list[dict[str, Any]]]]:
    """For each score by hole size: its column, the buckets with their numbers of pictures, the rows; none for one bucket."""
    labels = list(report["rows"][0]["buckets"].items())
    if len(labels) < 2:
        return []
    sizes = [(label, content["n"]) for label, content in labels]
    tables = []
    for column in _found(BUCKET_SCORES, report):
        wanted = ("generator", "bound") if column.key == "psnr_hole" else ("generator",)
        tables.append((column, sizes, [row for row in report["rows"] if row["kind"] in wanted]))
    return tables


def _samples(report: dict[str, Any], folder: ComparisonDir, shown: list[int]) -> list[list[dict[str, Any]]]:
    """For each picture its columns: a title, and two tiles below it, each an address or None with a caption."""
    seed = report["seeds"][0]
    bounds = f"bounds-seed-{seed}"
    # title, where the pictures lie, the upper tile and the lower one with their captions
    layout = [
        ("Picture", "classical", ("picture", "the picture"), ("hole", "the hole")),
        (TRUE_EDGES, bounds, ("true-edges", "true edges"), ("true-edges-fill", "fill along true edges")),
    ]
    for name in report["generators"]:
        layout.append(
            (name, f"{name}-seed-{seed}", ("edges", f"edges of {name}"), ("fill", f"fill along edges of {name}"))
        )
    layout += [
        (NO_EDGES, bounds, ("no-edges", "no edges in the hole"), ("no-edges-fill", "fill without edges")),
        ("telea", "classical", ("", ""), ("telea", "fill by Telea's method")),
    ]
    rows = []
    for index in shown:
        columns = []
        for title, unit, *tiles in layout:
            files = [folder.scores(unit) / f"{index:05d}-{name}.jpg" for name, _ in tiles]
            uris = [file_uri(file, "image/jpeg") if file.is_file() else None for file in files]
            if any(uris):
                texts = (text for _, text in tiles)
                columns.append({"title": title, "tiles": list(zip(uris, texts, strict=True))})
        rows.append(columns)
    return [row for row in rows if row]

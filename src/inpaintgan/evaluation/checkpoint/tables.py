"""A report of ``evaluate`` as Markdown tables: for the terminal and for model cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...core.wording import plural
from ..columns import Column, columns_of, markdown
from ..wording import no_proxy

SET_SCORES = ("fid", "kid", "u_ids", "p_ids")
_SCORES = ("psnr_hole", "ssim_hole", "l1_hole", "psnr", "ssim", "proxy", "lpips", "seconds")
_AGAINST = ("psnr_hole", "ssim_hole", "proxy", "lpips")
_BY_SET = ("psnr_hole", "proxy", "lpips")
_EDGES = ("precision", "recall", "precision_1px", "recall_1px")
_Scores = Mapping[str, Mapping[str, float]]
"""By score an estimate."""


def table(report: dict[str, Any]) -> str:
    """The scores: means over all cases, then by set of holes, against the rival, of whole sets, and of edges."""
    methods: dict[str, dict[str, float]] = report["methods"]
    shown = columns_of(_SCORES, (key for scores in methods.values() for key in scores))
    lines = [
        f"{plural(report['n'], 'case' if len(report.get('sets', [])) > 1 else 'picture')}, "
        f"{100 * report['hole_share']:.1f} % hole on average, {report['side_px']} px. "
        f"Proxy: {report['proxy_network'] or f'not scored ({no_proxy(report)})'}."
        + (f" LPIPS: {report['lpips_network']}." if report.get("lpips_network") else ""),
        "",
        *markdown([column.heading for column in shown], {
            method: [column.shown(scores[column.key]) if column.key in scores else "" for column in shown]
            for method, scores in methods.items()
        }),
    ]  # fmt: skip
    lines += _with_intervals(report)
    if report["edges"]:
        shown = columns_of((*_EDGES, "edge_l1"), report["edges"])
        values = ", ".join(f"{column.title} {column.shown(report['edges'][column.key])}" for column in shown)
        lines += ["", f"Edges in the hole: {values}."]
    lines += [line for notice in report["notices"] for line in ("", notice)]
    return "\n".join(lines)


def _with_intervals(report: dict[str, Any]) -> list[str]:
    """The tables with intervals; none for a report from before there were sets of holes."""
    sets = report.get("sets", [])
    if not sets:
        return []
    rival, level = report["bootstrap"]["rival"], 100 * report["bootstrap"]["level"]
    if all(one.get("n_pictures", one["n"]) == 1 for one in sets):
        lines, show = ["", "One picture only: it says nothing of others."], _mean
    else:
        over = report["bootstrap"]["over"]
        lines = ["", f"Below, after ±: half of the {level:.0f} % interval of the mean, by bootstrap over {over}."]
        show = _estimate
    names = [one["name"] for one in sets]
    if len(sets) == 1:
        lines += _differences(f"Difference to {rival}, per picture:", sets[0]["versus"], show)
    else:
        for column in columns_of(_BY_SET, next(iter(sets[0]["methods"].values()))):
            heading = column.heading
            for part, title, sign in (("methods", heading, ""), ("versus", f"{heading}, difference to {rival}", "+")):
                rows = {method: [show(one[part][method], column, sign) for one in sets] for method in sets[0][part]}
                lines += ["", f"{title}, by kind of hole:", "", *markdown(names, rows)]
        if shown := columns_of(_EDGES, sets[0]["edges"]):
            rows = {one["name"]: [show(one["edges"], column, "") for column in shown] for one in sets}
            titles = [column.heading for column in shown]
            lines += ["", "Edges in the hole, by kind of hole:", "", *markdown(titles, rows, "holes")]
    title = "Difference of the checkpoint to each candidate, per picture:"
    lines += _differences(title, (report["overall"] or sets[0]).get("versus_candidates", {}), show)
    return lines + _set_scores(report, sets)


def _differences(title: str, found: Mapping[str, _Scores], show: Callable[[_Scores, Column, str], str]) -> list[str]:
    """A table of differences by method and score; nothing without a method."""
    if not found:
        return []
    shown = columns_of(_AGAINST, next(iter(found.values())))
    rows = {method: [show(scores, column, "+") for column in shown] for method, scores in found.items()}
    return ["", title, "", *markdown([column.heading for column in shown], rows)]


def _set_scores(report: dict[str, Any], sets: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for one in (one for one in sets if one["set_scores"]):
        shown = columns_of(SET_SCORES, next(iter(one["set_scores"].values())))
        rows = {
            method: [column.shown(found[column.key]) for column in shown] for method, found in one["set_scores"].items()
        }
        where = f" ({one['name']})" if len(sets) > 1 else ""
        titles = [set_title(column, report) for column in shown]
        lines += ["", f"All fills together, {one['n']} pictures{where}:", "", *markdown(titles, rows)]
    return lines


def set_title(column: Column, report: dict[str, Any]) -> str:
    """The name of a score of whole sets, which says over which features it is."""
    return f"{column.title} over {report['feature_name']}"


def _mean(scores: _Scores, column: Column, sign: str) -> str:
    return column.shown(scores[column.key]["mean"], sign)


def _estimate(scores: _Scores, column: Column, sign: str) -> str:
    found = scores[column.key]
    return f"{_mean(scores, column, sign)} ± {column.shown((found['high'] - found['low']) / 2)}"

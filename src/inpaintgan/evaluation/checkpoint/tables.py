"""A report of ``evaluate`` as Markdown tables: for the terminal and for model cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = {
    "psnr_hole": ("PSNR hole, dB", 2), "ssim_hole": ("SSIM hole", 3), "l1_hole": ("L1 hole", 4), "psnr": ("PSNR full, dB", 2),
    "ssim": ("SSIM full", 3), "proxy": ("proxy", 3), "lpips": ("LPIPS", 3), "seconds": ("s", 2),
}  # fmt: skip
SET_COLUMNS = {"fid": ("FID", 3), "kid": ("KID x 1000", 3), "u_ids": ("U-IDS", 3), "p_ids": ("P-IDS", 3)}
_KID_SCALE = 1000
_AGAINST = ("psnr_hole", "ssim_hole", "proxy", "lpips")
_BY_SET = ("psnr_hole", "proxy", "lpips")
_EDGES = ("precision", "recall", "precision_1px", "recall_1px")


def table(report: dict[str, Any]) -> str:
    """The scores: means over all cases, then by set of holes, against the rival, of whole sets, and of edges."""
    methods: dict[str, dict[str, float]] = report["methods"]
    shown = [name for name in COLUMNS if any(name in scores for scores in methods.values())]
    lines = [
        f"{report['n']} {'cases' if len(report.get('sets', [])) > 1 else 'pictures'}, "
        f"{100 * report['hole_share']:.1f} % hole on average, {report['side_px']} px. "
        f"Proxy: {report['proxy_network'] or 'not available (no VGG19 weights)'}."
        + (f" LPIPS: {report['lpips_network']}." if report.get("lpips_network") else ""),
        "",
        *_rows([COLUMNS[name][0] for name in shown], {
            method: [f"{scores[name]:.{COLUMNS[name][1]}f}" if name in scores else "" for name in shown]
            for method, scores in methods.items()
        }),
    ]  # fmt: skip
    lines += _with_intervals(report)
    if report["edges"]:
        lines += ["", "Edges in the hole: " + ", ".join(f"{k} {v:.3f}" for k, v in report["edges"].items()) + "."]
    lines += [line for notice in report["notices"] for line in ("", notice)]
    return "\n".join(lines)


def _with_intervals(report: dict[str, Any]) -> list[str]:
    """What reports hold since they know sets of holes; nothing for older ones."""
    sets = report.get("sets", [])
    if not sets:
        return []
    rival, level = report["bootstrap"]["rival"], 100 * report["bootstrap"]["level"]
    lines = ["", f"After ±: half of the {level:.0f} % interval of the mean, by bootstrap over pictures."]
    names = [one["name"] for one in sets]
    if len(sets) == 1:
        keys = [key for key in _AGAINST if key in next(iter(sets[0]["versus"].values()))]
        rows = {
            method: [_estimate(found[key], COLUMNS[key][1], "+") for key in keys]
            for method, found in sets[0]["versus"].items()
        }
        lines += ["", f"Less {rival}, picture by picture:", "", *_rows([COLUMNS[key][0] for key in keys], rows)]
    else:
        for key in (key for key in _BY_SET if key in next(iter(sets[0]["methods"].values()))):
            title, digits = COLUMNS[key]
            for part, heading, sign in (("methods", title, ""), ("versus", f"{title}, less {rival}", "+")):
                rows = {
                    method: [_estimate(one[part][method][key], digits, sign) for one in sets]
                    for method in sets[0][part]
                }
                lines += ["", f"{heading}, by holes:", "", *_rows(names, rows)]
        if sets[0]["edges"]:
            rows = {one["name"]: [_estimate(one["edges"][key], 3) for key in _EDGES] for one in sets}
            lines += ["", "Edges in the hole, by holes:", "", *_rows(_EDGES, rows, "holes")]
    return lines + _set_scores(report, sets)


def _set_scores(report: dict[str, Any], sets: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for one in (one for one in sets if one["set_scores"]):
        keys = [key for key in SET_COLUMNS if key in next(iter(one["set_scores"].values()))]
        rows = {method: [set_score(key, found[key]) for key in keys] for method, found in one["set_scores"].items()}
        where = f" ({one['name']})" if len(sets) > 1 else ""
        titles = [set_title(key, report) for key in keys]
        lines += ["", f"All fills together, {one['n']} pictures{where}:", "", *_rows(titles, rows)]
    return lines


def set_title(key: str, report: dict[str, Any]) -> str:
    """The name of a score of whole sets, which says over which features it is."""
    return f"{SET_COLUMNS[key][0]} over {report['feature_name']}"


def set_score(key: str, value: float) -> str:
    """A score of a whole set in the unit and with the digits of its column."""
    return f"{value * (_KID_SCALE if key == 'kid' else 1):.{SET_COLUMNS[key][1]}f}"


def _estimate(found: Mapping[str, float], digits: int, sign: str = "") -> str:
    return f"{found['mean']:{sign}.{digits}f} ± {(found['high'] - found['low']) / 2:.{digits}f}"


def _rows(titles: Sequence[str], rows: Mapping[str, Sequence[str]], first: str = "method") -> list[str]:
    return [
        f"| {first} | " + " | ".join(titles) + " |",
        "|---|" + "---|" * len(titles),
        *(f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()),
    ]

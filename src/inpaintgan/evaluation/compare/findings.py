"""What a comparison's numbers say, in sentences: findings, the protocol, and how to read the scores."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from .. import wording
from ..mask_sets import KINDS
from ..wording import Statement
from .scoring import NO_EDGES, TRUE_EDGES


def findings(report: dict[str, Any]) -> list[str]:
    """The main results, one sentence or two each."""
    said = [_edges(report), _worth(report), _classical(report), _chance(report)]
    said += report.get("notices", [])
    said += [f"Not in the table: {failure['message']}" for failure in report["failures"]]
    return [sentence for sentence in said if sentence]


def _generators(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in report["rows"] if row["kind"] == "generator"]


def _mean(row: dict[str, Any], key: str) -> float:
    return row["scores"][key]["mean"]


def _top(report: dict[str, Any], key: str) -> dict[str, Any]:
    return max(_generators(report), key=lambda row: _mean(row, key))


def _edges(report: dict[str, Any]) -> str:
    best = _top(report, "f1")
    if _mean(best, "f1") == 0:
        return "None of them finds an edge in the hole yet: give them a larger budget."
    others = len(_generators(report)) > 1
    clear = others and _is_clear(report, "f1")
    said = (
        f"{best['name']} {'finds edges best' if clear or not others else 'has the highest F1'}: on average over the holes "
        f"{100 * _mean(best, 'precision'):.1f} % of the edge pixels it draws are true, and it finds "
        f"{100 * _mean(best, 'recall'):.1f} % of the true ones (F1 {_mean(best, 'f1'):.3f})."
    )
    if not clear and others and len(report["seeds"]) > 1:
        second, _, spread = _lead(report, "f1")
        said += (
            f" But {second['name']} has {_mean(second, 'f1'):.3f}, and the standard deviation over seeds is up to "
            f"{spread:.3f}: too close or too few to rank them."
        )
    near = _top(report, "f1_1px")
    leader = "it leads again" if near is best else f"{near['name']} leads"
    return f"{said} With one pixel of tolerance {leader} (F1 {_mean(near, 'f1_1px'):.3f})."


def _lead(report: dict[str, Any], key: str) -> tuple[dict[str, Any], float, float]:
    """The second best of at least two generators, how far the best is ahead, and the larger of their spreads over seeds."""
    first, second = sorted(_generators(report), key=lambda row: -_mean(row, key))[:2]
    spread = max(row["scores"][key]["std"] or 0.0 for row in (first, second))
    return second, _mean(first, key) - _mean(second, key), spread


def _is_clear(report: dict[str, Any], key: str) -> bool:
    """Whether the best of at least two generators is ahead by more than chance would have it."""
    _, gap, spread = _lead(report, key)
    # Of two seeds alike the spread is small now and then, by chance alone.
    return len(report["seeds"]) > 2 and gap > 2 * spread


def _worth(report: dict[str, Any]) -> str:
    rows = {row["name"]: row for row in report["rows"]}
    upper, lower = (_mean(rows[name], "psnr_hole") for name in (TRUE_EDGES, NO_EDGES))
    best = _top(report, "psnr_hole")
    value = _mean(best, "psnr_hole")
    said = f"In the hole, the shared inpaint generator reaches {upper:.2f} dB along true edges and {lower:.2f} dB without any: "
    if upper - lower < 0.05:
        return f"{said}perfect edges gain too little here to rank edge generators by their fills."
    said += f"perfect edges are worth {upper - lower:+.2f} dB here. "
    share = 100 * (value - lower) / (upper - lower)
    verdict = f"which is {share:.0f} % of that gain" if share > 0 else "which is worse than painting without edges"
    return said + f"The best fill is along the edges of {best['name']}, {value:.2f} dB, {verdict}."


def _classical(report: dict[str, Any]) -> str:
    classical = [row for row in report["rows"] if row["kind"] == "classical"]
    best = max(classical, key=lambda row: _mean(row, "psnr_hole"))
    trained = _mean(_top(report, "psnr_hole"), "psnr_hole")
    value = _mean(best, "psnr_hole")
    relation = "below all trained fills" if value < min(_mean(row, "psnr_hole") for row in _generators(report)) else (
        "above all trained fills" if value > trained else "between the trained fills"
    )  # fmt: skip
    return f"Best of the methods without training: {best['name']}, {value:.2f} dB in the hole, {relation}."


def _chance(report: dict[str, Any]) -> str:
    count = len(report["seeds"])
    if len(_generators(report)) < 2:
        return ""
    if count == 1:
        return "With one seed each, a small difference cannot be told from chance. Repeat with three seeds before relying on one."
    first, (second, gap, spread) = _top(report, "psnr_hole"), _lead(report, "psnr_hole")
    verdict = "well beyond that spread" if _is_clear(report, "psnr_hole") else "too close or too few to rank them"
    return (
        f"Over {count} seeds, {first['name']} and {second['name']} lie {gap:.2f} dB apart in the hole, where the standard "
        f"deviation over seeds is up to {spread:.2f} dB: {verdict}."
    )


def hints(report: dict[str, Any]) -> list[Statement]:
    """How to read the scores: (what, in words)."""
    share = report["hole_share"]["mean"]
    bonus = -10 * math.log10(share)
    seeds = len(report["seeds"])
    listed = [
        (
            "Full-picture PSNR flatters small holes.",
            f"Outside the hole every method returns the picture itself. Here holes cover {100 * share:.2f} % on average, which "
            f"alone adds about {bonus:.0f} dB. Compare the columns for the hole.",
        ),
        (
            "True edges and no edges are the bounds.",
            "Both rows use the same inpaint generator. No edge generator can be expected above the first, and one below the "
            "second does harm. The gap between them is all that edges can change.",
        ),
        (
            "Fills differ by edges alone.",
            "One inpaint generator per seed, trained on true edges with the same budget, paints for all edge generators. A "
            "generator trained together with its own would score higher, and say less about the edges.",
        ) if not report["inpaint"] else (
            "Fills differ by edges alone.", "One given inpaint generator paints for all edge generators.",
        ),
        wording.STRICT_EDGES,
        (
            "FM cannot be compared between rows.",
            "It is the feature matching loss without its weight, on held-out pictures, in the discriminator that was trained "
            "beside each generator. A weak discriminator gives a low FM. The papers' tables weight it by each run's settings.",
        ),
        wording.EDGE_L1_HINT,
    ]  # fmt: skip
    if report["proxy_network"]:
        listed.append(wording.PROXY_HINT)
    if seeds > 1:
        text = f"The number after ± is the standard deviation over {seeds} seeds of each seed's mean over all pictures."
    else:
        text = "There is one seed, so the spread is unknown. Baselines have none: they are the same each time."
    listed.append(("Spread.", text))
    return listed


def protocol_rows(report: dict[str, Any]) -> list[Statement]:
    """How the numbers were made: (what, in words)."""
    return [*_data_words(report), *_training_words(report), *_scoring_words(report)]


def _data_words(report: dict[str, Any]) -> list[Statement]:
    config, share = report["config"], report["hole_share"]
    range_words = (
        f"{100 * share['min']:.1f} to {100 * share['max']:.1f} % of the picture, {100 * share['mean']:.1f} % on average"
    )
    return [
        ("Training pictures", f"{report['n_train']:,}, of {Path(config['data']).name}"),
        ("Scored pictures", f"{report['n_scored']:,} held out, of {Path(report['val_data']).name}; the same for all"),
        wording.size(report),
        ("Holes in training", _masks(config["mask"], config)),
        ("Holes in scoring", f"{_masks(report['masks'], config)}; the same for all; {range_words}"),
        ("True edges", _edges_words(config)),
    ]


def _training_words(report: dict[str, Any]) -> list[Statement]:
    config, runs = report["config"], report["runs"]
    c = config.get
    parts = (("feature matching", "fm"), ("edge cross entropy", "edge_bce"), ("spatial variant", "svr"))
    losses = [f"{name} x {c(f'{key}_loss_weight'):g}" for name, key in parts if c(f"{key}_loss_weight")]
    reached = f"; {_steps(runs)}" if report["seconds"] else ""
    start = "random weights"
    if "effunet" in report["generators"] and c("efficientnet_weights") != "off":
        start = f"random weights, but effunet's trunk from {c('efficientnet_weights')}"
    return [
        ("Budget of each training", f"{report['budget']}, batches of {c('batch_size')}{reached}"),
        ("Seeds", f"{', '.join(map(str, report['seeds']))}; for each, pictures, holes and mirroring are the same for all"),
        ("Networks", f"width {c('width')}, stem {c('stem')}, from {start}"),
        ("Weights scored", f"those at the end of the budget, averaged (EMA {c('ema_decay'):g})"),
        ("Losses of edges", ", ".join([f"adversarial ({c('gan_loss')})", *losses])),
        ("Optimizer", f"Adam ({c('beta1'):g}, {c('beta2'):g}), lr {c('lr'):g}, discriminator x {c('d2g_lr'):g}"),
        ("Inpaint generator", _inpaint(report)),
        ("Trained on", ", ".join(sorted({run["device"] for run in runs}))),
    ]  # fmt: skip


def _scoring_words(report: dict[str, Any]) -> list[Statement]:
    versions = report["versions"]
    return [
        wording.proxy(report),
        ("Edge threshold", f"a prediction above {report['config']['edge_threshold']:g} is an edge"),
        ("Scored on", report["machine"]),
        ("Versions", f"InpaintGAN {report['version']}, torch {versions['torch']}, Python {versions['python']}"),
        ("Made", report["made"]),
    ]


def _masks(kind: str, config: dict[str, Any]) -> str:
    if kind in KINDS:
        return wording.drawn_holes(kind, config["block_ratio"]) or kind
    if kind.startswith("external"):
        return f"{kind}: masks of {Path(config['mask_data']).name}"
    return wording.mask_files(kind)


def _edges_words(config: dict[str, Any]) -> str:
    if config["edge"] == "external":
        return (
            f"in training from files of {config['edge_data']}; in scoring instead by Canny, sigma {config['sigma']:g}"
        )
    return f"{config['edge']}, sigma {config['sigma']:g}, on the whole picture"


def _steps(runs: list[dict[str, Any]]) -> str:
    counts = sorted({run["steps"] for run in runs})
    if len(counts) == 1:
        return f"{counts[0]:,} steps each"
    return f"{counts[0]:,} to {counts[-1]:,} steps, depending on speed"


def _inpaint(report: dict[str, Any]) -> str:
    if report["inpaint"]:
        return f"given: {Path(report['inpaint']).name}"
    run = report["inpaint_runs"][0]
    return f"one for each seed, trained on true edges; {_steps(report['inpaint_runs'])}; perceptual network: {run['perceptual']}"

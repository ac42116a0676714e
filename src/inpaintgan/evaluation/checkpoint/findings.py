"""What an evaluation's numbers say, in sentences: findings, how they were made, and how to read them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from .. import wording
from ..mask_sets import BLOCK_RATIO, KINDS
from ..wording import Statement
from .running import NETWORK, UPPER_BOUND
from .set_scores import FEWEST, FEWEST_FOR_IDS


def findings(report: dict[str, Any]) -> list[str]:
    """The main results, one sentence or two each."""
    main = report["overall"] or report["sets"][0]
    rival = report["bootstrap"]["rival"]
    said = [_against(main, NETWORK, rival)]
    said += [_beside(main, name) for name in report["candidates"]]
    said += [_baseline(main, report["candidates"]), _bound(main), _proxy(main, rival)]
    return [sentence for sentence in said if sentence]


def _against(main: dict[str, Any], name: str, rival: str) -> str:
    own, gap = main["methods"][name]["psnr_hole"], main["versus"][name]["psnr_hole"]
    if main["n"] == 1:
        return f"In the hole, {name} reaches {own['mean']:.2f} dB, {gap['mean']:+.2f} dB beside {rival}; one case proves nothing."
    return f"In the hole, {name} reaches {own['mean']:.2f} dB ({_range(own)}), {_apart(gap, rival)}"


def _beside(main: dict[str, Any], candidate: str) -> str:
    """How the checkpoint compares with another program, over the cases that both filled."""
    theirs, gap = main["methods"][candidate]["psnr_hole"], main["versus_candidates"][candidate]["psnr_hole"]
    if main["n"] == 1:
        return f"{candidate} reaches {theirs['mean']:.2f} dB there."
    return (
        f"{candidate} reaches {theirs['mean']:.2f} dB there ({_range(theirs)}): the checkpoint lies {_apart(gap, 'it')}"
    )


def _apart(gap: dict[str, float], other: str) -> str:
    chance = " Chance alone could explain that difference." if gap["low"] <= 0 <= gap["high"] else ""
    side = "above" if gap["mean"] >= 0 else "below"
    return f"{abs(gap['mean']):.2f} dB {side} {other} on the same cases ({_range(gap, '+')}).{chance}"


def _baseline(main: dict[str, Any], candidates: list[str]) -> str:
    """How the checkpoint compares with the best method that needs no training."""
    others = {
        name: scores["psnr_hole"]["mean"]
        for name, scores in main["methods"].items()
        if name not in (NETWORK, UPPER_BOUND, *candidates)
    }
    best = max(others, key=lambda name: others[name])
    own, its = main["methods"][NETWORK], main["methods"][best]
    below = others[best] < own["psnr_hole"]["mean"]
    relation = "below the checkpoint" if below else "above the checkpoint"
    if not below and "proxy" in own and own["proxy"]["mean"] < its["proxy"]["mean"]:
        relation += ", but farther from the pictures by the proxy: PSNR favours blurred fills"
    return f"Best of the methods without training: {best}, {others[best]:.2f} dB, {relation}."


def _bound(main: dict[str, Any]) -> str:
    if UPPER_BOUND not in main["methods"]:
        return ""
    gain = main["methods"][UPPER_BOUND]["psnr_hole"]["mean"] - main["methods"][NETWORK]["psnr_hole"]["mean"]
    found = main["edges"]
    worth = "would change nothing" if abs(gain) < 0.005 else f"would change its PSNR by {gain:+.2f} dB"
    return (
        f"On average over the holes {100 * found['precision']['mean']:.1f} % of the edges that it draws are true, and it finds "
        f"{100 * found['recall']['mean']:.1f} % of the true ones; true edges {worth}."
    )


def _proxy(main: dict[str, Any], rival: str) -> str:
    if "proxy" not in main["methods"][NETWORK]:
        return ""
    own, other = (main["methods"][name]["proxy"]["mean"] for name in (NETWORK, rival))
    return f"Its perceptual distance (proxy) is {own:.3f}, {100 * own / other:.0f} % of {rival}'s {other:.3f}."


def _range(found: dict[str, float], sign: str = "") -> str:
    return f"95 % interval {found['low']:{sign}.2f} to {found['high']:{sign}.2f}"


def protocol_rows(report: dict[str, Any]) -> list[Statement]:
    """How the numbers were made: (what, in words)."""
    sets = report["sets"]
    taken = f", {report['limit']} at most, spread evenly" if report["limit"] else ""
    listed = [
        ("Checkpoint", f"{report['checkpoint']}, step {report['step']:,}"),
        ("Pictures", f"{sets[0]['n_pictures']:,} of {Path(report['data']).name}{taken}"),
        wording.size(report),
        ("Holes", "; ".join(_holes(one, report["masks"]) for one in sets) + f". Seed {report['seed']}"),
        ("Fills", "only the hole is taken from a method's result; the rest is the original picture"),
        (
            "Intervals",
            f"{100 * report['bootstrap']['level']:.0f} % confidence intervals of the mean, from "
            f"{report['bootstrap']['resamples']:,} bootstrap samples of the {report['bootstrap']['over']}, each with all its "
            "cases",
        ),
        wording.proxy(report),
        ("LPIPS", report.get("lpips_network") or "not scored: --lpips was not given"),
        ("FID, KID, U-IDS, P-IDS", _features(report)),
        ("Scored on", report["machine"]),
        ("Version", f"InpaintGAN {report['version']}"),
        ("Made", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())),
    ]
    return listed + [("Notice", notice) for notice in report["notices"]]


def _features(report: dict[str, Any]) -> str:
    if not report["feature_network"]:
        off = report.get("feature_weights") == "off"
        return f"not scored: {'--feature-weights was off' if off else 'no network was available'}"
    if not any(one["set_scores"] for one in report["sets"]):
        return f"not scored: they need {FEWEST} pictures"
    few = "" if _has_ids(report) else f"; U-IDS and P-IDS need {FEWEST_FOR_IDS} pictures"
    return f"over {report['feature_network']}{few}"


def _has_ids(report: dict[str, Any]) -> bool:
    return any("u_ids" in scores for one in report["sets"] for scores in one["set_scores"].values())


def _holes(one: dict[str, Any], masks: str) -> str:
    share = one["hole_share"]
    name = one["name"]
    if name in KINDS:
        words = wording.drawn_holes(name, BLOCK_RATIO)
        said = f"{name} ({words})" if words else name
    else:
        said = wording.mask_files(masks if masks.endswith(name) else name)
    return f"{said}, {100 * share['min']:.1f} to {100 * share['max']:.1f} % of the picture"


def hints(report: dict[str, Any]) -> list[Statement]:
    """How to read the scores: (what, in words)."""
    listed = [
        (
            "Full-picture scores flatter small holes.",
            "Outside the hole every method returns the picture itself. Compare the columns for the hole.",
        ),
        (
            "PSNR and L1 reward blur.",
            "The mean of all plausible fills scores best on them. The proxy and the scores of whole sets see texture and "
            "structure.",
        ),
        (
            "True edges are the upper bound.",
            "The row with true edges paints along the edges of the original picture: those of a perfect edge generator.",
        ),
    ]
    if report["proxy_network"]:
        listed.append(wording.PROXY_HINT)
    if report["edges"]:
        listed += [wording.STRICT_EDGES, wording.EDGE_L1_HINT]
    if any(one["set_scores"] for one in report["sets"]):
        listed += [
            (
                "FID and KID depend on their network.",
                "Published values use another one (Inception V3 of TensorFlow): compare only within this page. With few "
                "pictures FID comes out too large, and more so for fills with texture than for blurred ones: trust KID, which "
                "may be slightly below 0.",
            ),
        ]
    if _has_ids(report):
        listed.append(
            (
                "U-IDS and P-IDS say how often a fill passes for real.",
                "A linear classifier tells fills from pictures it has not seen. U-IDS is its share of errors (0.5 is chance, the "
                "best), P-IDS the share of fills that look more real to it than their own picture. With a hundred pictures "
                "U-IDS is uncertain by 0.02.",
            )
        )
    listed.append(
        (
            "Best and worst are the checkpoint's.",
            "Cases are ranked by its score, separately for each kind of hole; the median is what to expect.",
        )
    )
    return listed

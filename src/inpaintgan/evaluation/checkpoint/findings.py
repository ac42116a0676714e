"""What an evaluation's numbers say, in sentences: findings, how they were made, and how to read them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ..mask_sets import BLOCK_RATIO
from ..protocol import START
from .running import NETWORK, UPPER_BOUND

_MASK_WORDS = {
    "random-block": f"a block at a random place, {100 * BLOCK_RATIO:.0f} % of a side",
    "half": "the left or the right half",
    "irregular": "free-form strokes",
    "mixed": "strokes, blocks and halves",
    "thin": "thin strokes", "medium": "medium strokes", "thick": "thick strokes",
}  # fmt: skip


def findings(report: dict[str, Any]) -> list[str]:
    """The main results, one sentence or two each."""
    main = report["overall"] or report["sets"][0]
    rival = report["bootstrap"]["rival"]
    said = [_against(main, NETWORK, rival)]
    said += [_against(main, name, rival) for name in report["candidates"]]
    said += [_baseline(main, report["candidates"]), _bound(main), _proxy(main, rival)]
    return [sentence for sentence in said if sentence]


def _against(main: dict[str, Any], name: str, rival: str) -> str:
    own, gap = main["methods"][name]["psnr_hole"], main["versus"][name]["psnr_hole"]
    said = (
        f"In the hole, {name} reaches {own['mean']:.2f} dB ({_range(own, 2)}), {abs(gap['mean']):.2f} dB "
        f"{'above' if gap['mean'] >= 0 else 'below'} {rival} on the same cases ({_range(gap, 2, '+')})."
    )
    return said + (" Chance alone could make that difference." if gap["low"] <= 0 <= gap["high"] else "")


def _baseline(main: dict[str, Any], candidates: list[str]) -> str:
    """How the checkpoint stands to the best of what needs no training."""
    others = {
        name: scores["psnr_hole"]["mean"]
        for name, scores in main["methods"].items()
        if name not in (NETWORK, UPPER_BOUND, START, *candidates)
    }
    best = max(others, key=lambda name: others[name])
    value = main["methods"][NETWORK]["psnr_hole"]["mean"]
    relation = "below the checkpoint" if others[best] < value else "above the checkpoint: colours alone are won by blur"
    return f"Of the methods without training, {best} is best with {others[best]:.2f} dB, {relation}."


def _bound(main: dict[str, Any]) -> str:
    if UPPER_BOUND not in main["methods"]:
        return ""
    gain = main["methods"][UPPER_BOUND]["psnr_hole"]["mean"] - main["methods"][NETWORK]["psnr_hole"]["mean"]
    found = main["edges"]
    worth = "true edges would change nothing" if abs(gain) < 0.005 else f"true edges would change {gain:+.2f} dB"
    return (
        f"Of the edges that it draws in the hole {100 * found['precision']['mean']:.1f} % are true, and it finds "
        f"{100 * found['recall']['mean']:.1f} % of those that are there; {worth}."
    )


def _proxy(main: dict[str, Any], rival: str) -> str:
    if "proxy" not in main["methods"][NETWORK]:
        return ""
    own, other = (main["methods"][name]["proxy"]["mean"] for name in (NETWORK, rival))
    return f"Its perceptual distance (proxy) is {own:.3f}, {100 * own / other:.0f} % of {rival}'s {other:.3f}."


def _range(found: dict[str, float], digits: int, sign: str = "") -> str:
    return f"95 %: {found['low']:{sign}.{digits}f} to {found['high']:{sign}.{digits}f}"


def protocol(report: dict[str, Any]) -> list[tuple[str, str]]:
    """How the numbers were made: (what, in words)."""
    sets = report["sets"]
    taken = f", {report['limit']} at most, spread evenly" if report["limit"] else ""
    listed = [
        ("Checkpoint", f"{report['checkpoint']}, step {report['step']:,}"),
        ("Pictures", f"{sets[0]['n_pictures']:,} of {Path(report['data']).name}{taken}"),
        ("Size", f"{report['side_px']}x{report['side_px']} px: the largest square from the middle, resized"),
        ("Holes", "; ".join(_holes(one, report["masks"]) for one in sets) + f". Seed {report['seed']}"),
        ("Fills", "only the hole is taken from a method; the rest is the picture"),
        (
            "Intervals",
            f"{100 * report['bootstrap']['level']:.0f} % of the mean, by {report['bootstrap']['resamples']:,} resamples of "
            "the pictures, each with all its holes",
        ),
        ("Perceptual proxy", report["proxy_network"] or "not scored: VGG19's weights were not at hand"),
        ("LPIPS", report.get("lpips_network") or "not scored: --lpips was not given"),
        ("FID, KID, U-IDS, P-IDS", _features(report)),
        ("Scored on", report["machine"]),
        ("Version", f"InpaintGAN {report['version']}"),
        ("Made", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())),
    ]
    return listed + [("Notice", notice) for notice in report["notices"]]


def _features(report: dict[str, Any]) -> str:
    return f"over {report['feature_network']}" if report["feature_network"] else "not scored: no network was at hand"


def _holes(one: dict[str, Any], masks: str) -> str:
    share = one["hole_share"]
    words = _MASK_WORDS.get(one["name"])
    name = f"{one['name']} ({words})" if words else one["name"]
    if words is None and not one["name"].startswith("irregular-"):
        name = f"masks of {Path(masks).name if masks.endswith(one['name']) else one['name']}, dealt in order"
    return f"{name}, {100 * share['min']:.1f} to {100 * share['max']:.1f} % of the picture"


def hints(report: dict[str, Any]) -> list[tuple[str, str]]:
    """How to read the scores: (what, in words)."""
    listed = [
        (
            "Full-picture scores flatter small holes.",
            "Outside the hole every method returns the picture itself. Compare the columns for the hole.",
        ),
        (
            "PSNR and L1 reward blur.",
            "The mean of all plausible fills wins them. The proxy and the scores of whole sets see texture and structure.",
        ),
        (
            "True edges are the upper bound.",
            "The row with true edges paints along the edges of the unharmed picture: what a perfect edge generator would give.",
        ),
    ]
    if report["proxy_network"]:
        text = "It compares VGG19 features in the hole; lower is closer. Published LPIPS has another scale."
        listed.append(("The proxy is not LPIPS.", text))
    if report["feature_network"]:
        listed += [
            (
                "FID and KID hang on their network.",
                "Published values use another one (Inception V3 of TensorFlow): compare only within this page. FID is too large "
                "for few pictures, alike for all methods here; KID is not, and may be a little below 0.",
            ),
            (
                "U-IDS and P-IDS say how often a fill passes for real.",
                "A linear classifier tells fills from pictures it has not seen. U-IDS is its share of errors (0.5 is chance, the "
                "best), P-IDS the share of fills that look more real to it than their own picture.",
            ),
        ]
    listed.append(
        (
            "Best and worst are the checkpoint's.",
            "Cases are ranked within their holes by its score; the median is what one should expect.",
        )
    )
    return listed

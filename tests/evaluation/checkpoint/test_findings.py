"""What an evaluation says of its numbers, from made-up scores."""

from __future__ import annotations

import re

import pytest

from inpaintgan.evaluation.charts import Dot, dot_plot
from inpaintgan.evaluation.checkpoint.findings import findings, protocol_rows
from inpaintgan.evaluation.checkpoint.page import evaluation_html, pick
from inpaintgan.evaluation.checkpoint.running import SetResult
from inpaintgan.evaluation.checkpoint.statistics import report_of
from inpaintgan.evaluation.checkpoint.tables import table
from inpaintgan.evaluation.columns import COLUMNS
from inpaintgan.evaluation.protocol import START


def result(name: str, gaps: list[float], proxies: list[float] | None = None) -> SetResult:
    """One picture for each gap in dB between the checkpoint and Telea; a candidate lies 1 dB below Telea."""
    rows = []
    for number, gap in enumerate(gaps):
        base = 20.0 + number
        of = {"checkpoint": base + gap, "telea": base, "biharmonic": base + 0.5, "other": base - 1}
        scores = {method: {"psnr_hole": value, "seconds": 1.0} for method, value in of.items()}
        if proxies:
            for method in scores:
                scores[method]["proxy"] = proxies[number] if method == "checkpoint" else 0.8
        row = {"number": number, "picture": f"{number}.png", "masks": name, "hole": number, "hole_share": 0.25}
        rows.append(row | {"scores": scores, "edges": {}})
    return SetResult(name, rows, {})


def report(*results: SetResult) -> dict:
    return {"candidates": ["other"], **report_of(results, ["other"])}


def test_a_difference_that_chance_could_make_is_said_to_be_one():
    sure = findings(report(result("half", [1.0, 1.2, 1.4, 1.1] * 5)))
    unsure = findings(report(result("half", [3.0, -3.0, 2.0, -2.1] * 5)))
    assert "1.18 dB above telea" in sure[0] and "Chance" not in sure[0]
    assert "0.03 dB below telea" in unsure[0] and "Chance alone could" in unsure[0]
    assert "other reaches" in sure[1] and re.search(r"2\.1[78] dB above it", sure[1]) and "Chance" not in sure[1]
    assert "without training: biharmonic" in sure[2] and "below the checkpoint" in sure[2]


def test_differences_are_far_surer_than_the_scores_they_are_of():
    """Pictures differ by many dB from each other, and methods by little on each."""
    one = report(result("half", [1.0, 1.2] * 10))["sets"][0]
    score, gap = one["methods"]["checkpoint"]["psnr_hole"], one["versus"]["checkpoint"]["psnr_hole"]
    assert gap["mean"] == pytest.approx(1.1)
    assert gap["high"] - gap["low"] < 0.11 < 2 < score["high"] - score["low"]
    assert "seconds" not in one["methods"]["checkpoint"]


def test_where_pictures_share_their_holes_intervals_are_over_the_holes():
    of_pictures = result("half", [1.0, 1.2, 2.0, 2.2] * 5)
    of_holes = result("half", [1.0, 1.2, 2.0, 2.2] * 5)
    for row in of_holes.rows:
        row["hole"] %= 4  # and the gap is that of its hole
    first, second = report(of_pictures), report(of_holes)
    assert (first["bootstrap"]["over"], second["bootstrap"]["over"]) == ("pictures", "holes")
    assert first["sets"][0]["over"] == "pictures"
    assert report(of_holes, result("thin", [1.0] * 20))["bootstrap"]["over"] == "holes or pictures"
    gaps = [found["sets"][0]["versus"]["checkpoint"]["psnr_hole"] for found in (first, second)]
    assert gaps[0]["mean"] == pytest.approx(gaps[1]["mean"])
    assert gaps[1]["high"] - gaps[1]["low"] > 1.5 * (gaps[0]["high"] - gaps[0]["low"])


def test_blur_is_named_as_the_reason_only_where_the_proxy_disagrees():
    """A method without training has the higher PSNR: is it closer to the eye, too?"""
    sure = findings(report(result("half", [-1.0] * 4, [0.3] * 4)))[2]
    beaten = findings(report(result("half", [-1.0] * 4, [0.9] * 4)))[2]
    assert "above the checkpoint, but farther from the pictures by the proxy" in sure
    assert beaten.endswith("above the checkpoint.")


def test_one_case_is_said_to_prove_nothing():
    said = findings(report(result("half", [4.0])))[0]
    assert "+4.00 dB beside telea" in said and "proves nothing" in said and "interval" not in said


def test_best_median_and_worst_are_by_the_proxy_within_each_kind_of_holes():
    found = pick(report(result("thin", [0.0] * 5, [0.3, 0.5, 0.1, 0.2, 0.9]), result("half", [0.0], [0.4])))
    assert [(choice.masks, choice.rank, choice.number) for choice in found] == [
        ("thin", "best", 2), ("thin", "median", 0), ("thin", "worst", 4), ("half", "best", 0),
    ]  # fmt: skip
    two = pick(report(result("half", [0.0] * 2, [0.3, 0.2])))
    assert [(choice.rank, choice.number) for choice in two] == [("best", 1), ("worst", 0)]


def test_the_smooth_fill_that_networks_start_from_is_a_method_without_training():
    started = result("half", [1.0] * 4)
    for row in started.rows:
        row["scores"][START] = {"psnr_hole": row["scores"]["telea"]["psnr_hole"] + 0.75, "seconds": 1.0}
    said = findings(report(started))[2]
    assert said == f"Best of the methods without training: {START}, 22.25 dB, below the checkpoint."


def test_networks_that_were_switched_off_are_not_called_missing():
    about = {"side_px": 64, "proxy_network": None, "feature_network": None, "feature_name": None, "notices": []}
    found = {**report(result("half", [1.0] * 3)), **about}
    assert "Proxy: not scored (the weights of VGG19 were not available)." in table(found)
    off = {**found, "perceptual_weights": "off", "feature_weights": "off"}
    assert "Proxy: not scored (--perceptual-weights was off)." in table(off)
    more = {
        "checkpoint": "c",
        "step": 1,
        "data": "d",
        "masks": "half",
        "seed": 1,
        "limit": 0,
        "machine": "",
        "version": "",
    }
    said = dict(protocol_rows(off | more))
    assert said["Perceptual proxy"] == "not scored: --perceptual-weights was off"
    assert said["FID, KID, U-IDS, P-IDS"] == "not scored: --feature-weights was off"


def test_a_bar_reaches_from_end_to_end_of_its_interval():
    drawn = dot_plot(COLUMNS["psnr"], [Dot("a", 0, 2.0, (1.0, 4.0))])
    ends = re.search(r'class="spread" x1="([\d.]+)" x2="([\d.]+)"', drawn)
    dot = re.search(r'<circle cx="([\d.]+)"', drawn)
    assert ends and dot
    low, high, middle = float(ends[1]), float(ends[2]), float(dot[1])
    assert (high - middle) / (middle - low) == pytest.approx(2, rel=0.01)


def test_the_checkpoint_beside_a_candidate_is_a_paired_comparison():
    """The candidate wins and loses by turns, on pictures that differ by far more than the two do."""
    level = result("half", [-1.4, -0.6] * 10)
    found = report(level, result("thin", [0.0] * 20))
    of_set, of_all = (one["versus_candidates"]["other"]["psnr_hole"] for one in (found["sets"][0], found["overall"]))
    assert of_set["mean"] == pytest.approx(0.0) and of_set["high"] - of_set["low"] < 0.5
    assert of_all["mean"] == pytest.approx(0.5)
    assert "Chance alone could" in findings(report(level))[1]
    written = table({**found, "side_px": 64, "proxy_network": None, "feature_name": None, "notices": []})
    assert re.search(
        r"Difference of the checkpoint to each candidate.*\n\n.*\n.*\n\| other \| \+0\.50 ± 0\.\d\d \|", written
    )


@pytest.mark.parametrize(
    ("folder", "title"),
    [("runs/inpaint/checkpoints/step-000000030", "inpaint, step 30, on held"), ("checkpoints/faces", "faces on held")],
)
def test_a_page_names_the_run_of_a_checkpoint(folder, title):
    made = report(result("half", [1.0] * 3))
    about = {
        "checkpoint": folder, "step": 30, "data": "photos/held", "masks": "half", "side_px": 64, "seed": 1, "limit": 0,
        "proxy_network": None, "feature_network": None, "feature_name": None, "machine": "", "version": "", "notices": [],
    }  # fmt: skip
    assert f"<h1>{title}</h1>" in evaluation_html(about | made, [])

"""The numbers, sentences and page of a comparison, from made-up scores."""

from __future__ import annotations

import csv
import io
import re
import statistics
from xml.etree import ElementTree

import numpy as np
import pytest

from inpaintgan.core.comparison import ComparisonDir
from inpaintgan.core.events import EventLog, Step, Validation
from inpaintgan.core.rundir import RunDir
from inpaintgan.evaluation import charts
from inpaintgan.evaluation.columns import Column
from inpaintgan.evaluation.compare.findings import findings, hints
from inpaintgan.evaluation.compare.page import comparison_html
from inpaintgan.evaluation.compare.summary import _pace, bucket, csv_text, curves, method_summary
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.picture import Picture
from run_events import run_started

from .made_report import GENERATORS, make_report, rows


@pytest.mark.parametrize(
    ("share", "name"),
    [(0.0156, "0-10 %"), (0.1, "10-20 %"), (0.25, "20-30 %"), (0.3, "30-40 %"), (0.5, "50-60 %"), (0.999, "90-100 %")],
)
def test_a_bucket_holds_its_lower_end(share, name):
    assert bucket(share) == name


def test_means_over_pictures_then_mean_and_standard_deviation_over_seeds():
    found = method_summary("a", "generator", [rows("a", 1.0), rows("a", 2.0), rows("a", 4.0)], [{"gmac": 3.0}] * 3)
    mean = found["scores"]["recall"]
    assert mean["mean"] == pytest.approx(statistics.fmean([1.01, 2.01, 4.01]))
    assert mean["std"] == pytest.approx(statistics.stdev([1.01, 2.01, 4.01]))
    assert found["scores"]["gmac"] == {"mean": 3.0, "std": 0.0}
    assert {label: content["n"] for label, content in found["buckets"].items()} == {"0-10 %": 1, "20-30 %": 2}
    assert found["buckets"]["20-30 %"]["scores"]["precision"]["mean"] == pytest.approx(
        statistics.fmean([1.015, 2.015, 4.015])
    )
    assert method_summary("a", "classical", [rows("a", 1.0)])["scores"]["psnr"]["std"] is None


def log_steps(path, values):
    run = RunDir(path)
    run.path.mkdir()
    log = EventLog(run.events_file)
    for value in values:
        if value == "start":
            log.emit(run_started())
        else:
            step, elapsed, loss = value
            log.emit(Step(step=step, values={"loss": loss}, images_per_s=1, data_wait=0, elapsed_s=elapsed, eta_s=None))
    return run


def test_the_pace_is_a_median_that_neither_a_start_nor_a_resume_bends(tmp_path):
    steps = ["start", (10, 50, 1), (20, 51, 1), (30, 52, 1), "start", (30, 90, 1), (40, 91, 1), (50, 100, 1)]
    run = log_steps(tmp_path / "run", steps)
    from inpaintgan.core.events import read_events

    assert _pace(read_events(run.events_file)) == pytest.approx(0.1)


def test_curves_leave_out_what_is_not_finite_and_keep_the_last_word_of_a_repeated_step(tmp_path):
    run = log_steps(tmp_path / "run", ["start", (10, 1, 5.0), (20, 2, None), (30, 3, 3.0), "start", (30, 3, 2.0)])
    EventLog(run.events_file).emit(Validation(step=30, values={"recall": 0.5}, baselines={}, best=True))
    assert curves(run, ("loss", "other"), "step") == {"loss": [(10, 5.0), (30, 2.0)]}
    assert curves(run, ("recall",), "validation") == {"recall": [(30, 0.5)]}


def test_csv_has_a_row_for_each_method_with_spread_and_buckets(tmp_path):
    table = list(csv.DictReader(io.StringIO(csv_text(make_report(tmp_path)))))
    assert [row["method"] for row in table] == [*GENERATORS, "true edges", "no edges", "telea"]
    assert float(table[0]["psnr_hole"]) == pytest.approx(20.06) and float(table[0]["psnr_hole_std"]) > 0
    assert float(table[0]["precision [20-30 %]"]) == pytest.approx(20.065)
    assert table[-1]["fm_std"] == "" and table[-1]["gmac"] == ""


def test_findings_name_the_best_and_what_edges_can_be_worth(tmp_path):
    said = " ".join(findings(make_report(tmp_path)))
    assert "24.01 dB along true edges and 19.01 dB without any" in said and "+5.00 dB" in said
    assert "<egc>, 21.06 dB, which is 41 % of that gain" in said
    assert "lie 1.00 dB apart" in said and "too close or too few to rank them" in said
    assert "well beyond that spread" in " ".join(findings(make_report(tmp_path, seeds=(10, 11, 12))))
    assert "With one seed each" in " ".join(findings(make_report(tmp_path, seeds=(10,))))
    few, many = (findings(make_report(tmp_path, seeds=seeds))[0] for seeds in ((10, 11), (10, 11, 12)))
    assert "<egc> has the highest F1" in few and "But mec has 20.060" in few and "up to 0.071: too close" in few
    assert "<egc> finds edges best" in many and "too close" not in many
    texts = dict(hints(make_report(tmp_path)))
    assert "adds about 7 dB" in texts["Full-picture PSNR flatters small holes."]


def test_findings_crown_no_generator_that_found_nothing(tmp_path):
    report = make_report(tmp_path)
    for row in report["rows"]:
        if row["kind"] == "generator":
            row["scores"] |= {key: {**row["scores"][key], "mean": 0.0} for key in ("precision", "recall", "f1")}
    assert "None of them finds an edge" in findings(report)[0]


def test_where_edges_change_nothing_no_gain_is_told(tmp_path):
    report = make_report(tmp_path)
    for row in report["rows"]:
        row["scores"]["psnr_hole"]["mean"] = 20.006 if row["name"] == "true edges" else 19.996
    said = findings(report)[1]
    assert (
        "20.01 dB along true edges and 20.00 dB without any: perfect edges gain too little" in said and "+" not in said
    )


def test_the_page_is_whole_and_takes_nothing_from_the_network(tmp_path):
    folder = ComparisonDir(tmp_path)
    for unit, name in (("classical", "picture"), ("mec-seed-10", "edges"), ("bounds-seed-10", "true-edges")):
        folder.scores(unit).mkdir(parents=True)
        save_picture(Picture(np.full((64, 64, 3), 90, np.uint8)), folder.scores(unit) / f"00000-{name}.jpg")
    page = comparison_html(make_report(tmp_path), folder, [0, 2])
    assert "faces &amp; dogs" in page and "&lt;egc&gt;" in page and "<egc>" not in page
    assert page.count("data:image/jpeg;base64,") == 3
    assert page.count('<svg class="chart"') == 4  # two dot plots, precision, recall
    for outside in re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)|url\(["']?([^"')]*)""", page):
        assert re.match(r"data:|#", "".join(outside)), outside
    assert not re.search(r"https?://(?!www\.w3\.org/)", page)
    best = re.findall(r'<td class="[^"]*best[^"]*" data-value="([\d.]+)"', page)
    assert "21.06" in {value[:5] for value in best}, "the better generator is marked"
    assert not any(value.startswith("24.0") for value in best), "a bound is never marked"


def test_what_is_zero_throughout_has_an_axis_that_begins_there():
    flat = [charts.Line("a", 0, [(0, 0.0), (10, 0.0)])]
    assert 'data-y0="0" data-y1="1"' in charts.line_chart("Title", flat, "steps")
    shares = [charts.Line("a", 0, [(0, 0.31), (10, 0.39)])]
    assert 'data-y0="0.3" data-y1="0.4"' in charts.line_chart("Title", shares, "steps")
    assert 'data-y0="0" data-y1="0.4"' in charts.line_chart("Title", shares, "steps", 0.0)


def test_charts_are_well_formed_and_survive_flat_and_single_values():
    lines = [charts.Line("a < b", 0, [(0, 1.0), (10, 1.0)]), charts.Line("c", 9, [(5, 1.0)])]
    dots = [charts.Dot("a & b", None, 2.0, None)]
    drawings = (
        charts.line_chart('"Title"', lines, "steps"),
        charts.dot_plot(Column("psnr", "Title", "", 2, 1, "dB"), dots),
    )
    labels = '"Title"; at the end: a < b 1, c 1', "Title in dB: a & b 2.00"
    for drawn, label in zip(drawings, labels, strict=True):
        svg = ElementTree.fromstring(drawn)
        assert svg.tag == "svg" and svg.get("aria-label") == label
        assert "nan" not in drawn and "inf" not in drawn

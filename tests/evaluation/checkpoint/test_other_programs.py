"""The whole protocol from the command line: several kinds of holes, other programs' results, the page, an interruption."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest

from inpaintgan.cli import main
from inpaintgan.core.config import Config
from inpaintgan.evaluation.checkpoint import running
from inpaintgan.imaging.classical import telea
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.io import read_rgb
from inpaintgan.imaging.masks import read_mask
from inpaintgan.imaging.picture import Picture
from untrained import write_checkpoint

SETS = ("thin", "half")


@pytest.fixture(scope="module")
def words(tmp_path_factory, pictures):
    config = Config(edge_generator="edgeconnect", width=8, input_size=64, stem="unshuffle")
    folder = write_checkpoint(tmp_path_factory.mktemp("checkpoint"), config, 7)
    return ["evaluate", "--checkpoint", str(folder), "--data", str(pictures), "--perceptual-weights", "off"]


@pytest.fixture(scope="module")
def inputs(words, tmp_path_factory):
    """What other programs are given."""
    folder = tmp_path_factory.mktemp("inputs")
    assert main([*words, "--masks", *SETS, "--limit", "3", "--save-inputs", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def theirs(inputs, tmp_path_factory):
    """Another program's results: Telea's in the hole, nonsense around it, which must not matter."""
    folder = tmp_path_factory.mktemp("theirs")
    for file in (inputs / "masked").rglob("*.png"):
        name = file.relative_to(inputs / "masked")
        mask = read_mask(inputs / "masks" / name, 64, 64)[0]
        filled = np.where(mask[..., None] == 1, telea(read_rgb(file), mask), np.uint8(7))
        (folder / name).parent.mkdir(exist_ok=True)
        save_picture(Picture(filled), folder / name)
    return folder


def test_inputs_hold_pictures_masked_pictures_and_masks_under_one_name(inputs):
    names = {part: sorted(str(file.relative_to(inputs / part)) for file in (inputs / part).rglob("*.png"))
             for part in ("pictures", "masked", "masks")}  # fmt: skip
    assert names["pictures"] == names["masked"] == names["masks"] and len(names["masks"]) == 6
    name = names["masks"][0]
    picture, masked = (read_rgb(inputs / part / name) for part in ("pictures", "masked"))
    hole = read_mask(inputs / "masks" / name, 64, 64)[0] == 1
    assert (masked[hole] == 255).all() and np.array_equal(masked[~hole], picture[~hole])


def test_a_candidate_is_composited_and_scored_like_the_others(words, theirs, tmp_path, capsys):
    report_file = tmp_path / "report.json"
    options = ["--limit", "3", "--candidate", f"theirs={theirs}", "--report", str(report_file)]
    assert main([*words, "--masks", *SETS, *options]) == 0
    report = json.loads(report_file.read_text("utf-8"))
    assert report["candidates"] == ["theirs"] and report["masks"] == "thin, half"
    assert report["n"] == len(report["cases"]) == 6 and [one["n"] for one in report["sets"]] == [3, 3]
    for case in report["cases"]:
        own, same = ({k: v for k, v in case["scores"][name].items() if k != "seconds"} for name in ("theirs", "telea"))
        assert own == same and "seconds" not in case["scores"]["theirs"]
    for one in [*report["sets"], report["overall"]]:
        gap = one["versus"]["theirs"]["psnr_hole"]
        assert (gap["mean"], gap["low"], gap["high"]) == (0, 0, 0)
        for found in one["methods"]["checkpoint"].values():
            assert found["low"] <= found["mean"] <= found["high"]
    half = [case["scores"]["mean"]["psnr_hole"] for case in report["cases"] if case["masks"] == "half"]
    assert report["sets"][1]["methods"]["mean"]["psnr_hole"]["mean"] == pytest.approx(np.mean(half))
    assert set(report["sets"][0]["edges"]) == {"precision", "recall", "precision_1px", "recall_1px", "edge_l1"}
    assert "| theirs | +0.00 ± 0.00 | +0.00 ± 0.00 |" in capsys.readouterr().out


def test_results_for_one_kind_of_holes_need_no_folder_of_their_own(words, theirs, tmp_path):
    flat = tmp_path / "flat"
    shutil.copytree(theirs / "half", flat)
    assert main([*words, "--masks", "half", "--limit", "3", "--candidate", f"x={flat}"]) == 0


def test_what_is_wrong_with_a_candidate_is_said_before_anything_is_scored(words, theirs, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(running, "run", lambda *_, **__: pytest.fail("scored"))
    partly = tmp_path / "partly"
    shutil.copytree(theirs, partly)
    gone = sorted((partly / "thin").iterdir())[0]
    gone.unlink()
    masks = ["--masks", *SETS, "--limit", "3"]
    for candidate, message in (
        (f"theirs={partly}", f"lacks 1 of 6 results: thin/{gone.stem}"),
        (f"telea={theirs}", "there is a method 'telea' already"),
        (str(theirs), "is not NAME=DIR"),
        (f"theirs={tmp_path / 'none'}", "does not exist"),
    ):
        assert main([*words, *masks, "--candidate", candidate]) == 2
        assert message in capsys.readouterr().err


def test_a_result_of_another_size_is_refused(words, theirs, tmp_path, capsys):
    other = tmp_path / "other"
    shutil.copytree(theirs / "half", other)
    file = next(other.iterdir())
    save_picture(Picture(read_rgb(file)[:32]), file)
    assert main([*words, "--masks", "half", "--limit", "3", "--candidate", f"x={other}"]) == 2
    assert "is 64x32, but the case is 64x64" in capsys.readouterr().err


class Links(HTMLParser):
    """Collects what a page would load or lead to, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.images = 0

    def handle_starttag(self, tag, attrs):
        self.images += tag == "img" and bool(dict(attrs).get("src"))
        self.addresses += [value for name, value in attrs if name in ("src", "href", "srcset", "action") and value]


def test_the_page_holds_everything_itself(words, theirs, tmp_path):
    page = tmp_path / "page.html"
    options = ["--limit", "3", "--candidate", f"their <b>own</b>={theirs}", "--html", str(page)]
    assert main([*words, "--masks", *SETS, *options]) == 0
    text = page.read_text("utf-8")
    links = Links()
    links.feed(text)
    assert all(address.startswith(("data:", "#")) for address in links.addresses)
    assert all(found.startswith(("data:", "#")) for found in re.findall(r"url\([\"']?([^\"')]*)", text))
    assert "@import" not in text
    # For both kinds of holes the best, the median and the worst case: picture, hole and eight fills.
    assert links.images == 2 * 3 * (2 + 8)
    assert "their &lt;b&gt;own&lt;/b&gt;" in text and "<b>own" not in text
    assert len(re.findall(r'<th scope="row">(?:thin|half)<br>(?:best|median|worst)', text)) == 6


def test_an_interruption_ends_with_its_code_and_leaves_no_half_report(words, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "evaluate_edges", interrupted)
    files = [tmp_path / "report.json", tmp_path / "page.html"]
    assert main([*words, "--masks", "half", "--report", str(files[0]), "--html", str(files[1])]) == 130
    assert not any(file.exists() for file in files)

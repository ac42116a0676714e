"""The protocol on an untrained checkpoint: what is compared, and that it is compared fairly."""

from __future__ import annotations

import errno
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from inpaintgan.cli import main
from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.evaluation.cases import cases
from inpaintgan.evaluation.checkpoint import command
from inpaintgan.evaluation.protocol import evaluate_case
from inpaintgan.imaging.classical import CLASSICAL, mean_fill
from inpaintgan.models.checkpoint import load_checkpoint
from untrained import write_checkpoint


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    config = Config(edge_generator="edgeconnect", width=8, input_size=64, stem="unshuffle")
    return write_checkpoint(tmp_path_factory.mktemp("checkpoint"), config, 7)


def test_report_holds_every_method_and_score(checkpoint, pictures, tmp_path, capsys):
    report_file, strips = tmp_path / "new" / "report.json", tmp_path / "new" / "strips"
    words = ["--checkpoint", str(checkpoint), "--data", str(pictures), "--masks", "irregular", "--limit", "3"]
    options = ["--perceptual-weights", "off", "--report", str(report_file), "--save-fills", str(strips)]
    assert main(["evaluate", *words, *options]) == 0
    report = json.loads(report_file.read_text())
    assert set(report["methods"]) == {"checkpoint", "checkpoint, true edges", "smooth fill it starts from", *CLASSICAL}
    assert report["n"] == len(report["cases"]) == 3 and report["step"] == 7
    assert {"precision", "recall", "precision_1px", "recall_1px", "edge_l1"} == set(report["edges"])
    mean = np.mean([case["scores"]["telea"]["psnr_hole"] for case in report["cases"]])
    assert report["methods"]["telea"]["psnr_hole"] == pytest.approx(mean)
    assert len(list(strips.rglob("*.png"))) == 3
    assert "| telea |" in capsys.readouterr().out


def test_what_makes_scores_mean_little_is_said(checkpoint, pictures, tmp_path, capsys):
    array = np.full((64, 64), 255, np.uint8)
    array[:4] = 0
    Image.fromarray(array).save(tmp_path / "mask.png")
    words = ["--checkpoint", str(checkpoint), "--data", str(pictures), "--masks", str(tmp_path), "--limit", "1"]
    assert main(["evaluate", *words, "--perceptual-weights", "off"]) == 0
    said = capsys.readouterr().out
    assert "1 of 1 masks are mostly white" in said and "One picture only" in said and "±" not in said


def test_a_file_that_cannot_be_read_is_left_out_and_named(checkpoint, pictures, tmp_path, capsys):
    data, masks, inputs, report_file = (tmp_path / name for name in ("data", "masks", "inputs", "report.json"))
    shutil.copytree(pictures, data)
    masks.mkdir()
    for file in (data / "broken.jpg", masks / "broken.png"):
        file.write_bytes(b"no picture")
    words = ["evaluate", "--checkpoint", str(checkpoint), "--data", str(data), "--perceptual-weights", "off"]
    half = [*words, "--masks", "half", "--report", str(report_file)]
    assert main([*half, "--save-inputs", str(inputs)]) == 1
    report = json.loads(report_file.read_text())
    whole = list(cases(pictures, "half", 64, limit=0, seed=10))
    assert report["n"] == len(report["cases"]) == len(whole)
    assert report["unreadable"] == [f"{data / 'broken.jpg'} cannot be read: it is not a picture of a known format."]
    assert report["unreadable"][0] in capsys.readouterr().out
    # Nor is a result asked of other programs, which never got the picture.
    assert main([*half, "--candidate", f"theirs={inputs / 'pictures'}"]) == 1
    report = json.loads(report_file.read_text())
    assert report["methods"]["theirs"]["l1_hole"] == 0
    assert "theirs is not to be trusted: 100 % of its holes hold the picture itself." in report["notices"][0]
    assert main([*words, "--masks", str(masks)]) == 2
    assert "No picture is left to score with masks" in capsys.readouterr().err


def test_a_mask_without_a_hole_or_a_known_part_is_left_out_and_named(checkpoint, pictures, tmp_path, capsys):
    masks, report_file = tmp_path / "masks", tmp_path / "report.json"
    masks.mkdir()
    half = np.zeros((64, 64), np.uint8)
    half[:32] = 255
    for name, mask in (("a", half), ("b", np.zeros_like(half)), ("c", np.full_like(half, 255))):
        Image.fromarray(mask).save(masks / f"{name}.png")
    words = ["evaluate", "--checkpoint", str(checkpoint), "--data", str(pictures), "--perceptual-weights", "off"]
    assert main([*words, "--masks", str(masks), "--limit", "4", "--report", str(report_file)]) == 1
    report = json.loads(report_file.read_text())
    assert report["n"] == 2
    assert report["unreadable"] == [
        f"The mask {masks / 'b.png'} is all black.",
        f"The mask {masks / 'c.png'} is all white.",
    ]
    (masks / "a.png").unlink()
    assert main([*words, "--masks", str(masks)]) == 2
    assert "No picture is left to score with masks. Files left out: 2." in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--report", "--html"])
def test_a_picture_is_not_replaced_by_a_report(option, pictures, tmp_path, capsys):
    picture = tmp_path / "photo.png"
    shutil.copy(next(pictures.iterdir()), picture)
    before = picture.read_bytes()
    assert main(["evaluate", "--data", str(pictures), "--masks", "half", option, str(picture)]) == 2
    assert "does not end in ." in capsys.readouterr().err
    assert picture.read_bytes() == before


@pytest.mark.parametrize("words", [
    ["evaluate", "--data", "none", "--masks", "half", "--report", "file/new/report.json"],
    ["evaluate", "--data", "none", "--masks", "half", "--html", "file/page.html"],
    ["evaluate", "--data", "none", "--masks", "half", "--save-fills", "file"],
    ["compare", "--data", "none", "--steps", "1", "--report", "file/report.json"],
    ["export", "--output", "file/fill.onnx"],
])  # fmt: skip
def test_a_place_that_cannot_be_written_is_refused_before_the_work(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "file is a file, not a folder" in said or "file/new cannot be written" in said


@pytest.mark.parametrize("option", ["--save-fills", "--save-inputs"])
@pytest.mark.parametrize("below", ["", "new/fills"])
def test_what_is_saved_does_not_become_a_part_of_what_is_scored(option, below, pictures, tmp_path, capsys):
    data = shutil.copytree(pictures, tmp_path / "data")
    assert main(["evaluate", "--data", str(data), "--masks", "half", option, str(data / below)]) == 2
    assert "what is written there would be scored the next time" in capsys.readouterr().err
    assert sorted(data.iterdir()) == sorted(data / path.name for path in pictures.iterdir())


def test_what_costs_nothing_is_looked_at_before_weights_are_downloaded(checkpoint, pictures, monkeypatch, capsys):
    monkeypatch.setattr(command, "load_vgg19", lambda _: pytest.fail("downloaded"))
    for data, masks, said in (("none", "half", "none does not exist"), (pictures, "none", "'none' is neither")):
        assert main(["evaluate", "--checkpoint", str(checkpoint), "--data", str(data), "--masks", masks]) == 2
        assert said in capsys.readouterr().err
    for option in ("--limit", "--seed"):
        assert main(["evaluate", "--data", str(pictures), "--masks", "half", option, "-1"]) == 2
        assert f"argument {option}: -1 is not a whole number of 0 or more" in capsys.readouterr().err


def test_scores_are_shown_though_their_file_cannot_be_written(checkpoint, pictures, tmp_path, monkeypatch, capsys):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(command, "write_json", full)
    words = ["--checkpoint", str(checkpoint), "--data", str(pictures), "--masks", "half", "--limit", "1"]
    assert main(["evaluate", *words, "--perceptual-weights", "off", "--report", str(tmp_path / "report.json")]) == 2
    shown = capsys.readouterr()
    assert "| telea |" in shown.out and "report.json cannot be written: No space left on device" in shown.err


def test_cases_are_the_same_every_time_and_masks_of_a_folder_are_dealt_in_order(pictures):
    first, again = (list(cases(pictures, "irregular", 64, limit=0, seed=1)) for _ in range(2))
    other = list(cases(pictures, "irregular", 64, limit=0, seed=2))
    assert len(first) == 8
    assert all(np.array_equal(a.mask, b.mask) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a.mask, b.mask) for a, b in zip(first, other, strict=True))


def test_what_a_method_does_outside_the_hole_is_not_scored(pictures):
    case = next(cases(pictures, "half", 64, limit=1, seed=0))

    def careless(image, mask):
        return np.where(mask[..., None] == 1, mean_fill(image, mask), 0).astype(np.uint8)

    scores, fills = evaluate_case(case, {"mean": mean_fill, "careless": careless}, None)
    assert np.array_equal(fills["careless"], fills["mean"])
    assert scores["careless"]["psnr"] == scores["mean"]["psnr"] > 5


@pytest.mark.parametrize("masks", ["random-block", "half", "irregular-50-60"])
def test_baselines_never_see_the_hole(pictures, masks):
    case = next(cases(pictures, masks, 64, limit=1, seed=0))
    blank = case.picture.copy()
    blank[case.mask == 1] = 0
    for name, filler in CLASSICAL.items():
        assert np.array_equal(filler(case.picture, case.mask), filler(blank, case.mask)), name


def test_an_unknown_kind_of_mask_is_refused(pictures):
    with pytest.raises(InpaintError, match="neither a folder nor a kind of mask"):
        list(cases(pictures, "stars", 64, limit=1, seed=0))


def test_release_writes_a_card_and_half_size_weights(pictures, tmp_path, capsys):
    run = tmp_path / "run"
    settings = ["stage=joint", "width=8", "input_size=32", "max_iters=2", "batch_size=2", "workers=0", "log_interval=1"]
    # Settings that need a folder keep its name, or the released config could not be read again.
    settings += ["mask=external", f"mask_data={pictures}", "edge=external", f"edge_data={pictures}", "edge_nms=true"]
    quiet = ["eval_interval=0", "sample_interval=0", "save_interval=0", "perceptual_weights=off", "device=cpu"]
    assert main(["train", "--data", str(pictures), "--run", str(run), "--set", *settings, *quiet]) == 0
    words = ["--run", str(run), "--name", "tiny", "--output", str(tmp_path), "--note", "Public domain."]
    assert main(["release", *words]) == 0
    card = (tmp_path / "tiny" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| joint | 8 | 32 | 2 | 2 |" in card and "from scratch" in card and "Public domain." in card
    released = load_checkpoint(tmp_path / "tiny")
    assert released.step == 2 and released.config.data == "" and released.inpaint_generator is not None
    assert (released.config.mask_data, released.config.edge_data) == (pictures.name, pictures.name)
    assert main(["release", "--run", str(run), "--name", "a/b"]) == 2
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"methods": {"checkpoint": {}}, "checkpoint": "elsewhere", "step": 7}))
    assert main(["release", *words[:2], "--name", "scored", "--output", str(tmp_path), "--report", str(other)]) == 2
    assert "has the scores of elsewhere at step 7, not of step 2" in capsys.readouterr().err
    assert not (tmp_path / "scored").exists()

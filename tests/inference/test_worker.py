"""The window's worker: only hole patches travel, a picture is decoded once, checkpoints stay loaded."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from inpaintgan.inference import worker, worker_cache
from inpaintgan.inference.files import NOTHING_TO_FILL

from .picture_files import draw_mask, load

Ask = Callable[[str, dict[str, object]], dict]


@pytest.fixture
def fill_worker(monkeypatch):
    monkeypatch.setattr(worker, "measure_beside", lambda *_: None)
    return worker.FillWorker()


@pytest.fixture
def ask(fill_worker) -> Ask:
    return lambda op, args: fill_worker.handlers[op](args, lambda _progress: None)


@pytest.fixture
def request_for(checkpoint, pictures, tmp_path):
    def make(**more: object) -> dict[str, object]:
        words = {
            "image": str(pictures / "a.png"),
            "mask": str(draw_mask(tmp_path / "mask.png")),
            "folder": str(tmp_path),
        }
        return {**words, "stem": "fill-1", "checkpoint": str(checkpoint), "device": "cpu", "engine": "eager", **more}

    return make


def laid_over(picture: np.ndarray, patches: list[dict]) -> np.ndarray:
    """What a page shows: each patch drawn at its place."""
    shown = Image.fromarray(picture)
    for patch in patches:
        drawn = Image.open(patch["file"]).convert("RGBA")
        assert drawn.size == (patch["width"], patch["height"])
        shown.paste(drawn, (patch["left"], patch["top"]), drawn)
    return np.asarray(shown)


def test_a_fill_is_patches_of_the_hole_and_saving_pastes_them(ask, request_for, pictures, inpainter, tmp_path):
    before, mask = load(pictures / "a.png"), load(draw_mask(tmp_path / "mask.png"))[..., 0] > 127
    filled = ask("fill", request_for())
    (patch,) = filled["patches"]
    assert (patch["left"], patch["top"], patch["width"], patch["height"]) == (20, 30, 30, 30)
    expected = inpainter.fill(before, mask)
    assert np.array_equal(laid_over(before, filled["patches"]), expected)
    assert [p["left"] for p in filled["edge_patches"]] == [20] and filled["hole_px"] == 900
    saved = ask("save", {**request_for(), "patches": filled["patches"], "output": str(tmp_path / "out.png")})
    assert np.array_equal(load(tmp_path / "out.png"), expected)
    assert saved["changed_outside_px"] == 0 and saved["bytes"] == (tmp_path / "out.png").stat().st_size


def test_a_picture_without_a_hole_is_saved_to_the_byte(ask, request_for, pictures, tmp_path):
    image, output = tmp_path / "photo.jpg", tmp_path / "out.jpg"
    with Image.open(pictures / "a.png") as picture:
        picture.convert("RGB").save(image, quality=60)
    saved = ask("save", {**request_for(image=str(image)), "patches": [], "output": str(output)})
    assert output.read_bytes() == image.read_bytes()
    assert saved["status"] == "unchanged" and saved["notices"] == [NOTHING_TO_FILL]


def test_given_and_predicted_edges_come_as_patches_too(ask, request_for, pictures, inpainter, tmp_path):
    lines = draw_mask(tmp_path / "lines.png", box=(20, 44, 50, 46))
    steered = ask("fill", request_for(edges=str(lines)))
    black = np.zeros((96, 96, 3), np.uint8)
    assert np.array_equal(laid_over(black, steered["edge_patches"])[30:60, 20:50], load(lines)[30:60, 20:50])
    plain = ask("fill", request_for(stem="fill-2"))
    hole = load(tmp_path / "mask.png")[..., 0] > 127
    predicted = np.where(hole, inpainter.predict_edges(load(pictures / "a.png"), hole), 0)
    assert predicted.any() and np.array_equal(predicted, laid_over(black, plain["edge_patches"])[..., 0])


def test_edges_that_were_drawn_over_a_fills_own_change_it_where_they_differ_alone(ask, request_for, tmp_path):
    first = ask("fill", request_for())
    seen = np.zeros((96, 96), np.uint8)
    for patch in first["edge_patches"]:
        drawn = Image.open(patch["file"]).convert("L").point(lambda level: 255 * (level >= 128))
        seen[patch["top"] :, patch["left"] :][: patch["height"], : patch["width"]] = np.asarray(drawn)
    seen[31, 21] ^= 255  # where nothing changed, one would be told what is in sight already
    Image.fromarray(seen).save(tmp_path / "lines.png")
    again = ask("fill", request_for(edges=str(tmp_path / "lines.png"), drawn_over=first["edge_patches"], stem="fill-2"))
    before, after = (np.asarray(Image.open(fill["edge_patches"][0]["file"]).convert("L")) for fill in (first, again))
    assert np.array_equal(before[5:, 5:], after[5:, 5:]) and after[1, 1] == seen[31, 21]
    assert len(np.unique(after)) > 2


def test_what_stays_transparent_is_said(ask, request_for, pictures, tmp_path):
    with Image.open(pictures / "a.png") as picture:
        sheer = picture.convert("RGBA")
    sheer.putalpha(90)
    sheer.save(tmp_path / "sheer.png")
    assert any(
        "keeps it as it was" in said for said in ask("fill", request_for(image=str(tmp_path / "sheer.png")))["notices"]
    )


def test_loading_says_what_can_run_the_networks_and_what_does(ask, request_for, monkeypatch):
    known = {"eager": {"start_s": 0.0, "fill_s": 0.1}}
    monkeypatch.setattr(worker, "recall", lambda *_: known)
    monkeypatch.setattr(worker, "obstacle", lambda engine, device: f"not on {device}" if engine == "onnx" else "")
    loaded = ask("load", request_for())
    assert loaded["engine"] == "eager" == ask("fill", request_for())["engine"]
    rows = {row["engine"]: (row["obstacle"], row["fill_s"]) for row in loaded["engines"]}
    assert list(rows) == ["auto", "eager", "compile", "onnx", "openvino"]
    assert rows["onnx"] == ("not on cpu", None) and rows["eager"] == ("", 0.1)


def test_what_was_measured_since_is_taken_up_when_a_page_opens(ask, request_for, monkeypatch):
    loads = []
    load_it = worker_cache.Inpainter.load
    monkeypatch.setattr(
        worker_cache.Inpainter, "load", lambda *args, **more: loads.append(args) or load_it(*args, **more)
    )
    fastest = {"engine": "eager"}
    monkeypatch.setattr(worker, "choose", lambda *_: fastest["engine"])
    for _ in range(2):
        ask("load", request_for(engine="auto"))
    assert len(loads) == 1
    fastest["engine"] = "onnx"
    ask("fill", request_for(engine="auto"))
    assert len(loads) == 1, "no fill waits for it"
    ask("load", request_for(engine="auto"))
    assert len(loads) == 2


def test_a_picture_is_decoded_once_until_it_changes(ask, request_for, pictures, tmp_path, monkeypatch):
    decoded = []
    decode = worker_cache.decode

    def noted(path, *rest):
        decoded.append(Path(path).name)
        return decode(path, *rest)

    monkeypatch.setattr(worker_cache, "decode", noted)
    image = tmp_path / "a.png"
    shutil.copy(pictures / "a.png", image)
    patches = ask("fill", request_for(image=str(image)))["patches"]
    ask("fill", request_for(image=str(image)))
    ask("save", {**request_for(image=str(image)), "patches": patches, "output": str(tmp_path / "out.png")})
    assert decoded == ["a.png"]
    shutil.copy(pictures / "z.png", image)
    ask("fill", request_for(image=str(image)))
    assert decoded == ["a.png", "a.png"]


def test_checkpoints_that_are_compared_stay_loaded(ask, request_for, checkpoint, tmp_path, monkeypatch):
    copies = [tmp_path / name for name in ("one", "two", "three", "four")]
    for copy in copies:
        shutil.copytree(checkpoint, copy)
    loads = []
    load_one = worker_cache.Inpainter.load

    def noted(path, *rest, **more):
        loads.append(Path(path).name)
        return load_one(path, *rest, **more)

    monkeypatch.setattr(worker_cache.Inpainter, "load", noted)
    for name in ("one", "two", "one", "two", "three", "one", "four", "two"):
        ask("load", request_for(checkpoint=str(tmp_path / name)))
    assert loads == ["one", "two", "three", "four", "two"]  # two was used longest ago when four came


def test_engines_are_measured_once(ask, request_for, monkeypatch):
    measured = []
    monkeypatch.setattr(worker, "measure_beside", lambda checkpoint, device: measured.append(checkpoint.step))
    for _ in range(2):
        assert ask("load", request_for(engine="auto"))["engine"] == "eager"
    assert measured == [5]


def test_a_16_bit_picture_keeps_every_bit_on_its_way_through_the_window(ask, request_for, tmp_path):
    deep = np.random.default_rng(1).integers(0, 65536, (96, 96, 3), np.uint16)
    tifffile.imwrite(tmp_path / "deep.tif", deep, photometric="rgb")
    args = request_for(image=str(tmp_path / "deep.tif"))
    patches = ask("fill", args)["patches"]
    saved = ask("save", {**args, "patches": patches, "output": str(tmp_path / "out.tif")})
    after, hole = tifffile.imread(tmp_path / "out.tif"), load(tmp_path / "mask.png")[..., 0] > 127
    assert after.dtype == np.uint16 and np.array_equal(after[~hole], deep[~hole]) and saved["changed_outside_px"] == 0
    assert len(np.unique(after[hole] % 257)) > 100  # the fill uses the depth, it is no enlarged 8-bit fill

"""Folders, as the command line and the window's worker fill them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaintgan.cli import main
from inpaintgan.core.errors import InpaintError
from inpaintgan.inference import worker
from inpaintgan.inference.files import fill_file
from inpaintgan.inference.folder import fill_folder, plan_jobs

from .picture_files import draw_mask


@pytest.fixture
def album(pictures: Path, tmp_path: Path) -> Path:
    """Three pictures with a mask each, a broken one and one without a mask."""
    images = tmp_path / "in"
    (images / "tief").mkdir(parents=True)
    for source, name in (("a", "one.png"), ("猫", "tief/猫.png"), ("z", "two.png"), ("o o", "no mask.png")):
        shutil.copy(pictures / f"{source}.png", images / name)
    (images / "broken.jpg").write_bytes(b"nothing")
    for name in ("one", "tief/猫", "two", "broken"):
        draw_mask(tmp_path / "masks" / f"{name}.png")
    return tmp_path


def arguments(album: Path, checkpoint: Path, **more: object) -> dict[str, object]:
    places = {"image": album / "in", "mask": album / "masks", "output": album / "out", "checkpoint": checkpoint}
    return {**{name: str(path) for name, path in places.items()}, "device": "cpu", "recursive": True, **more}


def test_the_worker_tells_of_each_picture_and_lists_what_failed_and_why(album, checkpoint):
    told = []
    result = worker.HANDLERS["fill-folder"](arguments(album, checkpoint), told.append)
    assert {key: result[key] for key in ("filled", "failed", "skipped", "total", "cancelled")} == {
        "filled": 3, "failed": 2, "skipped": 0, "total": 5, "cancelled": False,
    }  # fmt: skip
    reasons = {Path(r["image"]).name: r["error"]["code"] for r in result["results"] if r["status"] == "failed"}
    assert reasons == {"broken.jpg": "picture-unreadable", "no mask.png": "mask-missing"}
    assert [(t["done"], t["total"]) for t in told] == [(i, 5) for i in range(6)]
    assert [t["result"] for t in told[1:]] == result["results"]
    names = {file.relative_to(album / "out").as_posix() for file in (album / "out").rglob("*.png")}
    assert names == {"one.png", "two.png", "tief/猫.png"}


def test_cancel_ends_after_the_picture_at_hand_and_a_second_pass_does_the_rest(album, checkpoint):
    stop = album / "stop"

    def stop_after_two(told):
        if told["done"] == 2:
            stop.touch()

    wanted = arguments(album, checkpoint, cancel=str(stop), skip_existing=True)
    first = worker.HANDLERS["fill-folder"](wanted, stop_after_two)
    assert first["cancelled"] and len(first["results"]) == 2
    stop.unlink()
    second = worker.HANDLERS["fill-folder"](wanted, lambda _told: None)
    assert not second["cancelled"] and len(second["results"]) == 5
    assert second["skipped"] == first["filled"] and second["skipped"] + second["filled"] == 3


def test_results_inside_the_picture_folder_are_not_taken_for_pictures(album, inpainter):
    images = album / "in"
    output = images / "filled"
    mask = album / "masks" / "one.png"
    first = fill_folder(inpainter, plan_jobs(images, mask, output, recursive=True))
    assert sum(report.status == "filled" for report in first) == 4
    assert len(plan_jobs(images, mask, output, recursive=True)) == len(first)


def test_a_format_that_cannot_be_written_becomes_png(pictures, tmp_path, inpainter):
    images = tmp_path / "in"
    images.mkdir()
    Image.open(pictures / "a.png").save(images / "a.gif")
    (report,) = fill_folder(inpainter, plan_jobs(images, draw_mask(tmp_path / "m.png"), tmp_path / "out"))
    assert report.status == "filled" and Path(report.output).name == "a.gif.png" and Path(report.output).is_file()


def test_two_pictures_never_share_a_result(pictures, tmp_path, inpainter):
    images = tmp_path / "in"
    images.mkdir()
    with Image.open(pictures / "a.png") as picture:
        picture.save(images / "a.gif")
    shutil.copy(pictures / "z.png", images / "a.gif.png")
    jobs = plan_jobs(images, draw_mask(tmp_path / "mask.png"), tmp_path / "out")
    for skip_existing in (False, True):
        first, second = fill_folder(inpainter, jobs, skip_existing=skip_existing)
        assert first.status == ("skipped" if skip_existing else "filled")
        assert second.error and second.error["code"] == "output-twice"


def test_a_folder_cannot_be_paired_with_a_file(pictures, tmp_path):
    mask = draw_mask(tmp_path / "m.png")
    with pytest.raises(InpaintError, match="is a folder, but"):
        plan_jobs(pictures / "a.png", tmp_path, tmp_path / "out.png")
    with pytest.raises(InpaintError, match="is a file, but"):
        plan_jobs(pictures, mask, mask)


def test_an_accent_is_the_same_however_a_system_writes_it(tmp_path):
    draw_mask(tmp_path / "in" / unicodedata.normalize("NFC", "été.png"))
    mask = draw_mask(tmp_path / "masks" / unicodedata.normalize("NFD", "été.png"))
    (job,) = plan_jobs(tmp_path / "in", tmp_path / "masks", tmp_path / "out")
    assert job.mask == mask


def test_results_never_replace_masks(pictures, tmp_path):
    shared = draw_mask(tmp_path / "out" / "a.png")
    for mask in (shared, shared.parent):
        with pytest.raises(InpaintError, match="is a mask itself"):
            plan_jobs(pictures, mask, tmp_path / "masks" / ".." / "out")


def test_ctrl_c_finishes_the_picture_at_hand_reports_and_exits_130(album, checkpoint, monkeypatch, capsys):
    def fill_then_interrupt(*args, **options):
        report = fill_file(*args, **options)
        os.kill(os.getpid(), signal.SIGINT)
        return report

    before = signal.getsignal(signal.SIGINT)  # ignored, where the tests run in a shell's background
    monkeypatch.setattr("inpaintgan.inference.folder.fill_file", fill_then_interrupt)
    words = ["fill", "--image", album / "in", "--mask", album / "masks" / "one.png", "--output", album / "out"]
    assert main([*map(str, words), "--checkpoint", str(checkpoint), "--device", "cpu", "--json"]) == 130
    captured = capsys.readouterr()
    # broken.jpg came first and failed before the signal.
    assert [result["status"] for result in json.loads(captured.out)["results"]] == ["failed", "filled"]
    assert "2 of 4 pictures are left" in captured.err
    assert signal.getsignal(signal.SIGINT) is before


def test_a_folder_is_filled_into_the_folder_that_it_lies_in(album):
    jobs = plan_jobs(album / "in", album / "masks", album, recursive=True)
    assert {job.output.relative_to(album).as_posix() for job in jobs} >= {"one.png", "tief/猫.png"}


def test_masks_among_the_pictures_are_no_pictures(album):
    shutil.move(album / "masks", album / "in" / "masks")
    jobs = plan_jobs(album / "in", album / "in" / "masks", album / "out", recursive=True)
    assert len(jobs) == 5 and not [job for job in jobs if "masks" in job.image.parts]
    shutil.copy(album / "in" / "masks" / "one.png", album / "in" / "mask.png")
    jobs = plan_jobs(album / "in", album / "in" / "mask.png", album / "out")
    assert "mask.png" not in {job.image.name for job in jobs}


def test_no_result_replaces_another_picture_and_no_mask_is_taken_by_chance(album):
    Image.new("L", (96, 96)).save(album / "in" / "one.gif")
    shutil.copy(album / "in" / "one.png", album / "in" / "one.gif.png")
    shutil.copy(album / "masks" / "one.png", album / "masks" / "one.gif.png")
    shutil.copy(album / "masks" / "two.png", album / "masks" / "two.bmp")
    jobs = {job.image.name: job.mask for job in plan_jobs(album / "in", album / "masks", album / "in")}
    assert jobs["one.gif"].code == "output-is-input" and jobs["two.png"].code == "mask-twice"
    only = album / "only"
    only.mkdir()
    Image.new("L", (96, 96)).save(only / "two.bmp")
    with pytest.raises(InpaintError, match=r"two\.bmp is a mask itself"):
        plan_jobs(only, album / "masks", album / "masks")


def test_the_picture_itself_is_no_result_that_is_there_already(album, inpainter):
    jobs = plan_jobs(album / "in", album / "masks" / "one.png", album / "in")
    reports = fill_folder(inpainter, jobs, skip_existing=True)
    assert {report.error["code"] for report in reports if report.status == "failed"} >= {"output-is-input"}
    assert not [report for report in reports if report.status == "skipped"]


def test_edges_of_a_folder_are_saved_changed_and_painted_along(album, checkpoint, capsys):
    """Each picture is filled as it would be on its own with its own edges."""

    def fill(image: Path, output: str, *more: object) -> int:
        words = ["fill", "--image", image, "--mask", album / "masks" / "one.png", "--output", album / output]
        return main([*map(str, [*words, "--checkpoint", checkpoint, "--device", "cpu", *more])])

    folder = (album / "in", "first", "--recursive", "--skip-existing", "--save-edges", album / "edges")
    assert fill(*folder) == 1  # for the broken picture
    saved = {file.relative_to(album / "edges").as_posix() for file in (album / "edges").rglob("*.*")}
    assert saved == {"one.png", "two.png", "no mask.png", "tief/猫.png"}
    (album / "edges" / "two.png").unlink()
    capsys.readouterr()
    assert fill(*folder) == 1
    assert "3 skipped" in capsys.readouterr().out and (album / "edges" / "two.png").is_file()

    lines = draw_mask(album / "edges" / "one.png", box=(20, 44, 50, 46))
    (album / "edges" / "no mask.png").unlink()
    assert fill(album / "in", "second", "--recursive", "--edges", album / "edges") == 1
    assert "There is no edge picture for no mask.png" in capsys.readouterr().out
    assert fill(album / "in" / "one.png", "alone/one.png", "--edges", lines) == 0
    second, alone = (np.asarray(Image.open(album / name / "one.png")) for name in ("second", "alone"))
    assert np.array_equal(second, alone)
    assert not np.array_equal(second, np.asarray(Image.open(album / "first" / "one.png")))


def test_edges_are_paired_and_kept_as_masks_are(album, tmp_path):
    edges = album / "in" / "edges"
    for name in ("one.png", "two.png", "two.bmp"):
        draw_mask(edges / name)
    mask = album / "masks" / "one.png"
    jobs = {job.image.name: job for job in plan_jobs(album / "in", mask, album / "out", recursive=True, edges=edges)}
    assert len(jobs) == 5 and jobs["one.png"].edges == edges / "one.png"
    assert jobs["two.png"].mask.code == "edges-twice" and jobs["猫.png"].mask.code == "edges-missing"
    for places in ({"output": edges}, {"output": album / "out", "save_edges": edges}):
        with pytest.raises(InpaintError, match="is an edge picture itself"):
            plan_jobs(album / "in", mask, edges=edges, **places)
    shutil.copy(album / "in" / "one.png", album / "in" / "one.bmp")
    one, other = (
        job for job in plan_jobs(album / "in", mask, album / "out", save_edges=album / "new") if job.image.stem == "one"
    )
    assert one.save_edges == other.save_edges and other.mask.code == "output-twice"
    with pytest.raises(InpaintError, match="is a folder, but") as refusal:
        plan_jobs(album / "in" / "one.png", mask, album / "out.png", edges=edges)
    assert refusal.value.code == "edges-is-folder"

"""Which checkpoints the window offers, and the scores it shows with them."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from inpaintgan.core.atomic import write_json
from inpaintgan.core.config import Config
from inpaintgan.core.events import EventLog, Validation
from inpaintgan.core.rundir import EDGE_WEIGHTS, INPAINT_WEIGHTS, SCORES, TRAINING_STATE, RunDir
from inpaintgan.gui.checkpoints import list_checkpoints
from inpaintgan.gui.runs import summary
from inpaintgan.gui.scores import checkpoint_scores


def make_run(path: Path, steps: list[int], best: int) -> RunDir:
    run = RunDir(path)
    path.mkdir()
    run.create(Config(width=16))
    for step in steps:
        folder = run.checkpoint_path(step)
        folder.mkdir()
        for name in (INPAINT_WEIGHTS, TRAINING_STATE):
            (folder / name).write_bytes(b"")
        (folder / "config.yml").write_text("width: 16\n")
    run.point("best", best)
    return run


def test_all_checkpoints_of_a_run_are_offered_the_best_first(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [10, 20, 30], best=20)
    entries = [entry for entry in list_checkpoints([run]) if entry["name"] == "r"]
    assert [entry["step"] for entry in entries] == [20, 30, 10]
    run.point("latest", 30)
    titles = [entry["title"] for entry in list_checkpoints([run]) if entry["name"] == "r"]
    assert titles == ["run r (step 20, best)", "run r (step 30, latest)", "run r (step 10)"]
    assert len({entry["path"] for entry in entries}) == 3


def test_a_run_names_the_checkpoint_that_fills_by_its_path_in_the_list(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [10, 20, 30], best=20)
    fills = summary(run)["fills"]
    assert [entry["step"] for entry in list_checkpoints([run]) if entry["path"] == fills] == [20]
    (Path(fills) / INPAINT_WEIGHTS).rename(Path(fills) / EDGE_WEIGHTS)
    assert summary(run)["fills"] is None


@pytest.mark.parametrize(
    "metadata", [{"inpaintgan": '{"step": Infinity}'}, {"inpaintgan": "[" * 100_000}, {"step": {}}, [1], "deep"]
)
def test_a_weight_file_that_lies_is_offered_without_a_step(tmp_path: Path, metadata: Any) -> None:
    """One such folder left every page of the window without its checkpoints."""
    run = make_run(tmp_path / "r", [10], best=10)
    lying = tmp_path / "r" / "checkpoints" / "best"
    lying.unlink()
    run.checkpoint_path(10).rename(lying)
    header = b"[" * 100_000 if metadata == "deep" else json.dumps({"__metadata__": metadata}).encode()
    (lying / INPAINT_WEIGHTS).write_bytes(struct.pack("<Q", len(header)) + header)
    (lying / SCORES).write_text(f'{{"values": {{"psnr": 1{"0" * 400}, "ssim": 0.5}}}}')
    found = [entry for entry in list_checkpoints([run]) if entry["name"] == "r"]
    assert [(entry["step"], entry["scores"]["values"]) for entry in found] == [(None, {"ssim": 0.5})]


def test_what_an_installed_program_released_is_offered_beside_what_it_brought(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "checkpoints" / "mine"
    folder.mkdir(parents=True)
    (folder / INPAINT_WEIGHTS).write_bytes(b"")
    (folder / "config.yml").write_text("width: 16\n")
    before = [entry["name"] for entry in list_checkpoints([])]
    monkeypatch.setattr("inpaintgan.gui.checkpoints.work_root", lambda: tmp_path)
    assert [entry["name"] for entry in list_checkpoints([])] == [*before, "mine"]


def test_what_a_release_says_of_itself_is_shown(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("inpaintgan.gui.checkpoints.resource", lambda _name: tmp_path / "none")
    monkeypatch.setattr("inpaintgan.gui.checkpoints.work_root", lambda: tmp_path)
    for name, told in (
        ("a", {"about": "Of cats. " * 90}),
        ("b", {"about": 3}),
        ("c", None),
        ("d", {"about": "Of faces."}),
    ):
        folder = tmp_path / "checkpoints" / name
        folder.mkdir(parents=True)
        (folder / INPAINT_WEIGHTS).write_bytes(b"")
        (folder / "config.yml").write_text("width: 16\n")
        if told:
            write_json(folder / SCORES, told)
    long, *others = [entry["about"] for entry in list_checkpoints([])]
    assert others == ["", "", "Of faces."]
    assert long.startswith("Of cats. Of cats.") and long.endswith("…") and len(long) <= 240


def test_the_shipped_checkpoints_say_what_they_are_for() -> None:
    for entry in list_checkpoints([]):
        if entry["name"] in ("faces", "faces-lite"):
            assert "faces" in entry["about"] and "research use" in entry["about"]


def test_scores_of_a_training_are_those_of_the_validation_at_that_step(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [10, 20], best=20)
    log = EventLog(run.events_file)
    for step, psnr_hole in ((10, 18.5), (20, None), (30, 25.0)):
        values: dict[str, float | None] = {"psnr_hole": psnr_hole, "recall": 0.25, "l1": 0.1}
        log.emit(Validation(step=step, values=values, baselines={}, best=True))
    first, second = (checkpoint_scores(run.checkpoint_path(step), step) for step in (10, 20))
    assert first == {
        "values": {"psnr_hole": 18.5, "recall": 0.25}, "on": "the training's validation pictures at step 10",
    }  # fmt: skip
    assert second is not None and second["values"] == {"recall": 0.25}, "what broke down is not shown"
    assert checkpoint_scores(run.checkpoint_path(5), 5) is None


def test_a_list_that_is_asked_for_again_reads_no_settings_and_looks_for_no_scores(tmp_path: Path, monkeypatch) -> None:
    run = make_run(tmp_path / "r", [10, 20], best=20)
    log = EventLog(run.events_file)
    log.emit(Validation(step=10, values={"psnr": 18.5}, baselines={}, best=True))
    before = list_checkpoints([run])
    read: list[object] = []
    for place in ("runs.load_config", "scores.newest"):
        monkeypatch.setattr(f"inpaintgan.gui.{place}", lambda *args: read.append(args) or [])
    assert list_checkpoints([run]) == before and not read
    log.emit(Validation(step=20, values={"psnr": 19.0}, baselines={}, best=True))
    list_checkpoints([run])
    assert len(read) == 1, "one look for all its checkpoints"


def test_a_damaged_line_hides_no_scores_behind_it(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [20], best=20)
    run.events_file.write_bytes(b'of a line that was cut: "type":"validation"}\n')
    EventLog(run.events_file).emit(Validation(step=20, values={"psnr": 19.0}, baselines={}, best=True))
    scores = checkpoint_scores(run.checkpoint_path(20), 20)
    assert scores and scores["values"] == {"psnr": 19.0}


def test_a_released_checkpoint_brings_its_scores_along(tmp_path: Path) -> None:
    assert checkpoint_scores(tmp_path, 7) is None
    write_json(tmp_path / SCORES, {"values": {"psnr_hole": 21.5, "proxy": None}, "on": "142 pictures"})
    assert checkpoint_scores(tmp_path, 7) == {"values": {"psnr_hole": 21.5}, "on": "142 pictures"}
    write_json(tmp_path / SCORES, ["something else"])
    assert checkpoint_scores(tmp_path, 7) is None
    shipped = next(entry for entry in list_checkpoints([]) if entry["name"] == "faces-lite")
    assert shipped["scores"]["values"]["psnr_hole"] > 20

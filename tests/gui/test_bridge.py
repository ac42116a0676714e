"""What the pages can ask for, without a browser: the functions behind the bridge, called directly."""

from __future__ import annotations

import errno
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inpaintgan.core.config import Config
from inpaintgan.core.config_io import make_config
from inpaintgan.core.rundir import EDGE_WEIGHTS, EVENTS, INPAINT_WEIGHTS, RunDir
from inpaintgan.gui.answers import answered, to_json
from inpaintgan.gui.bridge import functions
from inpaintgan.gui.calls.settings import SettingsCalls
from inpaintgan.gui.folders import example_pictures
from inpaintgan.gui.session import Session
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.jobs.queue import TrainingQueue
from inpaintgan.jobs.supervisor import Supervisor, is_live, wait_until_gone
from waiting import wait_for

from .made_png import png

FAKE_MAIN = Path(__file__).parents[1] / "jobs" / "fake_main.py"
Call = Callable[..., Any]


class Refused(Exception):
    """The bridge answered with an error."""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session(tmp_path / "runs")
    session.supervisor = Supervisor(tmp_path / "runs", [sys.executable, str(FAKE_MAIN)])
    session.queue = TrainingQueue(session.supervisor)
    yield session
    for run in session.supervisor.runs_found():
        if is_live(run):
            run.control.send("stop")
            wait_until_gone(run, 10)
    session.close()


@pytest.fixture
def call(session: Session) -> Call:
    exposed = functions(session, lambda function, *args: function(*args))

    def call(name: str, *args: Any) -> Any:
        answer = json.loads(json.dumps(exposed[name](*args), allow_nan=False))
        if "error" in answer:
            raise Refused(answer["error"]["code"], answer["error"]["message"])
        assert answer["ok"] is True
        return answer["value"]

    return call


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "Bilder 漢"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.JPG").write_bytes(b"")
    (folder / "notes.txt").write_text("")
    return folder


def test_answers_are_plain_finite_json() -> None:
    assert answered(lambda: {"a": [math.nan, (math.inf, 1.5)]}) == {"ok": True, "value": {"a": [None, [None, 1.5]]}}
    assert to_json({"ü": math.nan}) == '{"\\u00fc": null}'
    assert to_json("\udce4").encode() == b'"\\udce4"', "the name of a file may be no text"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows says that there is no such file")
def test_a_path_that_the_system_lets_nobody_look_at_is_no_mistake_of_the_program(session: Session) -> None:
    error = answered(SettingsCalls(session).measure, {"data": "x" * 300})["error"]
    assert error["code"] == "path-unseen" and error["message"].endswith("File name too long.")


@pytest.mark.parametrize("path", ["a\0b", "a\ud800", "file:///a%00b"])
@pytest.mark.parametrize("name", ["list_folder", "count_pictures", "check_data"])
def test_what_no_path_can_hold_is_no_mistake_of_the_program(call: Call, name: str, path: str) -> None:
    with pytest.raises(Refused, match="path-impossible"):
        call(name, *([path, "", "ticket"] if name == "check_data" else [path]))


@pytest.mark.parametrize("seconds", ["x", None, [], 0, math.inf])
def test_a_trial_of_no_length_is_refused(call: Call, seconds: object) -> None:
    with pytest.raises(Refused, match="config-invalid"):
        call("try_start", seconds)


def test_an_example_that_the_disk_has_no_room_for_is_told_in_words(session: Session, monkeypatch) -> None:
    def copyfile(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", copyfile)
    error = answered(session.pictures.open_copy, example_pictures()[0])["error"]
    assert (error["code"], error["hint"]) == ("output-unwritable", "Make room on the disk.")
    assert not list((session.folder / "pictures").iterdir())


def test_a_mistake_of_the_program_is_said_without_its_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    error = answered(lambda: Path())["error"]
    assert error["code"] == "internal"
    assert "Traceback" not in error["message"]
    assert "Traceback" in capfd.readouterr().err


def test_what_is_exposed_is_the_contract(session: Session) -> None:
    assert set(functions(session, lambda function, *args: function(*args))) == {
        "app_state", "config_schema", "check_config", "config_to_yaml", "config_from_yaml", "list_folder", "choose_folder",
        "check_data", "check_progress", "preview_data", "start_training", "resume_training", "control_run", "list_runs",
        "get_run", "delete_run", "fill", "fill_progress", "cancel_fill", "warm_up", "save_fill", "open_fill",
        "picture_info", "pictures_in_work", "open_example", "fill_folder", "folder_progress", "cancel_folder",
        "list_comparisons", "start_comparison", "resume_comparison", "stop_comparison", "delete_comparison",
        "watch_run", "queue_training", "queue_run", "unqueue_run", "restore_run", "list_deleted_runs", "cancel_check",
        "measure", "measure_progress", "cancel_measure", "resume_point", "resume_with", "try_start", "try_verdict",
        "count_pictures",
    }  # fmt: skip


def test_a_call_with_wrong_arguments_is_refused(call: Call) -> None:
    with pytest.raises(Refused, match="bad-call"):
        call("check_config")
    with pytest.raises(Refused, match="bad-call"):
        call("check_config", [])


def test_the_forms_are_drawn_from_the_schema(call: Call) -> None:
    found = call("config_schema")
    assert set(found["schema"]["properties"]) == set(Config.model_fields)
    assert found["defaults"] == Config().model_dump()
    assert found["one_stem"] == {"effunet": "conv"}
    assert found["block_masks"] == ["random-block", "mixed", "external-block", "external-block-half"]


def test_every_preset_is_allowed_explained_and_leaves_the_choices_of_page_one_alone(call: Call) -> None:
    presets = call("config_schema")["presets"]
    assert len(presets) >= 8 and presets[0]["id"] == "try-it"
    for preset in presets:
        assert preset["title"] and preset["text"]
        make_config(preset["values"])
        chosen_elsewhere = {"stage", "data", "val_data", "mask_data", "init_from", "edges_from"}
        assert not chosen_elsewhere & set(preset["values"]), preset["id"]


def test_the_papers_preset_is_the_default(call: Call) -> None:
    """Tables 9 and 14 of the paper are the defaults of the program, which normalises for VGG19 as it was trained."""
    values = next(preset["values"] for preset in call("config_schema")["presets"] if preset["id"] == "paper")
    assert make_config(values) == Config(imagenet_normalization=False)


def test_settings_travel_as_yaml_and_back(call: Call) -> None:
    text = call("config_to_yaml", {"lr": 0.0005, "data": "ä: #b"})["yaml"]
    values = call("config_from_yaml", text)["values"]
    assert (values["lr"], values["data"]) == (0.0005, "ä: #b")
    assert call("config_from_yaml", "MODEL: 2\nLR: 1e-3")["values"]["stage"] == "inpaint"
    with pytest.raises(Refused, match="config-unreadable"):
        call("config_from_yaml", "a: [")
    with pytest.raises(Refused, match="config-unreadable"):
        call("config_from_yaml", "- 1")
    with pytest.raises(Refused, match="lr: 7 is not allowed"):
        call("check_config", {"lr": 7})


def test_folders_are_listed_with_their_pictures(call: Call, pictures: Path) -> None:
    (pictures / ".hidden").mkdir()
    (pictures / "b.webp").write_bytes(b"")
    found = call("list_folder", str(pictures))
    assert found["folders"] == [{"name": "deep", "path": str(pictures / "deep")}]
    assert (found["path"], found["parent"], found["n_pictures"]) == (str(pictures), str(pictures.parent), 1)
    assert call("list_folder", "")["path"] == str(Path.home())
    assert call("list_folder", "/")["parent"] is None
    assert call("list_folder", str(pictures / "not" / "made yet"), True)["path"] == str(pictures)
    assert all(Path(place["path"]).is_dir() for place in found["shortcuts"])
    (pictures / "deep" / "loop").symlink_to(pictures)
    run = pictures / "run"
    run.mkdir()
    for file in (run / EVENTS, run / "sample.png", pictures / ".hidden" / "c.png", pictures / "deep" / "c.PNG"):
        file.write_bytes(b"")
    found = call("count_pictures", str(pictures))
    assert found == {"n_pictures": len(find_pictures(pictures)), "is_all": True} and found["n_pictures"] > 1
    for path in (pictures / "none", pictures / "notes.txt"):
        with pytest.raises(Refused, match="folder-missing"):
            call("list_folder", str(path))


def test_the_native_dialog_needs_a_screen(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert call("app_state")["has_screen"] is False
    with pytest.raises(Refused, match="no-dialog"):
        call("choose_folder", "x")


@pytest.mark.parametrize(
    ("values", "name", "code"),
    [
        ({"data": ""}, "", "data-missing"),
        ({"data": "{pictures}/none"}, "", "folder-missing"),
        ({"data": "{pictures}/notes.md"}, "", "folder-missing"),
        ({"data": "{pictures}/empty"}, "", "folder-empty"),
        ({"data": "{pictures}/nothing to see"}, "", "folder-empty"),
        ({"data": "{pictures}", "val_data": "{pictures}/empty"}, "", "folder-empty"),
        ({"data": "{pictures}", "mask": "external", "mask_data": "{pictures}/none"}, "", "folder-missing"),
        ({"data": "{pictures}", "init_from": "{pictures}"}, "", "checkpoint-missing"),
        ({"data": "{pictures}", "edges_from": "{pictures}"}, "", "checkpoint-missing"),
        ({"data": "{pictures}", "lr": -1}, "", "config-invalid"),
        ({"data": "{pictures}"}, "../x", "run-name-invalid"),
        ({"data": "{pictures}"}, ".x", "run-name-invalid"),
        ({"data": "{pictures}"}, "a:b", "run-name-invalid"),
    ],
)
def test_a_training_that_cannot_work_is_not_started(
    call: Call, pictures: Path, values: dict[str, Any], name: str, code: str
) -> None:
    (pictures / "empty").mkdir()
    hidden = pictures / "nothing to see" / ".thumbnails"
    hidden.mkdir(parents=True)
    (hidden / "a.png").touch()
    (pictures / "notes.md").touch()
    filled = {key: item.format(pictures=pictures) if isinstance(item, str) else item for key, item in values.items()}
    with pytest.raises(Refused, match=code) as refused:
        call("start_training", filled, name)
    if code == "checkpoint-missing":
        assert f"{list(values)[-1]}: " in str(refused.value)
    assert call("list_runs")["runs"] == []


def test_resuming_waits_for_the_stopped_process_to_leave(call: Call, session: Session, pictures: Path) -> None:
    name = call("start_training", {"data": str(pictures), "seed": 14}, "slow to leave")["run"]
    run = RunDir(session.supervisor.runs / name)
    wait_for(lambda: call("get_run", name)["step"] > 0)
    call("control_run", name, "stop")
    wait_for(lambda: call("get_run", name)["state"] == "stopped")
    assert is_live(run), "the process must still be leaving, or this test shows nothing"
    assert call("resume_training", name) == {"run": name}
    assert is_live(run)


def test_a_fill_leaves_the_gpu_to_a_training(
    call: Call, session: Session, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(session.filler, "request", lambda op, args, *more: asked.append(args) or {})
    run = RunDir(session.supervisor.runs / "on a gpu")
    run.path.mkdir(parents=True)
    run.create(Config())
    call("warm_up", str(checkpoint))
    line = {"seq": 1, "type": "step", "time": 5, "step": 7, "values": {}, "gpu_memory": [60.0, 80.0]}
    run.events_file.write_text(json.dumps(line) + "\n")
    call("warm_up", str(checkpoint))
    run.claim()
    call("warm_up", str(checkpoint))
    run.release()
    assert [args["device"] for args in asked] == ["auto", "auto", "cpu"]


def test_a_training_is_started_steered_and_deleted(call: Call, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pictures.parent)
    first = call("start_training", {"data": pictures.name, "stage": "inpaint"}, "")["run"]
    second = call("start_training", {"data": pictures.name, "stage": "inpaint"}, "")["run"]
    assert first.endswith("_inpaint") and second.startswith(first.rsplit("_", 1)[0]) and first != second
    named = call("start_training", {"data": str(pictures)}, "Mein Lauf (2)")["run"]
    assert named == "Mein Lauf (2)"
    found = {run["run"]: run for run in call("list_runs")["runs"]}
    assert list(found) == sorted([first, second, named]), (
        "at work they keep their places, though each is always the newest"
    )
    assert found[first]["state"] in ("starting", "running")
    assert call("get_run", first)["config"]["data"] == str(pictures), "frozen in full"
    with pytest.raises(Refused, match="run-busy"):
        call("delete_run", first)
    with pytest.raises(Refused, match="run-busy"):
        call("resume_training", first)
    with pytest.raises(Refused, match="control-unknown"):
        call("control_run", first, "explode")
    call("control_run", first, "stop")
    wait_until_gone(RunDir(Path(found[first]["path"])), 15)
    assert call("get_run", first)["state"] == "stopped"
    with pytest.raises(Refused, match="run-not-live"):
        call("control_run", first, "stop")
    assert call("resume_training", first) == {"run": first}
    call("control_run", first, "stop")
    wait_until_gone(RunDir(Path(found[first]["path"])), 15)
    ticket = call("delete_run", first)["ticket"]
    with pytest.raises(Refused, match="run-unknown"):
        call("get_run", first)
    assert call("restore_run", ticket) == {"run": first}
    assert call("get_run", first)["state"] == "stopped"


def test_a_queued_training_waits_for_its_turn_and_shows_its_place(call: Call, session: Session, pictures: Path) -> None:
    session.supervisor.runs.mkdir(parents=True, exist_ok=True)
    first = call("queue_training", {"data": str(pictures)}, "first")["run"]
    second = call("queue_training", {"data": str(pictures), "max_iters": 77}, "second")["run"]
    turns = {run["run"]: (run["state"], run["turn"]) for run in call("list_runs")["runs"]}
    assert turns == {first: ("queued", 1), second: ("queued", 2)}
    call("unqueue_run", first)
    found = call("get_run", second)
    assert (found["state"], found["turn"], found["config"]["max_iters"]) == ("queued", 1, 77)
    assert session.queue.tend() == second
    assert call("get_run", second)["state"] in ("starting", "running") and call("get_run", second)["turn"] is None
    assert call("get_run", first)["turn"] is None
    assert call("watch_run", first)["usage"] is None
    wait_for(lambda: call("watch_run", second)["usage"])
    used = call("watch_run", second)["usage"]
    assert 0 < used["memory_gb"] < used["memory_total_gb"] and 0 <= used["cpu"] <= 1
    call("queue_run", first)
    call("resume_with", first, {**call("get_run", first)["config"], "max_iters": 88})
    assert session.queue.names() == [], "what was started by hand does not start again"


def test_checkpoints_of_runs_are_offered_with_what_they_can_do(call: Call, session: Session) -> None:
    run = RunDir(session.supervisor.runs / "r")
    run.path.mkdir(parents=True)
    run.create(Config(width=16, stage="edge"))
    assert [entry for entry in call("app_state")["checkpoints"] if entry["name"] == "r"] == []
    folder = run.checkpoint_path(40)
    folder.mkdir()
    (folder / "config.yml").write_text("width: 16\n")
    (folder / EDGE_WEIGHTS).write_bytes(b"")
    (run.checkpoints / "latest").write_text(folder.name)
    entry = next(entry for entry in call("app_state")["checkpoints"] if entry["name"] == "r")
    assert entry == {
        "name": "r", "path": str(folder), "edge_generator": "mec", "width": 16, "stem": "conv", "step": 40,
        "title": "run r (step 40)", "note": "mec, width 16, edges only: cannot fill yet", "has_inpaint": False, "rank": "",
        "about": "", "scores": None,
    }  # fmt: skip
    (folder / INPAINT_WEIGHTS).write_bytes(b"")
    entry = next(entry for entry in call("app_state")["checkpoints"] if entry["name"] == "r")
    assert (entry["has_inpaint"], entry["note"]) == (True, "mec, width 16")
    assert call("app_state")["default_checkpoint"]


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("device", "tpu", "device-unknown"),
        ("engine", "fastest", "engine-unknown"),
        ("texture", "yes", "texture-unknown"),
        ("feather_px", 65, "feather"),
    ],
)
def test_options_of_a_fill_that_are_not_allowed_are_refused(call: Call, option: str, value: object, code: str) -> None:
    with pytest.raises(Refused, match=code):
        call("fill", "any", {option: value})


def test_training_pictures_are_shown_as_the_network_sees_them(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(png(64, 64, 60 * number))
    for _ in range(6):
        items = call("preview_data", {"data": str(folder), "input_size": 32}, 2)["items"]
    assert [item["name"] for item in items] == ["0.png", "1.png"]
    assert all(item[part].startswith("/api/previews/") for item in items for part in ("picture", "masked", "edges"))
    with pytest.raises(Refused, match="bad-call"):
        call("preview_data", {"data": str(folder)}, "two")
    report = call("check_data", str(folder), "")
    assert report["n_pictures"] == 3
    assert call("check_progress")["done"] == 3


def test_a_result_that_is_not_there_opens_no_picture(call: Call, session: Session) -> None:
    picture = call("open_example", example_pictures()[0].name)["id"]
    for fill in (1, None, "1"):
        with pytest.raises(Refused, match="fill-unknown"):
            call("open_fill", picture, fill)
    assert [folder.name for folder in (session.folder / "pictures").iterdir()] == [picture]


def test_unknown_pictures_and_examples_are_said(call: Call) -> None:
    with pytest.raises(Refused, match="picture-unknown"):
        call("picture_info", "x")
    with pytest.raises(Refused, match="picture-unknown"):
        call("picture_info", ["x"])
    with pytest.raises(Refused, match="example-unknown"):
        call("open_example", "../config.yml")

"""Full disks, shared folders, names that are no text, no home: the window goes on, and leaves alone what is not its own."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from PIL import Image

from inpaintgan.core import paths
from inpaintgan.core.atomic import write_json
from inpaintgan.core.child import process_record
from inpaintgan.core.config import Config
from inpaintgan.core.config_io import load_config
from inpaintgan.core.control import Control
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.events import EventLog, EventTail, Warned
from inpaintgan.core.rundir import RunDir
from inpaintgan.gui import session, training
from inpaintgan.gui.pictures import Pictures
from inpaintgan.gui.runs import state_of, summary
from inpaintgan.jobs.process import Worker
from inpaintgan.jobs.supervisor import Supervisor, is_live, is_run

NO_TEXT = os.fsdecode(b"l\xe4uft")
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")


def test_only_folders_of_launches_that_ended_here_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = {"pid": 2**22 + 1, "started": 0.0}
    owners = {
        "inpaintgan-1-dead": {**dead, "host": socket.gethostname()},
        "inpaintgan-2-elsewhere": {**dead, "host": "another-machine"},
        "inpaintgan-3-live": {**process_record(), "host": socket.gethostname()},
        "inpaintgan-20240101-results": None,
        f"inpaintgan-{'9' * 20}-x": None,
    }
    for name, owner in owners.items():
        (tmp_path / name).mkdir()
        if owner:
            write_json(tmp_path / name / "owner.json", owner)
    session._sweep(Pictures(tmp_path / "pictures", Worker("inpaintgan.data.worker")))
    assert {path.name for path in tmp_path.glob("inpaintgan-*")} == set(owners) - {"inpaintgan-1-dead"}


def test_a_training_of_another_machine_is_left_to_it(tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    run.create(Config())
    EventLog(run.events_file).emit(Warned(step=0, stage="edge", code="a-sign", message="of life"))
    write_json(run.path / "process.json", {**process_record(), "host": "another-machine"})
    assert is_live(run) and state_of(run) == "running" and run.trainer_pid() is None
    with pytest.raises(InpaintError, match="another-machine is training in"):
        run.claim()
    with pytest.raises(InpaintError, match="still training"):
        training.delete(run)
    training.control(run, "stop")
    assert run.control.take() == "stop", "orders pass through the shared disk"
    os.utime(run.events_file, (0, 0))
    assert not is_live(run) and state_of(run) == "interrupted"
    run.claim()
    assert run.trainer_pid() == os.getpid()


def test_a_folder_that_may_not_be_looked_into_is_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", refuse)
    assert not is_run(tmp_path / "lost+found")


@only_linux
def test_names_that_are_no_text_pass(tmp_path: Path) -> None:
    run = RunDir(tmp_path / NO_TEXT)
    run.create(Config())
    log = EventLog(run.events_file)
    log.emit(Warned(step=0, stage="edge", code="unreadable", message=f"{NO_TEXT}.png cannot be read."))
    run.sample_path(1).touch()
    assert summary(run)["last_sample_url"] == "/api/runs/l%E4uft/samples/step-000000001.png"
    assert [event["message"] for event in EventTail(run.events_file).read()] == ["l?uft.png cannot be read."]
    pictures = tmp_path / f"{NO_TEXT} pictures"
    pictures.mkdir()
    Image.new("RGB", (32, 32)).save(pictures / f"{NO_TEXT}.png")
    (pictures / f"{NO_TEXT} too.png").write_bytes(b"")
    worker = Worker("inpaintgan.data.worker")
    report = worker.request("check-data", {"folder": str(pictures)})
    worker.close()
    assert (report["n_pictures"], report["unreadable"][0]["path"]) == (2, f"{NO_TEXT} too.png")


@pytest.mark.skipif(os.name == "nt", reason="no SIGTERM on Windows")
def test_a_training_is_stopped_though_its_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(control: Control, command: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    trainer = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        run = RunDir(tmp_path / "run")
        run.create(Config())
        write_json(run.path / "process.json", process_record(trainer.pid))
        monkeypatch.setattr(Control, "send", full)
        with pytest.raises(InpaintError, match=r"Nothing can be written into .*: No space left on device"):
            training.control(run, "pause")
        assert psutil.pid_exists(trainer.pid)
        training.control(run, "stop")
        assert trainer.wait(60) == -15
    finally:
        trainer.kill()


def test_nothing_is_left_of_a_start_that_could_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(run: RunDir, config: Config) -> None:
        raise InpaintError("run-unwritable", "No space left on device.")

    monkeypatch.setattr(RunDir, "create", full)
    with pytest.raises(InpaintError, match="No space"):
        Supervisor(tmp_path).prepare(Config(), "first")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["queue.json", "Comparisons"])
def test_a_run_takes_no_name_of_the_windows_own(name: str) -> None:
    with pytest.raises(InpaintError, match="cannot be the name of a run"):
        training.checked_name(name)


@pytest.mark.parametrize("name", ["con", "NUL", "Aux.2", "com1", "lpt9.old", "faces."])
def test_a_run_takes_no_name_that_windows_keeps(name: str) -> None:
    with pytest.raises(InpaintError, match="cannot be the name of a run"):
        training.checked_name(name)
    assert training.checked_name("console") == "console"


def test_a_refusal_of_settings_is_short_whatever_they_hold(tmp_path: Path) -> None:
    lines = ["l0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 8)]
    (tmp_path / "config.yml").write_text("\n".join([*lines, "lr: *a7"]))
    with pytest.raises(InpaintError) as refused:
        load_config(tmp_path / "config.yml")
    assert len(str(refused.value)) < 4000


def test_an_account_without_a_home_has_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert paths.cache_root().is_relative_to(Path.home())
    monkeypatch.setattr(Path, "home", nowhere)
    assert paths.cache_root().parent == Path(tempfile.gettempdir())

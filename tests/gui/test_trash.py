"""A deleted run can be had back for a day."""

from __future__ import annotations

from pathlib import Path

import pytest

from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.rundir import RunDir
from inpaintgan.gui import trash
from inpaintgan.jobs.supervisor import Supervisor


def make(runs: Path, name: str) -> RunDir:
    run = RunDir(runs / name)
    run.path.mkdir(parents=True)
    run.create(Config(seed=7))
    return run


def test_a_discarded_run_is_gone_and_comes_back_whole(tmp_path: Path) -> None:
    run = make(tmp_path, "läuft 1")
    ticket = trash.discard(run)
    assert Supervisor(tmp_path).runs_found() == []
    assert trash.restore(tmp_path, ticket) == "läuft 1"
    assert run.load_config().seed == 7
    with pytest.raises(InpaintError, match="deleted for good"):
        trash.restore(tmp_path, ticket)


@pytest.mark.parametrize("ticket", ["", "..", "../..", "1", "²", "9" * 300])
def test_no_other_folder_is_restored(tmp_path: Path, ticket: str) -> None:
    make(tmp_path, "a")
    with pytest.raises(InpaintError, match="deleted for good"):
        trash.restore(tmp_path, ticket)


def test_no_path_out_of_the_trash_is_a_ticket(tmp_path: Path) -> None:
    (tmp_path / trash.FOLDER).mkdir()
    outside = "1" * 19
    make(tmp_path / outside, "a")
    with pytest.raises(InpaintError, match="deleted for good"):
        trash.restore(tmp_path, f"../{outside}")


def test_a_name_taken_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    ticket = trash.discard(make(tmp_path, "a"))
    make(tmp_path, "a")
    with pytest.raises(InpaintError, match="another run 'a'"):
        trash.restore(tmp_path, ticket)
    assert (tmp_path / trash.FOLDER / ticket / "a" / "config.yml").is_file()


def test_the_trash_is_emptied_of_what_is_old_only(tmp_path: Path) -> None:
    old = trash.discard(make(tmp_path, "old"))
    (tmp_path / trash.FOLDER / old).rename(tmp_path / trash.FOLDER / "1000000000000000000")
    photos = tmp_path / trash.FOLDER / "2023"  # whoever put it there
    photos.mkdir()
    (tmp_path / trash.FOLDER / ("1" * 19)).touch()
    ticket = trash.discard(make(tmp_path, "new"))
    (found,) = trash.deleted(tmp_path)
    assert (found["ticket"], found["run"]) == (ticket, "new")
    trash.empty(tmp_path)
    assert {path.name for path in (tmp_path / trash.FOLDER).iterdir()} == {ticket, "2023", "1" * 19}
    trash.empty(tmp_path / "nowhere")
    assert trash.deleted(tmp_path / "nowhere") == []

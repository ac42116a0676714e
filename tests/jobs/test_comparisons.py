"""A comparison that goes on from the window asks for the same comparison again."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from inpaintgan.cli import parser
from inpaintgan.core.comparison import ComparisonDir
from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.evaluation.compare.plan import freeze, make_plan
from inpaintgan.jobs import comparisons
from inpaintgan.jobs.comparisons import Comparisons


@pytest.fixture
def commands(monkeypatch):
    """The command lines that would have been started."""
    started: list[list[str]] = []
    monkeypatch.setattr(comparisons, "launch", lambda folder, command, log: started.append(command))
    return started


def words(command: list[str]) -> list[str]:
    return command[command.index("compare") :]


def test_going_on_asks_for_the_same_plan(commands, tmp_path):
    folder = ComparisonDir(tmp_path / "comparisons" / "a b")
    given = {
        "data": str(tmp_path / "bilder 画像"), "val_data": None, "generators": "egc,mec", "steps": None,
        "seconds": 2.5, "seeds": 3,
        "config": None, "set": ["lr=1e-3", "seed=4", "mask=half"], "inpaint": tmp_path / "painter",
        "masks": "mixed", "limit": 7, "perceptual_weights": "off",
    }  # fmt: skip
    plan = freeze(folder, make_plan(Namespace(**given)))
    Comparisons(tmp_path / "comparisons").resume(folder)
    again = make_plan(parser().parse_args(words(commands[0])))
    assert again == plan
    assert freeze(folder, again) == plan


def test_a_start_from_the_window_asks_for_what_was_chosen(commands, tmp_path):
    config = Config(data=str(tmp_path), width=16)
    folder = Comparisons(tmp_path / "c").start("name", config, ["mec", "egc"], 50, 2)
    arguments = parser().parse_args(words(commands[0]))
    plan = make_plan(arguments)
    assert plan.generators == ("mec", "egc") and plan.steps == 50 and plan.seeds == (10, 11) and plan.base.width == 16
    assert Path(arguments.output) == folder.path
    with pytest.raises(InpaintError, match="already a comparison 'name'"):
        Comparisons(tmp_path / "c").start("name", config, ["mec"], 50, 1)
    with pytest.raises(InpaintError, match="never began"):
        Comparisons(tmp_path / "c").resume(folder)


def test_comparisons_are_found_and_deleted(tmp_path):
    there = Comparisons(tmp_path)
    assert there.found() == []
    (tmp_path / "other").mkdir()
    folder = ComparisonDir(tmp_path / "one")
    folder.path.mkdir()
    folder.plan_file.write_text("{}")
    assert [found.path.name for found in there.found()] == ["one"]
    folder.claim()
    with pytest.raises(InpaintError, match="still running"):
        there.delete(folder)
    folder.release()
    there.delete(folder)
    assert there.found() == []

"""Checkpoint folders of a training: what stands where one is written, and which are kept."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import torch

from inpaintgan.core.rundir import TRAINING_STATE
from inpaintgan.training.build import build_stage
from inpaintgan.training.state import Progress, rotate, save_training, sweep


@pytest.fixture
def save(training):
    """Saves a checkpoint of a step, marked by the place in the stream that it notes."""
    config = training.config(stage="edge")
    stage, _ = build_stage(config, torch.device("cpu"))
    training.run.create(config)
    return lambda step, mark: save_training(training.run, config, stage, Progress(step=step, position=mark))


def mark(training, step: int) -> int:
    file = training.run.checkpoint_path(step) / TRAINING_STATE
    return torch.load(file, weights_only=True)["progress"]["position"]


def folders(training) -> list[str]:
    return sorted(path.name for path in training.run.checkpoints.iterdir() if not path.is_symlink())


def test_a_step_that_is_saved_again_takes_the_place_of_its_first_checkpoint(training, save):
    save(3, mark=1)
    save(3, mark=2)
    assert mark(training, 3) == 2
    assert folders(training) == ["step-000000003"]
    assert training.run.pointer("latest") == training.run.checkpoint_path(3)


def test_where_the_new_one_cannot_be_put_the_first_stays(training, save, monkeypatch):
    save(3, mark=1)
    rename, taken_away = os.replace, []

    def refuse(source: Path, target: Path):
        if target == training.run.checkpoint_path(3) and ".new." in source.name:
            taken_away.append(not target.exists())
            raise OSError(errno.EIO, "broken")
        rename(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="broken"):
        save(3, mark=2)
    assert taken_away == [True]
    assert mark(training, 3) == 1
    assert folders(training) == ["step-000000003"]


def test_the_last_good_checkpoint_is_kept_however_old(training, save):
    for step in (1, 2, 3, 4):
        save(step, mark=step)
    rotate(training.run, keep=1, good_step=2)
    assert training.run.saved_steps() == [2, 4]
    rotate(training.run, keep=1, good_step=0)
    assert training.run.saved_steps() == [4]


def test_a_checkpoint_that_a_killed_process_had_moved_aside_is_found_again(training, save):
    first = save(3, mark=1)
    first.rename(first.with_name(f".{first.name}.old.{2**22 + 1}.tmp"))
    first.with_name(f".{first.name}.new.{2**22 + 1}.tmp").mkdir()
    sweep(training.run)
    assert folders(training) == ["step-000000003"] and mark(training, 3) == 1
    first.with_name(f".{first.name}.old.{2**22 + 1}.tmp").mkdir()
    sweep(training.run)
    assert folders(training) == ["step-000000003"] and mark(training, 3) == 1

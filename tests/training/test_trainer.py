"""The loop: events, orders, and what happens when things go wrong."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import cv2
import numpy as np
import psutil
import pytest
import torch

from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.events import parse_event
from inpaintgan.core.rundir import TRAINING_STATE
from inpaintgan.training.trainer import Trainer


def test_events_tell_the_whole_story_in_order(training):
    training.train(stage="joint", sample_interval=2, eval_interval=2, save_interval=2)
    lines = training.run.events_file.read_text().splitlines()
    events = [parse_event(line) for line in lines]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    kinds = [event.type for event in events]
    assert kinds[0] == "run_started" and kinds[-1] == "run_finished"
    assert {"step", "sample", "validation", "checkpoint"} <= set(kinds)
    assert [event.step for event in events if event.type == "step"] == [1, 2, 3]
    assert all(event.stage == "joint" and event.time > 1e9 for event in events)
    started = events[0]
    assert started.perceptual == "off" and started.n_train == 7 and started.n_val == 1
    validation = next(event for event in events if event.type == "validation")
    assert set(validation.values) == {
        "precision", "recall", "psnr", "psnr_hole", "ssim", "ssim_hole", "l1",
    }  # fmt: skip
    assert validation.baselines["telea"]["psnr_hole"] > 10
    assert 0 < validation.baselines["telea"]["ssim_hole"] < validation.baselines["telea"]["ssim"] < 1


def test_sample_grid_has_the_papers_columns(training):
    training.train(stage="joint", sample_interval=2, val_size=1, sample_size=1)
    event = training.events("sample")[0]
    assert event["step"] == 0
    assert event["columns"] == ["ground truth", "masked", "edges", "canny", "fill"]
    grid = cv2.imread(str(training.run.path / event["path"]))[..., ::-1]
    assert grid.shape == (32, 5 * 32 + 4 * 4, 3)
    truth, masked, edges, _, fill = (grid[:, i * 36 : i * 36 + 32] for i in range(5))
    hole = (masked == 255).all(2) & ~(truth == 255).all(2)
    assert hole.sum() > 50
    assert np.array_equal(fill[~hole], truth[~hole])
    red = (edges[..., 0].astype(int) - edges[..., 1]) > 60
    assert red[hole].any() and not red[(masked != 255).any(2)].any(), "predicted edges are drawn in the hole alone"


def test_a_resumed_run_follows_a_changed_learning_rate(training):
    training.train(stage="edge", max_iters=1)
    trainer = training.trainer(resume=True, stage="edge", max_iters=2, lr=5e-5, beta1=0.5)
    trainer.train()
    groups = [
        o.param_groups[0]
        for o in (trainer.loop.stage.edge.generator_optimizer, trainer.loop.stage.edge.discriminator_optimizer)
    ]
    assert [group["lr"] for group in groups] == pytest.approx([5e-5, 5e-6])
    assert [group["betas"] for group in groups] == [(0.5, 0.9)] * 2


def test_a_limit_in_seconds_of_training_ends_at_the_first_step_beyond_it(training):
    assert training.train(stage="edge", max_iters=100_000, max_seconds=0.6) == "max_seconds"
    *before, last = training.events("step")
    assert all(step["elapsed_s"] < 0.6 for step in before) and last["elapsed_s"] >= 0.6
    finished = training.events("run_finished")[-1]
    assert finished["reason"] == "max_seconds" and finished["step"] == last["step"]
    assert training.run.saved_steps() == [finished["step"]]
    with pytest.raises(InpaintError, match=r"max_seconds is 0\.6"):
        training.train(resume=True, stage="edge", max_iters=100_000, max_seconds=0.6)


def test_stop_order_saves_and_leaves(training):
    def order(event):
        if event.type == "step" and event.step == 2:
            training.run.control.send("stop")

    assert training.train(sinks=[order], stage="edge", max_iters=1000) == "stopped"
    assert training.run.saved_steps() == [2]
    assert training.events("run_finished")[-1]["reason"] == "stopped"
    assert training.run.trainer_pid() is None


def test_signal_means_stop(training):
    def order(event):
        if event.type == "step" and event.step == 2:
            signal.raise_signal(signal.SIGTERM)

    assert training.train(sinks=[order], stage="edge", max_iters=1000) == "stopped"
    assert training.run.saved_steps() == [2]


def test_a_training_in_a_thread_is_stopped_by_its_control_file(training):
    def order(event):
        if event.type == "step" and event.step == 2:
            training.run.control.send("stop")

    with ThreadPoolExecutor(1) as pool:
        training_in_it = pool.submit(training.train, sinks=[order], stage="edge", max_iters=1000, workers=1)
        assert training_in_it.result() == "stopped"
    assert training.run.saved_steps() == [2]


def test_an_order_from_before_the_start_is_not_obeyed(training):
    training.run.path.mkdir(parents=True)
    training.run.control.send("stop")
    os.utime(training.run.path / "control.json", (0, psutil.Process().create_time() - 1))
    assert training.train(stage="edge") == "max_iters"


def test_an_order_that_comes_while_the_process_loads_is_obeyed(training):
    training.run.path.mkdir(parents=True)
    training.run.control.send("stop")
    assert training.train(stage="edge") == "stopped"
    assert training.run.saved_steps() == []


def test_an_order_that_is_none_is_told_and_changes_nothing(training):
    written = []

    def order(event):
        if event.type == "step" and event.step <= 2:
            text = '{"command": "dance"}' if event.step == 1 else "not even JSON"
            (training.run.path / "control.json").write_text(text)
            written.append(text)

    assert training.train(sinks=[order], stage="edge", max_iters=4) == "max_iters"
    warnings = [event["message"] for event in training.events("warning") if event["code"] == "order-unknown"]
    assert warnings[1].startswith("control.json held no command.")
    assert len(written) == len(warnings) == 2 and warnings[0].startswith(
        "'dance' is not a training command. Allowed: pause"
    )
    assert not (training.run.path / "control.json").exists()


def test_pause_holds_the_training_until_resume(training):
    steps_at_pause = []

    def order(event):
        if event.type == "step" and event.step == 2:
            training.run.control.send("pause")
        if event.type == "paused":
            threading.Thread(target=later).start()

    def later():
        time.sleep(0.5)
        steps_at_pause.append(len(training.events("step")))
        training.run.control.send("resume")

    training.train(sinks=[order], stage="edge", max_iters=4)
    assert steps_at_pause == [2]
    assert [e["type"] for e in training.events() if e["type"] in ("paused", "resumed")] == ["paused", "resumed"]


def test_sample_and_save_on_demand(training):
    def order(event):
        if event.type == "step" and event.step in (1, 2):
            training.run.control.send({1: "sample-now", 2: "save-now"}[event.step])

    training.train(sinks=[order], stage="edge", max_iters=4)
    assert [e["step"] for e in training.events("sample")] == [1]
    assert [(e["step"], e["reason"]) for e in training.events("checkpoint")] == [(2, "requested"), (4, "finished")]


def test_best_checkpoint_is_kept_beside_the_newest(training):
    training.train(stage="edge", max_iters=8, eval_interval=1, save_interval=1, keep_checkpoints=2)
    best = [event["step"] for event in training.events("validation") if event["best"]][-1]
    assert training.run.pointer("best").name == f"step-{best:09d}"
    assert set(training.run.saved_steps()) == {best, 7, 8}


def test_a_failed_save_leaves_the_previous_checkpoint_whole(training, monkeypatch):
    training.train(stage="edge", max_iters=2)
    before = (training.run.checkpoint_path(2) / TRAINING_STATE).read_bytes()

    def half(_state, file):
        file.write(b"half")
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(OSError, match="broken"):
        training.train(stage="edge", max_iters=4, resume=True)
    assert training.run.saved_steps() == [2]
    assert (training.run.checkpoint_path(2) / TRAINING_STATE).read_bytes() == before
    assert [p.name for p in training.run.checkpoints.iterdir() if p.name.endswith(".tmp")] == []


def test_unreadable_picture_is_reported_once_and_skipped(training, tmp_path, pictures):
    folder = tmp_path / "some-broken"
    shutil.copytree(pictures, folder)
    (folder / "broken.png").write_bytes(b"\x89PNG nothing")
    training.train(stage="edge", data=str(folder), max_iters=12)
    warnings = training.events("warning")
    assert len(warnings) == 1 and "broken.png" in warnings[0]["message"]


def test_a_small_set_whose_held_out_picture_is_damaged_is_trained_on(training, new_training, tmp_path, pictures):
    few = tmp_path / "few"
    few.mkdir()
    for index, file in enumerate(sorted(pictures.rglob("*.png"))[:3]):
        shutil.copy(file, few / f"{index}.png")
    (few / "0.png").write_bytes(b"junk")
    assert training.train(stage="edge", data=str(few), eval_interval=1) == "max_iters"
    assert training.events("validation")
    assert [event["message"] for event in training.events("warning") if event["code"] == "held-out-unreadable"] == [
        f"{few / '0.png'}: held out but unreadable; training pictures are scored instead."
    ]
    with pytest.raises(InpaintError, match=r"val_data: None of the pictures can be read\."):
        (tmp_path / "val").mkdir()
        shutil.copy(few / "0.png", tmp_path / "val")
        new_training("other").train(stage="edge", data=str(few), val_data=str(tmp_path / "val"))


def test_a_run_that_was_copied_by_following_its_links_goes_on(training, new_training):
    training.train(stage="edge", max_iters=2, eval_interval=1)
    copied = new_training("copied")
    shutil.copytree(training.run.path, copied.run.path)
    assert copied.run.pointer("best") == copied.run.checkpoints / "best"
    assert copied.train(stage="edge", max_iters=3, eval_interval=1, resume=True) == "max_iters"
    assert copied.run.pointer("latest") == copied.run.checkpoint_path(3)


def test_max_iters_below_the_resumed_step_is_refused_before_the_start(training):
    training.train(stage="edge", max_iters=3)
    with pytest.raises(InpaintError, match="max_iters is 2, but this run is already at step 3"):
        training.train(stage="edge", max_iters=2, resume=True)


def test_a_launchers_restart_may_find_a_finished_run_but_not_one_beyond_its_end(training, monkeypatch):
    training.train(stage="edge")
    monkeypatch.setattr("inpaintgan.core.ranks.Ranks.restartable", True)
    assert training.train(stage="edge", resume=True) == "max_iters"
    with pytest.raises(InpaintError, match="max_iters is 2, but this run is already at step 3"):
        training.train(stage="edge", resume=True, max_iters=2)


def test_two_trainers_in_one_run_folder_are_refused(training):
    holder = get_context("spawn").Process(target=time.sleep, args=(30,))
    holder.start()
    try:
        training.run.create(training.config())
        record = {"pid": holder.pid, "started": psutil.Process(holder.pid).create_time()}
        (training.run.path / "process.json").write_text(json.dumps(record))
        with pytest.raises(InpaintError, match="is already training"):
            training.train(stage="edge")
    finally:
        holder.kill()
        holder.join()
    assert training.train(stage="edge") == "max_iters"


def test_tensorboard_files_are_written_when_wanted(training):
    training.train(stage="edge", tensorboard=True)
    assert list(training.run.tensorboard.iterdir())


def test_tensorboard_takes_no_folder_whose_name_is_not_text(tmp_path):
    with pytest.raises(InpaintError, match=r"tensorboard: .* has a name that is not text"):
        Trainer(Config(), tmp_path / "r\udce9n")
    assert not list(tmp_path.iterdir())


def test_a_training_is_neither_begun_over_another_nor_resumed_as_another(training):
    """What a notebook's cell does that is run twice."""
    training.train(stage="edge", max_iters=2)
    before = training.run.events_file.read_bytes()
    with pytest.raises(InpaintError, match="already holds a training"):
        training.train(stage="edge", max_iters=2)
    with pytest.raises(InpaintError, match="width: this run was trained with 8 and cannot continue with 16"):
        training.train(stage="edge", width=16, max_iters=4, resume=True)
    assert training.run.events_file.read_bytes() == before


def test_pictures_that_disappear_end_a_training_with_its_weights_saved_and_their_folder_named(training, tmp_path):
    data = tmp_path / "few"
    shutil.copytree(training.data, data)

    def unplug(event):
        if event.type == "step" and event.step == 2:
            data.rename(tmp_path / "gone")

    with pytest.raises(InpaintError, match=rf"data: None of the pictures in {data} can be read any more\."):
        training.train(stage="edge", data=str(data), cache_gib=0, max_iters=5, sinks=[unplug])
    assert training.run.saved_steps() == [2]
    (tmp_path / "gone").rename(data)
    assert training.train(stage="edge", data=str(data), cache_gib=0, max_iters=5, resume=True) == "max_iters"


def test_the_end_is_sampled_and_scored_where_the_intervals_miss_it(training):
    training.train(stage="edge", sample_interval=2, eval_interval=2)
    assert [event["step"] for event in training.events("sample")] == [0, 2, 3]
    assert [event["step"] for event in training.events("validation")] == [2, 3]
    assert len(training.events("checkpoint")) == len({event["step"] for event in training.events("checkpoint")})
    assert training.run.saved_steps()[-1] == 3
    training.train(stage="edge", resume=True, max_iters=4, sample_interval=2, eval_interval=2)
    assert [event["step"] for event in training.events("validation")] == [2, 3, 4], "once where they meet it"

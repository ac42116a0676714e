"""Stopping and resuming at any step equals never having stopped, bit for bit on the CPU; and one seed is one run."""

from __future__ import annotations

import shutil

import pytest
import torch

from inpaintgan.core.rundir import EDGE_WEIGHTS, TRAINING_STATE

STEPS = 7
SETTINGS = {
    "max_iters": STEPS, "accumulation_steps": 2, "batch_size": 1, "lr_schedule": "cosine", "mask": "irregular", "sigma": 0,
    "eval_interval": 1, "save_interval": 3, "ema_decay": 0.9, "edge_generator": "edgeconnect",
}  # fmt: skip
AUTO = {"auto_max_steps": 2, "auto_anneal_steps": 3}
STAGES = ["edge", "inpaint", "edge-inpaint", "joint", "auto"]


def assert_equal(a, b, where="state"):
    if isinstance(a, dict):
        assert a.keys() == b.keys(), where
        for key in a:
            assert_equal(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list | tuple):
        assert len(a) == len(b), where
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            assert_equal(x, y, f"{where}[{i}]")
    elif isinstance(a, torch.Tensor):
        assert torch.equal(a, b), where
    else:
        assert a == b, where


def end_of(training, step=STEPS):
    """All that is saved at a step: weights, averages, optimizers, random generators, progress."""
    state = torch.load(training.run.checkpoint_path(step) / TRAINING_STATE, weights_only=True)
    state["progress"].pop("elapsed_s")
    return state


def train_in_pieces(training, at=range(1, STEPS), **settings):
    """Stop after some steps, and resume in a new trainer, until the end.

    Once at each step: one whose weights broke is not saved, and a resume comes by again.
    """
    stopped = set()

    def order(event):
        if event.type == "step" and event.step in at and event.step not in stopped:
            stopped.add(event.step)
            training.run.control.send("stop")

    resume = False
    while training.train(resume=resume, sinks=[order], **settings) != "max_iters":
        resume = True
    assert stopped == set(at)


@pytest.fixture(scope="module")
def edge_run(lasting_training):
    edge = lasting_training("edge")
    edge.train(stage="edge", max_iters=1, edge_generator="edgeconnect")
    return edge


@pytest.fixture(scope="module")
def whole(lasting_training):
    """The end of an uninterrupted run of a stage."""
    ends = {}

    def get(**settings):
        stage = settings["stage"]
        if stage not in ends:
            training = lasting_training(stage)
            training.train(**settings)
            ends[stage] = end_of(training), training
        return ends[stage]

    return get


@pytest.mark.parametrize(("workers", "at"), [(0, range(1, STEPS)), (2, (3, 4))])
@pytest.mark.parametrize("stage", STAGES)
def test_stopped_and_resumed_equals_never_stopped(stage, workers, at, whole, edge_run, training):
    """With accumulated gradients, a learning-rate schedule, averages, best scores and, in auto, across both phase changes."""
    settings = {**SETTINGS, "stage": stage, **(AUTO if stage == "auto" else {})}
    if stage == "edge-inpaint":
        settings["init_from"] = str(edge_run.run.path)
    end, uninterrupted = whole(**settings)
    train_in_pieces(training, at, **settings, workers=workers)
    assert_equal(end_of(training), end)
    steps, expected = (run.events("step") for run in (training, uninterrupted))
    for name in ("step", "phase", "learning_rate", "values"):
        assert [event[name] for event in steps] == [event[name] for event in expected], name
    assert len(training.events("run_started")) == len(at) + 1
    assert [event["seq"] for event in training.events()] == list(range(1, len(training.events()) + 1))
    if stage == "auto":
        assert [event["phase"] for event in steps] == ["edge"] * 2 + ["inpaint"] * 2 + ["joint"] * 3


@pytest.mark.parametrize("stage", ["inpaint", "edge-inpaint", "joint"])
def test_a_resume_needs_nothing_of_what_the_run_began_with(stage, new_training):
    """It was trained on in the meantime, then deleted."""
    edge, whole, training = (new_training(name) for name in ("edge", "whole", "stopped"))
    edge.train(stage="edge", max_iters=1, edge_generator="edgeconnect")
    settings = {**SETTINGS, "stage": stage, "init_from": str(edge.run.path)}
    whole.train(**settings)
    stops = [3, 5]

    def order(event):
        if event.type == "step" and event.step in stops:
            training.run.control.send("stop")

    training.train(sinks=[order], **settings)
    edge.train(stage="edge", max_iters=3, edge_generator="edgeconnect", resume=True)
    training.train(sinks=[order], resume=True, **settings)
    shutil.rmtree(edge.run.path)
    training.train(resume=True, **{**settings, "init_from": "elsewhere"})
    assert training.run.load_config().init_from == str(edge.run.path)
    (warning,) = training.events("warning")
    assert warning["message"].startswith("init_from: ignored when resuming")
    assert_equal(end_of(training), end_of(whole))
    ends = [run.run.checkpoint_path(STEPS) / EDGE_WEIGHTS for run in (training, whole)]
    assert ends[0].read_bytes() == ends[1].read_bytes()
    values = [[event["values"] for event in run.events("validation")] for run in (training, whole)]
    assert values[0] == values[1]


def poison_at(monkeypatch, position, part="generator"):
    """Turn a weight of the edge model to NaN when the stream comes to a picture: once in a run, however often resumed."""
    from inpaintgan.training.stages import Stage

    real = Stage.step

    def step(self, batch, number):
        logs = real(self, batch, number)
        if position in batch.positions:
            with torch.no_grad():
                next(getattr(self.edge.model, part).parameters()).fill_(float("nan"))
        return logs

    monkeypatch.setattr(Stage, "step", step)


@pytest.mark.parametrize("part", ["generator", "discriminator"])
def test_a_rollback_is_the_same_for_a_run_that_was_stopped_and_resumed(part, new_training, monkeypatch):
    poison_at(monkeypatch, 9, part)  # in the fifth step; noticed in the sixth, or by the save that comes first
    settings = {**SETTINGS, "stage": "edge"}
    once, pieces = new_training("once"), new_training("pieces")
    once.train(**settings)
    train_in_pieces(pieces, **settings)
    assert_equal(end_of(pieces), end_of(once))
    for training in (once, pieces):
        (warning,) = [event for event in training.events("warning") if event["code"] == "not-finite"]
        assert "went back to step" in warning["message"]
    assert end_of(once)["progress"]["rate_scale"] == 0.5


def test_same_seed_same_run_and_another_seed_another(new_training):
    values = {}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        training = new_training(name)
        training.train(stage="edge", seed=seed, max_iters=2)
        values[name] = [event["values"] for event in training.events("step")]
    assert values["a"] == values["b"] != values["c"]


@pytest.mark.parametrize("stage", ["edge", "auto"])
def test_a_run_that_ended_and_was_given_a_later_end_equals_one_that_had_it_from_the_start(lasting_training, stage):
    settings = {
        **SETTINGS,
        **AUTO,
        "stage": stage,
        "eval_interval": 4,
        "save_interval": 0,
        "lr_schedule": "constant",
        "auto_patience": 1,
    }
    whole, extended = lasting_training(f"{stage}-whole"), lasting_training(f"{stage}-extended")
    whole.train(**settings)
    extended.train(**settings | {"max_iters": 3})  # scored at its end, between two validations
    assert [event["step"] for event in extended.events("validation")] == [3]
    extended.train(**settings, resume=True)
    assert_equal(*(end_of(training) for training in (whole, extended)))

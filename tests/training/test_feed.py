"""What a training is fed with: the cache of decoded pictures, and loaders that die."""

from __future__ import annotations

import pytest

from inpaintgan.training import feed
from inpaintgan.training.feed import _is_death


def test_preparing_pictures_is_an_event_and_changes_no_number(new_training, monkeypatch, tmp_path):
    monkeypatch.setattr(feed, "_SAY_EVERY_S", 0.0)
    plain, cached, again = (new_training(name) for name in ("plain", "cached", "again"))
    settings = {"stage": "edge", "max_iters": 5, "cache_dir": str(tmp_path / "cache")}
    plain.train(**settings | {"cache_gib": 0})
    cached.train(**settings)
    again.train(**settings)
    assert plain.events("preparing") == []
    kinds = [event["type"] for event in cached.events()]
    assert kinds[:2] == ["run_started", "preparing"]
    assert cached.events("preparing")[-1]["done"] == cached.events("preparing")[-1]["total"] == 7
    assert again.events("preparing") == []
    values = [[event["values"] for event in training.events("step")] for training in (plain, cached, again)]
    assert values[0] == values[1] == values[2]


def test_no_room_is_said_once_and_trains_on(training):
    training.train(stage="edge", max_iters=5, cache_gib=1e-6)
    assert [event["code"] for event in training.events("warning")] == ["cache-off"]
    assert training.events("run_finished")[-1]["reason"] == "max_iters"


def test_a_stop_order_ends_the_preparation(training):
    def order(event):
        if event.type == "run_started":
            training.run.control.send("stop")

    assert (
        training.train(sinks=[order], stage="edge", max_iters=100, cache_dir=str(training.run.path / "c")) == "stopped"
    )
    assert [path.suffix for path in (training.run.path / "c").iterdir()] == [".lock"]
    assert training.events("step") == []


@pytest.mark.parametrize(
    ("error", "death"),
    [
        (RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed."), True),
        (RuntimeError("Pin memory thread exited unexpectedly"), True),
        (RuntimeError("Couldn't open shared file mapping: <torch_7_1>, error code: <2>"), True),
        (ConnectionResetError(), True),
        (RuntimeError("Caught RuntimeError in DataLoader worker process 0.\nDataLoader worker (pid 7)"), False),
        (RuntimeError("shapes do not match"), False),
    ],
)
def test_a_loader_that_died_is_told_from_one_that_failed(error, death):
    assert _is_death(error) is death

"""What the pages are told of a run's past and of what comes: few numbers, however long it is."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pytest

from inpaintgan.core.config import Config
from inpaintgan.core.events import parse
from inpaintgan.core.rundir import RunDir
from inpaintgan.gui import history, history_index
from inpaintgan.gui.curves import CURVE_POINTS, Curve
from inpaintgan.gui.history import HISTORY_STEPS, SAMPLES, History
from inpaintgan.gui.runs import MISSED_BYTES, details, event_stream, summary
from run_events import step_event, write_events


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    run = RunDir(tmp_path / "run")
    run.create(Config(stage="inpaint", max_iters=500))
    return run


STARTED = {"type": "run_started"}


def test_a_long_history_comes_as_curves_of_means_that_keep_every_spike_as_a_bound(run: RunDir) -> None:
    n_steps = 50_000
    values = [1.0] * (n_steps + 1)
    values[12_345], values[40_001] = 99.0, -5.0
    events = [
        step_event(n) | {"values": {"psnr": values[n], "l1_loss": None if n < 300 else 2.0}}
        for n in range(1, n_steps + 1)
    ]
    write_events(run, STARTED, *events[: n_steps // 2], {"type": "warning"})
    assert details(run)["last_seq"] == n_steps // 2 + 2
    write_events(run, *events[n_steps // 2 :])
    found = details(run)
    x, y, low, high, size, fill = found["curves"]["psnr"]
    assert len(x) == len(y) == len(low) == len(high) <= CURVE_POINTS and (size, fill) == (32, n_steps % 32)
    assert x == [*range(size, n_steps, size), n_steps]
    assert (max(high), min(low)) == (99.0, -5.0)
    at = next(i for i, step in enumerate(x) if step >= 12_345)
    assert high[at] == 99.0 and y[at] == pytest.approx((99 + 31) / 32) and y[at - 1] == low[at - 1] == 1.0
    assert found["curves"]["l1_loss"][1][0] is None and set(found["curves"]["l1_loss"][1][10:]) == {2.0}
    steps = [event["step"] for event in found["history"] if event["type"] == "step"]
    assert steps == list(range(n_steps - HISTORY_STEPS + 1, n_steps + 1))
    assert [event["type"] for event in found["history"] if event["type"] != "step"] == ["run_started", "warning"]
    assert [event["seq"] for event in found["history"]] == sorted(event["seq"] for event in found["history"])
    assert (found["last_seq"], found["elapsed_s"]) == (n_steps + 2, n_steps / 2)


def test_what_was_read_of_a_long_run_is_kept_for_the_next_program(run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_index, "WORTH_BYTES", 1000)
    sample = {"type": "sample", "step": 50, "path": "samples/step-50.png", "columns": []}
    write_events(run, STARTED, *(step_event(n) | {"learning_rate": 1 / n} for n in range(1, 100)), sample)
    index = run.path / history_index.FILE
    found = History(run.events_file).read()
    read = []
    monkeypatch.setattr(history, "parse", lambda line: read.append(line) or parse(line))
    write_events(run, step_event(100), {"type": "validation", "step": 100, "values": {"psnr": 3.0}})
    again = History(run.events_file).read()
    assert len(read) == 2, "only what is new"
    assert again["curves"]["psnr"][0] == list(range(1, 101)) and again["scores_over_time"] == {"psnr": [[100], [3.0]]}
    assert again["history"][: len(found["history"])] == found["history"]
    for spoil in (lambda: index.write_bytes(b'{"form"'), index.unlink, lambda: index.write_text("[1]")):
        spoil()
        assert History(run.events_file).read() == again
    # Another run under the same name, longer than the one whose index lies there.
    run.events_file.unlink()
    write_events(run, STARTED | {"time": 5.0}, *(step_event(n) for n in range(1, 300)))
    assert History(run.events_file).read()["curves"] == {"psnr": [list(range(1, 300)), [1.0] * 299]}


def test_a_condensed_curve_is_the_mean_of_skewed_noise_however_it_was_read() -> None:
    noise = random.Random(1)
    values: list[float | None] = [0.05 + noise.expovariate(10) for _ in range(40_000)]
    whole, piecewise = Curve(), Curve()
    whole.extend(list(range(40_000)), list(values))
    at = 0
    while at < len(values):
        n = noise.randrange(1, 900)
        piecewise.extend(list(range(at, min(at + n, 40_000))), values[at : at + n])
        piecewise = Curve(*piecewise.points())  # as the index keeps it
        at += n
    x, mean, low, high, size, fill = whole.points()
    assert piecewise.points() == [x, pytest.approx(mean), low, high, size, fill]
    assert sum(mean) / len(mean) == pytest.approx(0.15, abs=0.002)
    assert abs(sum(mean[-100:]) / 100 - sum(mean[:-100]) / (len(mean) - 100)) < 0.01
    whole.cut(99)
    assert whole.points()[0] == list(range(size - 1, 100, size)) and whole.points()[4:] == [size, size]


def test_the_learning_rate_is_a_curve(run: RunDir) -> None:
    write_events(
        run, STARTED, step_event(10) | {"learning_rate": 1e-4}, step_event(20) | {"learning_rate": 5e-5}, step_event(30)
    )
    assert details(run)["curves"] == {"psnr": [[10, 20, 30], [1.0] * 3], "learning_rate": [[10, 20], [1e-4, 5e-5]]}


def test_what_a_resumed_run_writes_anew_replaces_what_was_beyond_its_checkpoint(run: RunDir) -> None:
    def sample(number: int) -> dict[str, Any]:
        return {"type": "sample", "step": number, "path": f"samples/step-{number}.png", "columns": []}

    write_events(
        run,
        STARTED,
        step_event(10),
        sample(10),
        step_event(20),
        sample(20),
        step_event(30),
        {"type": "validation", "step": 30, "values": {"psnr": 3}},
    )
    details(run)
    write_events(run, STARTED | {"step": 20}, step_event(25), step_event(28), step_event(26), sample(26))
    found = details(run)
    assert found["curves"]["psnr"][0] == [10, 20, 25, 26], "a rollback replaces, too"
    assert found["scores_over_time"]["psnr"] == [[], []]
    assert [event["step"] for event in found["history"] if event["type"] == "sample"] == [10, 20, 26]
    run.events_file.unlink()
    write_events(run, STARTED)
    assert details(run)["curves"] == {}, "a new run of the same name"


def test_a_longer_run_under_the_name_of_a_deleted_one_has_no_past_of_that(run: RunDir) -> None:
    write_events(run, STARTED, *map(step_event, (1, 2)))
    assert details(run)["curves"]["psnr"][0] == [1, 2]
    run.events_file.unlink()
    write_events(run, STARTED | {"time": 2000.0}, *map(step_event, (5, 6, 7, 8)))
    found = details(run)
    assert found["curves"]["psnr"][0] == [5, 6, 7, 8]
    assert [event["step"] for event in found["history"]] == [0, 5, 6, 7, 8]


def test_samples_of_a_long_run_stay_few_and_keep_the_first_and_the_newest(run: RunDir) -> None:
    write_events(
        run, *({"type": "sample", "step": n, "path": f"samples/{n}.png", "columns": []} for n in range(3 * SAMPLES))
    )
    steps = [event["step"] for event in details(run)["history"]]
    assert len(steps) <= SAMPLES and (steps[0], steps[-1]) == (0, 3 * SAMPLES - 1)
    assert steps[-200:] == list(range(3 * SAMPLES - 200, 3 * SAMPLES))


def test_the_last_scores_are_found_however_far_back(run: RunDir) -> None:
    scores = {"type": "validation", "step": 5, "values": {"psnr_hole": 21.5, "l1": 0.1}}
    write_events(run, STARTED, scores, *(step_event(n) for n in range(6, 5000)))
    assert summary(run)["scores"] == {"values": {"psnr_hole": 21.5}, "step": 5}


def streamed(run: RunDir, after: int) -> list[tuple[int, str, dict[str, Any]]]:
    """What a page gets at once, as numbers, kinds and data."""

    def pause(seconds: float) -> None:
        raise StopIteration

    stream = event_stream(run.events_file, after, lambda function, *args: function(*args), pause)
    chunks: list[bytes] = []
    with pytest.raises(RuntimeError):  # what becomes of StopIteration in a generator
        chunks.extend(stream)
    found = []
    for block in b"".join(chunks).decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "data" in fields:
            found.append((int(fields["id"]), fields.get("event", "message"), json.loads(fields["data"])))
    return found


@pytest.mark.parametrize("after", [0, 1, 19_990, 20_000, 60_000])
def test_a_stream_begins_right_after_what_is_known(run: RunDir, after: int) -> None:
    write_events(run, *(step_event(n) for n in range(1, 20_001)))
    found = streamed(run, after)
    assert [number for number, _, _ in found] == list(range(after + 1, 20_001))
    assert {kind for _, kind, _ in found} <= {"message"}


def test_a_stream_sends_four_batches_a_second_at_most(run: RunDir) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            raise StopIteration
        write_events(run, *(step_event(3 * len(pauses) + n) for n in range(3)))

    chunks: list[bytes] = []
    with pytest.raises(RuntimeError):
        chunks.extend(event_stream(run.events_file, 0, lambda function, *args: function(*args), pause))
    assert [chunk.count(b"data: ") for chunk in chunks] == [0, 3, 3, 3]
    assert min(pauses) >= 0.25


def test_a_page_that_missed_hours_gets_a_thinned_past(run: RunDir) -> None:
    write_events(run, STARTED, *(step_event(n) for n in range(1, 60_001)))
    assert run.events_file.stat().st_size > MISSED_BYTES
    ((last, kind, past),) = streamed(run, 100)
    assert (last, kind, past["last_seq"]) == (60_001, "past", 60_001)
    assert len(past["history"]) == HISTORY_STEPS + 1 and len(past["curves"]["psnr"][0]) <= CURVE_POINTS
    assert [number for number, _, _ in streamed(run, 59_999)] == [60_000, 60_001]


def test_a_line_that_is_completed_while_it_is_read_is_read_whole(run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    write_events(run, *(step_event(n) for n in (1, 2, 3)))
    first, second, third = run.events_file.read_bytes().splitlines(keepends=True)
    run.events_file.write_bytes(first + second[:20])

    class Grows(io.FileIO):
        def readlines(self, *size: Any) -> list[bytes]:
            lines = super().readlines(*size)
            if self.tell() < len(first + second):
                with open(run.events_file, "ab") as file:
                    file.write(second[20:] + third)
            return lines

    monkeypatch.setattr(history, "open", lambda path, mode: Grows(path, mode), raising=False)
    follower = History(run.events_file)
    assert follower.read()["last_seq"] == 1
    assert [event["seq"] for event in follower.read()["history"]] == [1, 2, 3]

"""Try it, for real: a short training in the window, and its verdict in words."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from inpaintgan.core.events import EventLog, RunFinished, Step
from inpaintgan.core.rundir import RunDir
from inpaintgan.core.trial import VERDICT_FILE, trial_config
from run_events import run_started


def test_a_short_trial_is_watched_and_judged(page: Any, app: Any, ended_trainings: Any) -> None:
    expect(page.get_by_role("link", name="Try it")).to_have_attribute("href", "/train/try.html?start")
    page.goto(f"{app.origin}/train/try.html?start&seconds=6")
    expect(page.locator("#facts")).to_contain_text("CPU")
    page.reload()
    verdict = page.locator("#verdict")
    expect(verdict).to_be_visible(timeout=300_000)
    expect(page.locator("#verdict-title")).to_contain_text("The installation works")
    assert [text.split(" ")[0] for text in page.locator("#checks strong").all_inner_texts()] == [
        "Training", "Losses", "Files", "Fill",
    ]  # fmt: skip
    expect(page.locator("#checks [data-ok=false]")).to_have_count(0)
    page.wait_for_function("() => document.querySelector('#after').naturalWidth > 0")
    expect(page.get_by_role("button", name="Try again")).to_be_enabled()
    (run,) = app.runs.iterdir()
    assert (run / VERDICT_FILE).is_file()
    page.get_by_role("link", name="Open this training").click()
    expect(page.locator("#state")).to_have_text("Finished")
    expect(page.locator("#iteration")).not_to_contain_text("/")  # its time ended it, not its steps


@pytest.fixture
def trial(tmp_path: Any) -> RunDir:
    run = RunDir(tmp_path / "try-it")
    run.create(trial_config(5))
    return run


def tell(run: RunDir, losses: list[float | None], *, ends: bool = True) -> None:
    """Write the events of a trial with such losses."""
    log = EventLog(run.events_file)
    log.emit(run_started(device="CPU, 2 threads"))
    for step, loss in enumerate(losses, 1):
        values = {"edge_bce_loss": loss, "l1_loss": loss}
        log.emit(Step(step=step, values=values, images_per_s=1, data_wait=0, elapsed_s=step, eta_s=0))
    if ends:
        log.emit(RunFinished(step=len(losses), reason="max_seconds", elapsed_s=len(losses)))


def found(run: RunDir) -> dict[str, tuple[bool, str]]:
    from inpaintgan.training.trial import judge

    return {check.name: (check.ok, check.text) for check in judge(run).checks}


def test_what_is_not_there_is_named(trial: RunDir) -> None:
    from inpaintgan.training.trial import describe, judge

    tell(trial, [5 - step / 10 for step in range(40)])
    checks = found(trial)
    assert checks["Training"] == (True, "40 steps in 40 s, 1.0 a second, on CPU, 2 threads.")
    assert checks["Losses"] == (True, "All finite: edges fell from 4.55 to 1.55, colours fell from 4.55 to 1.55.")
    assert not checks["Files"][0] and "sample grids, a checkpoint" in checks["Files"][1]
    assert not checks["Fill"][0]
    verdict = judge(trial)
    assert not verdict.sound
    assert verdict.text == "Something is wrong with: files, fill."
    assert "NOT OK  Files: Not written" in describe(verdict)


def test_a_slow_machine_is_told_the_time_of_a_step(trial: RunDir) -> None:
    log = EventLog(trial.events_file)
    log.emit(run_started(device="CPU, 2 threads"))
    log.emit(RunFinished(step=1, reason="max_seconds", elapsed_s=32))
    assert found(trial)["Training"] == (True, "1 step in 32 s, 32.0 s for each, on CPU, 2 threads.")


def test_losses_that_rise_or_are_no_numbers_are_not_sound(trial: RunDir) -> None:
    tell(trial, [1 + step / 10 for step in range(40)])
    assert found(trial)["Losses"] == (
        False, "All finite, but not falling: edges went from 1.45 to 4.45, colours went from 1.45 to 4.45."
    )  # fmt: skip
    tell(trial, [None])
    ok, text = found(trial)["Losses"]
    assert not ok and "not finite" in text


def test_losses_that_fell_at_once_and_then_stayed_have_fallen(trial: RunDir) -> None:
    tell(trial, [2.0] * 10 + [1.0] * 90)
    assert found(trial)["Losses"] == (
        True, "All finite: edges fell from 2 to 1, colours fell from 2 to 1."
    )  # fmt: skip


def test_a_training_that_was_killed_is_told(trial: RunDir) -> None:
    tell(trial, [1.0], ends=False)
    checks = found(trial)
    assert not checks["Training"][0] and "killed or crashed" in checks["Training"][1]
    assert checks["Losses"][0] and "too few" in checks["Losses"][1]


def test_losses_of_a_few_steps_are_neither_right_nor_wrong(page: Any, app: Any) -> None:
    from inpaintgan.training.trial import describe, judge

    run = RunDir(app.runs / "try-it")
    run.create(trial_config(5))
    tell(run, [1.0] * 33)
    assert "  ?       Losses: All finite; but 33 steps are too few" in describe(judge(run))
    page.goto(f"{app.origin}/train/try.html?run=try-it")
    losses = page.locator("#checks li").filter(has=page.locator("strong", has_text="Losses"))
    expect(losses).to_have_attribute("data-ok", "unknown")
    expect(losses).to_contain_text("(could not be judged)")

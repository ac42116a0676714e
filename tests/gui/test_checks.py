"""One check of a dataset for all pages: who waits for it, and what becomes of one that fails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.gui import checks as module
from inpaintgan.gui.checks import DataChecks
from waiting import wait_for


class Slow:
    """Stands in for the worker: answers when it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked = 0
        self.cancelled: list[str] = []

    def ticket(self, about: str) -> int:
        return 0

    def request(self, op: str, args: dict[str, Any], note: Any, *, ticket: int, about: str) -> dict[str, Any]:
        self.asked += 1
        assert self.go.wait(20)
        if self.asked == 1 and args["folder"] == "/broken":
            raise ValueError("not JSON")
        return {"n_pictures": 7}

    def cancel(self, about: str) -> None:
        self.cancelled.append(about)


@pytest.fixture
def worker() -> Slow:
    return Slow()


def make(worker: Slow) -> DataChecks:
    return DataChecks(worker)  # pyright: ignore[reportArgumentType]


def test_pages_that_left_do_not_keep_the_threads_of_those_that_come(worker: Slow) -> None:
    checks = make(worker)
    with ThreadPoolExecutor(20) as pool:
        calls = [pool.submit(checks.run, "/a", "") for _ in range(20)]
        most = 1 + module._MAX_WAITING
        wait_for(lambda: sum(call.done() for call in calls) == 20 - most)
        worker.go.set()
        answers = [call.exception() or call.result() for call in calls]
    assert worker.asked == 1
    assert sum(answer == {"n_pictures": 7} for answer in answers) == most
    refusals = [answer for answer in answers if isinstance(answer, InpaintError)]
    assert len(refusals) == 20 - most and {refusal.code for refusal in refusals} == {"cancelled"}
    assert checks.run("/a", "") == {"n_pictures": 7} and worker.asked == 1, "it is known"


def test_a_check_that_failed_in_any_way_is_made_again(worker: Slow) -> None:
    checks = make(worker)
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(checks.run, "/broken", "") for _ in range(2)]
        wait_for(lambda: [check.calls for check in checks._checks.values()] == [1])
        worker.go.set()
        for call in calls:
            with pytest.raises(ValueError, match="not JSON"):
                call.result()
    assert checks.run("/broken", "") == {"n_pictures": 7}


def test_another_folder_ends_the_check_of_its_own_window_alone(worker: Slow) -> None:
    checks = make(worker)
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(checks.run, "/a", "", tab="one")]
        wait_for(lambda: worker.asked == 1)
        calls.append(pool.submit(checks.run, "/b", "", tab="two"))
        wait_for(lambda: worker.asked == 2)
        worker.cancelled.clear()
        checks.cancel("two")
        calls.append(pool.submit(checks.run, "/a", "", tab="three"))
        wait_for(lambda: any(check.calls for check in checks._checks.values()))
        checks.cancel("three")  # of the one that it waits for with another window
        checks.cancel("none")
        assert worker.cancelled == ["two", "one"] and worker.asked == 2
        worker.go.set()
        assert [call.result() for call in calls] == [{"n_pictures": 7}] * 3
    for number in range(20):
        checks.run("/a", "", tab=f"tab {number}")
    assert worker.asked == 2 and len(checks._checks) == module._KEPT

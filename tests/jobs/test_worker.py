"""A worker answers one request at a time, and no accident of its process is the end of it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from inpaintgan.core.errors import InpaintError
from inpaintgan.jobs.process import Worker
from waiting import has_ended, wait_for


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    worker = Worker("handlers")
    yield worker
    worker.close()


def test_it_starts_when_needed_and_stays(worker: Worker) -> None:
    first = worker.request("echo", {"text": "ünï 漢字\n"})
    assert first["args"] == {"text": "ünï 漢字\n"}
    assert first["pid"] not in (0, os.getpid())
    assert worker.request("echo", {})["pid"] == first["pid"]


def test_progress_arrives_in_order_before_the_value(worker: Worker) -> None:
    seen: list[dict[str, int]] = []
    assert worker.request("count", {"to": 200}, seen.append) == {"done": 200}
    assert [progress["done"] for progress in seen] == list(range(200))


@pytest.mark.parametrize(
    ("op", "code", "message"),
    [
        ("refuse", "not-that", "Not that."),
        ("fail", "worker-failed", "That failed: KeyError: 'x'"),
        ("use-up-the-gpu", "out-of-memory", "There is not enough GPU memory for that."),
        ("use-up-memory", "out-of-memory", "There is not enough memory for that."),
        ("look-away", "path-unseen", f"{'x' * 300} cannot be looked at: "),
        ("not-json", "worker-failed", "That failed: ValueError: Out of range float values"),
        ("nothing", "worker-unknown-op", "The worker has no operation 'nothing'."),
    ],
)
def test_an_error_comes_in_words_and_the_worker_lives_on(worker: Worker, op: str, code: str, message: str) -> None:
    before = worker.request("echo", {})["pid"]
    with pytest.raises(InpaintError) as caught:
        worker.request(op, {})
    assert caught.value.code == code
    assert caught.value.message.startswith(message)
    assert worker.request("echo", {})["pid"] == before


@pytest.mark.skipif(sys.platform == "win32", reason="the terminal is played by a pipe that closes")
def test_a_terminal_that_was_closed_ends_no_worker(worker: Worker) -> None:
    reader, writer = os.pipe()
    kept = os.dup(2)
    os.dup2(writer, 2)
    try:
        pid = worker.request("echo", {})["pid"]
    finally:
        os.dup2(kept, 2)
        for descriptor in (kept, writer, reader):
            os.close(descriptor)
    for _ in range(2):
        with pytest.raises(InpaintError, match="KeyError"):
            worker.request("fail", {})
    assert worker.request("echo", {})["pid"] == pid


def test_after_a_crash_the_next_request_starts_anew(worker: Worker) -> None:
    before = worker.request("echo", {})["pid"]
    with pytest.raises(InpaintError, match="signal 9") as caught:
        worker.request("die", {})
    assert caught.value.code == "worker-crashed"
    assert worker.request("echo", {})["pid"] != before


def test_a_worker_killed_while_idle_is_replaced(worker: Worker) -> None:
    process = psutil.Process(worker.request("echo", {})["pid"])
    process.kill()
    wait_for(lambda: has_ended(process))
    assert worker.request("echo", {})["pid"] != process.pid


def test_cancel_ends_what_runs_and_what_waits_but_not_what_comes(worker: Worker) -> None:
    started = threading.Event()
    codes: list[str] = []

    def ask(op: str) -> None:
        with pytest.raises(InpaintError) as caught:
            worker.request(op, {}, lambda progress: started.set())
        codes.append(caught.value.code)

    running = threading.Thread(target=ask, args=["slow"])
    running.start()
    assert started.wait(20)
    waiting = threading.Thread(target=ask, args=["echo"])
    waiting.start()
    wait_for(lambda: worker._pending == 2)
    worker.cancel()
    running.join(60)
    waiting.join(60)
    assert codes == ["cancelled", "cancelled"]
    assert not worker.busy
    assert worker.request("echo", {})["args"] == {}


def test_a_cancel_of_one_thing_leaves_what_is_done_and_what_waits_for_others(worker: Worker) -> None:
    started = threading.Event()
    heard: dict[str, object] = {}

    def ask(about: str, op: str) -> None:
        try:
            heard[about] = worker.request(op, {}, lambda progress: started.set(), about=about)["args"]
        except InpaintError as error:
            heard[about] = error.code

    threads = {
        about: threading.Thread(target=ask, args=[about, op])
        for about, op in (("a", "slow"), ("b", "echo"), ("c", "echo"))
    }
    threads["a"].start()
    assert started.wait(20)
    for about in "bc":
        threads[about].start()
    wait_for(lambda: worker._pending == 3)
    worker.cancel("b")
    threads["b"].join(60)
    assert heard == {"b": "cancelled"}, "at once, and the others go on"
    worker.cancel("a")
    for thread in threads.values():
        thread.join(60)
    assert heard == {"a": "cancelled", "b": "cancelled", "c": {}}


def test_cancelling_nothing_keeps_the_warm_process(worker: Worker) -> None:
    before = worker.request("echo", {})["pid"]
    worker.cancel()
    assert worker.request("echo", {})["pid"] == before


def test_a_cancel_that_comes_before_its_request_counts(worker: Worker) -> None:
    ticket = worker.ticket()
    worker.cancel()
    with pytest.raises(InpaintError, match="Cancelled"):
        worker.request("echo", {}, ticket=ticket)
    assert worker.request("echo", {"text": "x"}, ticket=worker.ticket())["args"] == {"text": "x"}


def test_a_file_of_a_librarys_name_where_the_window_was_started_is_not_taken_for_it(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not the library')")
    monkeypatch.chdir(tmp_path)
    assert worker.request("echo", {})["pid"]


def test_prints_and_children_do_not_disturb_the_protocol(worker: Worker) -> None:
    assert worker.request("chatter", {}) == {"ok": True}
    assert worker.request("echo", {"n": 1})["args"] == {"n": 1}


def test_a_module_that_cannot_be_imported_is_said_in_words() -> None:
    worker = Worker("inpaintgan.no_such_module")
    try:
        with pytest.raises(InpaintError, match="no_such_module") as caught:
            worker.request("echo", {})
        assert caught.value.code == "worker-broken"
    finally:
        worker.close()


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """A worker must not stay behind when the window's process is killed."""
    script = (
        "import os; from inpaintgan.jobs.process import Worker\n"
        "print(Worker('handlers').request('echo', {})['pid'], flush=True); os.kill(os.getpid(), 9)"
    )
    source = Path(__file__).resolve().parents[2] / "src"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(source), str(Path(__file__).parent)])}
    done = subprocess.run([sys.executable, "-c", script], env=env, stdout=subprocess.PIPE, check=False)
    pid = int(done.stdout)
    wait_for(lambda: not psutil.pid_exists(pid) or has_ended(psutil.Process(pid)))


def test_a_closed_worker_refuses(worker: Worker) -> None:
    worker.request("echo", {})
    worker.close()
    with pytest.raises(InpaintError) as caught:
        worker.request("echo", {})
    assert caught.value.code == "cancelled"

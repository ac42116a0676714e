"""What a page asks of a run by address: its events as they come, and its samples."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest

from inpaintgan.core.config import Config
from inpaintgan.core.rundir import RunDir
from run_events import step_event, write_events

from .conftest import Client


@pytest.fixture
def events(client: Client) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", client.app.port, timeout=10)
    yield connection
    connection.close()


def served_run(client: Client) -> RunDir:
    run = RunDir(client.app.runs / "läuft 1")
    run.path.mkdir(parents=True)
    run.create(Config())
    return run


def next_ids(stream: http.client.HTTPResponse, count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        line = stream.readline().decode()
        assert line, "the stream ended"
        if line.startswith("id: "):
            found.append(int(line[4:]))
    return found


def test_events_are_pushed_as_they_come(client: Client, events: http.client.HTTPConnection) -> None:
    run = served_run(client)
    write_events(run, *(step_event(n) for n in range(1, 6)))
    events.request("GET", "/api/runs/l%C3%A4uft%201/events?after=3", headers={"Cookie": client.cookie})
    stream = events.getresponse()
    assert stream.headers["Content-Type"] == "text/event-stream"
    assert next_ids(stream, 2) == [4, 5]
    write_events(run, step_event(6), step_event(7))
    assert next_ids(stream, 2) == [6, 7]


def test_a_reconnecting_browser_goes_on_where_it_was(client: Client, events: http.client.HTTPConnection) -> None:
    write_events(served_run(client), *(step_event(n) for n in range(1, 6)))
    headers = {"Cookie": client.cookie, "Last-Event-ID": "4"}
    events.request("GET", "/api/runs/l%C3%A4uft%201/events?after=1", headers=headers)
    assert next_ids(events.getresponse(), 1) == [5]
    for after in ("x", "-1", "%C2%B2", "9" * 5000):
        assert client.get(f"/api/runs/l%C3%A4uft%201/events?after={after}").status == 400, after


def test_samples_are_served(client: Client) -> None:
    run = served_run(client)
    run.sample_path(5).write_bytes(b"png")
    base = "/api/runs/l%C3%A4uft%201/samples"
    assert client.get(f"{base}/step-000000005.png").body == b"png"
    assert client.get(f"{base}/..%2fconfig.yml").status == 404
    assert client.get("/api/runs/..%2f/samples/a.png").status == 404

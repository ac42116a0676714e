"""The window's server as a real process, spoken to over real HTTP, and a real Chromium."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from inpaintgan.core.config_io import make_config
from inpaintgan.core.events import EventLog
from inpaintgan.core.rundir import RunDir
from inpaintgan.jobs.supervisor import is_live
from run_events import run_started
from waiting import wait_for

from .training_pages import draw_pictures, training_processes

PATIENCE_MS = 180_000
"""What a browser test waits at most for anything: torch is imported, networks train, and the machine may be a busy one."""
MAIN = Path(__file__).resolve().parents[2] / "main.py"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--force-device-scale-factor=1",
    "--force-color-profile=srgb",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, so that ``-m "not browser"`` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Add to the report of a failed test what its page showed: where CI fails once, nobody can look."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and page is not None and not page.is_closed():
        try:
            shown = page.locator("body").inner_text(timeout=5000)
        except Exception as error:  # the page may hang, which is worth telling too
            shown = str(error)
        report.sections.append(("page", f"{page.url}\n{shown}"))
    return report


@dataclass
class App:
    """A running window server. ``url`` lets one browser in, once."""

    process: subprocess.Popen[str]
    runs: Path
    url: str
    stderr: Path
    """What the process says on stderr. It may not hold a traceback when the test is over."""

    @property
    def origin(self) -> str:
        return self.url.split("/?")[0]

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def stop(self, number: int = signal.SIGINT, timeout: float = 60) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout)


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """Speaks HTTP to the server as a browser that was let in, unless told otherwise."""

    app: App
    cookie: str = ""
    sent: dict[str, str] = field(default_factory=dict)

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str | None) -> Response:
        """Send a request; header names use ``_`` for ``-``, and None leaves a usual header out."""
        usual: dict[str, str | None] = {"Cookie": self.cookie, "Origin": self.app.origin if method != "GET" else None}
        usual.update({name.replace("_", "-"): value for name, value in headers.items()})
        connection = http.client.HTTPConnection("127.0.0.1", self.app.port, timeout=20)
        try:
            connection.request(method, path, body, {key: value for key, value in usual.items() if value is not None})
            answer = connection.getresponse()
            return Response(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str | None) -> Response:
        return self.request("GET", path, **headers)

    def put(self, path: str, body: bytes, **headers: str | None) -> Response:
        return self.request("PUT", path, body, **headers)

    def log_in(self) -> Response:
        """Exchange the ticket for the cookie."""
        answer = self.get(self.app.url.removeprefix(self.app.origin), Cookie=None)
        self.cookie = answer.headers["set-cookie"].split(";")[0]
        return answer


@pytest.fixture
def start_app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Start servers by hand: ``start_app("--port", "8123", window=False, env={...})``."""
    started: list[App] = []

    def start(*arguments: str, window: bool = False, env: dict[str, str] | None = None, program: Path = MAIN) -> App:
        runs = tmp_path / "runs"
        command = [sys.executable, str(program), "gui", "--runs", str(runs), *arguments]
        stderr = tmp_path / f"stderr-{len(started)}.txt"
        with open(stderr, "wb") as file:
            process = subprocess.Popen(
                command if window else [*command, "--no-window"],
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                env={**os.environ, **(env or {})},
            )
        assert process.stdout
        line = process.stdout.readline()
        assert line, stderr.read_text()
        if window:
            match = re.search(r"http://\S+", line)
            assert match, line
            app = App(process, runs, match[0], stderr)
        else:
            ready = json.loads(line)
            assert ready["event"] == "ready"
            app = App(process, runs, ready["url"], stderr)
        started.append(app)
        return app

    yield start
    for app in started:
        app.stop()
    said = "".join(app.stderr.read_text() for app in started)
    sys.stderr.write(said)
    assert "Traceback" not in said


@pytest.fixture
def app(start_app: Callable[..., App]) -> App:
    """A fresh server with an empty runs folder."""
    return start_app()


@pytest.fixture
def client(app: App) -> Client:
    """An HTTP client that was let in."""
    client = Client(app)
    client.log_in()
    return client


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium. Without one, tests are skipped, or fail where INPAINTGAN_REQUIRE_BROWSER=1 is set."""
    program = os.environ.get("INPAINTGAN_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        missing = "Chromium was not found; set INPAINTGAN_CHROMIUM to its program"
        if os.environ.get("INPAINTGAN_REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a complete but untrained checkpoint."""
    from .inference_pages import write_checkpoint

    return write_checkpoint(tmp_path_factory.mktemp("checkpoint") / "tiny")


@pytest.fixture
def page_errors() -> list[str]:
    """What went wrong in ``page``; a test that provokes an error on purpose clears it."""
    return []


@pytest.fixture
def page(app: App, browser: Any, page_errors: list[str]) -> Iterator[Any]:
    """A page that was let in and shows Home; fails the test on any script or console error."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.on("pageerror", lambda error: page_errors.append(f"pageerror: {error}"))
    page.on("console", lambda message: page_errors.append(message.text) if message.type == "error" else None)
    page.goto(app.url)
    page.wait_for_selector("html[data-eel=ready]")
    yield page
    context.close()
    assert not page_errors


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of drawn pictures with a name in several scripts and a space."""
    return draw_pictures(tmp_path / "картинки 写真")


@pytest.fixture
def ended_trainings(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Ends what a test started: trainings outlive the window on purpose."""

    def end() -> None:
        runs = tmp_path / "runs"
        folders = [path for path in runs.iterdir() if path.is_dir()] if runs.is_dir() else []
        for folder in folders:
            for process in training_processes(folder):
                process.kill()
        wait_for(lambda: not any(is_live(RunDir(folder)) for folder in folders))

    yield end
    end()


@pytest.fixture
def claimed_run(app: App) -> Iterator[Callable[[str], RunDir]]:
    """Makes a run whose training has begun: this process passes for its trainer, in the middle of a long step."""
    made: list[RunDir] = []

    def make(name: str) -> RunDir:
        run = RunDir(app.runs / name)
        run.path.mkdir(parents=True)
        run.create(make_config({"max_iters": 100}))
        run.claim()
        made.append(run)
        EventLog(run.events_file).emit(run_started(stage="edge", max_iters=100))
        return run

    yield make
    for run in made:
        run.release()


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """A picture without any white in it."""
    from .inference_pages import write_picture  # it takes `App` from here

    return write_picture(tmp_path / "portrait.png")


@pytest.fixture
def editor(page: Any, app: App, portrait: Path) -> Any:
    """The mask page with an empty mask."""
    from .inference_pages import open_mask_page

    open_mask_page(page, app, portrait)
    return page

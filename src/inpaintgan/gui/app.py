"""The window's process: takes a port, serves the pages and their calls, opens a browser, and decides when to end."""

from __future__ import annotations

import json
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bottle
import gevent
import gevent.event

from ..core.errors import InpaintError
from ..core.exit_codes import INTERRUPTED
from ..core.paths import resource, work_root
from ..jobs.queue import TrainingQueue
from . import browser
from .answers import NOT_FOUND, Answer
from .bridge import functions
from .closing import ClosePolicy
from .eel_adapter import GuardedApp, listen, n_pages, n_visits, serve
from .files import page_file
from .guard import Guard
from .routes import Routes
from .session import Session

_request: Any = bottle.request
_WATCH_S = 0.25
_QUEUE_S = 2.0
_SPARE_ADDRESS_S = 10.0
_BROWSER_TICKET_S = 60.0
"""What a browser gets to start and open its address; the one in the terminal, for it to be let in later, lasts."""


def run(*, port: int | None, window: bool, runs: Path | None) -> int:
    """Serve the window until it is closed or the process is told to end.

    Args:
        port: None takes any free one.
        window: Open a browser, and end after its last page was closed. Without: print the address as one JSON line on
            stdout and serve until told to end.
        runs: The folder of the trainings; None is ``runs`` beside the program.

    Returns:
        The exit code: 0 after the window was closed, 130 after Ctrl+C or SIGTERM.

    Raises:
        InpaintError: The port cannot be used, or ``runs-is-file``; nothing was opened.
    """
    folder = (runs or work_root() / "runs").expanduser().absolute()
    if folder.is_file():
        raise InpaintError("runs-is-file", f"{folder} is a file, not a folder.", "Name the folder of the trainings.")
    return _Window(listen(port), window, folder).run()


class _Window:
    """One launch."""

    def __init__(self, listener: Any, window: bool, runs: Path) -> None:
        self._listener = listener
        self._window = window
        self._stop = gevent.event.Event()
        self._exit_code = 0
        self._spare_address_at = -_SPARE_ADDRESS_S
        self._guard = Guard(listener.getsockname()[1], self._offer_address)
        self._web = resource("web")
        self._session = Session(runs)

    def run(self) -> int:
        app = GuardedApp(self._guard)
        self._add_routes(app)
        gevent.get_hub().threadpool.maxsize = 32
        for number in (signal.SIGINT, signal.SIGTERM):
            gevent.signal_handler(number, self._end, INTERRUPTED)
        # A closed terminal, unless nohup had it ignored.
        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            gevent.signal_handler(signal.SIGHUP, self._end, INTERRUPTED)
        background = [gevent.spawn(self._open), gevent.spawn(tend_queue, self._session.queue)]
        if self._window:
            background.append(gevent.spawn(self._watch))
        try:
            serve(
                app,
                self._listener,
                functions(self._session, offload),
                web_root=str(self._web),
                stop=self._stop,
            )
        finally:
            gevent.killall(background)
            self._session.close()
        return self._exit_code

    def _end(self, exit_code: int) -> None:
        self._exit_code = exit_code
        self._stop.set()

    def _open(self) -> None:
        """Say where the pages are, and show them."""
        address = self._guard.new_address("launch")
        if not self._window:
            print(json.dumps({"event": "ready", "url": address}), flush=True)
            return
        if browser.has_screen():
            print(f"InpaintGAN is open in its window. If none appears, open this address: {address}", flush=True)
            # Other users of this machine can read a command line.
            ticket = self._guard.new_address("browser", _BROWSER_TICKET_S)
            self._session.browser = offload(browser.open_window, ticket, self._session.folder / "browser")
        else:
            print(f"There is no screen here. Open this address in a browser: {address}", flush=True)
        print("Ctrl+C ends the window; trainings continue without it.", flush=True)

    def _offer_address(self) -> None:
        """Print a fresh address where the program was started, for a browser that has no cookie; not too often."""
        now = time.monotonic()
        if now - self._spare_address_at < _SPARE_ADDRESS_S:
            return
        self._spare_address_at = now
        address = self._guard.new_address("spare")
        print(f"A browser without access opened the window. To let it in, open: {address}", file=sys.stderr, flush=True)

    def _watch(self) -> None:
        """End some time after the last page was closed."""
        policy = ClosePolicy(n_pages, n_visits, self._session.is_busy)
        while not policy.passed(_WATCH_S):
            gevent.sleep(_WATCH_S)
        self._end(0)

    def _add_routes(self, app: GuardedApp) -> None:
        """Put plain functions behind addresses."""
        routes = Routes(self._session, offload, gevent.sleep)

        def upload(handler: Callable[..., Answer]) -> Callable[..., bottle.HTTPResponse]:
            def handle(**parts: str) -> bottle.HTTPResponse:
                length = int(_request.environ.get("CONTENT_LENGTH") or 0)
                return _respond(handler(_request.environ["wsgi.input"].read, length, _query(), **parts))

            return handle

        def download(handler: Callable[..., Answer]) -> Callable[..., bottle.HTTPResponse]:
            return lambda **parts: _respond(handler(_query(), **parts))

        app.put("/api/pictures", callback=upload(routes.put_picture))
        app.put("/api/pictures/<picture>/<layer>", callback=upload(routes.put_layer))
        app.get("/api/pictures/<picture>/<file>", callback=download(routes.picture_file))
        app.get("/api/examples/<file>", callback=download(routes.example_file))
        app.get("/api/previews/<preview>/<file>", callback=download(routes.preview_file))
        app.get("/api/runs/<run>/samples/<file>", callback=download(routes.sample_file))
        app.get("/api/runs/<run>/events", callback=download(routes.events))
        app.get("/api/comparisons/<name>/report", callback=download(routes.report_page))
        app.get("/api/comparisons/<name>/files/<file>", callback=download(routes.report_file))
        app.route("/api/<path:path>", method="ANY", callback=lambda path: _respond(NOT_FOUND))
        app.get("/", callback=lambda: _respond(page_file(self._web, "")))
        app.get("/<path:path>", callback=lambda path: _respond(page_file(self._web, path)))
        app.default_error_handler = _error_text  # pyright: ignore[reportAttributeAccessIssue]


def tend_queue(queue: TrainingQueue) -> None:
    """Start the next training that waits, whenever none is at work; for ever, and whatever is wrong with one of them."""
    said = ""
    while True:
        gevent.sleep(_QUEUE_S)
        try:
            offload(queue.tend)
            said = ""
        except Exception as error:
            known = isinstance(error, InpaintError | OSError)
            words = str(error) if known else f"{type(error).__name__}: {error}"
            if words != said:  # once, not every other second
                print(f"The queue could not continue: {words}", file=sys.stderr, flush=True)
            said = words


def offload(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a blocking function in a thread while the other pages are served, and return what it returns."""

    def outcome() -> tuple[Any, Exception | None]:
        # Handed over as a value: gevent would print the traceback of an exception that comes out of a thread.
        try:
            return function(*args, **kwargs), None
        except Exception as error:
            return None, error

    value, error = gevent.get_hub().threadpool.apply(outcome)
    if error is not None:
        raise error
    return value


def _query() -> dict[str, str]:
    """Return the request's query, and where a reconnecting event stream left off."""
    try:
        query = dict(_request.query.decode())
    except UnicodeError:
        raise bottle.HTTPError(400) from None
    last_event = _request.environ.get("HTTP_LAST_EVENT_ID")
    return {**query, "last_event_id": last_event} if last_event else query


def _respond(answer: Answer) -> bottle.HTTPResponse:
    # The server closes the file when it has sent it.
    body: Any = answer.body.open("rb") if isinstance(answer.body, Path) else answer.body
    return bottle.HTTPResponse(body, answer.status, {"Content-Type": answer.content_type, **answer.headers})


def _error_text(error: bottle.HTTPError) -> str:
    """Answer what went wrong in plain words; details go to the terminal only."""
    if error.exception is not None:
        traceback.print_exception(error.exception)
    bottle.response.content_type = "text/plain; charset=utf-8"
    return {404: "There is nothing here.", 405: "That cannot be done here."}.get(
        error.status_code, "Something went wrong in the program. Its terminal shows the details."
    )

"""Every quirk of Eel, bottle and gevent's websockets in one place, so that Eel could be replaced.

Measured on Eel 0.18.2 and pinned to it; what was found is written beside each workaround.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any

import bottle
import eel
import gevent
import gevent.event
import gevent.lock
import gevent.socket
from gevent.pywsgi import WSGIServer
from geventwebsocket.exceptions import WebSocketError
from geventwebsocket.handler import WebSocketHandler

from ..core.errors import InpaintError
from .guard import Guard, is_websocket, refusal_headers

# Eel's annotations cover less than what is used and replaced here.
_eel: Any = eel

_WAITS_FOR_PAGE = 'document.addEventListener("DOMContentLoaded", function(event) {'
_visits = 0
_STARTS_ANY_TIME = (
    '(run => document.readyState === "loading" '
    '? document.addEventListener("DOMContentLoaded", run) : run())(function() {'
)


def listen(port: int | None) -> gevent.socket.socket:
    """Take the port before anything is opened: Eel finds out that it is busy only after the browser is on screen.

    Args:
        port: None or 0 takes any free one.

    Raises:
        InpaintError: ``port-busy`` or ``port-invalid``.
    """
    listener = gevent.socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform == "win32":
        # There SO_REUSEADDR would let another program take over the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port or 0))
        listener.listen(128)
    except OverflowError as error:
        raise InpaintError("port-invalid", f"{port} is not a port.", "Allowed: 0 (any free one) to 65535.") from error
    except OSError as error:
        raise InpaintError(
            "port-busy", f"Port {port} cannot be used: {error.strerror}.", "Choose another --port, or leave it out."
        ) from error
    return listener


class GuardedApp(bottle.Bottle):
    """A bottle application whose every request passes the guard first."""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self.guard = guard
        self._guarded = guard.wrap(self.wsgi)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return self._guarded(environ, start_response)


class _Handler(WebSocketHandler):
    """Asks the guard before the upgrade: geventwebsocket sends its 101 before the application is asked."""

    def upgrade_websocket(self) -> Any:
        environ = self.environ or {}
        if is_websocket(environ):
            refusal = self.server.application.guard.check(environ)
            if refusal:
                body = refusal.body()
                self.start_response(refusal.status, refusal_headers(body))
                return [body]
        return super().upgrade_websocket()

    def log_request(self) -> None:
        """Nothing: the terminal belongs to what the person needs to know."""


class _Socket:
    """A websocket whose sends cannot interleave and whose receive never raises.

    Eel answers each call in a greenlet of its own: two large answers would mix their frames. And an exception out of
    ``receive`` would leave the socket in Eel's list for ever, which would keep the program from closing.
    """

    def __init__(self, websocket: Any) -> None:
        self._websocket = websocket
        self._lock = gevent.lock.RLock()

    def send(self, message: str) -> None:
        with self._lock:
            if not self._websocket.closed:
                self._websocket.send(message)

    def receive(self) -> str | None:
        while True:
            try:
                text = self._websocket.receive()
                if text is None or _is_call(text):
                    return text
            except (WebSocketError, OSError, ValueError):
                return None


def n_pages() -> int:
    """Return how many pages are connected."""
    return len(_eel._websockets)


def n_visits() -> int:
    """Return how many pages have connected so far."""
    return _visits


def _is_call(text: str | bytes) -> bool:
    """Return whether a message is a call of an exposed function; Eel trips over everything else."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(message, dict)
        and isinstance(message.get("call"), int | float)
        and isinstance(message.get("name"), str)
        and message["name"] in _eel._exposed_functions
        and isinstance(message.get("args"), list)
    )


def _websocket_route() -> Any:
    global _visits
    websocket = bottle.request.environ.get("wsgi.websocket")
    if websocket is None:
        # Without this, a plain GET would leave a dead entry in Eel's list of pages.
        return bottle.HTTPResponse("Only websockets are answered here.", status=426)
    _visits += 1
    return _eel._websocket(_Socket(websocket))


def _script_route() -> bottle.HTTPResponse:
    """Eel's script, which by itself only connects when it was loaded before the page was complete."""
    script = _eel._eel()
    if _WAITS_FOR_PAGE not in script:
        raise RuntimeError("eel.js is not that of Eel 0.18.2, for which this adapter is written")
    script = script.replace(_WAITS_FOR_PAGE, _STARTS_ANY_TIME)
    return bottle.HTTPResponse(script, headers={"Content-Type": "text/javascript; charset=utf-8"})


def serve(
    app: GuardedApp,
    listener: gevent.socket.socket,
    functions: Mapping[str, Callable[..., Any]],
    *,
    web_root: str,
    stop: gevent.event.Event,
) -> None:
    """Serve until ``stop`` is set.

    Args:
        app: The application with its own routes already in place.
        listener: From `listen`.
        functions: What the pages may call, by name.
        web_root: The folder of the pages.
        stop: Ends the serving.
    """

    class Server(bottle.ServerAdapter):
        def run(self, handler: Any) -> None:
            server = WSGIServer(listener, handler, handler_class=_Handler, log=None)
            server.start()
            stop.wait()
            server.stop(timeout=0.5)

    for name, function in functions.items():
        _eel.expose(name)(function)
    # No scan for eel.expose in scripts: it takes seconds for a large one and executes the names it finds.
    _eel.init(web_root, allowed_extensions=[])
    # Eel's own file routes follow links out of the folder and serve dot files.
    _eel.BOTTLE_ROUTES.clear()
    _eel.BOTTLE_ROUTES.update({"/eel.js": (_script_route, {}), "/eel": (_websocket_route, {})})
    _eel.wbs.GeventWebSocketServer = Server
    host, port = listener.getsockname()[:2]
    # A close callback turns off Eel's own exit, which a slow reload would trigger.
    _eel.start(mode=None, host=host, port=port, app=app, close_callback=lambda _page, _others: None)

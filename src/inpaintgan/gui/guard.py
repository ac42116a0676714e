"""Who may talk to the local server: only a browser that was let in by this launch's one-time ticket.

Every page on the internet can send requests to a local port; each check below closes one of the ways in that were
tried against an unguarded Eel (foreign origins, DNS rebinding, other local ports, replayed tickets).
"""

from __future__ import annotations

import html
import math
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from .answers import whole_number

MAX_PICTURE_BYTES = 200 * 2**20
MAX_LAYER_BYTES = 100 * 2**20
MAX_OTHER_BYTES = 2**20

_OF_SANDBOX = ("content-security-policy", "cross-origin-opener-policy")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>InpaintGAN: {title}</title>
<h1>{title}</h1><p>{text}</p></html>"""


@dataclass(frozen=True)
class Refusal:
    """An answer in words instead of what was asked for."""

    status: str
    title: str
    text: str

    def body(self) -> bytes:
        return _PAGE.format(title=html.escape(self.title), text=html.escape(self.text)).encode()


class Guard:
    """Checks every request against this launch's address and token, and stamps the security headers on every answer.

    Args:
        port: The port that is served; it is part of the expected Host, Origin and cookie name.
        on_locked_out: Called when a browser without the cookie knocks, so that the terminal can offer a ticket.
    """

    def __init__(self, port: int, on_locked_out: Callable[[], None] | None = None) -> None:
        self.host = f"127.0.0.1:{port}"
        self.origin = f"http://{self.host}"
        self._cookie = f"inpaintgan_{port}"
        self._token = secrets.token_urlsafe(32)
        self._tickets: dict[str, tuple[str, float]] = {}
        self._on_locked_out = on_locked_out

    def new_address(self, purpose: str, lasts_s: float = math.inf) -> str:
        """Return an address that lets one browser in, once; it takes the place of an unused one of the same purpose."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[purpose] = ticket, time.monotonic() + lasts_s
        return f"{self.origin}/?ticket={ticket}"

    def security_headers(self) -> list[tuple[str, str]]:
        """Return the headers that every answer carries."""
        return [
            (
                "Content-Security-Policy",
                "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; script-src 'self'; "
                f"connect-src 'self' ws://{self.host}; object-src 'none'; base-uri 'none'; form-action 'self'; "
                "frame-ancestors 'none'",
            ),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ]

    def check(self, environ: Environ) -> Refusal | None:
        """Return why a request is refused, or None when it may pass."""
        return self._check_sender(environ) or self._check_body(environ) or self._check_cookie(environ)

    def wrap(self, app: WsgiApp) -> WsgiApp:
        """Return ``app`` behind this guard."""

        def guarded(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
                return start_response(status, _stamped(headers, self.security_headers()), exc_info)

            if self._check_sender(environ) is None and (redirect := self._use_ticket(environ)):
                start("303 See Other", redirect)
                return []
            refusal = self.check(environ)
            if refusal is None:
                return app(environ, start)
            body = refusal.body()
            start(refusal.status, refusal_headers(body))
            return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]

        return guarded

    def _check_sender(self, environ: Environ) -> Refusal | None:
        """Check where the request was addressed to and which page it came from."""
        if environ.get("HTTP_HOST") != self.host:
            # A name that resolves to 127.0.0.1 is how DNS rebinding gets in.
            return Refusal("421 Misdirected Request", "Wrong address", f"This program answers at {self.origin} only.")
        if environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("same-origin", "none"):
            return Refusal(
                "403 Forbidden",
                "Not from another page",
                "Links from other pages are not followed. Copy the address into the browser's address bar instead.",
            )
        origin = environ.get("HTTP_ORIGIN")
        changes = environ.get("REQUEST_METHOD") not in ("GET", "HEAD")
        if origin != self.origin and (origin is not None or changes or is_websocket(environ)):
            return Refusal("403 Forbidden", "Not from another page", "Only this program's own pages may do that.")
        if is_websocket(environ) and environ.get("PATH_INFO") != "/eel":
            return Refusal("404 Not Found", "Nothing here", "There is no such connection.")
        return None

    def _check_body(self, environ: Environ) -> Refusal | None:
        """Check the size of what is sent before any of it is read."""
        if environ.get("HTTP_TRANSFER_ENCODING"):
            return Refusal("411 Length Required", "Unknown size", "The size must be sent ahead of the content.")
        length = environ.get("CONTENT_LENGTH") or "0"
        limit = body_limit(environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", ""))
        size = whole_number(length)
        if size is None or size > limit:
            return Refusal("413 Content Too Large", "Too large", f"At most {limit // 2**20} MB are accepted here.")
        return None

    def _check_cookie(self, environ: Environ) -> Refusal | None:
        """Check the token that the ticket was exchanged for."""
        if self._has_cookie(environ):
            return None
        if self._on_locked_out and environ.get("REQUEST_METHOD") == "GET" and not is_websocket(environ):
            self._on_locked_out()
        return Refusal(
            "403 Forbidden",
            "InpaintGAN is running, but this browser has no access yet",
            "Open the address with a ticket that the program printed where it was started. Each such address lets one "
            "browser in, once. The program has just printed a new one there.",
        )

    def _has_cookie(self, environ: Environ) -> bool:
        try:
            cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(self._cookie)
        except CookieError:
            return False
        return cookie is not None and secrets.compare_digest(cookie.value.encode(), self._token.encode())

    def _use_ticket(self, environ: Environ) -> list[tuple[str, str]] | None:
        """Exchange a ticket in the address for the cookie; a browser that is in already is only sent on."""
        query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        given = dict(query).get("ticket")
        if given is None or environ.get("REQUEST_METHOD") != "GET":
            return None
        purpose = next((key for key, ticket in self._tickets.items() if _fits(ticket, given)), None)
        if purpose is None and not self._has_cookie(environ):
            return None
        rest = urlencode([(key, value) for key, value in query if key != "ticket"])
        # The path is quoted again and anchored to one slash: "//evil" would lead to another site.
        path = "/" + quote(environ.get("PATH_INFO", "/").encode("latin-1")).lstrip("/")
        headers = [("Location", path + (f"?{rest}" if rest else "")), ("Content-Length", "0")]
        if purpose is not None:
            del self._tickets[purpose]
            headers.append(("Set-Cookie", f"{self._cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"))
        return headers


def _fits(ticket: tuple[str, float], given: str) -> bool:
    """Return whether a ticket is the one that was given, and still lasts."""
    text, ends = ticket
    return secrets.compare_digest(text.encode(), given.encode()) and time.monotonic() < ends


def _stamped(headers: list[tuple[str, str]], ours: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put our headers in place of the answer's own, unless its own policy puts the page into a sandbox."""
    own = {name.lower(): value for name, value in headers}
    if own.get("content-security-policy", "").startswith("sandbox allow-scripts;"):
        # Both headers of a sandboxed page stand; a sandboxed page cannot have an opener policy.
        ours = [(name, value) for name, value in ours if name.lower() not in _OF_SANDBOX]
    names = {name.lower() for name, _ in ours}
    return [(name, value) for name, value in headers if name.lower() not in names] + ours


def is_websocket(environ: Environ) -> bool:
    """Return whether a request asks to become a websocket."""
    return "websocket" in environ.get("HTTP_UPGRADE", "").lower()


def body_limit(method: str, path: str) -> int:
    """Return how many bytes a request may carry."""
    if method == "PUT" and path == "/api/pictures":
        return MAX_PICTURE_BYTES
    if method == "PUT" and path.startswith("/api/pictures/"):
        return MAX_LAYER_BYTES
    return MAX_OTHER_BYTES


def refusal_headers(body: bytes) -> list[tuple[str, str]]:
    """Return the headers of a refusal; the connection closes because its body, if any, was not read."""
    return [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]

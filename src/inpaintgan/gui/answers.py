"""The shape of what the server answers: over HTTP, and to the calls of the pages."""

from __future__ import annotations

import json
import math
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.errors import InpaintError, unseen


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: bytes, a file to stream, or an endless stream of bytes."""

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: bytes | Path | Iterator[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(
    404,
    "text/html; charset=utf-8",
    b'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Nothing here - InpaintGAN</title>'
    b'<link rel="stylesheet" href="/css/tokens.css"><link rel="stylesheet" href="/css/base.css"></head>'
    b'<body><main class="page"><h1>There is nothing here.</h1><p><a href="/">Go to Home</a></p></main>'
    b"</body></html>",
)


def checked_object(values: object) -> dict[str, Any]:
    """Return what a page sent as an object. Raises `InpaintError` ``bad-call`` when it is none."""
    if not isinstance(values, dict):
        raise InpaintError("bad-call", "An object of settings was expected.")
    return {str(key): value for key, value in values.items()}


def whole_number(text: str) -> int | None:
    """Return a number that came as plain digits, few enough for any that is meant, or None."""
    return int(text) if len(text) <= 20 and text.isascii() and text.isdecimal() else None


def json_answer(value: Any) -> Answer:
    """Return plain JSON as an answer."""
    return Answer(200, "application/json", to_json(value).encode())


def to_json(value: Any) -> str:
    """Return JSON that a browser can read: NaN and infinities, which ``JSON.parse`` refuses, become null."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(finite(value), allow_nan=False)


def finite(value: Any) -> Any:
    """Return ``value`` with NaN and infinities replaced by None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def answered(function: Callable[..., Any], *args: Any) -> dict[str, Any]:
    """Call a function for a page and return ``{"ok": True, "value": ...}`` or ``{"error": {code, message, hint}}``.

    Eel would send NaN bare, turn what is not JSON into null without a word, and send whole tracebacks to the page.
    """
    try:
        return {"ok": True, "value": json.loads(to_json(function(*args)))}
    except InpaintError as error:
        return {"error": error.as_dict()}
    except Exception as error:
        if refusal := unseen(error):
            return {"error": refusal.as_dict()}
        traceback.print_exc(file=sys.stderr)
        said = f"Internal error: {type(error).__name__}: {error}"
        return {"error": InpaintError("internal", said, "Its terminal shows the details.").as_dict()}

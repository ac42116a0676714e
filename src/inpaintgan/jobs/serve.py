"""A worker process: answers requests for the handlers of one module, as JSON lines over stdin and stdout.

``python -m inpaintgan.jobs.serve inpaintgan.data.worker`` takes the module's ``HANDLERS``, a dict of functions
``handler(args, progress) -> dict``:

    -> {"id": 1, "op": "fill", "args": {...}}
    <- {"id": 1, "progress": {...}}            any number of times
    <- {"id": 1, "value": {...}}  or  {"id": 1, "error": {"code": ..., "message": ..., "hint": ...}}
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from ..core.closed_streams import tolerate_closed_streams
from ..core.errors import InpaintError, lacks_memory, unseen
from ..core.handlers import Handler


def main(module: str) -> int:
    """Answer requests until stdin ends, which it does when the parent is gone."""
    # The protocol keeps the pipes to itself: what libraries print goes to stderr, and loader processes forked by a
    # handler inherit a stdin that nobody is blocked on.
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def send(message: dict[str, Any]) -> None:
        data = json.dumps(message, allow_nan=False).encode() + b"\n"
        try:
            while data:
                data = data[os.write(answers, data) :]
        except OSError as error:  # Windows has another one for a pipe that is closed
            raise BrokenPipeError from error

    # The terminal that the window was started in may be closed, which must not end a fill.
    with tolerate_closed_streams():
        handlers, broken = _load(module)
        for request in _lines(requests):
            try:
                _answer(json.loads(request), handlers, broken, send)
            except BrokenPipeError:
                break
    return 0


def _load(module: str) -> tuple[dict[str, Handler], InpaintError | None]:
    """Import the handlers, or return why that is not possible, to be said to each request."""
    try:
        return importlib.import_module(module).HANDLERS, None
    except Exception as error:
        traceback.print_exc()
        return {}, InpaintError(
            "worker-broken",
            f"A part of the program cannot start: {error}.",
            "Install the packages of requirements.txt.",
        )


def _lines(descriptor: int) -> Iterator[bytes]:
    """Yield complete lines of a pipe."""
    waiting = b""
    while chunk := os.read(descriptor, 65536):
        *complete, waiting = (waiting + chunk).split(b"\n")
        yield from complete


def _answer(
    request: dict[str, Any],
    handlers: dict[str, Handler],
    broken: InpaintError | None,
    send: Callable[[dict[str, Any]], None],
) -> None:
    """Run one request and send its outcome."""
    number = request["id"]
    try:
        if broken:
            raise broken
        handler = handlers.get(request["op"])
        if handler is None:
            raise InpaintError("worker-unknown-op", f"The worker has no operation '{request['op']}'.")
        value = handler(request["args"], lambda progress: send({"id": number, "progress": progress}))
        send({"id": number, "value": value})
    except BrokenPipeError:
        raise
    except InpaintError as error:
        send({"id": number, "error": error.as_dict()})
    except Exception as error:
        said = _out_of_memory(error) or unseen(error)
        if said is None:
            traceback.print_exc()
            said = InpaintError(
                "worker-failed", f"That failed: {type(error).__name__}: {error}", "The terminal shows details."
            )
        send({"id": number, "error": said.as_dict()})


def _out_of_memory(error: Exception) -> InpaintError | None:
    """What is to be said where memory ran out, a GPU's too, whose error torch names: this process may have none."""
    if type(error).__name__ == "OutOfMemoryError":
        return InpaintError(
            "out-of-memory",
            "There is not enough GPU memory for that.",
            "Close what else uses the GPU, such as a training.",
        )
    return InpaintError("out-of-memory", "There is not enough memory for that.") if lacks_memory(error) else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

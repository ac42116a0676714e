"""The client's side of a worker process: starts it when it is needed, and again after a crash."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from typing import Any

from ..core.child import CREATION_FLAGS, OWN_SESSION, child_environment
from ..core.errors import InpaintError
from ..core.handlers import Progress


class Worker:
    """A process that answers requests for one module, one at a time; others wait their turn.

    Every method may be called from any thread. `request` blocks.

    Args:
        module: Dotted name of a module with ``HANDLERS``; it is imported in the worker only.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._state = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._pending = 0
        self._running: str | None = None
        """What the request that is being answered is about; None while none is."""
        self._cancelled = Counter[str | None]()
        """How often what is about something was cancelled; under None, how often everything was."""
        self._last_id = 0

    @property
    def busy(self) -> bool:
        """Whether a request is being answered or waits."""
        return self._pending > 0

    def ticket(self, about: str = "") -> int:
        """Return what `request` may be given, so that a cancel from now on counts even if it comes before the request."""
        with self._state:
            return self._cancellations(about)

    def request(
        self,
        op: str,
        args: dict[str, Any],
        on_progress: Progress | None = None,
        *,
        ticket: int | None = None,
        about: str = "",
    ) -> dict[str, Any]:
        """Have the worker do something and return its value.

        Args:
            op: What to do.
            args: For it; plain JSON.
            on_progress: Is given each progress message.
            ticket: Of an earlier moment than this one.
            about: What it is done for, by which `cancel` knows it.

        Raises:
            InpaintError: What the worker answered, ``cancelled``, or ``worker-crashed`` when it died.
        """
        with self._state:
            self._pending += 1
            known = self._cancellations(about) if ticket is None else ticket
        try:
            return self._ask(op, args, on_progress, about, known)
        finally:
            with self._state:
                self._pending -= 1

    def cancel(self, about: str | None = None) -> None:
        """End what is being done and what waits; the next request starts a new process.

        Args:
            about: End only what is done for this; what others wait for goes on.
        """
        with self._state:
            self._cancelled[about] += 1
            if self._running is not None and about in (None, self._running):
                self._kill()
            self._state.notify_all()

    def close(self) -> None:
        """End the process for good."""
        with self._state:
            self._closed = True
            self._kill()
            self._state.notify_all()

    def _cancellations(self, about: str) -> int:
        return self._cancelled[None] + self._cancelled[about]

    def _ask(
        self, op: str, args: dict[str, Any], on_progress: Progress | None, about: str, known: int
    ) -> dict[str, Any]:
        def is_cancelled() -> bool:
            return self._closed or self._cancellations(about) != known

        with self._state:
            self._state.wait_for(lambda: self._running is None or is_cancelled())
            if is_cancelled():
                raise _cancelled()
            process = self._start()
            self._running = about
        answer = None
        try:
            self._last_id += 1
            answer = self._converse(process, {"id": self._last_id, "op": op, "args": args}, on_progress)
        finally:
            with self._state:
                cancelled = is_cancelled()
                if answer is None:
                    self._kill()
                self._running = None
                self._state.notify_all()
        if answer is None:
            if cancelled:
                raise _cancelled()
            raise InpaintError(
                "worker-crashed",
                f"The process that does this ended unexpectedly ({_exit_words(process.returncode)}).",
                "Try again: a new process starts. If memory ran out, use a smaller picture.",
            )
        if "error" in answer:
            raise InpaintError(**answer["error"])
        return answer["value"]

    @staticmethod
    def _converse(
        process: subprocess.Popen[bytes], request: dict[str, Any], on_progress: Progress | None
    ) -> dict[str, Any] | None:
        """Send a request and read until its answer; None when the process has gone."""
        assert process.stdin and process.stdout
        try:
            process.stdin.write(json.dumps(request, allow_nan=False).encode() + b"\n")
            process.stdin.flush()
            while line := process.stdout.readline():
                if not line.endswith(b"\n"):
                    return None
                message = json.loads(line)
                if message["id"] != request["id"]:
                    continue
                if "progress" not in message:
                    return message
                if on_progress:
                    on_progress(message["progress"])
        except OSError:
            pass
        return None

    def _start(self) -> subprocess.Popen[bytes]:
        """Return the running process, started now if there is none."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "inpaintgan.jobs.serve", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=child_environment(),
                # Ctrl+C in the terminal is for the window's process, which ends its workers itself.
                start_new_session=OWN_SESSION,
                creationflags=CREATION_FLAGS,
            )
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


def _cancelled() -> InpaintError:
    return InpaintError("cancelled", "Cancelled.")


def _exit_words(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"

"""A training process without the wait for its imports, which are most of a short training."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from contextlib import suppress
from typing import IO

import torch._dynamo  # noqa: F401 - a fork has these imports done

import inpaintgan.training.command  # noqa: F401
from fault import injection


class Fork:
    """A training process that starts with all imports done. Used like `subprocess.Popen`."""

    def __init__(self, faults: list[str], words: list[str], log: IO[bytes], environment: dict[str, str]) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.setsid()
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
                os.environ.update(environment)
                injection.run(faults, words)
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException:
                traceback.print_exc()
            finally:
                with suppress(OSError):
                    sys.stdout.flush()
                    sys.stderr.flush()
                os._exit(code)

    def poll(self) -> int | None:
        """The exit code, or None while it runs; below 0 the signal that ended it."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

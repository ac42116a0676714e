"""One exception for everything a person can put right, so that no door of the program shows a traceback for it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

_NO_MEMORY = ("DefaultCPUAllocator", "error code: <1455>")
"""In PyTorch's words: its allocator, and Windows' number for a paging file that has no room for what processes share."""


class InpaintError(Exception):
    """A refusal in words: what was seen, what is allowed and what to do.

    Attributes:
        code: A stable kebab-case name for programs, e.g. ``"config-invalid"``.
        message: One sentence for people.
        hint: What to do about it; may be empty.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(code, message, hint)  # all three, so that it can be sent to another process
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def as_dict(self) -> dict[str, str]:
        """The error as plain JSON, the form in which it crosses to a page."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


def in_words(error: BaseException) -> InpaintError:
    """An error as one that can be shown and sent; others may not even be picklable."""
    if isinstance(error, InpaintError):
        return error
    return InpaintError(type(error).__name__, f"{type(error).__name__}: {error}")


def is_full(error: OSError) -> bool:
    """Whether a disk, or a person's share of it, has no room left."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def room_or(error: OSError, otherwise: str) -> str:
    """What to do about something that could not be written: make room on a full disk, or else what is given."""
    return "Make room on the disk." if is_full(error) else otherwise


def unseen(error: BaseException) -> InpaintError | None:
    """What is to be said of a path that somebody named and the system lets nobody look at; None for any other error.

    To ask whether there is such a file raises too, anywhere between a door and the work: so it is told apart at the doors.
    """
    if not isinstance(error, OSError) or error.errno not in (errno.EACCES, errno.ENAMETOOLONG) or not error.filename:
        return None
    said = f"{error.filename} cannot be looked at: {error.strerror}."
    return InpaintError("path-unseen", said, "Check the path, and whether you may open the folder that it is in.")


def lacks_memory(error: BaseException) -> bool:
    """Whether the computer's memory ran out, not a GPU's; PyTorch tells of that in a RuntimeError."""
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY)
    )


@contextmanager
def about(setting: str) -> Iterator[None]:
    """Prefix errors raised inside with the setting's name."""
    try:
        yield
    except InpaintError as error:
        raise InpaintError(error.code, f"{setting}: {error.message}", error.hint) from error

"""What was read of a long run, kept beside its events, so that the next start of the program need not read them again.

A copy that may be missing, damaged or stale at any time: ``events.jsonl`` alone is the truth.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from ..core.atomic import write_bytes

FILE = "curves.json"
"""In the run folder."""

WORTH_BYTES = 16 * 2**20
"""Minimum new data before the index is rewritten: less is read in a tenth of a second."""

_FORM = 2
"""Changes with what is written, so that another version's index counts as none."""
_MARK_BYTES = 4096


def load(events: Path) -> dict[str, Any] | None:
    """Return what `save` was given last, or None when there is nothing that fits the events as they are now."""
    try:
        index = from_json(events.with_name(FILE).read_bytes())
        fits = index["form"] == _FORM and index["mark"] == _mark(events, index["state"]["offset"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return index["state"] if fits else None


def save(events: Path, state: dict[str, Any]) -> None:
    """Keep what was read up to ``state["offset"]``, in bytes. Where it cannot be written, it is read again next time."""
    try:
        index = {"form": _FORM, "mark": _mark(events, state["offset"]), "state": state}
        write_bytes(events.with_name(FILE), to_json(index))
    except OSError:
        return


def _mark(events: Path, offset: int) -> str:
    """Return what tells these events from others: a digest of their beginning and of what lies before the offset."""
    digest = blake2b(digest_size=16)
    with open(events, "rb") as file:
        digest.update(file.read(_MARK_BYTES))
        file.seek(max(0, offset - _MARK_BYTES))
        digest.update(file.read(min(offset, _MARK_BYTES)))
    return digest.hexdigest()

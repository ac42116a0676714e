"""Words that messages share."""

from __future__ import annotations


def plural(n: int, noun: str) -> str:
    """Return ``1 picture`` or ``2 pictures``."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"

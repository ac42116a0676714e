"""What a worker process answers with: functions that the network half writes and `jobs.serve` runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Progress = Callable[[dict[str, Any]], None]
"""Tells whoever asked how far an answer is."""

Handler = Callable[[dict[str, Any], Progress], dict[str, Any]]
"""Takes a request's arguments and returns its answer; both are JSON objects."""

"""What a weight file says of itself beside its tensors: the window reads it without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping

_ENTRY = "inpaintgan"


def written(step: int, weight_format: int) -> dict[str, str]:
    """Return the metadata of a safetensors file.

    It is one entry: of several safetensors writes another order each time, and equal weights would differ in their bytes.
    """
    return {_ENTRY: json.dumps({"step": step, "format": weight_format})}


def read(metadata: Mapping[str, str] | None, name: str) -> int | None:
    """Return the ``step`` or the ``format`` of a safetensors file's metadata, or None when it tells neither.

    Raises:
        ValueError: What is there is not what this program writes.
    """
    entries = dict(metadata or {})
    try:
        entries |= json.loads(entries.get(_ENTRY, "{}"))
        return int(entries[name]) if name in entries else None  # files of older versions have them openly
    except (TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{_ENTRY}: {entries.get(_ENTRY)} is not what this program writes") from error

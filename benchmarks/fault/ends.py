"""What a round must come to: the comparison of two ends."""

from __future__ import annotations

from typing import Any

import torch


class Wrong(Exception):
    """A round did not end as it had to."""


def must_equal(a: Any, b: Any, where: str = "state") -> None:
    """Raise `Wrong` for the first difference."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        for key in a:
            must_equal(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            must_equal(x, y, f"{where}[{i}]")
    elif isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        if not torch.equal(a, b):
            raise Wrong(f"{where} differs")
    elif a != b:
        raise Wrong(f"{where} is {a!r}, expected {b!r}")

"""Sets of settings to begin a training with: small YAML files with a title and a text in their first lines."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from ..core.config_io import read_yaml
from ..core.paths import resource

_ORDER = ("try-it", "paper", "cpu", "sharpen", "gpu", "effunet", "egc", "egc-svr", "mec", "edgeconnect")
_HEADING = re.compile(r"^# (title|text): (.+)$", re.MULTILINE)


def list_presets() -> list[dict[str, Any]]:
    """Return the presets as ``{id, title, text, values}``, the one for beginners first."""
    paths = sorted(resource("presets").glob("*.yml"), key=lambda path: (_rank(path.stem), path.stem))
    return [
        {"id": path.stem, **dict(_HEADING.findall(path.read_text(encoding="utf-8"))), "values": read_yaml(path)}
        for path in paths
    ]


def values_from_text(text: str) -> dict[str, Any]:
    """Return the settings of YAML text under our names, unvalidated. Raises `InpaintError`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yml"
        path.write_text(text, encoding="utf-8")
        return read_yaml(path)


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)

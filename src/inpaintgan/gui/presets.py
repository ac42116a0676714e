"""Sets of settings to begin a training with: small YAML files with a title and a text in their first lines."""

from __future__ import annotations

import re
from typing import Any

from ..core.config_io import parse_yaml, preset_files

_ORDER = ("try-it", "paper", "cpu", "sharpen", "gpu", "effunet", "egc", "egc-svr", "mec", "edgeconnect")
_HEADING = re.compile(r"^# (title|text): (.+)$", re.MULTILINE)


def list_presets() -> list[dict[str, Any]]:
    """Return the presets as ``{id, title, text, values}``, the one for beginners first."""
    files = sorted(preset_files().items(), key=lambda item: _rank(item[0]))
    texts = {name: file.read_text(encoding="utf-8") for name, file in files}
    return [
        {"id": name, **dict(_HEADING.findall(text)), "values": parse_yaml(text, name)} for name, text in texts.items()
    ]


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)

"""Calls about the program itself and the folders of this machine."""

from __future__ import annotations

import platform
from typing import Any

from ... import __version__
from ...core.formats import EXACT_AT_100, WITH_QUALITY, WITHOUT_ALPHA, WRITABLE
from .. import folders
from ..checkpoints import default_path, list_checkpoints
from .base import Calls

_NAMES = {"WEBP": "WebP"}
"""Of formats, where people write them in another way."""


class ProgramCalls(Calls):
    """What every page asks first; folders to choose from."""

    def app_state(self) -> dict[str, Any]:
        """Return what every page needs to know first."""
        checkpoints = list_checkpoints(self._session.supervisor.runs_found())
        return {
            "version": __version__,
            "system": platform.system(),
            "has_screen": folders.has_dialog(),
            "runs_folder": str(self._session.supervisor.runs),
            "checkpoints": checkpoints,
            "default_checkpoint": default_path(checkpoints),
            "formats": {
                suffix: {
                    "name": _NAMES.get(format, format),
                    "alpha": format not in WITHOUT_ALPHA,
                    "quality": format in WITH_QUALITY,
                    "exact_at_100": format in EXACT_AT_100,
                }
                for suffix, format in WRITABLE.items()
            },
            "examples": [
                {"name": path.name, "url": f"/api/examples/{path.name}", "title": _title(path.stem)}
                for path in folders.example_pictures()
            ],
        }

    def list_folder(self, path: str, nearest: bool = False) -> dict[str, Any]:
        """Return the folders in a folder, or in the one that a missing one would lie in; an empty path begins at home."""
        return folders.list_folder(str(path or ""), nearest=nearest)

    def count_pictures(self, path: str) -> dict[str, Any]:
        """Return how many pictures lie in a folder and its sub-folders."""
        return folders.count_pictures(str(path or ""))

    def choose_folder(self, title: str) -> dict[str, Any]:
        """Ask for a folder with the system's dialog; null when it was cancelled."""
        return {"path": folders.choose_folder(str(title))}


def _title(stem: str) -> str:
    return stem.replace("-", " ").replace("_", " ").capitalize()

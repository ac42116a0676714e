"""Calls about the settings of a training and the data they are for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ...core.config import ONE_STEM, SHARES, Config
from ...core.config_io import make_config, parse_yaml, yaml_text
from ...core.errors import InpaintError
from ...core.origins import check_origins
from ...jobs.supervisor import is_live
from .. import folders, training
from ..answers import checked_object
from ..presets import list_presets
from .base import Calls

_KEPT_PREVIEWS = 4
_MAX_PREVIEWS = 24


class SettingsCalls(Calls):
    """The forms, the check of a folder, what the networks will see, and what a step costs here."""

    def config_schema(self) -> dict[str, Any]:
        """Return what the training forms are drawn from."""
        return {
            "schema": Config.model_json_schema(),
            "defaults": Config().model_dump(),
            "presets": list_presets(),
            "one_stem": ONE_STEM,
            "block_masks": [kind for kind, shares in SHARES.items() if "block" in shares],
        }

    def check_config(self, values: dict[str, Any], resumed: str = "") -> dict[str, Any]:
        """Refuse settings that are not allowed, or that a run cannot be resumed with; each line begins with the key."""
        config = make_config(checked_object(values))
        if resumed:
            training.check_resume(self._run(resumed), config)
        else:
            check_origins(config)
        return {}

    def config_to_yaml(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return settings as a ``config.yml`` with comments."""
        return {"yaml": yaml_text(make_config(checked_object(values)))}

    def config_from_yaml(self, text: str) -> dict[str, Any]:
        """Return all settings of a ``config.yml``, EdgeConnect's included; what it leaves out has its default."""
        values = parse_yaml(str(text))
        if not values:
            raise InpaintError(
                "config-unreadable", "This text contains no settings.", "Choose a file written by Export YAML."
            )
        return {"values": make_config(values).model_dump()}

    def check_data(self, folder: str, masks: str, again: bool = False, tab: str = "") -> dict[str, Any]:
        """Look at every picture of a folder. A check of the same folder is joined, any other of the same window is ended."""
        whole = folders.absolute(folder), folders.absolute(masks)
        return self._session.checks.run(*whole, again=bool(again), tab=str(tab))

    def check_progress(self, tab: str = "") -> dict[str, Any]:
        """Return how far `check_data` is."""
        return self._session.checks.progress(str(tab))

    def cancel_check(self, tab: str = "") -> dict[str, Any]:
        """End the check that runs for a window."""
        self._session.checks.cancel(str(tab))
        return {}

    def preview_data(self, values: dict[str, Any], count: int) -> dict[str, Any]:
        """Return pictures from all over the training folder as the network will see them."""
        if not isinstance(count, int):
            raise InpaintError("bad-call", "A number of pictures was expected.")
        config = make_config(checked_object(values))
        folder = training.checked_folder(config.data, "data")
        out, address = self._session.new_preview()
        args = {
            "folder": folder,
            "values": config.model_dump(),
            "count": max(1, min(count, _MAX_PREVIEWS)),
            "out": str(out),
        }
        items = self._session.decoder.request("preview-data", args)["items"]
        for old in sorted(self._session.previews.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT_PREVIEWS]:
            shutil.rmtree(old, ignore_errors=True)
        parts = ("picture", "masked", "edges")
        urls = [{part: f"{address}/{Path(item[part]).name}" for part in parts} for item in items]
        return {"items": [{**item, **url} for item, url in zip(items, urls, strict=True)]}

    def measure(self, values: dict[str, Any]) -> dict[str, Any]:
        """Take a few real training steps with settings; see `training.measure.Measured`."""
        config = training.with_checked_folders(make_config(checked_object(values)))
        others = sum(is_live(run) for run in self._session.supervisor.runs_found())
        return {**self._session.prober.measure(config.model_dump()), "others": others}

    def measure_progress(self) -> dict[str, Any]:
        """Return how far `measure` is."""
        return self._session.prober.progress

    def cancel_measure(self) -> dict[str, Any]:
        """End the measurement."""
        self._session.prober.cancel()
        return {}

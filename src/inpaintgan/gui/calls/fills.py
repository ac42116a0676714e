"""Calls about pictures and folders that are filled."""

from __future__ import annotations

from typing import Any

from ...core.errors import InpaintError
from ..answers import checked_object
from ..checkpoints import default_path, list_checkpoints
from ..fills import checked_options
from ..folders import example_pictures
from ..runs import trains_on_gpu
from .base import Calls


class FillCalls(Calls):
    """Pictures, their fills, and folders of pictures."""

    def open_example(self, name: str) -> dict[str, Any]:
        """Open one of the pictures that come with the program."""
        path = next((path for path in example_pictures() if path.name == name), None)
        if path is None:
            raise InpaintError("example-unknown", f"There is no example '{name}'.")
        return self._session.pictures.open_copy(path)

    def picture_info(self, picture: str) -> dict[str, Any]:
        """Return what is known about an open picture."""
        return self._session.pictures.get(picture).info()

    def pictures_in_work(self) -> list[dict[str, Any]]:
        """Return the pictures that can be gone back to, with what was made for them; see `Pictures.in_work`."""
        return self._session.pictures.in_work()

    def warm_up(self, checkpoint: str, engine: str = "auto") -> dict[str, Any]:
        """Load a checkpoint ahead of the first fill, and return what can run it and what does."""
        options = self._fill_options({"checkpoint": checkpoint, "engine": engine})
        return self._session.filler.request("load", {key: options[key] for key in ("checkpoint", "device", "engine")})

    def fill(self, picture: str, options: dict[str, Any]) -> dict[str, Any]:
        """Fill the hole of a picture."""
        return self._session.fills.fill(picture, self._fill_options(options))

    def fill_progress(self, picture: str) -> dict[str, Any]:
        """Return how far the fill is; a page that was reloaded continues from here."""
        return self._session.pictures.get(picture).fill_progress()

    def cancel_fill(self, picture: str, page: str = "") -> dict[str, Any]:
        """End the fills of a picture that run or wait; see `Fills.cancel`."""
        self._session.fills.cancel(str(picture), str(page or ""))
        return {}

    def save_fill(self, picture: str, fill: int, name: str, quality: int | None = None) -> dict[str, Any]:
        """Encode a fill for download."""
        return self._session.fills.save(picture, fill, str(name), quality)

    def open_fill(self, picture: str, fill: int) -> dict[str, Any]:
        """Open a fill as a picture of its own."""
        return self._session.fills.open(picture, fill)

    def fill_folder(self, options: dict[str, Any]) -> dict[str, Any]:
        """Fill a folder of pictures; see `FolderFills.run`."""
        given = checked_object(options)
        return self._session.folder_fills.run({**given, **self._fill_options(given)})

    def folder_progress(self) -> dict[str, Any]:
        """Return how far the folder is; a page that was reloaded continues from here."""
        return self._session.folder_fills.progress()

    def cancel_folder(self) -> dict[str, Any]:
        """Stop the pass over a folder after the current picture."""
        self._session.folder_fills.cancel()
        return {}

    def _fill_options(self, given: object) -> dict[str, Any]:
        """Return the options of a fill with what was left out filled in."""
        options = checked_object(given or {})
        if not options.get("checkpoint"):
            options["checkpoint"] = default_path(list_checkpoints(self._session.supervisor.runs_found()))
        checked = checked_options(options)
        if checked["device"] == "auto" and any(map(trains_on_gpu, self._session.supervisor.runs_found())):
            # A training has sized its batches to the GPU; a fill beside it would take memory that it needs.
            checked["device"] = "cpu"
        return checked

"""Filling a folder of pictures from the window: one pass at a time, by a worker of its own."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from ..core.errors import InpaintError
from ..jobs.process import Worker
from .folders import absolute
from .pictures import Pictures

MAX_LISTED = 1000
"""Failures and remarks that are listed; more are only counted."""

_NAMES = {"images": "pictures", "masks": "masks"}
"""Of folders, as the page calls them."""
COUNTED = ("filled", "unchanged", "skipped", "failed")


class FolderFills:
    """Runs a pass and remembers how far it is, so that a page may leave and come back.

    Args:
        pictures: The open pictures, for masks that were drawn or opened in the window.
        worker: Worker of ``inpaintgan.inference.worker``; not the one that fills single pictures, which stay quick.
        folder: A private folder of this launch.
    """

    def __init__(self, pictures: Pictures, worker: Worker, folder: Path) -> None:
        self._pictures = pictures
        self._worker = worker
        self._stop_file = folder / "stop-filling-the-folder"
        self._turn = threading.Lock()
        self._state: dict[str, Any] = {"state": "idle"}

    def run(self, options: dict[str, Any]) -> dict[str, Any]:
        """Fill a folder; blocks until all pictures are dealt with, and returns what `progress` says then.

        Args:
            options: ``images`` and ``output``, folders; ``mask``, either ``{"folder": path}`` with one mask each, or
                ``{"picture": id, "layer": "mask" | "original"}`` with one for all; ``recursive``, ``skip_existing``,
                ``checkpoint``, ``device``, ``engine``, ``feather_px``, ``texture``.

        Raises:
            InpaintError: ``images-...``, ``masks-...`` or ``output-...`` for a folder that cannot be used,
                ``folder-busy`` while another pass runs, or what the worker says.
        """
        args = {
            **self._places(options),
            "recursive": bool(options.get("recursive")),
            "skip_existing": bool(options.get("skip_existing", True)),
            **{key: options[key] for key in ("checkpoint", "device", "engine", "feather_px", "texture")},
            "cancel": str(self._stop_file),
        }
        if not self._turn.acquire(blocking=False):
            raise InpaintError("folder-busy", "A folder is being filled already.", "Wait for it, or cancel it.")
        try:
            self._stop_file.unlink(missing_ok=True)
            self._begin(args)
            outcome = self._worker.request("fill-folder", args, self._note)
            self._state |= {"state": "cancelled" if outcome["cancelled"] else "done", "current": ""}
        except InpaintError as error:
            cancelled = error.code == "cancelled"
            self._state |= {"state": "cancelled" if cancelled else "failed", "error": error.as_dict(), "current": ""}
            if not cancelled:
                raise
        except Exception as error:
            said = InpaintError("internal", f"Internal error: {type(error).__name__}: {error}")
            self._state |= {"state": "failed", "error": said.as_dict(), "current": ""}
            raise
        finally:
            self._turn.release()
        return self.progress()

    def progress(self) -> dict[str, Any]:
        """Return ``state`` (idle, running, cancelling, done, cancelled, failed) and, unless idle, how far the pass is."""
        state = dict(self._state)
        if state["state"] == "running":
            if self._stop_file.exists():
                state["state"] = "cancelling"
            state["elapsed_s"] = time.monotonic() - state["began"]
            worked, left = state["done"] - state["skipped"], state["total"] - state["done"]
            state["eta_s"] = state["elapsed_s"] / worked * left if worked else None
        state.pop("began", None)
        return state

    def cancel(self) -> None:
        """Stop the pass after the current picture. What is filled stays."""
        if self._state["state"] == "running":
            self._stop_file.touch()

    def _begin(self, args: dict[str, Any]) -> None:
        self._state = {
            "state": "running",
            **{key: args[key] for key in ("image", "output", "checkpoint")},
            "done": 0,
            "total": 0,
            **dict.fromkeys(COUNTED, 0),
            "remarked": 0,
            "failures": [],
            "remarks": [],
            "current": "",
            "began": time.monotonic(),
            "elapsed_s": 0.0,
            "eta_s": None,
            "error": None,
        }

    def _note(self, progress: dict[str, Any]) -> None:
        """Take in what became of one picture."""
        state, result = self._state, progress["result"]
        state["done"], state["total"] = progress["done"], progress["total"]
        state["elapsed_s"] = time.monotonic() - state["began"]
        if result is None:
            return
        state["current"] = Path(result["image"]).name
        state[result["status"]] += 1
        name = Path(result["image"]).relative_to(Path(state["image"])).as_posix()
        if result["status"] == "failed" and len(state["failures"]) < MAX_LISTED:
            error = result["error"]
            # The folder is known; in a list of many its path would drown the reasons.
            message = error["message"].replace(result["image"], name)
            state["failures"].append({"image": name, "message": message, "hint": error["hint"]})
        elif result["status"] == "filled" and result["notices"]:
            state["remarked"] += 1
            if len(state["remarks"]) < MAX_LISTED:
                state["remarks"].append({"image": name, "message": " ".join(result["notices"]), "hint": ""})

    def _places(self, options: dict[str, Any]) -> dict[str, str]:
        """Return picture folder, mask and output folder. Raises `InpaintError` for what cannot be."""
        images = _folder(options.get("images"), "images", "Choose the folder that your pictures are in.")
        output = absolute(options.get("output"))
        if not output:
            raise InpaintError("output-missing", "There is no folder for the results.", "Choose one.")
        if Path(output).exists() and Path(output).samefile(images):
            raise InpaintError(
                "output-is-input", "The results would replace the pictures.", "Choose another folder for the results."
            )
        return {"image": images, "mask": self._mask(options.get("mask")), "output": output}

    def _mask(self, mask: object) -> str:
        if isinstance(mask, dict) and mask.get("picture"):
            picture = self._pictures.get(mask["picture"])
            file = picture.original if mask.get("layer") == "original" else picture.layer("mask")
            if file is None:
                raise InpaintError("masks-missing", "Nothing is masked yet.", "Draw a mask first.")
            return str(file)
        if not isinstance(mask, dict) or "folder" not in mask:
            raise InpaintError("masks-missing", "No mask is chosen.", "Choose a mask file for all pictures.")
        return _folder(mask["folder"], "masks", "Choose the folder with one mask for each picture.")


def _folder(path: object, what: str, hint: str) -> str:
    """Return an existing folder in full. Raises `InpaintError` with a code that begins with ``what``."""
    text = absolute(path)
    if not text:
        raise InpaintError(f"{what}-missing", f"No folder with {_NAMES[what]} is chosen.", hint)
    if not Path(text).is_dir():
        found = "is a file, not a folder" if Path(text).exists() else "does not exist"
        raise InpaintError(f"{what}-missing", f"The folder {text} {found}.", hint)
    return text

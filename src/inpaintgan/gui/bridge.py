"""The functions that the pages call. Every public method of `Bridge` is exposed under its own name."""

from __future__ import annotations

import inspect
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import __version__
from ..core.config import Config
from ..core.config_io import make_config, parse_yaml, yaml_text
from ..core.errors import InpaintError
from ..core.paths import resource
from ..core.rundir import RunDir
from . import comparisons, folders, training, trash
from .answers import answered, checked_object
from .checkpoints import default_path, list_checkpoints
from .fills import checked_options
from .preparing import Preparing
from .presets import list_presets
from .runs import details, find_run, summary, trains_on_gpu
from .session import Session
from .usage import usage


class Bridge(Preparing):
    """Calls from the pages, each answered with plain JSON.

    Args:
        session: This launch.
        offload: Runs a blocking function in a thread and returns its value; nearly every call goes through it,
            because a call that blocks the server's only thread freezes every page.
    """

    def __init__(self, session: Session, offload: Callable[..., Any]) -> None:
        super().__init__(session)
        self._offload = offload

    def functions(self) -> dict[str, Callable[..., dict[str, Any]]]:
        """Return what is exposed: each public method in its answering form."""
        methods = inspect.getmembers(self, inspect.ismethod)
        hidden = ("functions",)
        return {name: self._exposed(method) for name, method in methods if name[0] != "_" and name not in hidden}

    def _exposed(self, method: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
        signature = inspect.signature(method)

        def call(*args: Any) -> dict[str, Any]:
            try:
                signature.bind(*args)
            except TypeError as error:
                return {"error": InpaintError("bad-call", f"{method.__name__}: {error}.").as_dict()}
            return self._offload(answered, method, *args)

        return call

    # --- the program -------------------------------------------------------------------------------------------------

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
            "examples": [
                {"name": path.name, "url": f"/api/examples/{path.name}", "title": _title(path.stem)}
                for path in example_pictures()
            ],
        }

    # --- settings ----------------------------------------------------------------------------------------------------

    def config_schema(self) -> dict[str, Any]:
        """Return what the training forms are drawn from."""
        return {"schema": Config.model_json_schema(), "defaults": Config().model_dump(), "presets": list_presets()}

    def check_config(self, values: dict[str, Any]) -> dict[str, Any]:
        """Refuse settings that are not allowed; the message begins with the key."""
        make_config(checked_object(values))
        return {}

    def config_to_yaml(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return settings as a ``config.yml`` with comments."""
        return {"yaml": yaml_text(make_config(checked_object(values)))}

    def config_from_yaml(self, text: str) -> dict[str, Any]:
        """Return all settings of a ``config.yml``, EdgeConnect's included; what it leaves out has its default."""
        return {"values": make_config(parse_yaml(str(text))).model_dump()}

    # --- folders and training data -----------------------------------------------------------------------------------

    def list_folder(self, path: str, nearest: bool = False) -> dict[str, Any]:
        """Return the folders in a folder, or in the one that a missing one would lie in; an empty path begins at home."""
        return folders.list_folder(str(path or ""), nearest=nearest)

    def choose_folder(self, title: str) -> dict[str, Any]:
        """Ask for a folder with the system's dialog; null when it was cancelled."""
        return {"path": folders.choose_folder(str(title))}

    # --- trainings ---------------------------------------------------------------------------------------------------

    def start_training(self, values: dict[str, Any], name: str) -> dict[str, Any]:
        """Start a training in a process of its own."""
        return {"run": training.start(self._session.supervisor.start, checked_object(values), str(name or ""))}

    def queue_training(self, values: dict[str, Any], name: str) -> dict[str, Any]:
        """Prepare a training that starts when those before it have ended."""
        run = training.start(self._session.supervisor.prepare, checked_object(values), str(name or ""))
        return self.queue_run(run)

    def queue_run(self, run: str) -> dict[str, Any]:
        """Have a run go on when the trainings before it have ended."""
        self._session.queue.add(self._run(run))
        return {"run": run}

    def unqueue_run(self, run: str) -> dict[str, Any]:
        """Take a run out of the queue."""
        self._session.queue.remove(self._run(run))
        return {}

    def resume_training(self, run: str) -> dict[str, Any]:
        """Go on from a run's last checkpoint."""
        training.resume(self._session.supervisor, self._run(run))
        self._session.queue.remove(self._run(run))
        return {"run": run}

    def control_run(self, run: str, command: str) -> dict[str, Any]:
        """Leave an order for a running training."""
        training.control(self._run(run), str(command))
        return {}

    def list_runs(self) -> dict[str, Any]:
        """Return all runs, the one that changed last first."""
        queue = self._session.queue.names()
        runs = [_with_turn(summary(run), queue) for run in self._session.supervisor.runs_found()]
        return {"runs": sorted(runs, key=lambda run: run["updated"], reverse=True)}

    def get_run(self, run: str) -> dict[str, Any]:
        """Return one run with its config and history."""
        return _with_turn(details(self._run(run)), self._session.queue.names())

    def run_usage(self, run: str) -> dict[str, Any]:
        """Return what a training takes of this machine; null while nothing trains."""
        return {"usage": usage(self._run(run))}

    def delete_run(self, run: str) -> dict[str, Any]:
        """Put a run that is not training into the trash; the ticket takes it out again for a day."""
        found = self._run(run)
        self._session.queue.remove(found)
        return {"ticket": training.delete(found)}

    def restore_run(self, ticket: str) -> dict[str, Any]:
        """Take a run out of the trash."""
        return {"run": trash.restore(self._session.supervisor.runs, str(ticket))}

    def _run(self, name: str) -> RunDir:
        return find_run(self._session.supervisor.runs, name)

    # --- comparisons of edge generators ------------------------------------------------------------------------------

    def list_comparisons(self) -> dict[str, Any]:
        """Return all comparisons, the one that changed last first."""
        found = [comparisons.describe(comparison) for comparison in self._session.comparisons.found()]
        return {"comparisons": sorted(found, key=lambda comparison: comparison["updated"], reverse=True)}

    def start_comparison(self, values: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
        """Start a comparison in a process of its own."""
        return {"name": comparisons.start(self._session.comparisons, checked_object(values), checked_object(options))}

    def resume_comparison(self, name: str) -> dict[str, Any]:
        """Go on with a comparison; what is done is not done again."""
        self._session.comparisons.resume(comparisons.find_comparison(self._session.comparisons, name))
        return {}

    def stop_comparison(self, name: str) -> dict[str, Any]:
        """Have a comparison save and end."""
        comparisons.stop(comparisons.find_comparison(self._session.comparisons, name))
        return {}

    def delete_comparison(self, name: str) -> dict[str, Any]:
        """Delete a comparison that is not running, with its trainings."""
        self._session.comparisons.delete(comparisons.find_comparison(self._session.comparisons, name))
        return {}

    # --- pictures ----------------------------------------------------------------------------------------------------

    def open_example(self, name: str) -> dict[str, Any]:
        """Open one of the pictures that come with the program."""
        path = next((path for path in example_pictures() if path.name == name), None)
        if path is None:
            raise InpaintError("example-unknown", f"There is no example '{name}'.")
        return self._session.pictures.open_copy(path)

    def picture_info(self, picture: str) -> dict[str, Any]:
        """Return what is known about an open picture."""
        return self._session.pictures.get(picture).info()

    def warm_up(self, checkpoint: str, engine: str = "auto") -> dict[str, Any]:
        """Load a checkpoint ahead of the first fill, and return what can run it and what does."""
        options = self._fill_options({"checkpoint": checkpoint, "engine": engine})
        return self._session.filler.request("load", {key: options[key] for key in ("checkpoint", "device", "engine")})

    def fill(self, picture: str, options: dict[str, Any]) -> dict[str, Any]:
        """Fill the hole of a picture."""
        return self._session.fills.fill(picture, self._fill_options(options))

    def fill_progress(self, picture: str) -> dict[str, Any]:
        """Return how far the fill is."""
        return self._session.pictures.get(picture).progress

    def cancel_fill(self) -> dict[str, Any]:
        """End the fills that run or wait."""
        self._session.fills.cancel()
        return {}

    def save_fill(self, picture: str, fill: int, name: str) -> dict[str, Any]:
        """Encode a fill for download."""
        return self._session.fills.save(picture, fill, str(name))

    # --- folders of pictures -----------------------------------------------------------------------------------------

    def fill_folder(self, options: dict[str, Any]) -> dict[str, Any]:
        """Fill a folder of pictures; see `FolderFills.run`."""
        given = checked_object(options)
        return self._session.folder_fills.run({**given, **self._fill_options(given)})

    def folder_progress(self) -> dict[str, Any]:
        """Return how far the folder is; a page that was reloaded goes on from here."""
        return self._session.folder_fills.progress()

    def cancel_folder(self) -> dict[str, Any]:
        """End the pass over a folder after the picture at hand."""
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


def example_pictures() -> list[Path]:
    """Return the pictures that come with the program."""
    folder = resource("examples")
    suffixes = (".png", ".jpg", ".jpeg")
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes) if folder.is_dir() else []


def _with_turn(run: dict[str, Any], queue: list[str]) -> dict[str, Any]:
    """Add a run's place in the queue, from 1; None when it does not wait."""
    if run["run"] not in queue or run["state"] in ("starting", "running", "paused"):
        return {**run, "turn": None}
    return {**run, "state": "queued", "turn": queue.index(run["run"]) + 1}


def _title(stem: str) -> str:
    return stem.replace("-", " ").replace("_", " ").capitalize()

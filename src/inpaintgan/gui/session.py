"""What belongs to one launch of the window: its private folder, its workers, its pictures and its trainings."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from ..core.atomic import read_json, remove_folder, write_json
from ..core.child import elsewhere, live_pid, process_record
from ..jobs.comparisons import Comparisons, is_busy
from ..jobs.process import Worker
from ..jobs.queue import TrainingQueue
from ..jobs.supervisor import Supervisor
from . import trash
from .checks import DataChecks
from .fills import Fills
from .folder_fills import FolderFills
from .pictures import Pictures
from .probing import Prober

_OWNER = "owner.json"
"""In a launch's folder, by which a later one knows it."""


class Session:
    """Everything that ends with the window. Trainings do not: only their supervisor is here.

    Args:
        runs: The folder of the trainings.
    """

    def __init__(self, runs: Path) -> None:
        # Never under web/: what a person opens must not become a page of this program.
        self.folder = Path(tempfile.mkdtemp(prefix=f"inpaintgan-{os.getpid()}-"))
        write_json(self.folder / _OWNER, process_record())
        self.filler = Worker("inpaintgan.inference.worker")
        self.decoder = Worker("inpaintgan.data.worker")
        # Checking a large folder takes minutes, and pictures must open meanwhile.
        self.checker = Worker("inpaintgan.data.worker")
        self.checks = DataChecks(self.checker)
        self.pictures = Pictures(self.folder / "pictures", self.decoder)
        _sweep(self.pictures)
        self.fills = Fills(self.pictures, self.filler)
        self.folder_filler = Worker("inpaintgan.inference.worker")
        self.folder_fills = FolderFills(self.pictures, self.folder_filler, self.folder)
        self.prober = Prober()
        self.supervisor = Supervisor(runs)
        self.comparisons = Comparisons(runs / "comparisons")
        self.queue = TrainingQueue(self.supervisor, self.is_comparing)
        threading.Thread(target=trash.empty, args=(runs,), daemon=True).start()
        self.browser: subprocess.Popen[bytes] | None = None

    @property
    def previews(self) -> Path:
        """Where previews of training data lie, a folder each."""
        return self.folder / "previews"

    def shown(self, file: Path) -> str:
        """Return an address under which the pages can see a copy of a picture file, until other previews take its place."""
        folder, address = self.new_preview()
        shutil.copyfile(file, folder / file.name)
        return f"{address}/{file.name}"

    def new_preview(self) -> tuple[Path, str]:
        """Make an empty folder for pictures that the pages shall see, and return it with its address."""
        name = secrets.token_hex(8)
        folder = self.previews / name
        folder.mkdir(parents=True)
        return folder, f"/api/previews/{name}"

    def is_busy(self) -> bool:
        """Return whether something is being filled, which closing the window must not end."""
        return self.filler.busy or self.folder_filler.busy

    def is_comparing(self) -> bool:
        """Return whether a comparison is at work."""
        return any(is_busy(comparison) for comparison in self.comparisons.found())

    def close(self) -> None:
        """End the workers and the browser of this launch, and delete its files."""
        self.prober.cancel()
        for worker in (self.filler, self.folder_filler, self.decoder, self.checker):
            worker.close()
        if self.browser is not None:
            self.browser.terminate()
            try:
                self.browser.wait(3)
            except subprocess.TimeoutExpired:
                self.browser.kill()
        remove_folder(self.folder)  # the browser's last processes may have its files open still


def _sweep(pictures: Pictures) -> None:
    """Delete the folders of earlier launches that were killed before they could do so: those that say whose they were.

    The folder they lie in may be shared with other people, containers and machines.

    Args:
        pictures: Take over what this person made in them.
    """
    for folder in Path(tempfile.gettempdir()).glob("inpaintgan-*"):
        owner = read_json(folder / _OWNER)
        if isinstance(owner, dict) and not elsewhere(owner) and live_pid(owner) is None:
            if os.name == "nt" or folder.lstat().st_uid == os.getuid():
                pictures.take_over(folder / "pictures")
            shutil.rmtree(folder, ignore_errors=True)

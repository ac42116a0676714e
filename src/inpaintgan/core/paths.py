"""Where the program finds its own files, from a source tree or from an installed wheel."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .errors import InpaintError

_PACKAGE = Path(__file__).resolve().parents[1]
_SOURCE_ROOT = _PACKAGE.parents[1]
_ENDS_NAMES = "/\\\0:" if os.name == "nt" else "/\0"
"""What no name in a path holds. On Windows, ``C:`` would lead to another drive; elsewhere a name may hold a backslash."""
_KEPT_BY_WINDOWS = re.compile(r"(con|prn|aux|nul|(com|lpt)[1-9¹²³])\s*(\..*)?", re.IGNORECASE)


def resource(name: str) -> Path:
    """Return the path of a shipped file or folder: ``web``, ``config.yml``, ``checkpoints``, ``examples``, ``presets``.

    A wheel carries them inside the package; a source tree holds them at its top level.
    """
    inside = _PACKAGE / name
    return inside if inside.exists() else _SOURCE_ROOT / name


def at_hand(path: str | Path) -> Path:
    """Return a path as it is, or what the program ships under it: ``checkpoints/faces`` is there in every folder."""
    path = Path(path)
    if path.exists() or path.is_absolute() or not path.parts:
        return path
    shipped = resource(path.parts[0]).joinpath(*path.parts[1:])
    return shipped if shipped.exists() else path


def work_root() -> Path:
    """Return the folder for what a person makes (``runs/``, released ``checkpoints/``).

    It is the source tree, or the current folder for an installed package, whose own folder an update replaces.
    """
    return _SOURCE_ROOT if (_SOURCE_ROOT / "main.py").is_file() else Path.cwd()


def expanded(path: str | Path) -> Path:
    """Return a typed path with ``~`` resolved; ``~somebody`` whom this system does not know stays as it is."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def as_text(path: Path) -> str:
    """Return a path for a file of settings to hold.

    Raises:
        InpaintError: ``path-no-text``: a name in it has bytes that are not UTF-8, as old archives leave them on Linux.
    """
    try:
        path.as_posix().encode()
    except UnicodeEncodeError as error:
        shown = path.as_posix().encode(errors="backslashreplace").decode()
        raise InpaintError("path-no-text", f"{shown} has a name that is not text.", "Rename that folder.") from error
    return str(path)


def child_of(folder: Path, name: object) -> Path | None:
    """Return what lies in a folder under a name that somebody gives, there or not; None for what is no name but a path."""
    is_name = isinstance(name, str) and name not in ("", ".", "..") and not any(c in name for c in _ENDS_NAMES)
    return folder / str(name) if is_name else None


def is_portable(name: str) -> bool:
    """Whether a folder can have a name on every system: Windows forbids some, and drops a dot or a space at the end."""
    return not (re.search(r'[\x00-\x1f<>:"/\\|?*]|[. ]$', name) or _KEPT_BY_WINDOWS.fullmatch(name))


def seen_file(path: Path) -> bool:
    """Whether there is such a file, as far as one may look: `Path.is_file` raises where a folder may not be looked into."""
    try:
        return path.is_file()
    except OSError:
        return False


def cache_root() -> Path:
    """Return the folder for what can be made again at any time, by the system's custom."""
    given = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    if given and sys.platform != "darwin":
        return Path(given) / "inpaintgan" / ("cache" if sys.platform == "win32" else "")
    try:
        home = Path.home()
    except RuntimeError:  # a service's account may have none
        return Path(tempfile.gettempdir()) / f"inpaintgan-cache-{os.getuid() if os.name != 'nt' else getpass.getuser()}"
    if sys.platform == "win32":
        return home / "AppData" / "Local" / "inpaintgan" / "cache"
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "inpaintgan"


def main_script() -> list[str]:
    """Return the arguments after the Python executable that start the command line."""
    script = _SOURCE_ROOT / "main.py"
    return [str(script)] if script.is_file() else ["-m", "inpaintgan"]


def default_checkpoint(device: str = "auto") -> Path:
    """Return the checkpoint that is used unless another is named: ``faces`` on an NVIDIA GPU, else ``faces-lite``.

    Args:
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:1``. For ``auto`` the driver's own program and PyTorch's version tell: the
            window has no torch to ask.
    """
    on_gpu = device.startswith("cuda") or (
        device == "auto" and shutil.which("nvidia-smi") is not None and _torch_knows_gpus()
    )
    return resource("checkpoints") / ("faces" if on_gpu else "faces-lite")


def _torch_knows_gpus() -> bool:
    """Whether PyTorch is a build for NVIDIA's GPUs; PyPI's, whose version names no kind of build, is one on Linux alone."""
    try:
        build = version("torch").partition("+")[2]
    except PackageNotFoundError:
        return False
    return build != "cpu" if build else sys.platform == "linux"

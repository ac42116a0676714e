"""Where results are to go, looked at before the work that leads to them: a refusal costs nothing then."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .atomic import patient
from .errors import InpaintError, room_or
from .rundir import CHECKPOINT_CONFIG, EDGE_WEIGHTS, INPAINT_WEIGHTS, SCORES

_HINT = "Choose another place."


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Put in words why the system does not write ``path``. Raises `InpaintError` ``output-unwritable``."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        said = f"{path} cannot be written: {why}."
        raise InpaintError("output-unwritable", said, room_or(error, _HINT)) from error


@contextmanager
def writing_checkpoint(folder: Path) -> Iterator[None]:
    """As `writing`; what ends early, by a full disk or Ctrl+C, leaves no half of a checkpoint, which a next try would refuse."""
    is_new = not folder.exists()
    before = set() if is_new else set(folder.iterdir())
    try:
        with writing(folder):
            yield
    except BaseException:
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            for file in set(folder.iterdir()) - before:
                file.unlink(missing_ok=True)
        raise


def make_folder(folder: Path) -> None:
    """Make a folder for results, and try whether it takes files.

    Raises:
        InpaintError: ``output-is-file`` or ``output-unwritable``.
    """
    with writing(folder):
        if folder.is_file():
            raise InpaintError("output-is-file", f"{folder} is a file, not a folder.", _HINT)
        folder.mkdir(parents=True, exist_ok=True)
        # Tried, not asked: permissions do not tell of a disk that is read-only. Not by `tempfile`: before Python 3.13 it takes
        # a refusal of Windows for a name that is taken, and tries two thousand million others.
        trial = folder / f".{secrets.token_hex(8)}.tmp"
        trial.touch(exist_ok=False)
        patient(trial.unlink)


def make_way(file: Path, suffix: str = "") -> None:
    """Make the folder of a result, and try whether the result can be written there.

    Args:
        file: The result.
        suffix: What its name has to end in, so that a slip does not replace a picture by a report.

    Raises:
        InpaintError: ``output-format``, ``output-is-folder``, or as `make_folder`.
    """
    if suffix and file.suffix.lower() != suffix:
        raise InpaintError("output-format", f"{file} does not end in {suffix}.", "Give it a name that does.")
    if file.is_dir():
        raise InpaintError("output-is-folder", f"{file} is a folder, not a file.", "Name a file in it.")
    make_folder(file.parent)


def make_way_for_checkpoint(folder: Path) -> None:
    """Make sure that a checkpoint can be written into a folder, beside nothing that it would replace or be mixed with.

    The folder itself is not made: what is refused later leaves nothing that looks like a checkpoint.

    Raises:
        InpaintError: ``output-exists``, or as `make_folder`.
    """
    with writing(folder):  # a name that is too long
        found = [
            name for name in (EDGE_WEIGHTS, INPAINT_WEIGHTS, SCORES, CHECKPOINT_CONFIG) if (folder / name).exists()
        ]
    if found:
        raise InpaintError("output-exists", f"{folder} already holds {found[0]}.", _HINT)
    make_folder(folder if folder.exists() else folder.parent)

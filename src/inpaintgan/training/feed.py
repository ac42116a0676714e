"""Hands the training its batches: opens the cache of its pictures, and survives the death of a loader's process."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import torch

from ..core import events
from ..core.config import Config
from ..core.errors import InpaintError
from ..core.ranks import Ranks
from ..data.batch import Batch
from ..data.cache import PictureCache
from ..data.cache_store import CacheRefused, open_cache
from ..data.loader import make_train_loader
from ..data.pictures import PictureFile
from ..data.sample import NothingReadable

_SAY_EVERY_S = 5.0
_DEATHS = 3
"""Loader processes that may die before the same batch; then it is the batch."""
_GONE = ("DataLoader worker (pid", "Pin memory thread exited", "Couldn't open shared")
"""In what PyTorch raises where a loader process is gone."""


def check_same_files(files: Sequence[PictureFile], ranks: Ranks) -> None:
    """Refuse lists that differ between ranks, whose shares of a batch would overlap.

    Raises:
        InpaintError: ``data-differs``.
    """
    if ranks.size == 1:
        return
    digest = hashlib.blake2b()
    for file in files:
        digest.update(os.fsencode(str(file)) + b"\0")
    seen = ranks.gather((len(files), digest.hexdigest()))
    if len(set(seen)) > 1:
        raise InpaintError(
            "data-differs",
            f"The machines do not see the same training pictures: one has {min(seen)[0]}, another {max(seen)[0]}.",
            "Copy the folder to the same place on every machine, or share it between them.",
        )


def cached_pictures(
    files: Sequence[PictureFile],
    config: Config,
    n_wanted: int,
    emit: Callable[[events.Event], None],
    stop_wanted: Callable[[], bool],
) -> PictureCache | None:
    """Return the decoded pictures of a set, or None where each is decoded when it is used; the run is told why.

    Args:
        files: The training pictures.
        config: Of the run.
        n_wanted: Pictures that the run will still ask for.
        emit: Takes the run's events.
        stop_wanted: Whether to give up.
    """
    said = time.monotonic()

    def progress(done: int, total: int) -> bool:
        nonlocal said
        if time.monotonic() - said > _SAY_EVERY_S:
            said = time.monotonic()
            emit(events.Preparing(done=done, total=total))
        return not stop_wanted()

    try:
        return open_cache(files, config, n_wanted, progress)
    except CacheRefused as refusal:
        message = f"Pictures are decoded again each time they are used: {refusal}."
        emit(events.Warned(code="cache-off", message=message))
        return None


def endless_batches(
    files: Sequence[PictureFile],
    config: Config,
    start_position: int,
    cache: PictureCache | None,
    ranks: Ranks,
    device: torch.device,
    warn: Callable[[str, str], None],
) -> Iterator[Batch]:
    """Yield this rank's share of the training's batches from a position of the stream on.

    A loader process that dies, killed for its memory perhaps, is replaced, and not a picture is lost or seen twice.

    Raises:
        InpaintError: ``loader-broken``, when the processes die again and again; ``folder-unreadable``, when all pictures
            have become unreadable.
    """
    position, deaths = start_position, 0
    while True:
        batches = iter(make_train_loader(files, config, position, cache, ranks, device))
        if config.workers and hasattr(signal, "SIGCHLD") and threading.current_thread() is threading.main_thread():
            # PyTorch would raise at the death of a process wherever the trainer stands, in the midst of a step too.
            # Without its handler the death is noticed while waiting for the batch that does not come.
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            for batch in batches:
                deaths = 0
                position += len(batch) * ranks.size
                yield batch
        except NothingReadable as error:
            raise InpaintError(
                error.code,
                f"data: None of the pictures in {config.data} can be read any more.",
                "Is the folder, or the disk that it is on, still there? Resume the training when it is back.",
            ) from error
        except (RuntimeError, OSError, EOFError) as error:
            if not _is_death(error):
                raise
            deaths += 1
            if deaths == _DEATHS:
                raise InpaintError(
                    "loader-broken",
                    f"The processes that prepare pictures died {deaths} times in a row.",
                    "Set workers to 0, or to fewer, if memory runs out.",
                ) from error
            warn("loader-died", "A process that prepares pictures died; others took over, and no picture was lost.")


def _is_death(error: Exception) -> bool:
    """Whether an error means that a loader process is gone, and not that something went wrong within one."""
    if str(error).startswith("Caught "):  # so PyTorch hands on what was raised there
        return False
    # Noticed by its absence, or while a batch of it was being fetched; with pinned memory a thread does that, and ends.
    # On Windows what a process shares goes with it.
    gone = any(words in str(error) for words in _GONE)
    return gone or isinstance(error, ConnectionError | FileNotFoundError | EOFError)

"""Opens the cache of the training pictures, and tells the run how far that is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ..core import events
from ..core.config import Config
from ..data.cache import PictureCache
from ..data.cache_store import CacheRefused, open_cache
from ..data.pictures import PictureFile

_SAY_EVERY_S = 5.0


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
        message = f"Pictures are decoded anew each time they are used: {refusal}."
        emit(events.Warned(code="cache-off", message=message))
        return None

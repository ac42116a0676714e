"""The folder of cached sets: found or filled with progress, bounded as a whole, safe for many trainings at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Dataset

from ..core.atomic import read_json, remove_folder, replace
from ..core.config import Config
from ..core.errors import InpaintError, is_full
from ..core.lock import FileLock
from ..core.paths import cache_root, expanded
from .cache import META, PictureCache, row_bytes, set_key
from .edge_files import find_edge_files
from .loader import start_worker
from .pictures import PictureFile
from .prepare import prepare

GIB = 2**30
_CHUNK = 32
_POLL_S = 0.2

OnProgress = Callable[[int, int], bool]
"""Gets the pictures done and their total; returns whether to continue."""


class CacheRefused(Exception):
    """There is no room for a set; the text says why, for people. Training continues without it."""


def open_cache(
    files: Sequence[PictureFile], config: Config, n_wanted: int, progress: OnProgress
) -> PictureCache | None:
    """Return the cached rows of a set, made now if need be.

    One process fills a set, the others wait for it. A set appears whole or not at all.

    Args:
        files: The pictures.
        config: Of the run.
        n_wanted: Pictures that the run will ask for. Unless it asks for some twice, nothing is made for it.
        progress: Called after every few pictures, and while waiting for another process.

    Returns:
        None when ``cache_gib`` is 0, when it is not worth it, or when ``progress`` said to stop.

    Raises:
        CacheRefused: The set is beyond the bound, or the disk is full or cannot be written.
    """
    needed = len(files) * row_bytes(config)
    if config.cache_gib == 0:
        return None
    if needed > config.cache_gib * GIB:
        raise CacheRefused(
            f"{len(files)} pictures take {needed / GIB:.1f} GiB resized, more than cache_gib ({config.cache_gib:g})"
        )
    root = expanded(config.cache_dir) if config.cache_dir else cache_root() / "sets"
    try:
        root.mkdir(parents=True, exist_ok=True)
        folder = root / set_key(files, config)
        return _find(folder) if n_wanted <= len(files) else _find_or_fill(folder, files, config, progress)
    except OSError as error:
        why = "its disk is full" if is_full(error) else f"it cannot be used: {error.strerror or error}"
        raise CacheRefused(f"the cache folder is {root}, and {why}") from error


def _find_or_fill(
    folder: Path, files: Sequence[PictureFile], config: Config, progress: OnProgress
) -> PictureCache | None:
    lock = FileLock(_lock_file(folder))
    try:
        while not (found := _find(folder)):
            if lock.acquire():
                # Between the look and the lock another process may have finished the set.
                found = _find(folder) or _fill(folder, files, config, progress)
                break
            if not progress(0, len(files)):
                break
            time.sleep(_POLL_S)
        return found
    finally:
        lock.release()


def _find(folder: Path) -> PictureCache | None:
    try:
        cache = PictureCache(folder)
        os.utime(folder / META)  # the time of last use
    except FileNotFoundError:
        return None
    return cache


def _fill(folder: Path, files: Sequence[PictureFile], config: Config, progress: OnProgress) -> PictureCache | None:
    building = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    _sweep(folder)
    try:
        _make_room(folder, int(config.cache_gib * GIB) - len(files) * row_bytes(config))
        cache = PictureCache.create(building, len(files), config)
        is_whole = _decode_into(cache, files, config, progress)
        if is_whole:
            cache.flush()
        del cache  # Windows neither moves nor removes what is mapped
        if not is_whole:
            return None
        if _find(folder) is None:  # what may lie there is damaged
            remove_folder(folder)
        with contextlib.suppress(FileExistsError):
            replace(building, folder)
    finally:
        remove_folder(building)
    return _find(folder)


class _Rows(Dataset[int]):
    """Asked for a chunk of pictures, it fills their rows and returns how many that were."""

    def __init__(self, cache: PictureCache, files: Sequence[PictureFile], config: Config) -> None:
        self._cache, self._files, self._config = cache, files, config
        self._edge_files = find_edge_files(files, config)

    def __len__(self) -> int:
        return -(-len(self._files) // _CHUNK)

    def __getitem__(self, chunk: int) -> int:
        indices = range(chunk * _CHUNK, min((chunk + 1) * _CHUNK, len(self._files)))
        for index in indices:
            with contextlib.suppress(InpaintError):  # no row, so that who wants it tries the file and reports it
                self._cache.put(index, prepare(self._files[index], self._config, self._edge_files[index]))
        return len(indices)


def _decode_into(cache: PictureCache, files: Sequence[PictureFile], config: Config, progress: OnProgress) -> bool:
    """Fill all rows; returns whether it went to the end."""
    rows = DataLoader(
        _Rows(cache, files, config),
        batch_size=None,
        num_workers=min(config.workers, len(files) // _CHUNK),
        worker_init_fn=start_worker,
        # From a generator of its own, so that the run's stays exact.
        generator=torch.Generator(),
    )
    done = 0
    for count in rows:
        done += count
        if not progress(done, len(files)):
            return False
    return True


def _make_room(folder: Path, allowed: int) -> None:
    """Remove sets beside ``folder``, the least recently used first, until all take at most ``allowed`` bytes.

    A training that reads a removed set continues: its rows stay mapped. Where the system forbids the removal, the set stays.
    """
    sets = []
    for entry in folder.parent.iterdir():
        if entry.name.startswith(".") or entry == folder:
            continue
        meta = read_json(entry / META)
        if isinstance(meta, dict):
            with contextlib.suppress(FileNotFoundError, KeyError):  # a neighbour has removed it, or it is damaged
                sets.append(((entry / META).stat().st_mtime, int(meta["bytes"]), entry))
    total = sum(size for _, size, _ in sets)
    for _, size, entry in sorted(sets):
        if total <= allowed:
            break
        leaving = entry.with_name(f".{entry.name}.{os.getpid()}.tmp")
        try:
            os.replace(entry, leaving)
        except OSError:
            continue
        shutil.rmtree(leaving, ignore_errors=True)
        total -= size


def _sweep(folder: Path) -> None:
    """Remove what killed processes left half-made; of this set, whose lock is held, and of those that nobody fills."""
    for left in folder.parent.glob(".*.tmp"):
        key = left.name.split(".")[1]
        lock = FileLock(_lock_file(left.with_name(key)))
        if key == folder.name or lock.acquire():
            shutil.rmtree(left, ignore_errors=True)
        lock.release()


def _lock_file(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.lock")

"""The resized pictures of one set, decoded once and kept as memory-mapped rows, their edges as bits. No torch.

Rows are shared by all processes of all trainings through the system's page cache, so they cost memory once.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import PIL

from ..core.atomic import read_json, write_json
from ..core.config import Config
from ..imaging import edges as edge_detection
from ..imaging import gradients
from .edge_files import find_edge_files
from .pictures import PictureFile
from .prepare import Prepared, has_fixed_edges
from .shards import Span

_LAYOUT = 1
_CHUNK = 1 << 24
META = "set.json"
_PICTURES, _EDGES, _READABLE = "pictures.u8", "edges.bits", "readable.u8"


def row_bytes(config: Config) -> int:
    """Bytes that one picture takes."""
    pixels = config.input_size**2
    return 3 * pixels + (pixels // 8 if has_fixed_edges(config) else 0) + 1


def set_key(files: Sequence[PictureFile], config: Config) -> str:
    """Name the rows of these files under this config: another file, size, time, setting, library or detector gives another."""
    digest = hashlib.blake2b(digest_size=16)
    edges = [config.edge, config.sigma, config.edge_nms] if has_fixed_edges(config) else None
    made_by = [cv2.__version__, PIL.__version__, version("scikit-image"), *(_detectors() if edges else [])]
    digest.update(json.dumps([_LAYOUT, config.input_size, edges, made_by]).encode())
    shards: dict[Path, str] = {}
    for file, edge_file in zip(files, find_edge_files(files, config), strict=True):
        if isinstance(file, Span):
            if file.shard not in shards:
                shards[file.shard] = _stamp(file.shard)
            stamp = f"{shards[file.shard]}\0{file.inner_name}\0{file.offset}\0{file.size}"
        else:
            stamp = _stamp(file)
        if edges and edge_file:
            stamp += f"\0{_stamp(edge_file)}"
        digest.update(os.fsencode(f"{stamp}\0"))
    return digest.hexdigest()


@functools.cache
def _detectors() -> list[str]:
    """What the code of the edge detectors is: who works on one of their own trains on what it finds now."""
    modules = (edge_detection, gradients)
    return [hashlib.blake2b(inspect.getsource(module).encode(), digest_size=16).hexdigest() for module in modules]


def _stamp(file: Path) -> str:
    try:
        found = file.stat()
        return f"{file}\0{found.st_size}\0{found.st_mtime_ns}"
    except OSError:
        return f"{file}\0missing"


class PictureCache:
    """Rows of N pictures of side S in one folder.

    A picture that could not be read when the rows were made has none: `get` says so, and its file is asked again.

    Args:
        folder: Made by `create`.
        mode: ``"r+"`` to `put` rows.

    Raises:
        OSError: The folder is not there, or is not whole.
    """

    def __init__(self, folder: Path, mode: Literal["r", "r+"] = "r") -> None:
        self.folder, self._mode = folder, mode
        meta = read_json(folder / META)
        if not isinstance(meta, dict):
            raise FileNotFoundError(folder / META)
        try:
            n, side = meta["n"], meta["side"]
            self._pictures = np.memmap(folder / _PICTURES, np.uint8, mode, shape=(n, side, side, 3))
            self._readable = np.memmap(folder / _READABLE, np.uint8, mode, shape=(n,))
            edges_shape = (n, side * side // 8)
            self._edges = np.memmap(folder / _EDGES, np.uint8, mode, shape=edges_shape) if meta["edges"] else None
        except (KeyError, TypeError, ValueError) as error:  # rows that are too short, or of an index of another kind
            raise FileNotFoundError(folder / META) from error

    @classmethod
    def create(cls, folder: Path, n: int, config: Config) -> PictureCache:
        """Make empty rows, to be filled by `put`.

        Raises:
            OSError: The disk is full or read-only. The space is taken now: a memory-mapped file that meets a full disk
                later would end the process without a word.
        """
        meta = {"n": n, "side": config.input_size, "edges": has_fixed_edges(config), "bytes": n * row_bytes(config)}
        folder.mkdir(parents=True)
        pixels = config.input_size**2
        _reserve(folder / _PICTURES, n * pixels * 3)
        _reserve(folder / _READABLE, n)
        if meta["edges"]:
            _reserve(folder / _EDGES, n * pixels // 8)
        write_json(folder / META, meta)
        return cls(folder, "r+")

    def __reduce__(self) -> tuple[type[PictureCache], tuple[Path, str]]:
        # A worker that is started afresh maps the same files instead of receiving a copy of all rows.
        return type(self), (self.folder, self._mode)

    def __len__(self) -> int:
        return len(self._readable)

    def get(self, index: int) -> Prepared | None:
        """Return a picture's row, the caller's to keep, or None where it could not be read."""
        if not self._readable[index]:
            return None
        side = self._pictures.shape[1]
        edge = None if self._edges is None else np.unpackbits(self._edges[index]).reshape(side, side)
        return Prepared(np.array(self._pictures[index]), edge)

    def put(self, index: int, prepared: Prepared) -> None:
        """Fill a picture's row."""
        self._pictures[index] = prepared.picture
        if self._edges is not None and prepared.edge is not None:
            self._edges[index] = np.packbits(prepared.edge)
        self._readable[index] = 1

    def flush(self) -> None:
        """Write the rows to the disk."""
        for rows in (self._pictures, self._edges, self._readable):
            if rows is not None:
                rows.flush()


def _reserve(path: Path, size: int) -> None:
    with open(path, "wb") as file:
        file.truncate(size)
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            for start in range(0, size, _CHUNK):
                file.write(bytes(min(_CHUNK, size - start)))

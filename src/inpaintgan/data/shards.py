"""Tar shards in WebDataset's layout: ``set-000000.tar`` with ``name.jpg`` and, beside it, perhaps ``name.mask.png``.

A shard is indexed once; after that each picture is one read at a known place. So shards mix with loose files, keep their
order to the bit, and a training resumes in them as it does in a folder.

Source: https://github.com/webdataset/webdataset, its file format: a sample's key is its name up to the first dot.
"""

from __future__ import annotations

import errno
import hashlib
import tarfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from ..core.atomic import write_atomic
from ..core.errors import InpaintError
from ..core.formats import PICTURE_SUFFIXES
from ..core.paths import cache_root

_MASK = "mask.png"
_NOWHERE = -1


@dataclass(frozen=True)
class Span:
    """Bytes of a shard that are one file; reads like a path."""

    shard: Path
    inner_name: str
    offset: int
    size: int
    mask: Span | None = None
    """The mask that lies beside it."""

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return PurePath(self.inner_name).name

    def __str__(self) -> str:
        return f"{self.shard}/{self.inner_name}"

    @property
    def parent(self) -> Path:
        """The shard, which is what a folder is to a file."""
        return self.shard

    def is_relative_to(self, folder: Path) -> bool:
        """Whether the shard is a folder, or lies in it."""
        return self.shard.is_relative_to(folder)

    def relative_to(self, folder: Path) -> PurePath:
        """Return shard and name below a folder, as `Path.relative_to` would."""
        return self.shard.relative_to(folder) / self.inner_name

    def read_bytes(self) -> bytes:
        """Return the file's bytes.

        Raises:
            OSError: The shard is gone, or shorter than its index says.
        """
        with open(self.shard, "rb") as file:
            file.seek(self.offset)
            data = file.read(self.size)
        if len(data) < self.size:
            raise OSError(errno.EIO, "its shard is cut short", str(self.shard))
        return data


@dataclass(frozen=True)
class ShardIndex:
    """Where the samples of one shard lie, in the shard's order."""

    names: list[str]
    """Of the pictures; of the mask, where a mask has no picture."""
    spans: np.ndarray
    """(n, 4) int64: offset and size of the picture, offset and size of its mask; -1 for what is not there."""


def index_shard(shard: Path) -> ShardIndex:
    """Return a shard's index, from the cache folder if it was made before.

    Raises:
        InpaintError: ``shard-unreadable``.
    """
    kept = _index_file(shard)
    with suppress(OSError, ValueError, KeyError), np.load(kept, allow_pickle=False) as index:
        return ShardIndex(bytes(index["names"]).decode(errors="surrogateescape").split("\0")[:-1], index["spans"])
    index = _read_index(shard)
    names = "".join(f"{name}\0" for name in index.names).encode(errors="surrogateescape")
    with suppress(OSError):  # it is made again next time
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(kept, lambda file: np.savez(file, names=np.frombuffer(names, np.uint8), spans=index.spans))
    return index


def _index_file(shard: Path) -> Path:
    try:
        found = shard.stat()
    except OSError as error:
        raise _unreadable(shard, error.strerror or "it cannot be opened") from error
    stamp = f"{shard.resolve()}\0{found.st_size}\0{found.st_mtime_ns}".encode(errors="surrogateescape")
    return cache_root() / "shards" / f"{hashlib.blake2b(stamp, digest_size=16).hexdigest()}.npz"


def _read_index(shard: Path) -> ShardIndex:
    pictures: dict[str, tuple[str, int, int]] = {}
    masks: dict[str, tuple[str, int, int]] = {}
    try:
        with tarfile.open(shard, "r:") as tar:
            length = shard.stat().st_size
            for member in tar:
                folder, _, base = member.name.rpartition("/")
                key, _, kind = base.partition(".")
                if not member.isreg() or not key or member.offset_data + member.size > length:
                    continue
                found = (member.name, member.offset_data, member.size)
                if kind.lower() == _MASK:
                    masks[f"{folder}/{key}"] = found
                elif f".{kind.lower()}" in PICTURE_SUFFIXES:
                    pictures[f"{folder}/{key}"] = found
    except (tarfile.TarError, OSError) as error:
        raise _unreadable(shard, str(error)) from error
    nothing = ("", _NOWHERE, 0)
    rows = [(name, *place, *masks.pop(key, nothing)[1:]) for key, (name, *place) in pictures.items()]
    rows += [(name, *nothing[1:], *place) for name, *place in masks.values()]
    spans = np.array([row[1:] for row in rows], np.int64).reshape(-1, 4)
    return ShardIndex([row[0] for row in rows], spans)


def _unreadable(shard: Path, why: str) -> InpaintError:
    return InpaintError(
        "shard-unreadable",
        f"{shard} cannot be read as a tar shard: {why}.",
        "Shards are plain .tar files; unpack .tar.gz and the like, pictures are compressed already.",
    )

"""The pictures or masks of a training: folders, lists of files and tar shards as one sequence, small at millions. No torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

import numpy as np

from ..core.errors import InpaintError
from ..core.formats import ACCEPTED, DATA_IS, LIST_SUFFIXES, PICTURE_SUFFIXES, SHARD_SUFFIX
from ..imaging.folder import list_files
from .shards import ShardIndex, Span, index_shard

PictureFile = Path | Span
"""Something with ``read_bytes``, a ``name``, ``relative_to`` and a text that says where it lies."""


@dataclass(frozen=True, eq=False)
class PictureSet(Sequence[PictureFile]):
    """Files in a fixed order. Names lie in one block of bytes, so that workers share them instead of copying objects.

    Attributes:
        root: The folder of the loose files, or of a list's.
        names: All names, each ended by a zero byte; the loose files come first.
        starts: (n + 1,) where each name begins in ``names``.
        shards: The shards, in order.
        shard_starts: Which file is the first of each shard; one more entry ends the last.
        spans: (n - loose, 4) of each file that is not loose: offset and size in its shard, and of its mask or -1.
        chosen: The files of this set among all, in order.
    """

    root: Path
    names: bytes
    starts: np.ndarray
    shards: tuple[Path, ...]
    shard_starts: np.ndarray
    spans: np.ndarray
    chosen: np.ndarray

    def __len__(self) -> int:
        return len(self.chosen)

    @overload
    def __getitem__(self, index: int) -> PictureFile: ...
    @overload
    def __getitem__(self, index: slice | np.ndarray) -> PictureSet: ...
    def __getitem__(self, index: int | slice | np.ndarray) -> PictureFile | PictureSet:
        """Return one file; or, for a slice or an array of indices, the set of those."""
        if isinstance(index, slice | np.ndarray):
            return replace(self, chosen=self.chosen[index])
        file = int(self.chosen[index])
        name = self.names[self.starts[file] : self.starts[file + 1] - 1].decode(errors="surrogateescape")
        loose = int(self.shard_starts[0])
        if file < loose:
            return self.root / name
        shard = int(np.searchsorted(self.shard_starts, file, side="right")) - 1
        path = self.shards[shard]
        offset, size, mask_offset, mask_size = self.spans[file - loose].tolist()
        mask = Span(path, f"{name} (mask)", mask_offset, mask_size) if mask_offset >= 0 else None
        return Span(path, name, offset, size, mask)


def open_pictures(source: str | Path) -> PictureSet:
    """Return the pictures of a folder and of the tar shards in it, of one shard, or of a list, see `LIST_SUFFIXES`.

    Nothing is decoded and no file is touched: a folder of a million takes seconds.

    Raises:
        InpaintError: ``folder-missing``, ``folder-empty``, ``list-unreadable`` or ``shard-unreadable``.
    """
    return _open(Path(source), masks=False)


def open_masks(source: Path) -> PictureSet:
    """Return the pictures of a folder of masks, and the ``name.mask.png`` of the shards in it. Raises as above."""
    return _open(source, masks=True)


def _open(source: Path, *, masks: bool) -> PictureSet:
    if source.suffix.lower() == SHARD_SUFFIX and source.is_file():
        root, loose, shards = source.parent, [], [source]
    elif source.suffix.lower() in LIST_SUFFIXES and source.is_file():
        (root, loose), shards = _listed(source), []
    else:
        found = list_files(source, PICTURE_SUFFIXES | {SHARD_SUFFIX}, hint=DATA_IS)
        root, loose = source, [name for name in found if not name.lower().endswith(SHARD_SUFFIX)]
        shards = (
            [root / name for name in found if name.lower().endswith(SHARD_SUFFIX)] if len(loose) < len(found) else []
        )
    indexed = [_part(index_shard(shard), masks=masks) for shard in shards]
    names = [*loose, *(name for index in indexed for name in index.names)]
    if not names:
        raise InpaintError("folder-empty", f"There are no pictures in {source}.", ACCEPTED)
    block = "".join(f"{name}\0" for name in names).encode(errors="surrogateescape")
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == 0) + 1
    return PictureSet(
        root,
        block,
        np.concatenate([[0], ends]),
        tuple(shards),
        np.cumsum([len(loose), *(len(index.names) for index in indexed)]),
        np.concatenate([index.spans for index in indexed]) if indexed else np.zeros((0, 4), np.int64),
        np.arange(len(names)),
    )


def _listed(file: Path) -> tuple[Path, list[str]]:
    """Return the folder that all files of a list lie in, and their paths below it, in the list's order.

    Paths in a list are those from the current folder, which EdgeConnect takes them for, or else from the list's own: where
    the first file is that is there. Empty lines and those that begin with # are none.
    """
    try:
        written = map(str.strip, file.read_text(encoding="utf-8-sig").splitlines())
        lines = [line for line in written if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise InpaintError(
            "list-unreadable", f"The list {file} cannot be read.", "It must be a text file with one path per line."
        ) from error
    if not lines:
        raise InpaintError(
            "folder-empty", f"There are no pictures in {file}.", "It must be a text file with one path per line."
        )
    places = (Path.cwd(), file.parent)
    start = next((place for line in lines for place in places if (place / line).is_file()), None)
    if start is None:
        raise InpaintError(
            "list-unreadable",
            f"{file} names {lines[0]}, which does not exist, and no other file that does.",
            "Write full paths, or paths relative to the current folder or to the list's.",
        )
    paths = [os.path.normpath(start / line) for line in lines]
    try:
        root = os.path.commonpath([os.path.split(path)[0] for path in paths])
    except ValueError as error:
        raise InpaintError(
            "list-unreadable", f"{file} names files on several drives.", "Make a list for each, or move them to one."
        ) from error
    return Path(root), [Path(os.path.relpath(path, root)).as_posix() for path in paths]


def _part(index: ShardIndex, *, masks: bool) -> ShardIndex:
    """Keep a shard's pictures, or its masks as if they were pictures."""
    there = index.spans[:, 2 if masks else 0] >= 0
    spans = index.spans[there]
    if masks:
        spans = np.concatenate([spans[:, 2:], np.full_like(spans[:, 2:], -1)], axis=1)
    return ShardIndex([name for name, kept in zip(index.names, there, strict=True) if kept], spans)

"""What methods are scored with: one or several sets of holes, each drawn from the seed or read from a folder."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.config import SHARES, MaskKind
from ..core.errors import InpaintError
from ..core.formats import PICTURE_SUFFIXES
from ..imaging.folder import find_pictures, list_files
from ..imaging.io import read_header
from ..imaging.masks import is_empty, is_stretched, read_mask
from ..imaging.scoring_masks import BUCKETS, THICKNESSES, draw_bucket, draw_thickness
from ..imaging.training_masks import draw_mask

DRAWN_MASKS: tuple[MaskKind, ...] = tuple(kind for kind, shares in SHARES.items() if "file" not in shares)
"""The kinds of hole that trainings use too."""
BLOCK_RATIO = 0.5
"""Side of a drawn block as a share of the picture's."""

_Draw = Callable[[int, int, np.random.Generator], NDArray[np.uint8]]
_SCORING: dict[str, _Draw] = {
    f"irregular-{low:02d}-{high}": partial(draw_bucket, low=low / 100, high=high / 100) for low, high in BUCKETS
} | {kind: partial(draw_thickness, kind=kind) for kind in THICKNESSES}
_BUCKET_NAMES = tuple(name for name in _SCORING if name.startswith("irregular-"))
GROUPS: dict[str, tuple[str, ...]] = {
    "buckets": _BUCKET_NAMES,
    "strokes": tuple(THICKNESSES),
    "all": (*_SCORING, "random-block", "half"),
}
"""Words that stand for several sets."""
KINDS = (*DRAWN_MASKS, *_SCORING)
_LOOKED_AT = 50
"""Masks of a set whose shape is looked at."""
_BUCKET_FOLDER = re.compile(r"\d{1,2}-\d{1,2}")


@dataclass(frozen=True)
class MaskSet:
    """One set of holes, the same every time.

    Attributes:
        name: A drawn kind, or the folder's name.
        files: Masks to use in order, again from the first when they run out; empty draws the kind.
        folder: Where they lie.
    """

    name: str
    files: tuple[Path, ...] = ()
    folder: Path = Path()

    def hole(self, index: int) -> int:
        """The number of a picture's hole, which it shares with others where the files run out."""
        return index % len(self.files) if self.files else index

    def mask(self, index: int, side: int, seed: int, block_ratio: float = BLOCK_RATIO) -> NDArray[np.uint8]:
        """The hole of one picture.

        Args:
            index: The picture's number.
            side: Of the picture, in px.
            seed: Of drawn masks.
            block_ratio: Of drawn blocks.

        Returns:
            (side, side) uint8 of 0 and 1.

        Raises:
            InpaintError: A mask file cannot be read; ``mask-empty`` or ``mask-full`` when it has no hole or nothing else.
        """
        if self.files:
            file = self.files[self.hole(index)]
            mask, _ = read_mask(file, side, side)
            if is_empty(mask):
                raise InpaintError("mask-empty", f"The mask {file} is all black.")
            if mask.all():
                raise InpaintError("mask-full", f"The mask {file} is all white.")
            return mask
        if self.name in DRAWN_MASKS:
            rng = np.random.default_rng([seed, index])
            return draw_mask(self.name, side, side, rng, block_ratio=block_ratio, files=())
        rng = np.random.default_rng([seed, index, zlib.crc32(self.name.encode())])
        return _SCORING[self.name](side, side, rng)


def stretched_masks(sets: Iterable[MaskSet]) -> list[str]:
    """The notice of a report about masks that are no squares, as the pictures are, by some dozens of each set, spread evenly."""
    for one in sets:
        for file in one.files[:: max(1, len(one.files) // _LOOKED_AT)]:
            try:
                header = read_header(file)
            except InpaintError:
                continue  # told of where it is read
            if is_stretched(header.width, header.height, 1, 1):
                size = f"{header.width}x{header.height}"
                return [f"Masks were stretched to the squares that are scored, {file} of {size} among them."]
    return []


def drawn_kind(word: str) -> str | None:
    """The kind of holes that a word stands for, None for a folder; ``40-50`` is a bucket where no folder is called so."""
    if word in KINDS:
        return word
    bucket = f"irregular-{word}"
    return bucket if bucket in KINDS and not Path(word).is_dir() else None


def mask_set(word: str) -> MaskSet:
    """The set of a kind's name or a folder; all masks of the folder and of those in it are one set.

    Raises:
        InpaintError: ``mask-missing``, or the folder holds no pictures.
    """
    if kind := drawn_kind(word):
        return MaskSet(kind)
    folder = Path(word)
    if not word or not folder.is_dir():
        raise InpaintError(
            "mask-missing", f"--masks: '{word}' is neither a folder nor a kind of mask.",
            f"Kinds: {', '.join(KINDS)}. Several at once: {', '.join(GROUPS)}.",
        )  # fmt: skip
    return MaskSet(folder.resolve().name, tuple(find_pictures(folder)), folder)


def mask_sets(words: Iterable[str]) -> list[MaskSet]:
    """The sets of several words, in their order.

    A word of `GROUPS` stands for its kinds, and a folder that holds nothing but folders named like ``20-30`` for those.

    Raises:
        InpaintError: As `mask_set`; ``mask-names`` when two sets have one name.
    """
    sets = [mask_set(single) for word in words for single in _spread(word)]
    for name, count in Counter(one.name for one in sets).items():
        if count > 1:
            raise InpaintError("mask-names", f"--masks: {count} sets are named '{name}'.", "Name each one once.")
    return sets


def _spread(word: str) -> Sequence[str]:
    if word in GROUPS:
        return GROUPS[word]
    if word not in KINDS and (folder := Path(word)).is_dir():
        inside = [entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
        only_buckets = all(_BUCKET_FOLDER.fullmatch(entry.name) for entry in inside)
        if inside and only_buckets and not list_files(folder, PICTURE_SUFFIXES, recursive=False):
            return [str(entry) for entry in sorted(inside, key=lambda entry: int(entry.name.split("-")[0]))]
    return (word,)

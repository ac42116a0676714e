"""Other programs in an evaluation: what they are given to fill, and the folders with their results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InpaintError
from ...imaging.encode import save_picture
from ...imaging.folder import find_pictures, match_key
from ...imaging.io import read_rgb
from ...imaging.masks import with_white_hole
from ...imaging.picture import Picture
from ..cases import Case

INPUTS = ("pictures", "masked", "masks")
"""Sub-folders of the inputs: the whole picture, the one with the hole in white, the hole in white on black."""
N_LOOKED_AT = 8
"""Cases that tell whether a candidate filled the same holes."""
_MOST_UNTOUCHED = 0.5
_SHOWN = 3


@dataclass(frozen=True)
class Candidate:
    """The results of another program.

    Attributes:
        name: In the report.
        folder: Holds the results.
        files: By their path in the folder without suffix.
        single: Whether there is one set of holes, whose results need no folder of their own.
    """

    name: str
    folder: Path
    files: dict[str, Path]
    single: bool

    def file(self, masks: str, picture: str) -> Path | None:
        """The result for a picture and a set of holes, or None."""
        key = stable_name(picture)
        return self.files.get(f"{masks}/{key}") or (self.files.get(key) if self.single else None)

    def fill(self, case: Case) -> NDArray[np.uint8]:
        """Read the result of a case.

        Raises:
            InpaintError: ``candidate-size``, or the file is not a picture.
        """
        file = self.file(case.masks, case.name)
        assert file is not None  # `check` made sure of it
        filled = read_rgb(file)
        if filled.shape != case.picture.shape:
            side = case.picture.shape[0]
            raise InpaintError(
                "candidate-size", f"{file} is {filled.shape[1]}x{filled.shape[0]}, but the case is {side}x{side}.",
                "Fill the files that --save-inputs writes.",
            )  # fmt: skip
        return filled


def open_candidates(words: Iterable[str], n_sets: int, taken: Iterable[str]) -> list[Candidate]:
    """Open what ``--candidate NAME=DIR`` names.

    Args:
        words: One for each candidate.
        n_sets: How many sets of holes there are.
        taken: Names of other methods.

    Raises:
        InpaintError: ``candidate-invalid`` for a word without a name or with one that is taken; ``names-collide``; the folder
            is missing or empty.
    """
    found: list[Candidate] = []
    names = set(taken)
    for word in words:
        name, _, folder = word.partition("=")
        if not name or not folder:
            raise InpaintError("candidate-invalid", f"--candidate: '{word}' is not NAME=DIR.")
        if name in names:
            raise InpaintError("candidate-invalid", f"--candidate: there is a method '{name}' already.")
        names.add(name)
        root = Path(folder)
        files: dict[str, Path] = {}
        for file in find_pictures(root):
            other = files.setdefault(match_key(file.relative_to(root)), file)
            if other is not file:
                raise InpaintError(
                    "names-collide", f"--candidate {name}: {other.name} and {file.name} have one name.", "Remove one."
                )
        found.append(Candidate(name, root, files, n_sets == 1))
    return found


def check(candidates: Sequence[Candidate], cases: Sequence[tuple[str, str]], data: Path) -> None:
    """Check that every result is there, before hours of scoring.

    Args:
        candidates: To look at.
        cases: Set of holes and picture of each case.
        data: The folder of the pictures. Of one that cannot be read no result is asked, as it is left out.

    Raises:
        InpaintError: ``candidate-incomplete``, with the names of what is missing.
    """
    for candidate in candidates:
        missing = [
            f"{masks}/{stable_name(name)}"
            for masks, name in cases
            if candidate.file(masks, name) is None and _can_be_read(data / name)
        ]
        if missing:
            shown = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
            raise InpaintError(
                "candidate-incomplete",
                f"--candidate {candidate.name}: {candidate.folder} lacks {len(missing)} of {len(cases)} results: {shown}.",
                "Results are named as the inputs that --save-inputs writes, with any picture suffix.",
            )


def other_holes(candidates: Sequence[Candidate], cases: Sequence[Case]) -> list[str]:
    """A notice for each candidate that seems to have filled other holes: in the right ones its results hold the picture
    itself, and would win.

    Raises:
        InpaintError: As `Candidate.fill`.
    """
    notices = []
    for candidate in candidates:
        shares = [np.mean((candidate.fill(case) == case.picture).all(-1)[case.mask == 1]) for case in cases]
        if shares and np.mean(shares) > _MOST_UNTOUCHED:
            notices.append(
                f"{candidate.name} is not to be trusted: {100 * np.mean(shares):.0f} % of its holes hold the picture itself. "
                "Were its inputs saved with the same --data, --masks, --limit and --seed?"
            )
    return notices


@cache
def _can_be_read(file: Path) -> bool:
    try:
        read_rgb(file)
    except InpaintError:
        return False
    return True


def check_names(cases: Iterable[tuple[str, str]]) -> None:
    """Refuse pictures that differ in nothing but their suffix: results could not be told apart.

    Raises:
        InpaintError: ``names-collide``.
    """
    counts = Counter((masks, stable_name(name)) for masks, name in cases)
    for (_, name), most in counts.most_common(1):
        if most > 1:
            raise InpaintError(
                "names-collide", f"{most} pictures are named '{name}' with different suffixes.", "Rename one."
            )


def stable_name(picture: str) -> str:
    """A picture's name in the inputs and results, without suffix."""
    return match_key(PurePosixPath(picture))


def save_inputs(case: Case, folder: Path) -> None:
    """Write a case for other programs, as PNG: see `INPUTS`; below each lies a folder for every set of holes."""
    hole_alone = with_white_hole(np.zeros_like(case.picture), case.mask)
    parts = (case.picture, with_white_hole(case.picture, case.mask), hole_alone)
    for part, pixels in zip(INPUTS, parts, strict=True):
        path = folder / part / case.masks / f"{stable_name(case.name)}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        save_picture(Picture(pixels, gray=part == "masks"), path)

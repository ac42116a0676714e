"""What a check of a folder found, in numbers and in words. No torch."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ..core.wording import plural

SMALL_SIDE_PX = 256
LARGEST_SIDE_PX = 1024
"""No network takes larger pictures."""
MAX_LISTED = 200
_FEW = 100
_MANY_INVERTED = 0.25
"""Share of a folder's masks from which on those that look inverted are no chance: two sets in one folder make a half."""


class Unreadable(BaseModel):
    """A file that is skipped in training."""

    path: str
    reason: str


class Duplicate(BaseModel):
    """A file whose bytes are those of an earlier one, or whose picture is nearly the same."""

    path: str
    same_as: str


class Sizes(BaseModel):
    """Shorter sides of the pictures, in px."""

    min: int
    median: int
    max: int


class Coverage(BaseModel):
    """Share of a mask that is hole, 0 to 1."""

    min: float
    mean: float
    max: float


class Problem(BaseModel):
    """Something to know before training; an error keeps the training from starting."""

    level: Literal["error", "warning"]
    code: str
    message: str
    hint: str = ""
    field: str = "data"
    """The setting to change."""


class DataReport(BaseModel):
    """What `check_data` found. Lists hold the first 200 entries, counts all; paths are relative to the folder."""

    folder: str
    n_pictures: int = 0
    """Picture files, the unreadable ones included."""
    n_unreadable: int = 0
    unreadable: list[Unreadable] = Field(default_factory=list)
    n_foreign: int = 0
    """Pictures of formats that are not read, which count nowhere else."""
    foreign_suffixes: list[str] = Field(default_factory=list)
    n_gray: int = 0
    n_alpha: int = 0
    size: Sizes | None = None
    """None when nothing can be read."""
    n_small: int = 0
    """Pictures whose shorter side is below 256 px."""
    sides: dict[int, int] = Field(default_factory=dict)
    """Pictures by their shorter side in px, those of 1024 px and more together: what any input size would enlarge."""
    n_duplicates: int = 0
    duplicates: list[Duplicate] = Field(default_factory=list)
    n_near_duplicates: int = 0
    """Pictures that are nearly the same as an earlier one: resized, recompressed or a little brighter."""
    near_duplicates: list[Duplicate] = Field(default_factory=list)
    masks_folder: str = ""
    n_masks: int = 0
    n_masks_unreadable: int = 0
    masks_unreadable: list[Unreadable] = Field(default_factory=list)
    mask_coverage: Coverage | None = None
    n_masks_inverted: int = 0
    """Masks that seem to mark the hole in black: mostly white, or over half of them with nearly all of the border."""
    n_masks_empty: int = 0
    n_masks_full: int = 0
    mask_brightest: int = 0
    """The highest gray value of all masks, of 255."""
    problems: list[Problem] = Field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether a training can start on this folder."""
        return all(problem.level != "error" for problem in self.problems)


def describe(report: DataReport) -> str:
    """Return a report as lines of text for a terminal."""
    lines = [f"{report.folder}: {plural(report.n_pictures, 'picture')}"]
    if report.size:
        lines.append(f"  shorter side: {report.size.min} to {report.size.max} px, median {report.size.median} px")
    lines.append(
        f"  unreadable: {report.n_unreadable}, copies: {report.n_duplicates}, nearly the same: {report.n_near_duplicates}, "
        f"gray: {report.n_gray}, "
        f"with transparency: {report.n_alpha}, below {SMALL_SIDE_PX} px: {report.n_small}"
    )
    if report.masks_folder:
        lines.append(f"{report.masks_folder}: {plural(report.n_masks, 'mask')}")
    if report.mask_coverage:
        low, mean, high = report.mask_coverage.min, report.mask_coverage.mean, report.mask_coverage.max
        lines.append(f"  hole: {low:.1%} to {high:.1%} of the picture, {mean:.1%} on average")
        lines.append(f"  apparently inverted: {report.n_masks_inverted}")
    for entry in (*report.unreadable, *report.masks_unreadable):
        lines.append(f"  skipped: {entry.path} ({entry.reason})")
    for entry in report.duplicates:
        lines.append(f"  copy: {entry.path} = {entry.same_as}")
    for entry in report.near_duplicates:
        lines.append(f"  nearly the same: {entry.path} ~ {entry.same_as}")
    for problem in report.problems:
        lines.append(f"{problem.level}: {problem.message} {problem.hint}".rstrip())
    if not report.problems:
        lines.append("All in order.")
    return "\n".join(lines)


def picture_problems(report: DataReport) -> list[Problem]:
    n_good = report.n_pictures - report.n_unreadable
    if n_good == 0:
        return [
            Problem(
                level="error",
                code="folder-unreadable",
                message="None of the pictures can be read.",
                hint="Open one in another program to see whether it is a picture.",
            )
        ]
    total = report.n_pictures
    found = [
        (report.n_unreadable, "pictures-unreadable", f"{report.n_unreadable} of {total} pictures cannot be read.",
         "They are skipped in training."),
        (report.n_foreign, "pictures-foreign",
         f"{plural(report.n_foreign, 'file')} in formats that are not read ({', '.join(report.foreign_suffixes)}).",
         "They are passed over; convert them to PNG or JPEG to train on them."),
        (report.n_duplicates, "pictures-duplicate", f"Copies of other pictures: {report.n_duplicates} of {total}.",
         "Copies count twice, and may be in both the training and the held-out set."),
        (report.n_near_duplicates, "pictures-alike",
         f"Nearly the same as another picture: {report.n_near_duplicates} of {total}.",
         "Similar pictures count twice, and may be in both the training and the held-out set; set val_data to avoid that."),
        (report.n_small, "pictures-small",
         f"Smaller than {SMALL_SIDE_PX} px on the shorter side: {report.n_small} of {total} pictures.",
         "They are enlarged, which blurs them; a smaller input_size avoids it."),
        (n_good < _FEW, "pictures-few", f"There are few pictures: {n_good}.",
         "Good results usually need several thousand."),
        (0 < report.n_gray < n_good, "pictures-gray", f"Gray pictures: {report.n_gray} of {total}.",
         "A network may learn from them to paint without colour."),
    ]  # fmt: skip
    fields = {"pictures-small": "input_size", "pictures-alike": "val_data"}
    return [
        _warning(code, message, hint, fields.get(code, "data")) for applies, code, message, hint in found if applies
    ]


def mask_problems(report: DataReport) -> list[Problem]:
    if not report.n_masks:
        return []
    n_good = report.n_masks - report.n_masks_unreadable
    if n_good == report.n_masks_empty + report.n_masks_full:
        message = "None of the masks can be used: each is unreadable, all black or all white."
        hint = "White marks the hole."
        if 0 < report.mask_brightest < 128:
            hint = f"White (255) marks the hole; the brightest value in them is {report.mask_brightest}."
        return [Problem(level="error", code="masks-unusable", message=message, hint=hint, field="mask_data")]
    problems = []
    if report.n_masks_inverted > n_good * _MANY_INVERTED:
        message = (
            f"{report.n_masks_inverted} of {n_good} masks are mostly white, and black where others have their hole."
        )
        hint = "White marks the hole: are the masks inverted?"
        problems.append(_warning("masks-inverted", message, hint, "mask_data"))
    if report.n_masks_unreadable:
        message = f"{report.n_masks_unreadable} of {report.n_masks} masks cannot be read."
        problems.append(_warning("masks-unreadable", message, "They are skipped in training.", "mask_data"))
    if report.n_masks_empty:
        message = f"{report.n_masks_empty} of {n_good} masks are all black."
        problems.append(_warning("masks-empty", message, "They are skipped in training.", "mask_data"))
    if report.n_masks_full:
        message = f"{report.n_masks_full} of {n_good} masks are all white."
        problems.append(_warning("masks-full", message, "They are skipped in training.", "mask_data"))
    return problems


def _warning(code: str, message: str, hint: str, field: str) -> Problem:
    return Problem(level="warning", code=code, message=message, hint=hint, field=field)

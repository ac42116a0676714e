"""The scores of the reports, each described once: its title, what it says, which way is better."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One score, as a column of a table."""

    key: str
    title: str
    text: str
    """What it says, in a sentence."""
    digits: int
    better: int
    """1: higher is better, -1: lower is, 0: neither."""
    unit: str = ""
    scale: float = 1.0
    """What a value is multiplied by to be shown."""

    @property
    def heading(self) -> str:
        """The title with the unit."""
        return f"{self.title}, {self.unit}" if self.unit else self.title

    def shown(self, value: float, sign: str = "") -> str:
        """A value with the column's digits; ``sign`` is "+" for a difference."""
        return f"{value * self.scale:{sign}.{self.digits}f}"

    def best(self, values: Mapping[str, float]) -> set[str]:
        """The names of the best values; ties, as far as shown digits go, share it.

        None where neither way is better, and where all are equal.
        """
        if not (self.better and values):
            return set()
        rounded = {name: round(value * self.scale, self.digits) for name, value in values.items()}
        top = (max if self.better > 0 else min)(rounded.values())
        best = {name for name, value in rounded.items() if value == top}
        return best if len(best) < len(values) else set()


COLUMNS = {column.key: column for column in (
    Column("precision", "Precision", "Share of the predicted edge pixels in the hole that are true.", 3, 1),
    Column("recall", "Recall", "Share of the true edge pixels in the hole that are predicted.", 3, 1),
    Column("precision_1px", "Precision, 1 px", "As precision, but a true edge one pixel away counts too.", 3, 1),
    Column("recall_1px", "Recall, 1 px", "As recall, but a predicted edge one pixel away counts too.", 3, 1),
    Column("f1", "F1", "Harmonic mean of precision and recall.", 3, 1),
    Column("f1_1px", "F1, 1 px", "Harmonic mean of precision and recall with one pixel of tolerance.", 3, 1),
    Column("edge_l1", "Edge L1", "Mean difference of edge probability and true edge, in the hole.", 4, -1),
    Column(
        "fm", "FM", "Feature matching, unweighted, in each training's own discriminator: not comparable between rows.", 3, 0
    ),
    Column("psnr_hole", "PSNR hole", "Of the filled picture, over the hole's pixels only.", 2, 1, "dB"),
    Column("psnr", "PSNR full", "Over the whole picture: small holes make it large.", 2, 1, "dB"),
    Column("ssim_hole", "SSIM hole", "Structural similarity, averaged over the hole.", 3, 1),
    Column("ssim", "SSIM full", "Structural similarity of the whole picture.", 3, 1),
    Column("l1_hole", "L1 hole", "Mean difference over the hole's pixels, of values from 0 to 1.", 4, -1),
    Column("l1", "L1 full", "Mean difference over the whole picture.", 4, -1),
    Column("proxy", "Proxy", "Perceptual distance in the hole (VGG19 features; not LPIPS).", 3, -1),
    Column("lpips", "LPIPS", "Learned perceptual distance of the whole picture, as published.", 3, -1),
    Column("seconds", "Time", "Median per fill, on the machine that scored.", 2, -1, "s"),
    Column("fid", "FID", "Distance between the features of all fills and those of all pictures.", 3, -1),
    Column("kid", "KID x 1000", "As FID, but also right for few pictures.", 3, -1, scale=1000),
    Column("u_ids", "U-IDS", "Share of errors of a classifier that tells fills from pictures; 0.5 is chance.", 3, 1),
    Column("p_ids", "P-IDS", "Share of fills that look more real to that classifier than their own picture.", 3, 1),
    Column("parameters", "Parameters", "Trained values of the edge generator.", 2, 0, "M"),
    Column("gmac", "GMAC", "1e9 multiply-adds of the edge generator for one picture.", 2, -1),
    Column("seconds_per_step", "s / step", "Median over the log windows of the edge training.", 3, -1),
)}  # fmt: skip


def columns_of(keys: Iterable[str], found: Iterable[str]) -> list[Column]:
    """The columns of ``keys``, in their order, that are among the scores that were found."""
    found = set(found)
    return [COLUMNS[key] for key in keys if key in found]


def markdown(titles: Sequence[str], rows: Mapping[str, Sequence[str]], first: str = "method") -> list[str]:
    """The lines of a Markdown table.

    Args:
        titles: Of all columns but the first.
        rows: Cells by the name that stands in the first column.
        first: Title of the first column.
    """
    return [
        f"| {first} | " + " | ".join(titles) + " |",
        "|---|" + "---|" * len(titles),
        *(f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()),
    ]

"""The scores of the reports: their titles, what they say, which way is better."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of the report."""

    key: str
    title: str
    text: str
    """What it says, in a sentence."""
    digits: int
    better: int
    """1: higher is better, -1: lower is, 0: neither."""
    unit: str = ""


COLUMNS = (
    Column("precision", "Precision", "Share of the predicted edge pixels in the hole that are true.", 3, 1),
    Column("recall", "Recall", "Share of the true edge pixels in the hole that are predicted.", 3, 1),
    Column("precision_1px", "Precision, 1 px", "As precision, but a true edge one pixel away counts too.", 3, 1),
    Column("recall_1px", "Recall, 1 px", "As recall, but a predicted edge one pixel away counts too.", 3, 1),
    Column("edge_l1", "Edge L1", "Mean difference of edge probability and true edge, in the hole.", 4, -1),
    Column("fm", "FM", "Feature matching, unweighted, in the training's own discriminator: no common yardstick.", 3, 0),
    Column("psnr_hole", "PSNR hole", "Of the filled picture, over the hole's pixels only.", 2, 1, "dB"),
    Column("psnr", "PSNR full", "Over the whole picture: small holes make it large.", 2, 1, "dB"),
    Column("ssim_hole", "SSIM hole", "Structural similarity, averaged over the hole.", 3, 1),
    Column("ssim", "SSIM full", "Structural similarity of the whole picture.", 3, 1),
    Column("proxy", "Proxy", "Perceptual distance in the hole (VGG19 features; not LPIPS).", 3, -1),
    Column("parameters", "Parameters", "Trained values of the edge generator.", 2, 0, "M"),
    Column("gmac", "GMAC", "1e9 multiply-adds of the edge generator for one picture.", 2, -1),
    Column("seconds_per_step", "s / step", "Median over the log windows of the edge training.", 3, -1),
)

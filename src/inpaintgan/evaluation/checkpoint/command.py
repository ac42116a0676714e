"""``python main.py evaluate``: runs the protocol, prints the tables, writes the reports."""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ... import __version__
from ...core.atomic import write_json, write_text
from ...core.exit_codes import FAILED
from ...core.outputs import writing
from ...core.paths import default_checkpoint
from ...core.ranks import Ranks
from ...data.check import inverted_masks
from ...imaging.encode import save_picture
from ...imaging.masks import with_white_hole
from ...imaging.picture import Picture
from ...inference.pipeline import Inpainter
from ...metrics.lpips import Lpips
from ...models.device import device_name
from ...networks.backbones import Backbone, load_backbone
from ...networks.vgg19 import VGG19Features, load_vgg19
from .. import protocol
from ..cases import Case, case_names, cases, enlarged_pictures, left_out, one_case
from ..mask_sets import KINDS, MaskSet, stretched_masks
from ..perception import Perception
from ..protocol import Fills, Method
from . import candidates, running
from .page import Shown, evaluation_html, pick
from .statistics import report_of
from .tables import table


@dataclass(frozen=True)
class _Setup:
    """What the command line names, opened."""

    inpainter: Inpainter
    sets: list[MaskSet]
    methods: dict[str, Method]
    vgg: VGG19Features | None
    backbone: Backbone | None
    lpips: Lpips | None
    candidates: tuple[str, ...]
    notices: list[str]

    @property
    def side_px(self) -> int:
        return self.inpainter.checkpoint.config.input_size


def evaluate(arguments: argparse.Namespace, sets: list[MaskSet], ranks: Ranks) -> int:
    """Evaluate what the command line names.

    Args:
        arguments: Of the command line.
        sets: Of holes, from `open_sets`.
        ranks: The processes that share the pictures; rank 0 prints and writes the report of all.

    Returns:
        0 when all was scored, 1 when files could not be read and were left out.

    Raises:
        InpaintError: Bad input, or a report that cannot be written; the scores are printed before one is.
    """
    with ranks.together():
        setup = _open(arguments, sets)

    bar = tqdm(unit="case", file=sys.stderr, disable=None if ranks.is_first else True)

    def on_case(case: Case, fills: Fills) -> None:
        bar.set_postfix_str(f"{case.masks}: {case.name}", refresh=False)
        bar.update()
        if arguments.save_inputs:
            candidates.save_inputs(case, arguments.save_inputs)
        if arguments.save_fills:
            below = Path(case.masks) if len(setup.sets) > 1 else Path()
            save_strip(case, fills, arguments.save_fills / below / f"{case.name}.png")

    perception = Perception(setup.vgg, setup.backbone, setup.inpainter.device, setup.lpips)
    results = running.run(
        setup.inpainter, arguments.data, setup.sets, setup.methods, perception,
        limit=arguments.limit, seed=arguments.seed, untimed=setup.candidates, ranks=ranks, on_case=on_case,
    )  # fmt: skip
    if not ranks.is_first:
        return 0
    bar.close()
    report = _about(arguments, setup) | report_of(results, setup.candidates)
    report["notices"] += enlarged_pictures(report["cases"], setup.side_px) + left_out(report["unreadable"])
    print(table(report), flush=True)
    if arguments.report:
        with writing(arguments.report):
            write_json(arguments.report, report)
    if arguments.html:
        page = evaluation_html(report, _shown(arguments, setup, report))
        with writing(arguments.html):
            write_text(arguments.html, page)
    return FAILED if report["unreadable"] else 0


def _open(arguments: argparse.Namespace, sets: list[MaskSet]) -> _Setup:
    """Open what was named, in the order of what it costs: weights may be downloaded, so they come last."""
    inpainter = Inpainter.load(
        arguments.checkpoint or default_checkpoint(arguments.device), arguments.device, engine="eager"
    )
    inpainter.checkpoint.painter()  # refuses one that has edges alone, before anything is downloaded
    side, methods = inpainter.checkpoint.config.input_size, running.methods(inpainter)
    others = candidates.open_candidates(arguments.candidate, len(sets), methods)
    options = {"limit": arguments.limit, "seed": arguments.seed}
    if others or arguments.save_inputs:
        names = [(one.name, name) for one in sets for name in case_names(arguments.data, one, side, **options)]
        candidates.check_names(names)
        candidates.check(others, names, arguments.data)
    some = islice(cases(arguments.data, sets[0], side, **options, unreadable=[]), candidates.N_LOOKED_AT)
    notices = candidates.other_holes(others, list(some)) if others else []
    methods |= {other.name: other.fill for other in others}
    vgg = load_vgg19(arguments.perceptual_weights)
    vgg = vgg.to(inpainter.device) if vgg else None
    backbone = load_backbone(arguments.feature_weights, vgg)
    lpips = Lpips(arguments.lpips, inpainter.device) if arguments.lpips else None
    return _Setup(
        inpainter, sets, methods, vgg, backbone.to(inpainter.device) if backbone else None, lpips,
        tuple(other.name for other in others), notices,
    )  # fmt: skip


def _about(arguments: argparse.Namespace, setup: _Setup) -> dict[str, Any]:
    """The part of the report that says what was done."""
    folders = [Path(word) for word in arguments.masks if word not in KINDS and Path(word).is_dir()]
    names = arguments.masks if len(arguments.masks) == 1 else [one.name for one in setup.sets]
    return {
        "kind": "evaluation",
        "checkpoint": str(setup.inpainter.checkpoint.path),
        "step": setup.inpainter.checkpoint.step,
        "data": str(arguments.data),
        "masks": ", ".join(names),
        "seed": arguments.seed,
        "limit": arguments.limit,
        "candidates": list(setup.candidates),
        "side_px": setup.side_px,
        "perceptual_weights": Path(arguments.perceptual_weights).name,
        "proxy_network": setup.vgg.origin if setup.vgg else None,
        "lpips_network": setup.lpips.name if setup.lpips else None,
        "feature_weights": Path(arguments.feature_weights).name,
        "feature_network": setup.backbone.name if setup.backbone else None,
        "feature_name": setup.backbone.short if setup.backbone else None,
        "machine": f"{device_name(setup.inpainter.device)}, {platform.machine()}",
        "version": __version__,
        "notices": [
            *setup.notices,
            *setup.inpainter.notices,
            *filter(None, map(inverted_masks, folders)),
            *stretched_masks(setup.sets),
        ],
    }


def _shown(arguments: argparse.Namespace, setup: _Setup, report: dict[str, Any]) -> list[Shown]:
    """Fill the cases that the page shows once more: their fills were not kept."""
    by_name = {one.name: one for one in setup.sets}
    options = {"limit": arguments.limit, "seed": arguments.seed}
    return [
        Shown(choice, case, protocol.fill_case(case, setup.methods)[0])
        for choice in pick(report)
        for case in [one_case(arguments.data, by_name[choice.masks], setup.side_px, choice.number, **options)]
    ]


def save_strip(case: Case, fills: Fills, path: Path) -> None:
    """Write ground truth, hole and every method's fill side by side."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = [case.picture, with_white_hole(case.picture, case.mask), *fills.values()]
    save_picture(Picture(np.concatenate(pictures, axis=1)), path)

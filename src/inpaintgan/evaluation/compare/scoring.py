"""Scoring of what a comparison trained: the same held-out pictures and the same holes for all, once for each network.

Scores are kept in the comparison's folder beside what they depend on, so that only what is new is scored again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from ...core.atomic import read_json, write_bytes, write_json
from ...core.config import Config
from ...data.batch import Batch
from ...data.loader import split
from ...data.pictures import PictureSet, open_pictures
from ...data.tensors import flags_to_tensor, to_pixels, to_tensor
from ...imaging.classical import CLASSICAL, Filler
from ...imaging.masks import with_white_hole
from ...imaging.picture import to_gray
from ...inference.pipeline import Inpainter
from ...losses.feature_matching import feature_matching_loss
from ...models.checkpoint import Checkpoint
from ...models.edge_model import predict_edges
from ...networks.discriminator import Discriminator
from ...networks.generator import Generator
from ...networks.vgg19 import VGG19Features
from ...training.orders import Orders
from ...training.samples import draw_edges
from .. import protocol
from ..cases import Case, cases, n_cases, nothing_to_evaluate
from ..mask_sets import DRAWN_MASKS
from ..tiles import jpeg
from .trainings import Stopped

TRUE_EDGES, NO_EDGES = "true edges", "no edges"
N_SHOWN = 5

Pictures = dict[str, NDArray[np.uint8]]
Scorer = Callable[[Case], tuple[dict[str, dict[str, float]], Pictures]]
"""Scores one case: scores by method, and pictures to show by file stem."""


@dataclass(frozen=True)
class EvaluationSet:
    """What all methods are scored on, and what with.

    Attributes:
        pictures: Held out.
        masks: One of `KINDS`, or a folder of masks.
        limit: Take this many pictures, spread evenly; 0 takes all.
        config: The comparison's settings, of which side, block, seed and threshold are used.
        vgg: For the perceptual proxy, or None.
        device: Where the networks compute.
    """

    pictures: PictureSet
    masks: str
    limit: int
    config: Config
    vgg: VGG19Features | None
    device: torch.device

    @property
    def n_pictures(self) -> int:
        return n_cases(self.pictures, self.limit)

    @property
    def shown(self) -> list[int]:
        """Numbers of the pictures that the report shows, spread evenly."""
        count = min(N_SHOWN, self.n_pictures)
        return [index * self.n_pictures // count for index in range(count)]

    def cases(self, unreadable: list[str]) -> Iterator[Case]:
        """All cases but those of files that cannot be read: in words, what is wrong goes to ``unreadable``."""
        config = self.config
        return cases(
            self.pictures.root, self.masks, config.input_size, limit=self.limit, seed=config.seed,
            block_ratio=config.block_ratio, files=self.pictures,
            unreadable=unreadable,
        )  # fmt: skip

    def key(self) -> dict[str, Any]:
        """What scores depend on besides the networks."""
        return {
            "folder": str(self.pictures.root), "n_pictures": len(self.pictures), "masks": self.masks, "limit": self.limit,
            "proxy": self.vgg.origin if self.vgg else None,
            **self.config.model_dump(include={"input_size", "block_ratio", "seed", "edge_threshold"}),
        }  # fmt: skip


def held_out(config: Config) -> PictureSet:
    """Return the pictures that no training sees, as the trainings split them."""
    return split(open_pictures(Path(config.data)), config)[1]


def mask_source(masks: str | None, config: Config) -> str:
    """Return what `cases` draws from: what the command names, else the holes of the training."""
    return masks or (config.mask if config.mask in DRAWN_MASKS else config.mask_data)


def score(
    evaluation: EvaluationSet,
    folder: Path,
    depends_on: dict[str, Any],
    build: Callable[[], Scorer],
    title: str,
    orders: Orders,
) -> None:
    """Score every case into ``folder/scores.json``, and save the pictures to show; nothing if that is done already.

    Args:
        evaluation: What is scored on.
        folder: Of this scorer; made when missing.
        depends_on: What tells these networks from others, as plain JSON.
        build: Makes the scorer; called only if it is needed.
        title: For the progress bar.
        orders: A stop ends the scoring between two cases.

    Raises:
        Stopped: A stop was ordered.
        InpaintError: No case could be made, or a checkpoint cannot be read.
    """
    file = folder / "scores.json"
    key = evaluation.key() | depends_on
    done = read_json(file)
    if isinstance(done, dict) and done.get("key") == key:
        return
    folder.mkdir(parents=True, exist_ok=True)
    scorer = build()
    rows: list[dict[str, Any]] = []
    unreadable: list[str] = []
    counted = tqdm(evaluation.cases(unreadable), title, evaluation.n_pictures, unit="picture", file=sys.stderr)
    for index, case in enumerate(counted):
        orders.take()
        if orders.stop_wanted:
            raise Stopped
        scores, pictures = scorer(case)
        rows.append({"picture": case.name, "hole_share": float(case.mask.mean()), "scores": scores})
        if index in evaluation.shown:
            for name, pixels in pictures.items():
                write_bytes(folder / f"{index:05d}-{name}.jpg", jpeg(pixels))
    if not rows:
        raise nothing_to_evaluate(evaluation.masks, unreadable)
    write_json(file, {"key": key, "rows": rows, "unreadable": list(dict.fromkeys(unreadable))})


def classical(evaluation: EvaluationSet, stem: str) -> Scorer:
    """The baselines; they also show the picture and its hole. ``stem`` tells whether the networks start from a fill."""
    fillers: dict[str, Filler] = {protocol.START: protocol.smooth} if stem != "conv" else {}
    fillers |= CLASSICAL

    def judge(case: Case) -> tuple[dict[str, dict[str, float]], Pictures]:
        scores, fills = protocol.evaluate_case(case, fillers, evaluation.vgg)
        masked = with_white_hole(case.picture, case.mask)
        return scores, {"picture": case.picture, "hole": masked, "telea": fills["telea"]}

    return judge


def bounds(evaluation: EvaluationSet, inpainter: Inpainter) -> Scorer:
    """The shared inpaint generator with the best edges there are, and with none: the most that edges can change."""

    def judge(case: Case) -> tuple[dict[str, dict[str, float]], Pictures]:
        true = inpainter.detect_edges(case.picture)
        given = {TRUE_EDGES: true, NO_EDGES: np.zeros_like(true)}
        fillers: dict[str, Filler] = {
            name: (lambda image, mask, edges=edges: inpainter.fill(image, mask, edges)) for name, edges in given.items()
        }
        scores, fills = protocol.evaluate_case(case, fillers, evaluation.vgg)
        known = true * (1 - case.mask)
        pictures: Pictures = {"true-edges": _edge_picture(true, case.mask), "no-edges": _edge_picture(known, case.mask)}
        for name, edges in given.items():
            scores[name] |= protocol.edge_scores(
                edges * np.uint8(255), true, case.mask, evaluation.config.edge_threshold
            )
            pictures[f"{name.replace(' ', '-')}-fill"] = fills[name]
        return scores, pictures

    return judge


def network(evaluation: EvaluationSet, name: str, inpainter: Inpainter, discriminator: Discriminator) -> Scorer:
    """An edge generator: its edges, their feature matching in its own discriminator, and what is painted along them."""
    generator = inpainter.checkpoint.edge_generator
    assert generator is not None

    def judge(case: Case) -> tuple[dict[str, dict[str, float]], Pictures]:
        scores, fills = protocol.evaluate_case(case, {name: inpainter.fill}, evaluation.vgg)
        true = inpainter.detect_edges(case.picture)
        predicted = inpainter.predict_edges(case.picture, case.mask)
        threshold = evaluation.config.edge_threshold
        scores[name] |= protocol.edge_scores(predicted, true, case.mask, threshold)
        scores[name]["fm"] = _feature_matching(generator, discriminator, _batch(case, true).to(evaluation.device))
        found = (predicted > 255 * threshold).astype(np.uint8)
        return scores, {"edges": _edge_picture(found, case.mask), "fill": fills[name]}

    return judge


def inpainter_of(edges: Checkpoint | None, inpaint: Checkpoint, config: Config, device: torch.device) -> Inpainter:
    """Join an edge generator with the shared inpaint generator, both with spectral norm baked in."""
    source = edges or inpaint
    edge_generator = edges.edge_generator if edges else None
    return Inpainter(Checkpoint(source.path, config, source.step, edge_generator, inpaint.inpaint_generator), device)


@torch.inference_mode()
def _feature_matching(generator: Generator, discriminator: Discriminator, batch: Batch) -> float:
    """The training's unweighted feature matching loss on a held-out picture."""
    predicted = predict_edges(generator, batch.gray, batch.edge, batch.mask).float()
    fake, real = (discriminator(torch.cat([batch.gray, edge], dim=1))[1] for edge in (predicted, batch.edge))
    return float(feature_matching_loss(fake, real))


def _batch(case: Case, edges: NDArray[np.uint8]) -> Batch:
    picture, gray = to_tensor([case.picture]), to_tensor([to_gray(case.picture)[..., None]])
    return Batch(picture, gray, flags_to_tensor([edges]), flags_to_tensor([case.mask]))


def _edge_picture(edges: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    drawn = flags_to_tensor([edges])
    return to_pixels(draw_edges(drawn, drawn, flags_to_tensor([mask])))[0]

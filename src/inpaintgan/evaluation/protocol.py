"""The evaluation protocol: every method fills the same holes of the same pictures and is scored alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.config import MaskKind
from ..core.errors import InpaintError
from ..core.ranks import Ranks
from ..data.pictures import PictureFile
from ..data.tensors import to_pixels, to_tensor
from ..imaging.classical import CLASSICAL, Filler
from ..imaging.folder import find_pictures
from ..imaging.io import read_rgb
from ..imaging.masks import draw_mask, read_mask
from ..imaging.picture import resize_square
from ..inference.pipeline import Inpainter
from ..metrics.edge import precision_recall
from ..metrics.image import image_scores
from ..metrics.perceptual import PROXY_LAYERS, perceptual_proxy
from ..networks.smooth_fill import smooth_fill
from ..networks.vgg19 import VGG19Features

DRAWN_MASKS: dict[str, MaskKind] = {
    "random-block": "random-block", "half": "half", "irregular": "irregular", "mixed": "mixed",
}  # fmt: skip
BLOCK_RATIO = 0.5
NETWORK, UPPER_BOUND, START = "checkpoint", "checkpoint, true edges", "smooth fill it starts from"


@dataclass(frozen=True)
class Case:
    """One picture with its hole, at the networks' size."""

    name: str
    picture: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    number: int = 0
    """Its place among all cases."""


def cases(
    data: Path,
    masks: str,
    side: int,
    *,
    limit: int,
    seed: int,
    block_ratio: float = BLOCK_RATIO,
    files: Sequence[PictureFile] | None = None,
    ranks: Ranks | None = None,
) -> Iterator[Case]:
    """Pair pictures with masks, always in the same way.

    Args:
        data: Folder of pictures, cut to a square and resized to ``side``.
        masks: One of `DRAWN_MASKS`, drawn anew from the seed for each picture; or a folder, whose masks are dealt out in
            order, again from the first when they run out.
        side: In px.
        limit: Take this many pictures, spread evenly over the set; 0 takes all.
        seed: Of drawn masks.
        block_ratio: Side of a drawn block as a share of the picture's.
        files: The pictures of the folder to take; None is all.
        ranks: Processes that share the cases; only this one's are yielded.

    Raises:
        InpaintError: A folder is missing or empty, or a picture cannot be read.
    """
    files = find_pictures(data) if files is None else files
    count = min(limit, len(files)) if limit else len(files)
    mask_files = [] if masks in DRAWN_MASKS else _mask_files(masks)
    for index in (ranks or Ranks()).share(range(count)):
        file = files[index * len(files) // count]
        picture = resize_square(read_rgb(file, smallest_side=side), side)
        if mask_files:
            mask, _ = read_mask(mask_files[index % len(mask_files)], side, side)
        else:
            rng = np.random.default_rng([seed, index])
            mask = draw_mask(DRAWN_MASKS[masks], side, side, rng, block_ratio=block_ratio, files=())
        if mask.any() and not mask.all():
            yield Case(file.relative_to(data).as_posix(), picture, mask, index)


def _mask_files(masks: str) -> list[Path]:
    folder = Path(masks)
    if not folder.is_dir():
        raise InpaintError(
            "mask-missing", f"--masks: '{masks}' is neither a folder nor a kind of mask.",
            f"Kinds: {', '.join(DRAWN_MASKS)}.",
        )  # fmt: skip
    return find_pictures(folder)


def methods(inpainter: Inpainter) -> dict[str, Filler]:
    """Every method of a comparison by name: the checkpoint, its upper bound and its start, if any, the baselines."""
    result: dict[str, Filler] = {NETWORK: inpainter.fill}
    if inpainter.checkpoint.edge_generator is not None:
        result[UPPER_BOUND] = lambda image, mask: inpainter.fill(image, mask, inpainter.detect_edges(image))
    if inpainter.checkpoint.config.stem != "conv":
        result[START] = smooth
    return result | CLASSICAL


def smooth(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The smooth fill that networks with the unshuffle stem start from."""
    return to_pixels(smooth_fill(to_tensor([image]), to_tensor([mask[..., None] * np.uint8(255)])))[0]


def evaluate_case(
    case: Case, fillers: dict[str, Filler], vgg: VGG19Features | None
) -> tuple[dict[str, dict[str, float]], dict[str, NDArray[np.uint8]]]:
    """Score every method on one case.

    Returns:
        Scores by method (those of `image_scores`, ``proxy`` where there is a VGG19, ``seconds``), and the composites.
    """
    scores: dict[str, dict[str, float]] = {}
    fills: dict[str, NDArray[np.uint8]] = {}
    for name, filler in fillers.items():
        start = time.perf_counter()
        filled = filler(case.picture, case.mask)
        seconds = time.perf_counter() - start
        # Whatever a method did outside the hole is not its business.
        composite = np.where(case.mask[..., None] == 1, filled, case.picture)
        scores[name] = image_scores(composite, case.picture, case.mask)
        if vgg is not None and set(PROXY_LAYERS) <= vgg.layer_names:
            hole = to_tensor([case.mask[..., None] * np.uint8(255)])
            scores[name]["proxy"] = float(
                perceptual_proxy(vgg, to_tensor([composite]), to_tensor([case.picture]), hole)
            )
        scores[name]["seconds"] = seconds
        fills[name] = composite
    return scores, fills


def evaluate_edges(inpainter: Inpainter, case: Case) -> dict[str, float]:
    """Score the predicted edges; see `edge_scores`."""
    predicted = inpainter.predict_edges(case.picture, case.mask)
    true = inpainter.detect_edges(case.picture)
    return edge_scores(predicted, true, case.mask, inpainter.checkpoint.config.edge_threshold)


def edge_scores(
    predicted: NDArray[np.uint8], true: NDArray[np.uint8], mask: NDArray[np.uint8], threshold: float
) -> dict[str, float]:
    """Precision and recall in the hole, exact and with 1 px tolerance, and the L1 of the probabilities there.

    Args:
        predicted: (H, W), 255 is probability 1.
        true: (H, W) of 0 and 1.
        mask: (H, W), 1 in the hole; must not be empty.
        threshold: A prediction is an edge above it.
    """
    guess, truth, hole = (
        to_tensor([array[..., None]]) for array in (predicted, true * np.uint8(255), mask * np.uint8(255))
    )
    result = {}
    for suffix, tolerance in (("", 0), ("_1px", 1)):
        precision, recall = precision_recall(guess, truth, hole, threshold, tolerance)
        result |= {f"precision{suffix}": float(precision), f"recall{suffix}": float(recall)}
    return result | {"edge_l1": float(((guess - truth).abs() * hole).sum() / hole.sum())}


def mean_scores(rows: list[dict[str, float]]) -> dict[str, float]:
    """Mean of each score over the cases."""
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]} if rows else {}


def run(
    inpainter: Inpainter,
    data: Path,
    masks: str,
    *,
    vgg: VGG19Features | None,
    limit: int,
    seed: int,
    ranks: Ranks | None = None,
    on_case: Callable[[Case, dict[str, NDArray[np.uint8]]], None] = lambda _case, _fills: None,
) -> dict[str, object]:
    """Run the protocol. Several ranks share the cases; each returns the result of all.

    Returns:
        ``methods`` (mean scores by method), ``edges`` (mean precision and recall, when there is an edge generator),
        ``cases`` (the scores of each picture), ``n``, ``hole_share``.

    Raises:
        InpaintError: No case could be made.
    """
    fillers, ranks, own = methods(inpainter), ranks or Ranks(), []
    has_edges = inpainter.checkpoint.edge_generator is not None
    with ranks.together():
        for case in cases(data, masks, inpainter.checkpoint.config.input_size, limit=limit, seed=seed, ranks=ranks):
            scores, fills = evaluate_case(case, fillers, vgg)
            edges = evaluate_edges(inpainter, case) if has_edges else {}
            listed = {"picture": case.name, "hole_share": float(case.mask.mean()), "scores": scores}
            own.append((case.number, listed, edges))
            on_case(case, fills)
    rows = sorted(chain(*ranks.gather(own)), key=itemgetter(0))
    if not rows:
        raise InpaintError("nothing-to-evaluate", f"None of the masks of {masks} leaves both hole and picture.")
    return {
        "n": len(rows),
        "hole_share": float(np.mean([listed["hole_share"] for _, listed, _ in rows])),
        "methods": {name: mean_scores([listed["scores"][name] for _, listed, _ in rows]) for name in fillers},
        "edges": mean_scores([edges for _, _, edges in rows]),
        "cases": [listed for _, listed, _ in rows],
    }

"""The two networks run over views, in batches, with what both stages need between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import numpy as np
import torch

from ..data.batch import Batch
from ..models.composition import composite, corrected
from ..models.edge_model import predict_edges
from ..models.inpaint_model import paint_both_ways
from .engines import Networks
from .views import Prediction, View, make_batch

OnProgress = Callable[[str, float], None]
"""Called as a part begins, ``"edges"``, ``"inpaint"``, ``"texture"`` or ``"paste"``, with the share of all work done, 0 to 1."""
MAX_BATCH = 8
"""Views that the networks see at once."""
_T = TypeVar("_T")


@dataclass
class Work:
    """How much of the crops is done, and whom to tell."""

    progress: OnProgress
    total: int
    done: int = 0
    at_hand: int = 0
    """Crops that are looked at together."""
    passes: int = 1
    """How often they are looked at, at most."""
    passed: int = 0
    begun: float = 0.0
    """Share of the views of this pass that were begun before the current part."""
    part: float = 1.0
    """Share of the views in the current part."""

    def take(self, n: int, passes: int = 1) -> None:
        """Go on to n crops, whose predecessors are done."""
        self.done += self.at_hand
        self.at_hand, self.passes, self.passed, self.begun = n, passes, 0, 0.0

    def next_pass(self) -> None:
        self.passed, self.begun = self.passed + 1, 0.0

    def tell(self, step: str) -> None:
        views = self.begun + {"edges": 0.0, "inpaint": 0.4 * self.part, "texture": 0.8 * self.part, "paste": 0.0}[step]
        done = self.done + self.at_hand * (self.passed + views) / self.passes
        self.progress(step, min(1.0, done / self.total) if self.total else 1.0)


class Predictor:
    """Completes edges and paints along them.

    Args:
        networks: Ready to run.
        device: Where they compute.
    """

    def __init__(self, networks: Networks, device: torch.device) -> None:
        self.networks = networks
        self._device = device

    def predict(self, views: list[View], work: Work, *, with_paint: bool) -> list[Prediction]:
        """Run the networks over views, which may differ in size; neighbours of one size go in a batch.

        Args:
            views: What to show them.
            work: Called as each part begins.
            with_paint: False completes the edges only; the colour is then black.
        """
        predictions: list[Prediction] = []
        for _, group in groupby(views, key=lambda view: view.scene.unknown.shape):
            for part in batches(list(group), MAX_BATCH):
                work.begun, work.part = len(predictions) / len(views), len(part) / len(views)
                predictions += self._batch(part, work, with_paint=with_paint)
        return predictions

    @torch.inference_mode()
    def _batch(self, views: list[View], work: Work, *, with_paint: bool) -> list[Prediction]:
        work.tell("edges")
        batch, given = make_batch(views, self._device)
        complete = self._complete_edges(batch, given)
        lines = complete[:, 0].float().cpu().numpy()
        if not with_paint:
            return [Prediction(np.zeros((*line.shape, 3), np.float32), line) for line in lines]
        work.tell("inpaint")
        assert self.networks.inpaint is not None
        painted = paint_both_ways(self.networks.inpaint, batch.image, complete, batch.mask)
        if ((batch.image - painted) * (1 - batch.mask)).any():
            painted = corrected(painted, batch.image, batch.mask)
        colours = painted.permute(0, 2, 3, 1).cpu().numpy()
        return [Prediction(colour, line) for colour, line in zip(colours, lines, strict=True)]

    def _complete_edges(self, batch: Batch, given: torch.Tensor | None) -> torch.Tensor:
        """Known edges outside the hole; inside, given ones where there are any, else predicted ones, else none."""
        inside = torch.zeros_like(batch.edge)
        if self.networks.edge is not None and (given is None or bool((given < 0).any())):
            inside = predict_edges(self.networks.edge, batch.gray, batch.edge, batch.mask)
        if given is not None:
            inside = torch.where(given < 0, inside, given)
        return composite(inside, batch.edge, batch.mask)


def batches(items: list[_T], size: int) -> list[list[_T]]:
    """Cut a list into pieces of at most ``size`` items."""
    return [items[start : start + size] for start in range(0, len(items), size)]

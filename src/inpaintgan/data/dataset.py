"""The items of `sample` as a torch dataset, and how they become a `Batch`."""

from __future__ import annotations

import numpy as np
import torch
from torch.utils.data import Dataset

from .batch import Batch
from .sample import Sample, SampleMaker

Ticket = tuple[int, int]
"""(position in the stream, index of the file)."""


class InpaintDataset(Dataset[Sample]):
    """What a `SampleMaker` makes, asked for by ticket.

    A validation set (a maker with ``train=False``) is asked with fixed positions, so that its masks stay the same.
    """

    def __init__(self, maker: SampleMaker) -> None:
        self._maker = maker

    def __len__(self) -> int:
        return len(self._maker)

    def __getitem__(self, ticket: Ticket) -> Sample:
        """Make an item.

        Raises:
            InpaintError: ``folder-unreadable`` when no picture of the set can be read any more.
        """
        return self._maker.make(*ticket)


def collate(samples: list[Sample]) -> Batch:
    """Stack items into one batch, in bytes."""
    return Batch(
        image=_stack([sample.picture for sample in samples]).permute(0, 3, 1, 2),
        gray=_stack([sample.gray for sample in samples]).unsqueeze(1),
        edge=_stack([sample.edge for sample in samples]).unsqueeze(1),
        mask=_stack([sample.mask for sample in samples]).unsqueeze(1),
        focus=torch.tensor([sample.focus for sample in samples]),
        unreadable=tuple(dict.fromkeys(path for sample in samples for path in sample.unreadable)),
        positions=tuple(sample.position for sample in samples),
        sigma=torch.tensor([sample.sigma for sample in samples]) if any(sample.sigma for sample in samples) else None,
    )


def _stack(arrays: list[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.stack(arrays))

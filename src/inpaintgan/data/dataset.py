"""The items of `sample` as a torch dataset, and how they become a `Batch`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.utils.data import Dataset

from ..core.config import Config
from .batch import Batch
from .cache import PictureCache
from .pictures import PictureFile
from .sample import Sample, SampleMaker

Ticket = tuple[int, int]
"""(position in the stream, index of the file)."""


class InpaintDataset(Dataset[Sample]):
    """Items of a set of pictures, asked for by ticket.

    Everything random about an item is drawn from the seed and its position, so that neither the number of workers nor a
    resumed run changes it. A validation set (``train=False``) is asked with fixed positions and never mirrored or zoomed:
    its masks stay the same.

    Args:
        files: The pictures of the set.
        config: The run's settings.
        train: Whether pictures may be mirrored and zoomed.
        cache: The same pictures, decoded before.
        defer_edges: Leave Canny edges with a random sigma to `Batch.to`.

    Raises:
        InpaintError: No picture can be read, or the folder of mask pictures is missing, empty or holds no usable mask.
    """

    def __init__(
        self,
        files: Sequence[PictureFile],
        config: Config,
        *,
        train: bool,
        cache: PictureCache | None = None,
        defer_edges: bool = False,
    ) -> None:
        self._maker = SampleMaker(files, config, train=train, cache=cache, defer_edges=defer_edges)

    def __len__(self) -> int:
        return len(self._maker)

    def __getitem__(self, ticket: Ticket) -> Sample:
        """Make an item.

        Raises:
            InpaintError: ``folder-unreadable`` when no picture of the set can be read any more.
        """
        return self._maker.make(*ticket)


def collate(samples: list[Sample]) -> Batch:
    """Stack items into one batch of float32 tensors in [0, 1]."""
    return Batch(
        image=_stack([sample.picture for sample in samples]).permute(0, 3, 1, 2).contiguous().div_(255),
        gray=_stack([sample.gray for sample in samples]).unsqueeze(1).div_(255),
        edge=_stack([sample.edge for sample in samples]).unsqueeze(1),
        mask=_stack([sample.mask for sample in samples]).unsqueeze(1),
        unreadable=tuple(dict.fromkeys(path for sample in samples for path in sample.unreadable)),
        positions=tuple(sample.position for sample in samples),
        sigma=torch.tensor([sample.sigma for sample in samples]) if any(sample.sigma for sample in samples) else None,
    )


def _stack(arrays: list[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.stack(arrays)).float()

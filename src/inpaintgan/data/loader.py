"""The endless training stream, which can start at any position, and the fixed validation set."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Sampler

from ..core.config import Config
from ..core.errors import InpaintError, about
from ..core.ranks import Ranks
from .cache import PictureCache
from .dataset import InpaintDataset, Ticket, collate
from .pictures import PictureFile, PictureSet, open_pictures
from .sample import NothingReadable, SampleMaker

_HELD_OUT = 20
_CPU = torch.device("cpu")


def split(pictures: PictureSet, config: Config) -> tuple[PictureSet, PictureSet]:
    """Return training and validation files: ``val_data``'s pictures, or every twentieth of the set held out.

    The files held out depend on neither seed nor chance. A set of one picture serves as both.

    Raises:
        InpaintError: ``val_data`` is missing or holds no picture.
    """
    if config.val_data:
        with about("val_data"):
            return pictures, open_pictures(Path(config.val_data))
    train = pictures[np.flatnonzero(np.arange(len(pictures)) % _HELD_OUT)]
    return train if len(train) else pictures, pictures[::_HELD_OUT]


def shares_pictures(config: Config, train_files: PictureSet) -> bool:
    """Whether pictures that are held out are trained on as well: of a single one, or of a folder in the other."""
    if not config.val_data:
        return len(train_files) == 1
    data, held_out = Path(config.data).resolve(), Path(config.val_data).resolve()
    return data == held_out or data in held_out.parents or held_out in data.parents


class StreamSampler(Sampler[Ticket]):
    """Yields tickets without end: each epoch is a new order of all files, drawn from the seed and the epoch's number.

    Args:
        n_files: Files in the set.
        seed: The run's seed.
        start_position: Items already used; the stream continues after them.
        batch_size: Items in a step of all ranks together.
        ranks: Of every ``batch_size`` items each rank gets its own equal run, so that all of them side by side are the
            batch of a process that trains alone.
    """

    def __init__(
        self, n_files: int, seed: int, start_position: int = 0, batch_size: int = 1, ranks: Ranks | None = None
    ) -> None:
        self._n_files = n_files
        self._seed = seed
        self._start = start_position
        self._batch_size = batch_size
        rank, size = (ranks.rank, ranks.size) if ranks else (0, 1)
        self._own = range(rank * batch_size // size, (rank + 1) * batch_size // size)

    def __iter__(self) -> Iterator[Ticket]:
        for number, ticket in enumerate(self._everybodys()):
            if number % self._batch_size in self._own:
                yield ticket

    def _everybodys(self) -> Iterator[Ticket]:
        epoch, offset = divmod(self._start, self._n_files)
        while True:
            # The last number keeps this stream apart from the items', which are drawn from seed and position.
            order = np.random.default_rng([self._seed, epoch, 1]).permutation(self._n_files)
            for place in range(offset, self._n_files):
                yield epoch * self._n_files + place, int(order[place])
            epoch, offset = epoch + 1, 0


def make_train_loader(
    files: Sequence[PictureFile],
    config: Config,
    start_position: int = 0,
    cache: PictureCache | None = None,
    ranks: Ranks | None = None,
    device: torch.device = _CPU,
) -> DataLoader:
    """Return a loader of endless batches, of which the first begins at a position of the stream.

    Position p is picture p modulo n of epoch p // n: a run continues exactly where it stopped by starting at the number
    of items it has used, whatever the number of workers. A batch holds all pictures of a step; with many ranks, this
    rank's share of them. For a GPU as the ``device``, batches lie in page-locked memory, and edges may be left to it.

    Raises:
        InpaintError: No picture can be read, the folder of mask pictures is missing, empty or holds no usable mask, or
            ``batch_size`` cannot be shared equally.
    """
    ranks = ranks or Ranks()
    check_shares(config, ranks.size)
    n_pictures = config.batch_size * config.accumulation_steps
    on_gpu = device.type == "cuda"
    return DataLoader(
        InpaintDataset(
            SampleMaker(files, config, train=True, cache=cache, defer_edges=on_gpu and config.edge_device == "gpu")
        ),
        batch_size=n_pictures // ranks.size,
        sampler=StreamSampler(len(files), config.seed, start_position, n_pictures, ranks),
        pin_memory=on_gpu,
        persistent_workers=config.workers > 0,
        prefetch_factor=max(1, 4 // config.accumulation_steps) if config.workers > 0 else None,
        **_common(config),
    )


def check_shares(config: Config, n_processes: int) -> None:
    """Raise `InpaintError` ``batch-indivisible`` when processes cannot share a batch equally."""
    if config.batch_size % n_processes:
        raise InpaintError(
            "batch-indivisible",
            f"batch_size: {config.batch_size} pictures cannot be shared equally by {n_processes} processes.",
            f"Set batch_size to a multiple of {n_processes}, or start another number of processes.",
        )


def make_val_loader(files: Sequence[PictureFile], config: Config) -> DataLoader:
    """Return a loader over ``val_size`` pictures with the same masks each time, the last batch maybe smaller.

    The pictures are spread evenly over the set, so that a set sorted by source is scored on every source.

    Raises:
        InpaintError: No picture can be read, or the folder of mask pictures is missing, empty or holds no usable mask.
    """
    try:
        maker = SampleMaker(files, config, train=False)
    except NothingReadable as error:
        if not config.val_data:
            raise
        raise InpaintError(error.code, f"val_data: {error.message}", error.hint) from error
    count = min(config.val_size, len(maker))
    tickets = [(position, position * len(maker) // count) for position in range(count)]
    return DataLoader(
        InpaintDataset(maker),
        batch_size=config.batch_size,
        sampler=tickets,
        **_common(config),
    )


def _common(config: Config) -> dict:
    return {
        "num_workers": config.workers,
        "collate_fn": collate,
        "worker_init_fn": start_worker,
        # A loader draws a base seed when it starts; from a generator of its own, so that the run's stays exact.
        "generator": torch.Generator(),
    }


def start_worker(_worker_id: int) -> None:
    """Make a loader's process one thread wide and deaf to what is meant for the trainer."""
    # One thread a worker, or the workers fight for the cores.
    cv2.setNumThreads(0)
    # Ctrl+C and a service manager's SIGTERM reach the whole process group: the trainer decides what they mean, and
    # needs its workers to stop in order. They notice by themselves when it is gone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)

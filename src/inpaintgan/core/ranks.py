"""The processes that do one piece of work together, seen from one of them; here the usual case, a process alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import torch

T = TypeVar("T")
CallT = TypeVar("CallT", bound=Callable[..., Any])


class Ranks:
    """A group of one, and the contract of the group of many, which `training.runtime` derives from it.

    All ranks must call the methods that exchange something (all but `share`) in the same order.

    Attributes:
        rank: This process's number in the group, from 0; rank 0 alone writes files and talks.
        size: The number of processes.
        restartable: Whether a launcher started this process and may start it again after a failure.
    """

    rank = 0
    size = 1
    restartable = False

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """This rank's part of a list: every ``size``-th item, from number ``rank`` on."""
        return items[self.rank :: self.size]

    def gather(self, value: T) -> list[T]:
        """The values of all ranks in their order, on every rank. Values must be picklable."""
        return [value]

    def first(self, work: Callable[[], T]) -> T:
        """Have rank 0 do something while the others wait; its result, or its refusal, becomes everybody's."""
        return work()

    def in_turn(self, work: Callable[[], T]) -> T:
        """Have every rank do something, but one on each machine before all others there."""
        return work()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What fails within on one rank fails on all, with the same words, instead of leaving the others waiting.

        Nothing may be exchanged within.
        """
        yield

    def largest(self, *values: float) -> tuple[float, ...]:
        """The largest of each value over the ranks."""
        return values

    def use(self, device: torch.device) -> torch.device:
        """Get ready to train on a kind of device, and return this rank's own one of that kind.

        Raises:
            InpaintError: ``devices-missing`` or ``devices-differ``.
        """
        return device

    def explain(self, error: BaseException) -> BaseException:
        """An error in words, where it only says that another rank is gone."""
        return error

    def mean(self, tensor: torch.Tensor) -> torch.Tensor:
        """The mean over the ranks of a tensor on the training device; no gradient flows through it."""
        return tensor

    def synced(self, network: torch.nn.Module, call: CallT) -> CallT:
        """Return ``call``, made such that the gradients a backward pass leaves in ``network`` are means over the ranks.

        ``call`` has to use the network once per backward pass, and all of its parameters that require gradients.
        """
        del network
        return call

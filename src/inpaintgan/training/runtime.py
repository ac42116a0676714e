"""How a training computes: seed, threads, device, autocast, and the processes that share the work.

Many processes are PyTorch's own engine: ``torchrun`` starts them, on one machine or many, and
`DistributedDataParallel` averages the gradients. Nothing outside of this file knows `torch.distributed`.
"""

from __future__ import annotations

import ctypes
import os
import random
import signal
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ..core.config import Config
from ..core.errors import InpaintError, in_words
from ..core.exit_codes import FAILED, INTERRUPTED, REFUSED
from ..core.paths import main_script
from ..core.ranks import CallT, Ranks
from ..models.device import computes_bfloat16, gpus, pick_device

if TYPE_CHECKING:
    from torch.distributed.distributed_c10d import Store

T = TypeVar("T")

_PATIENCE = timedelta(days=1)
"""Others wait this long while rank 0 scores, saves, or has no disk space left. Torchrun itself sees a process that died."""

_POLL_S = 0.05
_RESTARTS = 3
_STOP_S = 300
"""What ranks are given to finish their step and save, when they are told to stop."""

_PR_SET_PDEATHSIG = 1
"""From Linux's ``sys/prctl.h``: which signal a process is sent when the one that started it has died."""


def prepare(config: Config, ranks: Ranks) -> torch.device:
    """Seed everything, set threads and return the device: with many processes, each its own GPU.

    Every rank starts from the same seed. Nothing in the networks draws random numbers while they train, and what is
    random about a picture depends on its place in the stream.

    Raises:
        InpaintError: ``device-missing``, or ``devices-missing`` when there are fewer GPUs than processes.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    seed_everything(config.seed)
    device = pick_device(config.device)
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True
    return ranks.use(device)


def seed_everything(seed: int) -> None:
    """Start all random generators from a seed."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def autocast(config: Config, device: torch.device) -> torch.autocast:
    """The arithmetic of the networks' forward passes. Losses cast their inputs to float32 themselves."""
    return torch.autocast(device.type, torch.bfloat16, enabled=in_bfloat16(config, device))


def in_bfloat16(config: Config, device: torch.device) -> bool:
    """Whether the networks compute in bfloat16, which ``auto`` leaves to the device."""
    return config.precision == "bfloat16" or (config.precision == "auto" and computes_bfloat16(device))


def is_rank() -> bool:
    """Whether ``torchrun`` started this process."""
    return dist.is_available() and dist.is_torchelastic_launched()


def can_launch() -> bool:
    """Whether several processes can train together on this system."""
    return os.name != "nt"


def launch(n: int, words: Sequence[str]) -> int:
    """Run a command line of this program on n ranks of this machine, as ``torchrun`` does, and start them again if one dies.

    Returns:
        0 when all was done, 2 when the command was refused, 130 after Ctrl+C or SIGTERM, 1 when ranks died again and again.
    """
    # Only launchers need these.
    import torch.distributed.run as torchrun
    from torch.distributed.elastic.multiprocessing import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    os.environ.setdefault("TORCH_ELASTIC_SHUTDOWN_TIMEOUT", str(_STOP_S))
    *before, program = main_script()
    arguments = torchrun.parse_args(["--standalone", "--nproc-per-node", str(n), *before, "--", program, *words])
    for _ in range(1 + _RESTARTS):
        try:
            torchrun.run(arguments)
        except SignalException:
            return INTERRUPTED
        except ChildFailedError as error:
            codes = {failure.exitcode for failure in error.failures.values()}
            if codes <= {REFUSED, -signal.SIGTERM}:  # torchrun ends the others when one has left
                return REFUSED
        else:
            return 0
    return FAILED


@contextmanager
def joined() -> Iterator[Ranks]:
    """Join the processes that ``torchrun`` started beside this one; a process started alone is a group of one."""
    if not is_rank():
        yield Ranks()
        return
    ranks = Processes()
    yield ranks
    # Only after success: a rank that failed leaves at once, since the others may be gone and torchrun sees to the rest.
    dist.barrier()
    dist.destroy_process_group()


class Processes(Ranks):
    """The processes of a ``torchrun``.

    Words travel over gloo on the CPU, so that asking for an order between steps never waits for a GPU. Gradients and
    means travel over a group of their own, NCCL between GPUs.
    """

    restartable = True

    def __init__(self) -> None:
        _die_with_launcher()
        store, self.rank, self.size = _fresh_store()
        dist.init_process_group("gloo", store=store, rank=self.rank, world_size=self.size, timeout=_PATIENCE)
        self._local_rank = int(os.environ["LOCAL_RANK"])
        self._gpus = gpus()
        if self._gpus:
            torch.cuda.set_device(self._gpus[self._local_rank % len(self._gpus)])
        self._gradients: dist.ProcessGroup | None = None

    def use(self, device: torch.device) -> torch.device:
        """Make the group that gradients travel over, and return this rank's own device of the kind given."""
        n_local = int(os.environ["LOCAL_WORLD_SIZE"])
        with self.together():
            if device.type == "cuda":
                if n_local > len(self._gpus):
                    raise InpaintError(
                        "devices-missing",
                        f"{n_local} processes were started on a machine with {len(self._gpus)} GPUs.",
                        "Start one process for each GPU: torchrun --nproc-per-node gpu.",
                    )
                device = torch.device(self._gpus[self._local_rank])
        kinds = set(self.gather(device.type))
        if len(kinds) > 1:
            raise InpaintError(
                "devices-differ",
                "Some of the machines have a GPU and some have none.",
                "Set device to cpu, or to cuda.",
            )
        group = dist.new_group(backend="nccl" if device.type == "cuda" else "gloo", timeout=_PATIENCE)
        assert isinstance(group, dist.ProcessGroup)
        self._gradients = group
        return device

    def gather(self, value: T) -> list[T]:
        values: list[T] = [value] * self.size
        dist.all_gather_object(values, value)
        return values

    def first(self, work: Callable[[], T]) -> T:
        result: list[T | None] = [None]
        with self.together():
            if self.is_first:
                result[0] = work()
        dist.broadcast_object_list(result)
        return result[0]  # pyright: ignore[reportReturnType]

    def in_turn(self, work: Callable[[], T]) -> T:
        result: list[T] = []
        for turn in (True, False):
            with self.together():
                if (self._local_rank == 0) == turn:
                    result.append(work())
        return result[0]

    @contextmanager
    def together(self) -> Iterator[None]:
        own: Exception | None = None
        try:
            yield
        except Exception as error:
            own = error
        failures = [failure for failure in self.gather(own and in_words(own)) if failure]
        if own is not None:
            raise own
        if failures:
            raise failures[0]

    def largest(self, *values: float) -> tuple[float, ...]:
        tensor = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(tensor, dist.ReduceOp.MAX)
        return tuple(tensor.tolist())

    def explain(self, error: BaseException) -> BaseException:
        lost = isinstance(error, dist.DistError) or (isinstance(error, RuntimeError) and "gloo" in str(error))
        if not lost:
            return error
        return InpaintError(
            "rank-lost",
            "Another process of this training ended, or can no longer be reached.",
            "torchrun's own messages say which one; with --max-restarts it starts all of them again.",
        )

    def mean(self, tensor: Tensor) -> Tensor:
        total = tensor.detach().clone()
        dist.all_reduce(total, group=self._gradients)
        return total / self.size

    def synced(self, network: nn.Module, call: CallT) -> CallT:
        device = next(network.parameters()).device
        if device.type == "cuda":
            # Elsewhere there is none: on CPUs each rank normalises over its own share of the batch.
            network = nn.SyncBatchNorm.convert_sync_batchnorm(network, self._gradients)
        return DistributedDataParallel(
            _Call(network, call),
            device_ids=[device] if device.type == "cuda" else None,
            process_group=self._gradients,
            gradient_as_bucket_view=True,
        )  # pyright: ignore[reportReturnType]


def _die_with_launcher() -> None:
    """Have Linux kill this rank with the process that started it.

    A launcher that is killed cannot pass that on. Its ranks would train on unseen, and their lock refuse every resume.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _fresh_store() -> tuple[Store, int, int]:
    """Return a key-value store for this start of the ranks alone, this process's rank and the number of ranks.

    torchrun's own store outlives a restart, with the addresses of processes that are dead by then, and a rank that comes
    early would try to reach them. So rank 0 invents a name for this start and gives it to each rank that asks with a
    token of its own, which no dead process can have asked with.
    """
    # Some builds of PyTorch, for Windows above all, have none of these.
    from torch.distributed.distributed_c10d import PrefixStore
    from torch.distributed.rendezvous import rendezvous

    store, rank, size = next(rendezvous("env://"))
    if rank:
        token = uuid.uuid4().hex
        store.set(f"token/{rank}", token)
        name = store.get(f"answer/{token}").decode()
        store.set(f"{name}/{rank}", "here")
    else:
        name, missing = uuid.uuid4().hex, set(range(1, size))
        while missing:
            for other in missing:
                if store.check([f"token/{other}"]):
                    store.set(f"answer/{store.get(f'token/{other}').decode()}", name)
            missing = {other for other in missing if not store.check([f"{name}/{other}"])}
            time.sleep(_POLL_S)
    return PrefixStore(name, store), rank, size


class _Call(nn.Module):
    """A call that uses a network, as the module that `DistributedDataParallel` wraps."""

    def __init__(self, network: nn.Module, call: Callable) -> None:
        super().__init__()
        self.network = network
        # In a tuple: if it is a module, its other weights are not this one's to average.
        self._call = (call,)

    def forward(self, *args: object, **kwargs: object) -> object:
        return self._call[0](*args, **kwargs)

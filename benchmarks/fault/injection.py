"""``python main.py`` with something going wrong inside, for `benchmarks/faults.py`. The program itself has no such door.

python benchmarks/fault/injection.py [FAULT ...] -- train --data DIR --run DIR ...

nan:edge.generator@37       a weight of that network turns to NaN when the stream of pictures comes to place 37
oom:edge.generator_loss@5   CUDA memory runs out in the fifth call of that method
disk:/some/flag=EROFS       the disk refuses to write while that file exists (where nothing may be mounted)
retry:0.5                   seconds between two tries on a disk that refuses
"""

from __future__ import annotations

import errno
import os
import runpy
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src"))


def inject_nan(where: str) -> None:
    """Patch the training step."""
    import torch

    from inpaintgan.training.stages import Stage

    network, position = where.split("@")
    name, part = network.split(".")
    real = Stage.step

    def poisoned(self: Stage, batch: Any, step: int) -> Any:
        logs = real(self, batch, step)
        if int(position) in batch.positions:
            with torch.no_grad():
                next(getattr(self.trained[name].model, part).parameters()).fill_(float("nan"))
        return logs

    Stage.step = poisoned


def inject_oom(where: str) -> None:
    """Patch one of a model's two losses. In the generator's, the discriminator has already moved."""
    import torch

    from inpaintgan.models.edge_model import EdgeModel
    from inpaintgan.models.inpaint_model import InpaintModel

    place, call = where.split("@")
    name, method = place.split(".")
    owner = {"edge": EdgeModel, "inpaint": InpaintModel}[name]
    real, calls = getattr(owner, method), iter(range(1, sys.maxsize))

    def loss(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == int(call):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return real(*args, **kwargs)

    setattr(owner, method, loss)


def inject_disk(where: str) -> None:
    """Patch the two functions through which a training writes: whole files, and lines of its log."""
    from inpaintgan.core import atomic
    from inpaintgan.core.events import EventLog
    from inpaintgan.training import state

    flag, name = where.rsplit("=", 1)
    number = getattr(errno, name)

    def refused(real: Any) -> Any:
        def write(*args: Any, **kwargs: Any) -> Any:
            if Path(flag).exists():
                raise OSError(number, os.strerror(number))
            return real(*args, **kwargs)

        return write

    atomic.write_atomic = state.write_atomic = refused(atomic.write_atomic)
    EventLog.flush = refused(EventLog.flush)


def set_retry(seconds: str) -> None:
    """Shorten the wait for a disk."""
    from inpaintgan.training import disk

    disk._RETRY_S = float(seconds)


INJECTIONS = {"disk": inject_disk, "nan": inject_nan, "oom": inject_oom, "retry": set_retry}


def run(faults: list[str], words: list[str]) -> None:
    """Inject faults and run the command line."""
    wanted = dict(fault.split(":", 1) for fault in faults)
    for kind, where in wanted.items():
        INJECTIONS[kind](where)
    sys.argv[:] = [str(ROOT / "main.py"), *words]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    end = sys.argv.index("--")
    run(sys.argv[1:end], sys.argv[end + 1 :])

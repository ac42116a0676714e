"""What computes a training, on builds of PyTorch that lack a part."""

from __future__ import annotations

import subprocess
import sys

from inpaintgan.core.child import child_environment

_WITHOUT_DISTRIBUTED = """
import sys

class Remover:
    def find_spec(name, path, target=None):
        if name == "torch.distributed":
            import torch._C
            for part in ("_c10d_init", "_rpc_init", "_dist_autograd_init", "_faulty_agent_init"):
                vars(torch._C).pop(part, None)

sys.meta_path.insert(0, Remover)
import torch.distributed
from inpaintgan.training.runtime import joined
assert not torch.distributed.is_available()
with joined() as ranks:
    print(ranks.size)
"""


def test_one_process_needs_no_pytorch_for_many():
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_DISTRIBUTED],
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "1\n", done.stderr

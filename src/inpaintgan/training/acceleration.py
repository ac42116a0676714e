"""What makes a GPU fast and changes no result beyond rounding: memory format and compiled networks."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TypeVar

import torch
from torch import nn

from ..core.config import Config
from ..networks.generator import Generator

ModuleT = TypeVar("ModuleT", bound=nn.Module)


def placed(network: ModuleT, device: torch.device) -> ModuleT:
    """Move a network to a device, on a GPU in channels-last memory, which its convolutions work in."""
    network = network.to(device)
    return network.to(memory_format=torch.channels_last) if device.type == "cuda" else network


def compile_networks(networks: Iterable[nn.Module], config: Config, device: torch.device) -> bool:
    """Compile networks in place where the config wants it; returns whether they are.

    With ``auto`` they are on a GPU, unless this machine lacks what the compiler needs.
    """
    if config.compile == "off" or (config.compile == "auto" and not (device.type == "cuda" and _can_compile(device))):
        return False
    # Above that many forms of one function PyTorch stops compiling it. Both models share theirs, each has some for the losses
    # of either side, with spectral norm's vectors moving or held: 12 in a joint training that accumulates.
    torch._dynamo.config.recompile_limit = max(64, torch._dynamo.config.recompile_limit)
    for network in networks:
        if isinstance(network, Generator):
            # Its layers, without the smooth fill before them: hundreds of small steps, which take a minute to compile.
            network.logits = torch.compile(network.logits, dynamic=False)
        else:
            network.compile(dynamic=False)
    return True


def uncompiled() -> AbstractContextManager[object]:
    """Within it compiled networks run as they are written.

    What runs now and then, on batches of other sizes and without autocast, would be compiled again for far longer than it runs.
    """
    return torch.compiler.set_stance("force_eager")


def _can_compile(device: torch.device) -> bool:
    """Whether compiling works here at all: Triton or a C++ compiler may be missing."""
    try:
        torch.compile(lambda x: x.sin() + x)(torch.zeros(8, device=device))
    except Exception:
        return False
    return True

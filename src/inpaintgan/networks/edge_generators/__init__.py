"""Edge generators by the name they have in ``config.yml``. Each takes (masked gray, masked edge, mask)."""

from __future__ import annotations

from collections.abc import Callable

from ..generator import EdgeGenerator
from .edgeconnect import EdgeConnectGenerator
from .effunet import EffUNetGenerator
from .egc import EGCGenerator
from .mec import MECGenerator
from .mec_shared import SharedMECGenerator
from .multistep import MultistepGenerator

EDGE_GENERATORS: dict[str, Callable[..., EdgeGenerator]] = {
    "mec": MECGenerator,
    "mec-shared": SharedMECGenerator,
    "edgeconnect": EdgeConnectGenerator,
    "egc": EGCGenerator,
    "effunet": EffUNetGenerator,
    "multistep": MultistepGenerator,
}

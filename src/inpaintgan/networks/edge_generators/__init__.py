"""Edge generators by the name they have in ``config.yml``. Each takes (masked gray, masked edge, mask)."""

from __future__ import annotations

from collections.abc import Callable

from ..blocks import EdgeGenerator
from .edgeconnect import EdgeConnectGenerator
from .mec import MECGenerator

EDGE_GENERATORS: dict[str, Callable[..., EdgeGenerator]] = {"mec": MECGenerator, "edgeconnect": EdgeConnectGenerator}

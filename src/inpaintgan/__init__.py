"""InpaintGAN: training and using two-stage (edge, then colour) image inpainting networks."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .inference.pipeline import Inpainter

__version__ = "0.1.0"
__all__ = ["Inpainter", "__version__"]


def __getattr__(name: str) -> Any:
    # On demand: the window imports this package and must not import torch.
    if name == "Inpainter":
        return importlib.import_module(".inference.pipeline", __name__).Inpainter
    raise AttributeError(name)

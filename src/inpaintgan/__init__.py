"""InpaintGAN: training and using two-stage (edge, then colour) image inpainting networks."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core.config import Config
    from .core.errors import InpaintError
    from .core.rundir import RunDir
    from .data.batch import Batch
    from .data.loader import make_train_loader
    from .data.pictures import open_pictures
    from .inference.pipeline import Inpainter
    from .models.checkpoint import load_checkpoint, save_checkpoint
    from .models.edge_model import EdgeModel
    from .models.inpaint_model import InpaintModel
    from .networks.squeezenet import load_squeezenet
    from .networks.vgg19 import load_vgg19
    from .training.trainer import Trainer

__version__ = "0.1.0"
__all__ = [
    "Batch",
    "Config",
    "EdgeModel",
    "InpaintError",
    "InpaintModel",
    "Inpainter",
    "RunDir",
    "Trainer",
    "__version__",
    "load_checkpoint",
    "load_squeezenet",
    "load_vgg19",
    "make_train_loader",
    "open_pictures",
    "save_checkpoint",
]

_HOMES = {
    "Batch": ".data.batch",
    "Config": ".core.config",
    "EdgeModel": ".models.edge_model",
    "InpaintError": ".core.errors",
    "InpaintModel": ".models.inpaint_model",
    "Inpainter": ".inference.pipeline",
    "RunDir": ".core.rundir",
    "Trainer": ".training.trainer",
    "load_checkpoint": ".models.checkpoint",
    "load_squeezenet": ".networks.squeezenet",
    "load_vgg19": ".networks.vgg19",
    "make_train_loader": ".data.loader",
    "open_pictures": ".data.pictures",
    "save_checkpoint": ".models.checkpoint",
}


def __getattr__(name: str) -> Any:
    # On demand: the window imports this package and must not import torch.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

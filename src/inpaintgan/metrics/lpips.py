"""LPIPS as published. Its learned weights come with torchmetrics, the network below them from torchvision."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from ..core.errors import InpaintError

_NAMES = {"alex": "AlexNet", "vgg": "VGG16", "squeeze": "SqueezeNet 1.1"}


class Lpips:
    """Learned perceptual distance of whole pictures.

    Attributes:
        name: The network, which every score over it has to name, and where its weights came from.

    Source: Zhang et al. (arXiv 1801.03924), version 0.1.
    """

    def __init__(self, network: Literal["alex", "vgg", "squeeze"], device: torch.device) -> None:
        """Load it, from PyTorch's cache or once from the internet.

        Args:
            network: ``"alex"`` (233 MB), ``"vgg"`` (528 MB) or ``"squeeze"`` (5 MB).
            device: Where to compute.

        Raises:
            InpaintError: ``weights-missing`` where the network's weights can be neither found nor downloaded.
        """
        from torchmetrics.image import LearnedPerceptualImagePatchSimilarity  # seconds of imports

        try:
            metric = LearnedPerceptualImagePatchSimilarity(network, reduction="none", normalize=True)
        except (OSError, RuntimeError) as error:
            raise InpaintError(
                "weights-missing",
                f"--lpips: torchvision's weights of {_NAMES[network]} are neither on this machine nor downloadable.",
                "Try again with a network connection, or leave --lpips out.",
            ) from error
        self._metric = metric.to(device)
        self.name = f"{_NAMES[network]}, torchvision IMAGENET1K_V1"

    @torch.inference_mode()
    def __call__(self, fake: Tensor, real: Tensor) -> Tensor:
        """(B, 3, H, W) RGB in [0, 1] twice to (B,), 0 for equal pictures."""
        distances = self._metric(fake, real)
        self._metric.reset()
        return distances

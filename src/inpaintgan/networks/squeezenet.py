"""SqueezeNet 1.1's features, frozen: what is cheap to look through and sees more than half of a face at once.

Its last maps have one place for 16x16 pixels, each of which sees 207 px, for 0.35 GMAC at 256x256; VGG19 up to relu3_4
sees 48 px, for 14.6 GMAC.

Source: Iandola et al. (arXiv 1602.07360) and the 1.1 of its authors; layers after each change as in LPIPS (1801.03924).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..core.errors import InpaintError
from .pretrained import Colours, origin, pretrained_state

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

_OUTPUTS = (1, 4, 7, 9, 10, 11, 12)
"""Conv1 and fire3, 5, 6, 7, 8, 9, counted as torchvision's layers are."""


class SqueezeNetFeatures(nn.Module):
    """The convolutions of SqueezeNet 1.1; gives seven maps of 64 to 512 channels."""

    def __init__(self, state: dict[str, Tensor], origin: str, *, caffe: bool) -> None:
        """Build from convolution weights.

        Args:
            state: Under the names of torchvision's ``features``.
            origin: Where the weights came from, for the run's record.
            caffe: The weights expect BGR 0-255 less the channel means, instead of torchvision's normalised RGB.
        """
        super().__init__()
        from torchvision.models import squeezenet1_1  # two seconds of imports, at the start of every command

        self.origin = origin
        self.trunk = squeezenet1_1(weights=None).features
        self.trunk.load_state_dict(state)
        self.colours = Colours(caffe=caffe)
        self.requires_grad_(False).eval()
        self.to(memory_format=torch.channels_last)

    def forward(self, image: Tensor) -> list[Tensor]:
        """(B, 3, H, W) RGB in [0, 1], at least 32x32, to maps of a half to a sixteenth of its size."""
        x = self.colours(image)
        maps = []
        for index, layer in enumerate(self.trunk):
            x = layer(x)
            if index in _OUTPUTS:
                maps.append(x)
        return maps


def load_squeezenet(weights: str = "auto") -> SqueezeNetFeatures | None:
    """Find SqueezeNet 1.1's weights.

    Args:
        weights: ``"auto"`` for torchvision's, downloaded once into PyTorch's cache; or a file in torchvision's layout
            (``features.N...``) or of the features alone, which are Caffe's (BGR 0-255).

    Returns:
        The network, or None for ``"auto"`` where the weights can be neither found nor downloaded.

    Raises:
        InpaintError: ``weights-unreadable`` for a named file that is missing or holds no SqueezeNet 1.1.
    """
    state = pretrained_state(weights, _torchvisions, "hrf_weights", "Give a SqueezeNet 1.1 file, or 'auto'.")
    if state is None:
        return None
    caffe = not any(name.startswith("features.") for name in state)
    features = state if caffe else {
        name.removeprefix("features."): value for name, value in state.items() if name.startswith("features.")
    }  # fmt: skip
    try:
        return SqueezeNetFeatures(features, f"SqueezeNet 1.1, {origin(weights)}", caffe=caffe)
    except (RuntimeError, TypeError) as error:
        raise InpaintError("weights-unreadable", f"hrf_weights: {weights} holds no SqueezeNet 1.1.") from error


def _torchvisions() -> WeightsEnum:
    from torchvision.models import SqueezeNet1_1_Weights

    return SqueezeNet1_1_Weights.IMAGENET1K_V1

"""VGG19's features, frozen, for the perceptual and style losses and the perceptual proxy; and where its weights come from.

Source: Simonyan and Zisserman (arXiv 1409.1556), configuration E.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..core.errors import InpaintError
from .pretrained import Colours, origin, pretrained_state

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

LAYERS = (
    "relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_4", "relu4_1", "relu4_4", "relu5_1", "relu5_2",
)  # fmt: skip
"""The outputs that losses and scores use."""

_BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
# Caffe-style weights take 0-255 pixels, so their features are larger by this factor; the layers are scaled, which lets one
# set of loss weights serve both families.
_CAFFE_SCALE = 255 * 0.226


class VGG19Features(nn.Module):
    """The first convolutions of VGG19 with named ReLU outputs, cut after the last layer anyone asks for."""

    def __init__(self, state: dict[str, Tensor], origin: str, *, caffe: bool, imagenet_normalization: bool) -> None:
        """Build from convolution weights.

        Args:
            state: ``conv1_1.weight``, ``conv1_1.bias`` and so on, without gaps from the first layer.
            origin: Where the weights came from, for the run's record.
            caffe: The weights expect BGR 0-255 less the channel means, instead of torchvision's normalised RGB.
            imagenet_normalization: Normalise for torchvision weights; Caffe-style weights always need theirs.
        """
        super().__init__()
        self.origin = origin
        self.convs = nn.ModuleDict()
        wanted = {name.removeprefix("relu") for name in LAYERS}
        names = [name for name in _layer_names() if f"conv{name}.weight" in state]
        while names and names[-1] not in wanted:
            names.pop()
        for name in names:
            weight, bias = state[f"conv{name}.weight"], state[f"conv{name}.bias"]
            if caffe:  # ReLU passes a positive factor on, so the first layer's serves all; biases come in on the way
                weight, bias = weight / _CAFFE_SCALE if name == "1_1" else weight, bias / _CAFFE_SCALE
            layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
            layer.load_state_dict({"weight": weight, "bias": bias})
            self.convs[name] = layer
        self.layer_names = frozenset(f"relu{name}" for name in names)
        self.colours = Colours(caffe=caffe, normalize=imagenet_normalization)
        self.requires_grad_(False).eval()
        # On a CPU too: pooling takes a fifth of the time, and there are no norms to slow it down.
        self.to(memory_format=torch.channels_last)

    def forward(self, image: Tensor, layers: tuple[str, ...]) -> dict[str, Tensor]:
        """Compute named features.

        Args:
            image: (B, 3, H, W) RGB in [0, 1].
            layers: Names such as ``"relu3_1"``; those that these weights lack are left out of the result.

        Returns:
            Features by name; the pass stops at the last one wanted.
        """
        left = set(layers) & self.layer_names
        x = self.colours(image)
        features = {}
        for name, layer in self.convs.items():
            if not left:
                break
            if name.endswith("_1") and name != "1_1":
                x = nn.functional.max_pool2d(x, 2)
            x = nn.functional.relu(layer(x))
            if f"relu{name}" in left:
                left.remove(f"relu{name}")
                features[f"relu{name}"] = x
        return features


def _layer_names() -> list[str]:
    return [f"{block}_{i}" for block, (_, n) in enumerate(_BLOCKS, 1) for i in range(1, n + 1)]


def load_vgg19(weights: str = "auto", imagenet_normalization: bool = True) -> VGG19Features | None:
    """Find VGG19's weights.

    Args:
        weights: ``"auto"`` for torchvision's, downloaded once into PyTorch's cache; ``"off"``; or a weights file in
            torchvision's layout (``features.N.weight``) or Keras' (``blockX_convY.weight``, BGR 0-255).
        imagenet_normalization: See `VGG19Features`.

    Returns:
        The network, or None for ``"off"`` and for ``"auto"`` where the weights can be neither found nor downloaded.

    Raises:
        InpaintError: ``weights-unreadable`` for a named file that is missing or holds no VGG19.
    """
    if weights == "off":
        return None
    hint = "Give a VGG19 file of torchvision's or Keras' layout, or 'auto', or 'off'."
    state = pretrained_state(weights, _torchvisions, "perceptual_weights", hint)
    if state is None:
        return None
    convs, caffe = _convolutions(state)
    if "conv1_1.weight" not in convs:
        raise InpaintError("weights-unreadable", f"perceptual_weights: {weights} holds no VGG19 convolutions.")
    return VGG19Features(convs, f"VGG19, {origin(weights)}", caffe=caffe, imagenet_normalization=imagenet_normalization)


def _torchvisions() -> WeightsEnum:
    from torchvision.models import VGG19_Weights  # two seconds of imports, at the start of every command

    return VGG19_Weights.IMAGENET1K_V1


def _convolutions(state: dict[str, Tensor]) -> tuple[dict[str, Tensor], bool]:
    """Rename either layout's keys to ``convX_Y``; returns them and whether they are Caffe-style."""
    if any(key.startswith("block1_conv1") for key in state):
        return {key.replace("block", "conv", 1).replace("_conv", "_", 1): value for key, value in state.items()}, True
    convs, index = {}, 0
    for block, (_, n) in enumerate(_BLOCKS, 1):
        for i in range(1, n + 1):
            for kind in ("weight", "bias"):
                if f"features.{index}.{kind}" in state:
                    convs[f"conv{block}_{i}.{kind}"] = state[f"features.{index}.{kind}"]
            index += 2  # convolution and ReLU
        index += 1  # pooling
    return convs, False

"""Networks whose pooled features stand for a picture in FID, KID and U-IDS/P-IDS, each with the name scores must carry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core.errors import InpaintError
from .pretrained import Colours
from .squeezenet import SqueezeNetFeatures
from .vgg19 import VGG19Features, load_vgg19

_INCEPTION_FILE = "inception_v3_google-0cc3c7bd.pth"
_INCEPTION_PX = 299
_POOLING = "normalised by place, mean over places"
_HINT = "Give a file of torchvision's inception_v3, of SqueezeNet 1.1's features, or of VGG19; or 'auto', or 'off'."


@dataclass(frozen=True)
class Backbone:
    """A frozen network that turns pictures into features.

    Attributes:
        short: Network and layer, which every score over it has to name.
        name: The same with the origin of the weights and the pooling.
        network: (B, 3, H, W) RGB in [0, 1] to (B, D); for a `VGG19Features` the features are those of `layer`.
        layer: Of a `VGG19Features`, whose features other scores share.
    """

    short: str
    name: str
    network: nn.Module
    layer: str = ""

    @torch.inference_mode()
    def __call__(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W) RGB in [0, 1] to (B, D)."""
        if isinstance(self.network, VGG19Features):
            return pooled(self.network(pictures, (self.layer,))[self.layer])
        return self.network(pictures)

    def to(self, device: torch.device) -> Backbone:
        """The same with its network on a device."""
        return Backbone(self.short, self.name, self.network.to(device), self.layer)


def pooled(features: Tensor) -> Tensor:
    """(B, C, H, W) to (B, C): the mean over places of features that have length sqrt(C) at each place.

    Lengths depend on a network's weights and would decide what the kernel of KID sees; pooled features of Inception V3, for
    which it was made, have about this size of their own.
    """
    return F.normalize(features.float(), dim=1).mean((2, 3)) * features.shape[1] ** 0.5


def load_backbone(weights: str, vgg: VGG19Features | None) -> Backbone | None:
    """Find the backbone of set scores.

    Args:
        weights: ``"auto"`` for torchvision's Inception V3 where PyTorch's cache holds it, else ``vgg``; nothing is
            downloaded. ``"off"``; or a file of Inception V3, SqueezeNet 1.1's features (Caffe's) or VGG19.
        vgg: The network of the perceptual proxy, if any.

    Raises:
        InpaintError: ``weights-unreadable`` for a named file that is missing or holds none of these.
    """
    if weights == "off":
        return None
    if weights == "auto":
        cached = Path(torch.hub.get_dir()) / "checkpoints" / _INCEPTION_FILE
        if cached.is_file():
            return _of_file(cached)
        return of_vgg(vgg) if vgg is not None else None
    return _of_file(Path(weights))


def of_vgg(vgg: VGG19Features) -> Backbone:
    """The deepest named layer that the weights hold."""
    layer = max(vgg.layer_names)
    return Backbone(f"VGG19 {layer}", f"{vgg.origin}: {layer}, {_POOLING}", vgg, layer)


def _of_file(file: Path) -> Backbone:
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        if "Mixed_7c.branch1x1.conv.weight" in state:
            network = _Inception(state).requires_grad_(False).eval()
            return Backbone("torchvision's Inception V3", f"Inception V3, {file.name}: last pooling", network)
        if "3.squeeze.weight" in state or "3.expand1x1.weight" in state:
            network = _Last(SqueezeNetFeatures(state, f"SqueezeNet 1.1, {file.name}", caffe=True))
            return Backbone("SqueezeNet 1.1", f"{network.network.origin}: {_POOLING}", network)
    except Exception as error:
        raise InpaintError("weights-unreadable", f"--feature-weights: {file} cannot be read.", _HINT) from error
    try:
        vgg = load_vgg19(str(file))
    except InpaintError as error:
        raise InpaintError(error.code, f"--feature-weights: {file} contains no known network.", _HINT) from error
    assert vgg is not None  # only "off" and "auto" give none
    return of_vgg(vgg)


class _Inception(nn.Module):
    """torchvision's Inception V3 up to its last pooling, 2,048 features; not the network of the published FIDs."""

    def __init__(self, state: dict[str, Tensor]) -> None:
        super().__init__()
        from torchvision.models import inception_v3  # two seconds of imports, at the start of every command

        self.trunk = inception_v3(weights=None, init_weights=False, transform_input=True)
        self.trunk.load_state_dict(state)
        self.trunk.fc = nn.Identity()  # type: ignore[assignment]
        self.colours = Colours(caffe=False)

    def forward(self, pictures: Tensor) -> Tensor:
        size = (_INCEPTION_PX, _INCEPTION_PX)
        x = F.interpolate(pictures.float(), size=size, mode="bilinear", antialias=True, align_corners=False)
        return self.trunk(self.colours(x))


class _Last(nn.Module):
    """The pooled last map of a network that gives a list of them."""

    def __init__(self, network: SqueezeNetFeatures) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        return pooled(self.network(pictures)[-1])

"""What networks see of the fills of one case: the proxy, and features for the scores of whole sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.tensors import to_tensor
from ..metrics.perceptual import PROXY_LAYERS, proxy_of_features
from ..networks.backbones import Backbone, pooled
from ..networks.vgg19 import VGG19Features

_AT_ONCE = 4
"""Pictures in one pass: many large ones would fill the memory with feature maps."""


@dataclass(frozen=True)
class Perception:
    """The networks that look at fills; each picture passes once through each.

    Attributes:
        vgg: For the proxy, or None.
        backbone: For set scores, or None.
        device: Where they compute.
    """

    vgg: VGG19Features | None
    backbone: Backbone | None
    device: torch.device

    @property
    def has_proxy(self) -> bool:
        return self.vgg is not None and set(PROXY_LAYERS) <= self.vgg.layer_names

    @torch.inference_mode()
    def look(
        self, real: NDArray[np.uint8], fills: Sequence[NDArray[np.uint8]], mask: NDArray[np.uint8]
    ) -> tuple[list[float], NDArray[np.float32] | None]:
        """Compare composites with the picture.

        Args:
            real: (H, W, 3) uint8.
            fills: Composites, each as ``real``.
            mask: (H, W), 1 in the hole.

        Returns:
            The proxy of each fill, empty without VGG19; the features of the picture and then of each fill, (1 + n, D),
            None without a backbone.
        """
        hole = to_tensor([mask[..., None] * np.uint8(255)]).to(self.device)
        true_maps, true_features = self._see([real])
        proxies: list[float] = []
        features = [true_features]
        for start in range(0, len(fills), _AT_ONCE):
            maps, found = self._see(fills[start : start + _AT_ONCE])
            features.append(found)
            if self.has_proxy:
                proxies += proxy_of_features(maps, true_maps, hole).tolist()
        known = [found.cpu().numpy() for found in features if found is not None]
        return proxies, np.concatenate(known) if known else None

    def _see(self, pictures: Sequence[NDArray[np.uint8]]) -> tuple[dict[str, Tensor], Tensor | None]:
        if self.vgg is None and self.backbone is None:
            return {}, None
        x = to_tensor(pictures).to(self.device)
        shared = self.backbone is not None and self.backbone.network is self.vgg
        wanted = PROXY_LAYERS if self.has_proxy else ()
        if self.backbone is not None and shared:
            wanted = (*wanted, self.backbone.layer)
        maps = self.vgg(x, wanted) if self.vgg is not None and wanted else {}
        if self.backbone is None:
            return maps, None
        return maps, pooled(maps[self.backbone.layer]) if shared else self.backbone(x)

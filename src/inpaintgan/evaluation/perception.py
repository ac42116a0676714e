"""What networks see of the fills of one case: the proxy, LPIPS, and features for the scores of whole sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.tensors import flags_to_tensor, to_tensor
from ..metrics.lpips import Lpips
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
        lpips: For LPIPS, or None.
    """

    vgg: VGG19Features | None
    backbone: Backbone | None
    device: torch.device
    lpips: Lpips | None = None

    @property
    def has_proxy(self) -> bool:
        return self.vgg is not None and set(PROXY_LAYERS) <= self.vgg.layer_names

    @torch.inference_mode()
    def look(
        self, real: NDArray[np.uint8], fills: Sequence[NDArray[np.uint8]], mask: NDArray[np.uint8]
    ) -> tuple[list[dict[str, float]], NDArray[np.float32] | None]:
        """Compare composites with the picture.

        Args:
            real: (H, W, 3) uint8.
            fills: Composites, each as ``real``.
            mask: (H, W), 1 in the hole.

        Returns:
            For each fill its ``proxy`` and ``lpips``, as far as there are networks for them; the features of the picture
            and then of each fill, (1 + n, D), None without a backbone.
        """
        hole = flags_to_tensor([mask]).to(self.device)
        picture = to_tensor([real]).to(self.device)
        true_maps, true_features = self._see(picture)
        scores: list[dict[str, float]] = []
        features = [true_features]
        for start in range(0, len(fills), _AT_ONCE):
            part = to_tensor(fills[start : start + _AT_ONCE]).to(self.device)
            maps, found = self._see(part)
            features.append(found)
            distances: dict[str, list[float]] = {}
            if self.has_proxy:
                distances["proxy"] = proxy_of_features(maps, true_maps, hole).tolist()
            if self.lpips is not None:
                distances["lpips"] = self.lpips(part, picture.expand_as(part)).tolist()
            scores += [{name: values[i] for name, values in distances.items()} for i in range(len(part))]
        known = [found.cpu().numpy() for found in features if found is not None]
        return scores, np.concatenate(known) if known else None

    def _see(self, x: Tensor) -> tuple[dict[str, Tensor], Tensor | None]:
        shared = self.backbone is not None and self.backbone.network is self.vgg
        wanted = PROXY_LAYERS if self.has_proxy else ()
        if self.backbone is not None and shared:
            wanted = (*wanted, self.backbone.layer)
        maps = self.vgg(x, wanted) if self.vgg is not None and wanted else {}
        if self.backbone is None:
            return maps, None
        return maps, pooled(maps[self.backbone.layer]) if shared else self.backbone(x)

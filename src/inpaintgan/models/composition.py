"""How inputs are masked and outputs composed; the one place that knows what a hole looks like to each network."""

from __future__ import annotations

from torch import Tensor

from ..networks.smooth_fill import spread


def masked_image(image: Tensor, mask: Tensor) -> Tensor:
    """(B, C, H, W) with the hole at 1.

    The papers' Eq. 5 writes 0; both papers' systems feed 1.
    """
    return image * (1 - mask) + mask


def composite(inside: Tensor, outside: Tensor, mask: Tensor) -> Tensor:
    """``inside`` in the hole, ``outside`` elsewhere."""
    return inside * mask + outside * (1 - mask)


def corrected(painted: Tensor, image: Tensor, mask: Tensor) -> Tensor:
    """Take off, in the hole, what a painted picture has wrong next to it: there known colour tells by how much.

    Networks with an unshuffle stem reproduce known colour as it is; behind the papers' stem this keeps seams away.
    """
    return (painted + spread(image - painted, mask)).clamp(0, 1)

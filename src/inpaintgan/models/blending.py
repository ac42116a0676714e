"""Weights between those of two trainings: what one loss made sharp and another kept near the truth, in a chosen measure.

Of two networks of which one was trained on from the other, the weighted mean of their weights is a network that works too.

Source: network interpolation, ESRGAN (Wang et al., arXiv 1809.00219), section 3.4.
"""

from __future__ import annotations

import torch

from ..core.errors import InpaintError
from ..networks.weights import weights_fit
from .checkpoint import Checkpoint


def blend(checkpoint: Checkpoint, other: Checkpoint, share: float) -> None:
    """Move a checkpoint's inpaint generator towards another's; its edge generator stays.

    Args:
        checkpoint: Changed in place.
        other: Of a training that the first began from, or that began where it did.
        share: Of the result, what is the other's, 0 to 1.

    Raises:
        InpaintError: ``share-invalid``, or ``checkpoint-mismatch`` where the two networks differ, or one is missing.
    """
    if not 0 <= share <= 1:
        raise InpaintError("share-invalid", f"A share of {share} is not between 0 and 1.")
    ours, theirs = checkpoint.inpaint_generator, other.inpaint_generator
    others = theirs.state_dict() if theirs else {}
    problems = weights_fit(others, ours) if ours else ["there is nothing to blend"]
    if ours is None or problems:
        raise InpaintError(
            "checkpoint-mismatch",
            f"The inpaint generators of {checkpoint.path} and {other.path} cannot be blended: {'; '.join(problems[:3])}.",
            "Blend with the checkpoint that the training began from.",
        )
    ours.load_state_dict({name: torch.lerp(value, others[name], share) for name, value in ours.state_dict().items()})

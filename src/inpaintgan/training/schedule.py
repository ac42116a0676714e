"""What follows the step alone: the learning rate, and how often true edges are shown while they give way to predictions.

Neither has a memory, so that a resumed run takes up both exactly where it stopped.
"""

from __future__ import annotations

import math

from ..core.config import Config


def lr_factor(config: Config, step: int) -> float:
    """The learning rate of a step as a share of the config's.

    Args:
        config: Of which ``lr_schedule`` and its settings, ``lr_warmup_steps`` and ``max_iters``, are used.
        step: The number of steps before this one.
    """
    return min(1.0, (step + 1) / max(1, config.lr_warmup_steps)) * _scheduled(config, step)


def _scheduled(config: Config, step: int) -> float:
    if config.lr_schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * min(1.0, step / config.max_iters)))
    if config.lr_schedule == "drop" and step >= config.lr_drop_step:
        return config.lr_drop_factor
    return 1.0


def annealed_share(config: Config, steps: int) -> float:
    """The probability that a picture is painted along its true edges, after some steps of auto's inpaint phase."""
    return max(0.0, 1 - steps / config.auto_anneal_steps) if config.auto_anneal_steps else 0.0

"""How a training computes: seed, threads, device, autocast."""

from __future__ import annotations

import random

import numpy as np
import torch

from ..core.config import Config
from ..models.device import pick_device


def prepare(config: Config) -> torch.device:
    """Seed everything, set threads and return the device."""
    if config.threads:
        torch.set_num_threads(config.threads)
    random.seed(config.seed)
    np.random.seed(config.seed)
    torch.manual_seed(config.seed)
    device = pick_device(config.device)
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True
    return device


def autocast(config: Config, device: torch.device) -> torch.autocast:
    """The arithmetic of the networks' forward passes. Losses cast their inputs to float32 themselves."""
    return torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bfloat16")

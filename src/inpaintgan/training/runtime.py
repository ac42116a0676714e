"""Where and how a training computes: device, threads, seed, autocast."""

from __future__ import annotations

import random
from contextlib import AbstractContextManager

import numpy as np
import torch

from ..core.config import Config
from ..core.errors import InpaintError


def pick_device(wish: str) -> torch.device:
    """Turn ``auto``, ``cpu`` or ``cuda`` into a device.

    Raises:
        InpaintError: ``device-missing`` for cuda where there is none.
    """
    if wish == "cuda" and not torch.cuda.is_available():
        raise InpaintError("device-missing", "No CUDA GPU can be used here.", "Use --device cpu, or auto.")
    return torch.device("cuda" if wish == "cuda" or (wish == "auto" and torch.cuda.is_available()) else "cpu")


def device_name(device: torch.device) -> str:
    """A device in words, for the run's record."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} threads"


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


def autocast(config: Config, device: torch.device) -> AbstractContextManager[None]:
    """The arithmetic of the networks' forward passes. Losses cast their inputs to float32 themselves."""
    return torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bfloat16")

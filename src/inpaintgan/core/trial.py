"""Try it: the settings of one minute of training that shows whether the program works on this machine."""

from __future__ import annotations

import time

from .config import Config
from .config_io import make_config, read_yaml
from .errors import InpaintError
from .paths import resource

TRIAL_SECONDS = 60.0
VERDICT_FILE = "verdict.json"
"""In the run folder: what was found, in words."""
FILL_FILE = "trial-fill.png"
"""In the run folder: a picture with its hole, and beside it the same, filled."""


def trial_name() -> str:
    """A name for the run of a trial that begins now."""
    return f"try-it_{time.strftime('%Y-%m-%d_%H-%M-%S')}"


def trial_config(seconds: float = TRIAL_SECONDS) -> Config:
    """Return the preset "Try it" as a training of both networks on the pictures that come with the program.

    VGG19 stays out of it: its weights may have to be downloaded, which says nothing about the installation.

    Args:
        seconds: Of training, above 0.

    Raises:
        InpaintError: ``config-invalid``.
    """
    if not isinstance(seconds, int | float) or not seconds > 0:  # a page may have sent anything
        raise InpaintError("config-invalid", f"seconds: {seconds} is not allowed.", "Allowed: a number above 0.")
    values = read_yaml(resource("presets") / "try-it.yml")
    return make_config(
        values
        | {
            "stage": "joint",
            "data": str(resource("examples") / "training"),
            "max_seconds": seconds,
            "max_iters": 1_000_000,
            "perceptual_weights": "off",
            # Cross entropy leads: against a discriminator, edges get worse again before they get better, for longer than
            # a minute, and a working computer would look broken.
            "edge_bce_loss_weight": 50.0,
            "fm_loss_weight": 1.0,
            "eval_interval": 0,
            "save_interval": 0,
            "sample_interval": 25,
            "log_interval": 1,
            "workers": 0,
            "cache_gib": 0.0,
            "tensorboard": False,
            # On a GPU the networks would be compiled for most of the minute.
            "compile": "off",
        }
    )

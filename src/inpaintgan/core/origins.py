"""Whether weights that a training is to begin with can fit its networks, told from their settings alone.

Loading them has the last word (`training.build`), seconds later in another process; this is for the window, which says it
while the settings are still being made.
"""

from __future__ import annotations

from pathlib import Path

from .config import ORIGINS, TRAINS, Config
from .config_io import load_config
from .errors import InpaintError
from .rundir import CHECKPOINT_CONFIG, EDGE_WEIGHTS, INPAINT_WEIGHTS, find_checkpoint


def check_origins(config: Config) -> None:
    """Refuse networks of another shape than the weights that ``init_from`` and ``edges_from`` name.

    What cannot be read is left to those who load it.

    Raises:
        InpaintError: ``config-invalid``, with a line for each setting that does not go with them.
    """
    faults: dict[str, str] = {}
    for setting in ORIGINS:
        path = getattr(config, setting)
        if not path:
            continue
        try:
            checkpoint = find_checkpoint(Path(path))
            theirs = load_config(checkpoint / CHECKPOINT_CONFIG)
        except InpaintError:
            continue
        gives_edges = setting == "edges_from" or not config.edges_from
        gives_colour = setting == "init_from" and "inpaint" in TRAINS[config.stage]
        edges = gives_edges and (checkpoint / EDGE_WEIGHTS).is_file()
        colour = gives_colour and (checkpoint / INPAINT_WEIGHTS).is_file()
        if edges and config.edge_generator != theirs.edge_generator:
            faults["edge_generator"] = theirs.edge_generator
        if (edges or colour) and config.width % theirs.width:
            faults["width"] = f"{theirs.width} or a multiple"
        if (edges or colour) and config.stem != theirs.stem and not refines(config.stem, theirs.stem):
            faults["stem"] = theirs.stem
    if faults:
        lines = (
            f"{key}: {getattr(config, key)} does not go with the weights to start from. Allowed: {fits}, or another start."
            for key, fits in faults.items()
        )
        raise InpaintError("config-invalid", "\n".join(lines))


def refines(stem: str, theirs: str) -> bool:
    """Whether networks behind a stem can begin as trained ones behind a coarser one (`networks.finer_stem`)."""
    return (theirs, stem) == ("unshuffle4", "unshuffle")

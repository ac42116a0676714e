"""``python main.py train``: from command-line words to a `Trainer`."""

from __future__ import annotations

import sys
from pathlib import Path

from ..core.child import ERROR
from ..core.config import Config
from ..core.config_io import load_config, with_full_paths
from ..core.errors import InpaintError
from ..core.exit_codes import FAILED, INTERRUPTED
from ..core.paths import resource
from ..core.resuming import check_fixed, check_remaining, check_start, trained_so_far
from ..core.rundir import RunDir
from ..data.loader import check_shares
from ..models.device import gpus, pick_device
from .runtime import can_launch, is_rank, joined, launch
from .sinks import Console
from .trainer import Trainer


def train(run_path: Path, data: str | None, config_file: Path | None, settings: list[str], *, resume: bool) -> int:
    """Train in a run folder; returns the exit code: 0 also after a stop that was ordered, 1 for a failure after the start.

    With the setting ``processes``, this process becomes the launcher of that many, which train together.

    Started by ``torchrun``, the training continues from the newest checkpoint without being asked to: a start cannot be
    told from a restart after a failure. Nor could torchrun tell a stop by a signal from a failure if the exit code were
    not 0.

    The config is ``config_file``, else the one frozen in the run folder, else the program's, with settings on top. A
    resumed run may change what does not alter its networks, such as ``max_iters`` or ``lr``.

    Raises:
        InpaintError: Anything a person can put right.
    """
    run = RunDir(run_path)
    if not is_rank():
        config, trained_before = _checked(run, data, config_file, settings, resume=resume)
        n = config.processes or (len(gpus()) if can_launch() and config.device != "cpu" else 1)
        if n > 1:
            if not can_launch():
                raise InpaintError(
                    "processes-unsupported",
                    f"processes: {n} processes cannot train together on Windows, for which PyTorch has no NCCL.",
                    "Set processes to 1, or train under Linux (WSL).",
                )
            check_shares(config, n)
            if trained_before:  # ranks cannot tell this from a restart, which has to continue whatever it finds
                check_remaining(config, *trained_so_far(run))
            given = [("--data", data), ("--config", config_file), *(("--set", setting) for setting in settings)]
            words = [str(word) for name, value in given if value is not None for word in (name, value)]
            return launch(n, ["train", "--run", str(run_path), *words])
    with joined() as ranks:
        config, trained_before = ranks.first(
            lambda: _checked(run, data, config_file, settings, resume=resume, restarted=ranks.restartable)
        )
        if resume and ranks.is_first and not run.exists:
            print(f"note: There is no training in {run.path} to resume; starting a new one.", file=sys.stderr)
        if ranks.is_first and not trained_before and config.stem == "conv" and pick_device(config.device).type == "cpu":
            print("note: On a CPU, networks with stem conv learn slowly. Faster ones: --config cpu", file=sys.stderr)
        console = Console()
        trainer = Trainer(config, run, resume=trained_before, sinks=[console] if ranks.is_first else [], ranks=ranks)
        try:
            trainer.train()
        except InpaintError as error:
            # Of many ranks each leaves as one that was refused does, so that nobody starts them again for the same end.
            if ranks.restartable or not trainer.reporter.has_begun:
                raise
            print(f"{ERROR}{error}", file=sys.stderr)
            return FAILED
        finally:
            console.close()
        return INTERRUPTED if trainer.orders.interrupted and not ranks.restartable else 0


def _checked(
    run: RunDir,
    data: str | None,
    config_file: Path | None,
    settings: list[str],
    *,
    resume: bool,
    restarted: bool = False,
) -> tuple[Config, bool]:
    """Return the config to train under, and whether there is a checkpoint to continue from. Nothing is written."""
    trained_before = check_start(run, resume=resume or restarted)
    config = with_full_paths(load_config(_config_source(run, config_file), settings, data=data))
    # One command, given again after every power cut, must also do for the first that came before anything was there.
    if resume and not run.exists and not config.data:
        missing = f"There is no training in {run.path} to resume."
        raise InpaintError("resume-impossible", missing, "Choose another --run, or give --data to begin one.")
    if trained_before:
        check_fixed(run, config)
    return config, trained_before


def _config_source(run: RunDir, config_file: Path | None) -> Path:
    if config_file is not None:
        return config_file
    return run.config_file if run.config_file.is_file() else resource("config.yml")

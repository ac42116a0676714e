"""The command line. Every command imports what it needs when it runs, so that the window starts without torch.

Exit codes: 0 when all was done, 1 when a part failed, 2 for bad arguments or input, 130 after Ctrl+C.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from . import __version__, cli_arguments
from .core.child import ERROR
from .core.closed_streams import tolerate_closed_streams
from .core.errors import InpaintError, unseen
from .core.exit_codes import FAILED, INTERRUPTED, REFUSED
from .core.threads import wait_briefly


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code. No arguments open the window."""
    argv = (sys.argv[1:] if argv is None else argv) or ["gui"]
    wait_briefly()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Into a pipe or a file Windows writes its old encoding, which lacks most of the letters of file names. A terminal
            # is left its own, whose lack of a letter must not silence all that follows.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    with tolerate_closed_streams() as output:
        try:
            arguments = parser().parse_args(argv)
            code = arguments.run(arguments)
            output.flush()
            if output.met_full_disk:
                print(f"{ERROR}The disk that takes this command's output is full. Make room on it.", file=sys.stderr)
            return code or (FAILED if output.met_full_disk else 0)
        except (InpaintError, OSError) as error:
            refusal = error if isinstance(error, InpaintError) else unseen(error)
            if refusal is None:
                raise
            if "--json" in argv:
                print(json.dumps({"error": refusal.as_dict()}, ensure_ascii=False))
            print(f"{ERROR}{refusal}", file=sys.stderr)
            return REFUSED
        except KeyboardInterrupt:
            return INTERRUPTED


class _Parser(argparse.ArgumentParser):
    """Refuses words as all else is refused, where argparse would end the process."""

    def error(self, message: str) -> NoReturn:
        raise InpaintError("bad-arguments", f"{message}.", f"See {self.prog} --help.")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse unknown words here: argparse leaves those of a command to the whole parser, whose help lacks its options."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown


def _gui(arguments: argparse.Namespace) -> int:
    from .gui.app import run

    return run(port=arguments.port, window=not arguments.no_window, runs=arguments.runs)


def _train(arguments: argparse.Namespace) -> int:
    from .training.command import train

    return train(arguments.run_dir, arguments.data, arguments.config, arguments.set, resume=arguments.resume)


def _fill(arguments: argparse.Namespace) -> int:
    from .imaging.folder import refuse_missing

    # Before the seconds that importing torch takes.
    refuse_missing(arguments.image, "picture")
    refuse_missing(arguments.mask, "mask")
    if arguments.edges:
        refuse_missing(arguments.edges, "edges", "edge picture")
    from .inference.command import fill
    from .training.runtime import joined

    with joined() as ranks:
        return fill(arguments, ranks)


def _evaluate(arguments: argparse.Namespace) -> int:
    from .evaluation.checkpoint.inputs import open_sets

    sets = open_sets(arguments)  # before the seconds that importing torch takes
    from .evaluation.checkpoint.command import evaluate
    from .training.runtime import joined

    with joined() as ranks:
        return evaluate(arguments, sets, ranks)


def _compare(arguments: argparse.Namespace) -> int:
    from .evaluation.compare.command import compare

    return compare(arguments)


def _export(arguments: argparse.Namespace) -> int:
    from .inference.export import export

    return export(arguments)


def _engines(arguments: argparse.Namespace) -> int:
    from .inference.engine_choice import engines

    return engines(arguments)


def _check_data(arguments: argparse.Namespace) -> int:
    from .data.check import check_data
    from .data.check_report import describe

    report = check_data(arguments.folder, masks=arguments.masks)
    print(report.model_dump_json(indent=2) if arguments.json else describe(report))
    return 0 if report.ok else FAILED


def _try(arguments: argparse.Namespace) -> int:
    from .training.trial import try_it

    return try_it(arguments.seconds, arguments.run_dir)


def _import_edgeconnect(arguments: argparse.Namespace) -> int:
    from .models.edgeconnect_import import import_edgeconnect

    made = import_edgeconnect(
        arguments.output,
        edge=arguments.edge,
        inpaint=arguments.inpaint,
        edge_discriminator=arguments.edge_discriminator,
        inpaint_discriminator=arguments.inpaint_discriminator,
        config_file=arguments.config,
    )
    print(made.path, *(f"  {part}" for part in made.parts), sep="\n")
    return 0


def _release(arguments: argparse.Namespace) -> int:
    from .evaluation.release import release

    given = (arguments.run_dir, arguments.name, arguments.output, arguments.report, arguments.note)
    print(release(*given, blend_with=arguments.blend, share=arguments.share))
    return 0


class _Command(NamedTuple):
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


_COMMANDS = {
    "gui": _Command("open the window (the default)", cli_arguments.gui, _gui),
    "train": _Command("train the networks on a folder of pictures", cli_arguments.train, _train),
    "fill": _Command("fill the hole of a picture, or of a folder of pictures", cli_arguments.fill, _fill),
    "evaluate": _Command(
        "score a checkpoint alongside classical baselines and other programs", cli_arguments.evaluate, _evaluate
    ),
    "compare": _Command(
        "train edge generators under equal conditions and compare them", cli_arguments.compare, _compare
    ),
    "check-data": _Command("look for problems in a folder of pictures", cli_arguments.check_data, _check_data),
    "try": _Command("check the installation with a minute of training on bundled pictures", cli_arguments.try_it, _try),
    "import-edgeconnect": _Command(
        "convert EdgeConnect's or InpaintGAN's .pth files to a checkpoint",
        cli_arguments.import_edgeconnect,
        _import_edgeconnect,
    ),
    "export": _Command("export a checkpoint for other programs", cli_arguments.export, _export),
    "engines": _Command(
        "measure which engine runs a checkpoint fastest here, for --engine auto", cli_arguments.engines, _engines
    ),
    "release": _Command(
        "publish a run's best weights as a checkpoint with a model card", cli_arguments.release, _release
    ),
}


def parser() -> argparse.ArgumentParser:
    """Return what understands a command line; ``run`` of its answer is the function that the words are for."""
    whole = _Parser(
        prog="python main.py" if Path(sys.argv[0]).name == "main.py" else "inpaintgan",
        allow_abbrev=False,
        description="Train and use two-stage image inpainting networks.",
    )
    whole.add_argument("--version", action="version", version=f"InpaintGAN {__version__}")
    commands = whole.add_subparsers(required=True, metavar="command")
    for name, command in _COMMANDS.items():
        one = commands.add_parser(name, help=command.help, description=command.help, allow_abbrev=False)
        command.add_arguments(one)
        one.set_defaults(run=command.run)
    return whole

"""The command line. Every command imports what it needs when it runs, so that the window starts without torch.

Exit codes: 0 when all was done, 1 when a part failed, 2 for bad arguments or input, 130 after Ctrl+C.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
from pathlib import Path
from typing import NoReturn

from . import __version__
from .core.child import ERROR
from .core.engines import ENGINES
from .core.errors import InpaintError
from .core.exit_codes import FAILED, INTERRUPTED, REFUSED

DEVICES = ("auto", "cpu", "cuda")
CHECKPOINT_HELP = "checkpoint or run folder; default: checkpoints/faces on an NVIDIA GPU, else checkpoints/faces-lite"


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code. No arguments open the window."""
    words = (sys.argv[1:] if argv is None else argv) or ["gui"]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            # Into a pipe or a file Windows writes its old encoding, which lacks most of the letters of file names.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        arguments = _parser().parse_args(words)
        return arguments.run(arguments)
    except InpaintError as error:
        if "--json" in words:
            print(json.dumps({"error": error.as_dict()}, ensure_ascii=False))
        print(f"{ERROR}{error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED


class _Parser(argparse.ArgumentParser):
    """Refuses words as all else is refused, where argparse would end the process."""

    def error(self, message: str) -> NoReturn:
        raise InpaintError("bad-arguments", f"{message}.", f"See {self.prog} --help.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="inpaintgan", description="Train and use two-stage image inpainting networks.")
    parser.add_argument("--version", action="version", version=f"InpaintGAN {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    gui = commands.add_parser("gui", help="open the window (the default)")
    gui.add_argument("--port", type=int, help="serve on this port; default: any free one")
    gui.add_argument("--no-window", action="store_true", help="only serve, and print the address as JSON")
    gui.add_argument("--runs", type=_path, help="folder of the trainings; default: runs")
    gui.set_defaults(run=_gui)

    train = commands.add_parser("train", help="train the networks on a folder of pictures")
    train.add_argument("--data", help="folder of training pictures; default: the config's")
    train.add_argument("--run", type=_path, required=True, help="run folder, made when missing", dest="run_dir")
    train.add_argument("--config", type=_path, help="a config.yml; default: the run folder's, else the program's")
    train.add_argument(
        "--set", action="extend", nargs="+", default=[], metavar="KEY=VALUE", help="override one setting"
    )
    train.add_argument("--resume", action="store_true", help="go on from the run's newest checkpoint, if there is one")
    train.set_defaults(run=_train)

    fill = commands.add_parser("fill", help="fill the hole of a picture, or of a folder of pictures")
    fill.add_argument("--image", type=_path, required=True, help="a picture or a folder")
    fill.add_argument("--mask", type=_path, required=True, help="a mask (white is the hole) or a folder of masks")
    fill.add_argument(  # no Path, which would forget a slash at the end
        "--output",
        type=_given,
        required=True,
        help="the filled picture, or the folder for it: one that is there or ends in /",
    )
    fill.add_argument("--checkpoint", type=_path, help=CHECKPOINT_HELP)
    fill.add_argument("--edges", type=_path, help="edges to paint along in the hole, white on black")
    fill.add_argument(
        "--save-edges", type=_path, help="write the picture's edges, with those painted along in the hole"
    )
    fill.add_argument(
        "--feather", type=_px, default=0.0, metavar="PX", help="fade over PX inside the hole into what lies under it"
    )
    fill.add_argument("--device", choices=DEVICES, default="auto")
    fill.add_argument("--engine", choices=ENGINES, default="auto", help="what runs the networks; see main.py engines")
    fill.add_argument("--recursive", action="store_true", help="search sub-folders too")
    fill.add_argument("--skip-existing", action="store_true", help="leave results that are already there")
    fill.add_argument("--overwrite", action="store_true", help="let a result replace the picture it was made from")
    fill.add_argument("--json", action="store_true", help="print the report as JSON")
    fill.set_defaults(run=_fill)

    evaluate = commands.add_parser("evaluate", help="score a checkpoint beside classical baselines and other programs")
    evaluate.add_argument("--checkpoint", type=_path, help=CHECKPOINT_HELP)
    evaluate.add_argument("--data", type=_path, required=True, help="folder of pictures the networks have never seen")
    evaluate.add_argument(
        "--masks", required=True, nargs="+", metavar="MASKS",
        help="holes, one or several of: a folder of masks, or of folders of them named 20-30 and the like; random-block | "
        "half | irregular | mixed; irregular-01-10 ... irregular-50-60 (percent of the picture) | thin | medium | thick "
        "(strokes); buckets | strokes | all",
    )  # fmt: skip
    evaluate.add_argument(
        "--limit", type=_count, default=0, metavar="N", help="score N pictures, spread evenly; 0: all"
    )
    evaluate.add_argument(
        "--candidate", action="append", default=[], metavar="NAME=DIR",
        help="another program's results for what --save-inputs wrote; may be given several times",
    )  # fmt: skip
    evaluate.add_argument(
        "--save-inputs", type=_path, metavar="DIR", help="write pictures, masked pictures and masks for other programs"
    )
    evaluate.add_argument(
        "--perceptual-weights", default="auto", metavar="FILE", help="VGG19 for the proxy, as in config.yml"
    )
    evaluate.add_argument(
        "--lpips", choices=("alex", "vgg", "squeeze"),
        help="score LPIPS of the whole picture too, over this network of torchvision's (downloaded once)",
    )  # fmt: skip
    evaluate.add_argument(
        "--feature-weights", default="auto", metavar="FILE",
        help="network for FID, KID, U-IDS and P-IDS: a file of Inception V3, SqueezeNet or VGG19; auto: Inception V3 "
        "where PyTorch's cache holds it, else the proxy's VGG19; off",
    )  # fmt: skip
    evaluate.add_argument("--seed", type=_count, default=10, help="seed of the masks that are drawn")
    evaluate.add_argument("--device", choices=DEVICES, default="auto")
    evaluate.add_argument("--report", type=_path, metavar="FILE.json", help="write all scores")
    evaluate.add_argument("--html", type=_path, metavar="FILE.html", help="write a page with tables and pictures")
    evaluate.add_argument("--save-fills", type=_path, metavar="DIR", help="write picture, hole and fills side by side")
    evaluate.set_defaults(run=_evaluate)

    compare = commands.add_parser("compare", help="train edge generators alike, score them alike, write a report")
    compare.add_argument("--data", help="folder of training pictures; default: the config's")
    compare.add_argument("--generators", metavar="A,B,...", help="edge generators; default: all")
    budget = compare.add_mutually_exclusive_group(required=True)
    budget.add_argument("--steps", type=int, help="budget of each training in steps")
    budget.add_argument("--seconds", type=float, help="budget of each training in seconds of training")
    compare.add_argument("--seeds", type=int, default=1, metavar="K", help="train each K times, for the spread")
    compare.add_argument("--val-data", help="folder of held-out pictures; default: one in twenty of --data")
    compare.add_argument(
        "--masks", help="holes to score: a folder, or one of the kinds that evaluate draws; default: as trained"
    )
    compare.add_argument("--limit", type=_count, default=0, metavar="N", help="score N pictures, spread evenly; 0: all")
    compare.add_argument("--config", type=_path, help="a config.yml; default: the program's")
    compare.add_argument(
        "--set", action="extend", nargs="+", default=[], metavar="KEY=VALUE", help="override a setting"
    )
    compare.add_argument(
        "--inpaint",
        type=_path,
        metavar="CHECKPOINT",
        help="fills along every edge generator's edges; default: one is trained for each seed",
    )
    compare.add_argument("--perceptual-weights", metavar="FILE", help="VGG19 for losses and proxy, as in config.yml")
    compare.add_argument(
        "--output", type=_path, help="folder; default: runs/comparisons/ and a name from data and budget"
    )
    compare.add_argument(
        "--report", type=_path, metavar="FILE.json", help="write the report, .csv and .html beside it, here too"
    )
    compare.set_defaults(run=_compare)

    check = commands.add_parser("check-data", help="look for problems in a folder of pictures")
    check.add_argument("folder", type=_path)
    check.add_argument("--masks", type=_path, help="folder of masks to check too")
    check.add_argument("--json", action="store_true", help="print the report as JSON")
    check.set_defaults(run=_check_data)

    trial = commands.add_parser("try", help="train for a minute on bundled pictures; says whether all is sound")
    trial.add_argument("--seconds", type=float, default=60.0, help="of training; default: 60")
    trial.add_argument("--run", type=_path, help="run folder; default: one under runs", dest="run_dir")
    trial.set_defaults(run=_try)

    take = commands.add_parser(
        "import-edgeconnect", help="make a checkpoint of EdgeConnect's or InpaintGAN's .pth files"
    )
    take.add_argument("--edge", type=_path, metavar="FILE.pth", help="EdgeModel_gen.pth")
    take.add_argument("--inpaint", type=_path, metavar="FILE.pth", help="InpaintingModel_gen.pth")
    take.add_argument("--edge-discriminator", type=_path, metavar="FILE.pth", help="EdgeModel_dis.pth, to train on")
    take.add_argument(
        "--inpaint-discriminator", type=_path, metavar="FILE.pth", help="InpaintingModel_dis.pth, likewise"
    )
    take.add_argument("--config", type=_path, help="the config.yml beside them, whose settings are kept")
    take.add_argument("--output", type=_path, required=True, help="the checkpoint folder to make")
    take.set_defaults(run=_import_edgeconnect)

    export = commands.add_parser("export", help="write a checkpoint for other programs")
    export.add_argument("--checkpoint", type=_path, help="checkpoint or run folder; default: checkpoints/faces-lite")
    export.add_argument("--format", choices=("onnx",), default="onnx", help="default: onnx")
    export.add_argument("--output", type=_path, required=True, help="the file; its name ends in the format")
    export.set_defaults(run=_export)

    engines = commands.add_parser("engines", help="measure what runs a checkpoint fastest here, for --engine auto")
    engines.add_argument("--checkpoint", type=_path, help=CHECKPOINT_HELP)
    engines.add_argument("--device", choices=DEVICES, default="auto")
    engines.set_defaults(run=_engines)

    release = commands.add_parser("release", help="make a run's best weights a checkpoint with a model card")
    release.add_argument("--run", type=_path, required=True, dest="run_dir")
    release.add_argument("--name", required=True, help="name of the checkpoint folder")
    release.add_argument("--output", type=_path, help="folder to make it in; default: the program's checkpoints")
    release.add_argument("--report", type=_path, metavar="FILE.json", help="a report of evaluate, for the card")
    release.add_argument("--note", default="", help="on the data, its licence and known limits, for the card")
    release.add_argument(
        "--blend", type=_path, metavar="CHECKPOINT", help="mix in the inpaint generator's weights of another training"
    )
    release.add_argument("--share", type=float, default=0.5, help="of the mixture, what is --blend's; default: 0.5")
    release.set_defaults(run=_release)
    return parser


def _gui(arguments: argparse.Namespace) -> int:
    from .gui.app import run

    return run(port=arguments.port, window=not arguments.no_window, runs=arguments.runs)


def _train(arguments: argparse.Namespace) -> int:
    from .training.command import train

    return train(arguments.run_dir, arguments.data, arguments.config, arguments.set, resume=arguments.resume)


def _fill(arguments: argparse.Namespace) -> int:
    from .inference.command import fill
    from .training.runtime import joined

    with joined() as ranks:
        return fill(arguments, ranks)


def _evaluate(arguments: argparse.Namespace) -> int:
    from .evaluation.checkpoint.command import evaluate
    from .training.runtime import joined

    with joined() as ranks:
        return evaluate(arguments, ranks)


def _compare(arguments: argparse.Namespace) -> int:
    from .evaluation.comparison.command import compare

    return compare(arguments)


def _export(arguments: argparse.Namespace) -> int:
    from .inference.export import export

    return export(arguments)


def _engines(arguments: argparse.Namespace) -> int:
    from .inference.engine_choice import engines

    return engines(arguments)


def _given(text: str) -> str:
    # An empty text is what a script's unset variable leaves; as a path it would mean the current folder.
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return text


def _path(text: str) -> Path:
    return Path(_given(text))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 0 on")
    return int(text)


def _px(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1000")
    return value


def _check_data(arguments: argparse.Namespace) -> int:
    from .data.check import check_data, describe

    report = check_data(arguments.folder, masks=arguments.masks)
    print(report.model_dump_json(indent=2) if arguments.json else describe(report))
    return FAILED if any(problem.level == "error" for problem in report.problems) else 0


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

    words = (arguments.run_dir, arguments.name, arguments.output, arguments.report, arguments.note)
    print(release(*words, blend_with=arguments.blend, share=arguments.share))
    return 0

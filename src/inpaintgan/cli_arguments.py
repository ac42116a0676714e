"""The words that each command of the command line takes."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from .core.engines import DEVICES, ENGINES
from .core.formats import MAX_QUALITY
from .core.textures import TEXTURES

_DEVICE = "where to compute; default: auto, which uses a GPU if there is one"
_CHECKPOINT = "checkpoint or run folder; default: checkpoints/faces on an NVIDIA GPU, else checkpoints/faces-lite"


def gui(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="serve on this port; default: any free one")
    parser.add_argument("--no-window", action="store_true", help="only serve, and print the address as JSON")
    parser.add_argument("--runs", type=_path, help="folder of the trainings; default: runs")


def train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", help="folder of training pictures; default: the config's")
    parser.add_argument(
        "--val-data", action="append", type="val_data={}".format, default=[], metavar="VAL_DATA", dest="set",
        help="folder of held-out pictures; default: one in twenty of --data",
    )  # fmt: skip
    parser.add_argument("--run", type=_path, required=True, help="run folder, created if missing", dest="run_dir")
    parser.add_argument(
        "--config",
        type=_config,
        help="a config.yml, or a preset such as cpu; default: the run folder's, else the program's",
    )
    parser.add_argument(
        "--set", action="extend", nargs="+", default=[], metavar="KEY=VALUE", help="override one setting"
    )
    parser.add_argument(
        "--resume", action="store_true", help="continue from the run's newest checkpoint, if there is one"
    )


def fill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--image", type=_path, required=True, help="a picture or a folder")
    parser.add_argument("--mask", type=_path, required=True, help="a mask (white is the hole) or a folder of masks")
    parser.add_argument(  # no Path, which would forget a slash at the end
        "--output",
        type=_given,
        required=True,
        help="the filled picture, or an existing folder, or a path ending in /",
    )
    parser.add_argument("--checkpoint", type=_path, help=_CHECKPOINT)
    parser.add_argument(
        "--edges",
        type=_path,
        help="edges to paint along in the hole, white on black, gray where less certain, or a folder of them",
    )
    parser.add_argument(
        "--save-edges",
        type=_path,
        help="where to write the edges, including those used in the hole; a folder for a folder of pictures",
    )
    parser.add_argument(
        "--feather",
        type=_px,
        default=0.0,
        metavar="PX",
        help="blend into the original over PX pixels inside the hole's border",
    )
    parser.add_argument(
        "--texture", choices=TEXTURES, default="auto",
        help="lay patches of the picture over what is painted, but in faces: everywhere (on) or, with networks that know faces "
        "alone, in thick holes (auto)",
    )  # fmt: skip
    parser.add_argument(
        "--quality", type=_quality, metavar="Q", help="of a JPEG or WebP, 1 to 100; default: as the original, else 95"
    )
    parser.add_argument("--device", choices=DEVICES, default="auto", help=_DEVICE)
    parser.add_argument(
        "--engine", choices=ENGINES, default="auto", help="engine that runs the networks; see the command engines"
    )
    parser.add_argument("--recursive", action="store_true", help="search sub-folders too")
    parser.add_argument("--skip-existing", action="store_true", help="skip pictures whose result already exists")
    parser.add_argument("--overwrite", action="store_true", help="allow overwriting the input picture")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=_path, help=_CHECKPOINT)
    parser.add_argument("--data", type=_path, required=True, help="folder of pictures the networks have never seen")
    parser.add_argument(
        "--masks", required=True, nargs="+", metavar="MASKS",
        help="holes, one or more of: a folder of masks, or of folders of masks with names like 20-30; random-block | "
        "half | irregular | mixed; irregular-01-10 ... irregular-50-60 (percent of the picture; 01-10 for "
        "short) | thin | medium | thick (strokes); buckets | strokes | all",
    )  # fmt: skip
    parser.add_argument("--limit", type=_count, default=0, metavar="N", help="score N pictures, spread evenly; 0: all")
    parser.add_argument(
        "--candidate", action="append", default=[], metavar="NAME=DIR",
        help="another program's results for what --save-inputs wrote; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--save-inputs", type=_path, metavar="DIR", help="write pictures, masked pictures and masks for other programs"
    )
    parser.add_argument(
        "--perceptual-weights", default="auto", metavar="FILE", help="VGG19 for the proxy, as in config.yml"
    )
    parser.add_argument(
        "--lpips", choices=("alex", "vgg", "squeeze"),
        help="also score LPIPS of the whole picture, with this torchvision network (downloaded once)",
    )  # fmt: skip
    parser.add_argument(
        "--feature-weights", default="auto", metavar="FILE",
        help="network for FID, KID, U-IDS and P-IDS: a file of Inception V3, SqueezeNet or VGG19; auto: Inception V3 "
        "where PyTorch's cache holds it, else the proxy's VGG19; off",
    )  # fmt: skip
    parser.add_argument("--seed", type=_count, default=10, help="seed for drawn masks; default: 10")
    parser.add_argument("--device", choices=DEVICES, default="auto", help=_DEVICE)
    parser.add_argument("--report", type=_path, metavar="FILE.json", help="write all scores")
    parser.add_argument("--html", type=_path, metavar="FILE.html", help="write a page with tables and pictures")
    parser.add_argument("--save-fills", type=_path, metavar="DIR", help="write picture, hole and fills side by side")


def compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", help="folder of training pictures; default: the config's")
    parser.add_argument("--generators", metavar="A,B,...", help="edge generators; default: all")
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--steps", type=int, help="budget of each training in steps")
    budget.add_argument("--seconds", type=float, help="budget of each training in seconds of training")
    parser.add_argument("--seeds", type=int, default=1, metavar="K", help="train each K times, for the spread")
    parser.add_argument("--val-data", help="folder of held-out pictures; default: one in twenty of --data")
    parser.add_argument(
        "--masks", help="holes to score: a folder, or one of the kinds that evaluate draws; default: as trained"
    )
    parser.add_argument("--limit", type=_count, default=0, metavar="N", help="score N pictures, spread evenly; 0: all")
    parser.add_argument("--config", type=_config, help="a config.yml, or a preset such as cpu; default: the program's")
    parser.add_argument("--set", action="extend", nargs="+", default=[], metavar="KEY=VALUE", help="override a setting")
    parser.add_argument(
        "--inpaint",
        type=_path,
        metavar="CHECKPOINT",
        help="inpaint checkpoint used for all generators; default: train one per seed",
    )
    parser.add_argument("--perceptual-weights", metavar="FILE", help="VGG19 for losses and proxy, as in config.yml")
    parser.add_argument(
        "--output", type=_path, help="folder; default: runs/comparisons/ and a name from data and budget"
    )
    parser.add_argument(
        "--report", type=_path, metavar="FILE.json", help="also write the report here, with .csv and .html beside it"
    )


def check_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=_path, help="folder of pictures to check")
    parser.add_argument("--masks", type=_path, help="also check this folder of masks")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def try_it(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=60.0, help="seconds to train; default: 60")
    parser.add_argument("--run", type=_path, help="run folder; default: one under runs", dest="run_dir")


def import_edgeconnect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--edge", type=_path, metavar="FILE.pth", help="EdgeModel_gen.pth")
    parser.add_argument("--inpaint", type=_path, metavar="FILE.pth", help="InpaintingModel_gen.pth")
    parser.add_argument(
        "--edge-discriminator", type=_path, metavar="FILE.pth", help="EdgeModel_dis.pth, to continue training"
    )
    parser.add_argument(
        "--inpaint-discriminator", type=_path, metavar="FILE.pth", help="InpaintingModel_dis.pth, likewise"
    )
    parser.add_argument("--config", type=_path, help="the config.yml that came with them, whose settings are kept")
    parser.add_argument("--output", type=_path, required=True, help="checkpoint folder to create")


def export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=_path, help="checkpoint or run folder; default: checkpoints/faces-lite")
    parser.add_argument("--format", choices=("onnx",), default="onnx", help="default: onnx")
    parser.add_argument("--output", type=_path, required=True, help="output file; its name must end in the format")


def engines(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=_path, help=_CHECKPOINT)
    parser.add_argument("--device", choices=DEVICES, default="auto", help=_DEVICE)


def release(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", type=_path, required=True, help="run folder", dest="run_dir")
    parser.add_argument("--name", required=True, help="name of the checkpoint folder")
    parser.add_argument(
        "--output",
        type=_path,
        help="folder to create it in; default: checkpoints in the program's folder, or in the current one where it is installed",
    )
    parser.add_argument("--report", type=_path, metavar="FILE.json", help="report of evaluate, for the card")
    parser.add_argument(
        "--note", default="", help="text for the card and the window: the data, its licence and known limits"
    )
    parser.add_argument(
        "--blend", type=_path, metavar="CHECKPOINT", help="mix in the inpaint generator's weights from another training"
    )
    parser.add_argument(
        "--share", type=float, default=0.5, help="share of --blend in the mixture, 0 to 1; default: 0.5"
    )


def _given(text: str) -> str:
    # An empty text is what a script's unset variable leaves; as a path it would mean the current folder.
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return text


def _path(text: str) -> Path:
    return Path(_given(text))


def _config(text: str) -> Path:
    from .core.config_io import named_config  # half of the time in which the window's start reads its words

    return named_config(_given(text))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of 0 or more")
    return int(text)


def _quality(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_QUALITY:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 to {MAX_QUALITY}")
    return int(text)


def _px(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1000")
    return value

"""How soon a discriminator tells fills from pictures: EdgeConnect's view of whole pictures, and that of the hole.

    python benchmarks/discriminator.py --data DIR [--checkpoint DIR] [--report FILE.json]

The fills of one checkpoint stay as they are; discriminators of both kinds learn from the same pairs, in the same order. What is
compared is the same for both, on pairs held out, each patch counted by how much of it is hole: the loss (0.693 for a
coin), and in how many pairs the picture looks more real than its own fill.
"""

from __future__ import annotations

import argparse
import platform
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from inpaintgan.core.atomic import write_json
from inpaintgan.core.config import Config
from inpaintgan.core.paths import default_checkpoint
from inpaintgan.data.batch import Batch
from inpaintgan.data.tensors import to_tensor
from inpaintgan.evaluation.cases import cases
from inpaintgan.inference.pipeline import Inpainter
from inpaintgan.losses.adversarial import discriminator_loss
from inpaintgan.models.inpaint_model import InpaintModel

SIDE = 256
VIEWS = {"the whole picture": 0, "around the hole": 128}
HELD_OUT = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder of pictures")
    parser.add_argument("--checkpoint", type=Path, default=default_checkpoint())
    parser.add_argument("--pairs", type=int, default=512, help=f"of which {HELD_OUT} are held out")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--lr", type=float, default=4e-4)
    parser.add_argument("--report", type=Path, metavar="FILE.json")
    arguments = parser.parse_args()
    pictures, fills, masks = pairs(arguments)
    found = {name: learn(arguments, crop, pictures, fills, masks) for name, crop in VIEWS.items()}
    if arguments.report:
        machine = f"{torch.get_num_threads()} threads, {platform.machine()}, torch {torch.__version__}"
        settings = {name: getattr(arguments, name) for name in ("pairs", "steps", "width", "lr")}
        write_json(arguments.report, {"machine": machine, **settings, "views": found})


def pairs(arguments: argparse.Namespace) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures and fills (N, 3, H, W), masks (N, 1, H, W)."""
    inpainter = Inpainter.load(arguments.checkpoint)
    found = list(cases(arguments.data, "irregular", SIDE, limit=arguments.pairs, seed=0))
    order = np.random.default_rng(0).permutation(len(found))
    found = [found[i] for i in order]
    fills = [inpainter.fill(case.picture, case.mask) for case in found]
    masks = [(case.mask[..., None] > 0).astype(np.uint8) * 255 for case in found]
    return to_tensor([case.picture for case in found]), to_tensor(fills), to_tensor(masks)


def learn(
    arguments: argparse.Namespace, crop: int, pictures: Tensor, fills: Tensor, masks: Tensor
) -> dict[int, dict[str, float]]:
    """Train one discriminator; returns its scores on held-out pairs, by step."""
    torch.manual_seed(0)
    model = InpaintModel(
        Config(width=arguments.width, inpaint_adv_crop=crop, content_loss_weight=0, style_loss_weight=0)
    )
    optimizer = torch.optim.Adam(model.discriminator.parameters(), arguments.lr, (0.5, 0.99))
    chance = np.random.default_rng(0)
    scores: dict[int, dict[str, float]] = {}
    for step in range(1, arguments.steps + 1):
        chosen = torch.from_numpy(chance.choice(len(pictures) - HELD_OUT, 8, replace=False))
        image, mask = pictures[chosen], masks[chosen]
        loss, _ = model.discriminator_loss(Batch(image, image[:, :1], image[:, :1], mask), fills[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            scores[step] = score(model, *(part[-HELD_OUT:] for part in (pictures, fills, masks)))
            print(f"{crop or SIDE} px, step {step}: {scores[step]}", flush=True)
    return scores


@torch.inference_mode()
def score(model: InpaintModel, pictures: Tensor, fills: Tensor, masks: Tensor) -> dict[str, float]:
    """The loss in the hole, and the share of pairs whose picture has the higher logits there."""
    (real, fake), weight = model.discriminate(Batch(pictures, pictures[:, :1], pictures[:, :1], masks), pictures, fills)
    if weight is None:
        weight = F.adaptive_avg_pool2d(masks, real.shape[-2:])
        weight = weight / weight.sum((1, 2, 3), keepdim=True)
    loss = discriminator_loss("nsgan", real, fake, weight)
    told_apart = (((real - fake) * weight).sum((1, 2, 3)) > 0).float().mean()
    return {"loss": round(float(loss), 4), "told_apart": round(float(told_apart), 3)}


if __name__ == "__main__":
    main()

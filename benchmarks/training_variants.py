"""Our training loop whole, with its parts switched off one by one, and with settings that make it do less."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from inpaintgan.core.config import Config
from inpaintgan.core.ranks import Ranks
from inpaintgan.data.batch import Batch
from inpaintgan.data.cache_store import open_cache
from inpaintgan.data.loader import make_train_loader
from inpaintgan.data.pictures import open_pictures
from inpaintgan.losses import adversarial, perceptual
from inpaintgan.models.edge_model import EdgeModel
from inpaintgan.models.inpaint_model import InpaintModel
from inpaintgan.networks.norm import InstanceNorm
from inpaintgan.networks.vgg19 import VGG19Features
from inpaintgan.training import build
from inpaintgan.training.build import build_stage
from inpaintgan.training.learner import Learner
from inpaintgan.training.meter import Meter
from inpaintgan.training.runtime import prepare
from inpaintgan.training.stages import Stage
from training_plain import plain_loop

_LOG_INTERVAL = 10


@dataclass(frozen=True)
class Variant:
    """One row of the table.

    Attributes:
        name: What is said of it.
        stages: Where it makes sense.
        settings: On top of the run's.
        patch: Switches a part of our loop off.
        plain: It is the other loop.
        equal: It computes the same losses as the others.
        gpu: It makes sense on a GPU only.
    """

    name: str
    stages: tuple[str, ...] = ("edge", "inpaint")
    settings: dict[str, Any] = field(default_factory=dict)
    patch: Callable[[], object] = nullcontext
    plain: bool = False
    equal: bool = True
    gpu: bool = False


def _losses_of_two_passes() -> None:
    """The discriminator sees true and false pictures one after the other."""

    def edge_loss(model: EdgeModel, batch: Batch, fake: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        logits = [model.discriminator(torch.cat([batch.gray, e], 1))[0] for e in (batch.edge, fake.detach())]
        return adversarial.discriminator_loss(model.config.gan_loss, *logits), {}

    def inpaint_loss(model: InpaintModel, batch: Batch, fake: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        logits = [model.discriminator(picture)[0] for picture in (batch.image, fake.detach())]
        return adversarial.discriminator_loss(model.config.gan_loss, *logits), {}

    EdgeModel.discriminator_loss, InpaintModel.discriminator_loss = edge_loss, inpaint_loss


def _two_unfrozen_vggs() -> None:
    """One for each loss, the ground truth in gradient mode, weights that gather gradients nobody reads."""

    class GradientMode:
        no_grad = nullcontext

        def __getattr__(self, name: str) -> Any:
            return getattr(torch, name)

    def load(*arguments: Any) -> VGG19Features:
        vgg = load_frozen(*arguments)
        assert vgg is not None
        return vgg.requires_grad_(True)

    load_frozen, build.load_vgg19 = build.load_vgg19, load
    perceptual.torch = GradientMode()


def _wait_every_step() -> None:
    whole = Stage.step

    def step(stage: Stage, batch: Batch, number: int) -> dict[str, Tensor]:
        return {name: torch.tensor(value.item()) for name, value in whole(stage, batch, number).items()}

    Stage.step = step


def _separate_adam() -> None:
    begin = Learner.__init__

    def init(trained: Learner, *arguments: Any) -> None:
        begin(trained, *arguments)
        for settings in trained._settings.values():
            settings.update(fused=False, foreach=False)
        trained.scale_lr(1.0)

    Learner.__init__ = init


PLAIN = Variant("plain loop", plain=True)
OURS = Variant("our loop")
VARIANTS = (
    PLAIN,
    Variant("plain loop, VGG19 not frozen", ("inpaint",), plain=True, patch=lambda: "unfrozen"),
    OURS,
    Variant("without: decoding once", settings={"cache_gib": 0}),
    Variant("without: one frozen VGG19, truth without gradients", ("inpaint",), patch=_two_unfrozen_vggs),
    Variant("without: true and false in one discriminator pass", patch=_losses_of_two_passes),
    Variant(
        "without: frozen discriminator in the generator's step",
        patch=lambda: setattr(Stage, "_frozen_discriminators", lambda stage: nullcontext()),
    ),
    Variant("without: no waiting for the device each step", patch=_wait_every_step),
    Variant("without: bfloat16", settings={"precision": "float32"}, gpu=True),
    Variant("without: compiling", settings={"compile": "off"}, gpu=True),
    Variant(
        "without: channels-last",
        patch=lambda: setattr(build, "placed", lambda network, device: network.to(device)),
        gpu=True,
    ),
    Variant(
        "without: a norm that keeps channels-last",
        patch=lambda: setattr(InstanceNorm, "forward", nn.InstanceNorm2d.forward),
        gpu=True,
    ),
    Variant("without: fused Adam", patch=_separate_adam, gpu=True),
    Variant("without: page-locked memory", patch=lambda: setattr(Batch, "pin_memory", lambda batch: batch), gpu=True),
    Variant("less: perceptual_crop 3/4 of the side", ("inpaint",), settings={"perceptual_crop": -1}, equal=False),
    Variant("less: perceptual_interval 2", ("inpaint",), settings={"perceptual_interval": 2}, equal=False),
    Variant("less: stem unshuffle", settings={"stem": "unshuffle"}, equal=False),
    Variant("less: stem unshuffle4", settings={"stem": "unshuffle4"}, equal=False),
    Variant("less: precision auto, where the CPU has bfloat16", settings={"precision": "auto"}, equal=False),
    Variant("less: half the width", settings={"width": -1}, equal=False),
)


def serve(number: int, settings: dict[str, Any], pipe: Connection) -> None:
    """In a child process: build and compile a loop of `VARIANTS`, then take as many steps as told, and answer what they took."""
    variant = VARIANTS[number]
    config = Config(**{**settings, **_resolved(variant.settings, settings)})
    device = prepare(config, Ranks())
    patched = variant.patch()
    meter = Meter(Ranks())
    plain = variant.plain
    step = (
        plain_loop(config, device, meter, unfrozen=patched == "unfrozen") if plain else our_loop(config, device, meter)
    )
    tries_algorithms, torch.backends.cudnn.benchmark = torch.backends.cudnn.benchmark, False
    step()  # which compiles, beside the other loops' first steps
    torch.backends.cudnn.benchmark = tries_algorithms
    pipe.send("built")
    while (n_steps := pipe.recv()) is not None:
        meter.reset()
        start, worked = time.perf_counter(), time.process_time()
        n_images = sum(step() for _ in range(n_steps))
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds, worked = time.perf_counter() - start, time.process_time() - worked
        pipe.send({
            "images_per_s": n_images / seconds, "images_per_cpu_s": n_images / worked,
            "data_wait": meter.data_wait, "peak_mib": _peak_mib(device),
        })  # fmt: skip


def count_flops(settings: dict[str, Any], pipe: Connection) -> None:
    """In a child process: answer how many floating-point operations a step of our loop takes for one picture."""
    alone = {"device": "cpu", "precision": "float32", "compile": "off", "batch_size": 1, "workers": 0, "cache_gib": 0}
    config = Config(**{**settings, **alone})
    step = our_loop(config, prepare(config, Ranks()), Meter(Ranks()))
    with FlopCounterMode(display=False) as counter:
        step()
    pipe.send(counter.get_total_flops())


def _resolved(changes: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Turn shares of the run's size and width into numbers."""
    shares = {"perceptual_crop": settings["input_size"] * 3 // 4 // 16 * 16, "width": settings["width"] // 2}
    return {name: shares[name] if value == -1 else value for name, value in changes.items()}


def _peak_mib(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    # Linux hands a parent's peak of the other count on to its children.
    return int(status.split("VmHWM:")[1].split()[0]) / 2**10


def our_loop(config: Config, device: torch.device, meter: Meter) -> Callable[[], int]:
    """Return a function that takes one step as the trainer does, without its events, samples and checkpoints."""
    pictures = open_pictures(Path(config.data))
    stage, _ = build_stage(config, device)
    cache = open_cache(pictures, config, 10**9, lambda done, total: True)
    batches = iter(make_train_loader(pictures, config, 0, cache, device=device))
    taken = 0

    def step() -> int:
        nonlocal taken
        with meter.waiting():
            batch = next(batches)
        meter.add(stage.step(batch.to(device), taken), len(batch))
        taken += 1
        if taken % _LOG_INTERVAL == 0:
            meter.read()
        return len(batch)

    return step

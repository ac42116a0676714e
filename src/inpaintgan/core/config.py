"""The settings of a training run: one frozen model, from which the command line, the files and the forms are all drawn.

A setting is described once, here: its name, default, range, unit, group and explanation. `Config.model_json_schema()`
draws the training pages, to which ``web/js/labels.js`` adds titles and words for choices, and `yaml_text` writes the comments
of ``config.yml``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

Stage = Literal["edge", "inpaint", "edge-inpaint", "joint", "auto"]
TRAINS: dict[str, tuple[str, ...]] = {
    "edge": ("edge",),
    "inpaint": ("inpaint",),
    "edge-inpaint": ("inpaint",),
    "joint": ("edge", "inpaint"),
    "auto": ("edge", "inpaint"),
}
"""The models that each stage trains."""
EdgeGeneratorName = Literal["mec", "mec-shared", "edgeconnect", "egc", "effunet", "multistep"]
EdgeDetector = Literal["canny", "sobel", "log", "multi-scale", "external"]
MaskKind = Literal["random-block", "half", "irregular", "mixed", "external", "external-block", "external-block-half"]
SHARES: dict[MaskKind, dict[str, float]] = {
    "random-block": {"block": 1},
    "half": {"half": 1},
    "irregular": {"strokes": 1},
    "mixed": {"strokes": 0.6, "block": 0.3, "half": 0.1},
    "external": {"file": 1},
    "external-block": {"file": 0.5, "block": 0.5},
    "external-block-half": {"file": 1 / 3, "block": 1 / 3, "half": 1 / 3},
}
"""What each kind of mask is drawn as: strokes, a block, a half or a file, each with its probability."""
ONE_STEM = {"effunet": "conv"}
"""Edge generators that can have one stem only: effunet's trunk halves the picture itself."""

MAX_ITERS = 100_000_000
"""The longest training, in steps."""
FIXED = ("stage", "edge_generator", "width", "stem")
"""Settings that a run keeps for ever, because its networks are made of them."""
ORIGINS = ("init_from", "edges_from")
"""Settings that a run keeps because they say what its networks began with; a resume looks at neither."""


def _group(name: str) -> Callable[..., Any]:
    """What makes the settings of a group that is shown together."""

    def setting(default: Any, text: str, unit: str = "", *, costs: bool = True, model: str = "", **limits: Any) -> Any:
        """A field with its plain explanation, its unit, whether it changes a step's time or memory, the only model whose
        training it is for, and limits as pydantic names them.
        """
        extra = {"group": name, "unit": unit, "costs": costs, "model": model}
        return Field(default, description=text, json_schema_extra=extra, **limits)

    return setting


_model, _data, _masks, _edges = (_group(name) for name in ("Model", "Data", "Masks", "Edges"))
_optimizer, _losses, _run = (_group(name) for name in ("Optimizer", "Losses", "Run"))
_edge_losses, _inpaint_losses = (partial(_losses, model=model) for model in ("edge", "inpaint"))


class Config(BaseModel):
    """Every setting of a run, validated. Names are EdgeConnect's in lower case where EdgeConnect has the setting."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)

    stage: Stage = _model(
        "edge",
        "What is trained: the edge model, the inpaint model on true edges, the inpaint model on "
        "predicted edges (edge-inpaint), both at once (joint), or first the edge, then the inpaint model, then both, each "
        "as soon as the one before has learned what it can (auto).",
    )
    edge_generator: EdgeGeneratorName = _model(
        "mec",
        "The network that completes edges: mec (Multi-scale Edge Completion), mec-shared (the same with one stack of "
        "blocks for all scales), edgeconnect, egc (enhanced gated convolution), effunet (a U-Net on EfficientNet-B0) or "
        "multistep (the hole is closed in four passes).",
    )
    width: int = _model(
        64,
        "Channels of the first layer; deeper layers scale with it. The papers use 64.",
        "channels",
        ge=8,
        le=128,
        multiple_of=8,
    )
    stem: Literal["conv", "unshuffle", "unshuffle4"] = _model(
        "conv",
        "How pixels enter and leave the networks: conv, as in the papers, sees every pixel; unshuffle folds 2x2 pixels into "
        "channels, for a quarter of the arithmetic, unshuffle4 4x4 for a sixteenth, and both paint on top of a smooth fill.",
    )
    efficientnet_weights: str = _model(
        "off",
        "What effunet's trunk starts from: off (random weights, as in the other edge generators), auto "
        "(torchvision's ImageNet weights, downloaded once), or a weights file.",
        model="edge",
    )
    init_from: str = _model(
        "",
        "A checkpoint or run folder whose weights this run starts from, including a run's discriminators; the "
        "inpaint stages take their edge generator from it. This run's width may be a multiple of the checkpoint's: "
        "its networks are then widened, and at first paint as before. This run's stem may be unshuffle where the "
        "checkpoint's is unshuffle4. Empty: start from random weights.",
    )
    edges_from: str = _model(
        "",
        "A checkpoint or run folder to take the edge generator from instead of init_from, such as a later edge "
        "training. Empty: the one of init_from.",
    )
    auto_patience: int = _model(
        5,
        "Validations without a better score after which auto moves on to its next phase.",
        "validations",
        ge=1,
        le=1000,
        costs=False,
    )
    auto_max_steps: int = _model(
        0, "Steps after which auto moves on to its next phase in any case; 0 is no limit.", "steps", ge=0, costs=False
    )
    auto_anneal_steps: int = _model(
        20_000,
        "Steps of auto's inpaint phase over which true edges give way to predicted ones.",
        "steps",
        ge=0,
        costs=False,
    )

    data: str = _data(
        "",
        "Folder of training pictures and tar shards, including sub-folders, or a .flist or .txt file with one path "
        "per line.",
    )
    val_data: str = _data(
        "", "Folder of held-out pictures. Empty: one in twenty of the training folder is held out.", costs=False
    )
    val_size: int = _data(32, "Held-out pictures scored at each validation.", "pictures", ge=1, le=10000, costs=False)
    input_size: int = _data(
        256, "Side of the square that pictures are resized to.", "px", ge=32, le=1024, multiple_of=32
    )
    augment_flip: bool = _data(True, "Mirror half of the training pictures.", costs=False)
    augment_zoom: float = _data(
        1.0,
        "Zoom half of the training pictures by up to this factor, in or out, so that the network also learns larger "
        "and smaller subjects; 1 is off.",
        "factor",
        ge=1,
        le=2,
        costs=False,
    )
    subject: Literal["any", "face"] = _data(
        "any",
        "What the pictures show: any, or one face each that fills the frame, as in aligned sets (face). Filling with the "
        "checkpoint then finds the faces in other pictures, and shows each of them to the networks as a whole.",
        costs=False,
    )
    workers: int = _data(
        2,
        "Processes that prepare pictures, for each training process; 0 prepares them in the training process itself.",
        ge=0,
        le=64,
    )
    cache_gib: float = _data(
        10.0,
        "Disk space for decoded and resized pictures, which later epochs and trainings read instead of the files; "
        "the least recently used are removed first. 0 decodes each time.",
        "GiB",
        ge=0,
        le=100_000,
        costs=False,
    )
    cache_dir: str = _data("", "Folder of the disk cache. Empty: inpaintgan in the user's cache folder.", costs=False)

    mask: MaskKind = _masks(
        "random-block",
        "Holes to train on: a block at a random place, the left or right half, drawn strokes (irregular), strokes, "
        "blocks and halves in the ratio 6 to 3 to 1 (mixed), a folder of masks (external) or that folder mixed with "
        "blocks and halves.",
    )
    mask_data: str = _masks(
        "", "Folder of mask pictures for the external kinds; white is the hole. In tar shards: name.mask.png."
    )
    block_ratio: float = _masks(
        0.5,
        "Side of the random block as a share of the picture's: 0.5 is EdgeConnect's, 0.125 the paper's.",
        "of the side",
        gt=0,
        lt=1,
        costs=False,
    )

    edge: EdgeDetector = _edges(
        "canny",
        "The edge detector: canny is the papers'; sobel; log (Laplacian of Gaussian); multi-scale, edges over a "
        "Gaussian pyramid merged by weight; or a folder of edge pictures (external).",
    )
    edge_data: str = _edges(
        "", "Folder of edge pictures for the external kind, named like their pictures; white is an edge."
    )
    val_edge_data: str = _edges(
        "",
        "Folder of edge pictures of the held-out pictures in val_data. Empty: edge_data holds them too.",
        costs=False,
    )
    edge_nms: bool = _edges(
        False, "Keep only those external edges that Canny also finds, which thins them: EdgeConnect's NMS."
    )
    sigma: float = _edges(
        2.0,
        "Gaussian blur before edge detection; 0 draws 1 to 4 at random for each picture, -1 uses no edges.",
        "px",
        ge=-1,
        le=10,
    )
    edge_device: Literal["cpu", "gpu"] = _edges(
        "cpu",
        "Where a training on a GPU computes Canny edges with a random sigma: in the processes that prepare pictures, "
        "or on the GPU, which differs in fewer than one pixel in a hundred thousand. Other edges are computed once "
        "and kept.",
    )
    true_edge_share: float = _edges(
        0.0,
        "Share of pictures that edge-inpaint paints along true instead of predicted edges; with some of them, the "
        "network also learns to follow hand-drawn lines.",
        "of all",
        ge=0,
        le=1,
    )
    edge_threshold: float = _edges(
        0.5, "Predictions above this count as edges, in precision and recall.", "probability", gt=0, lt=1, costs=False
    )

    lr: float = _optimizer(1e-4, "Learning rate of the generator.", "per step", gt=0, le=0.1, costs=False)
    d2g_lr: float = _optimizer(
        0.1, "Learning rate of the discriminator as a share of the generator's.", "ratio", gt=0, le=10, costs=False
    )
    beta1: float = _optimizer(0.0, "Adam's decay of the mean gradient.", ge=0, lt=1, costs=False)
    beta2: float = _optimizer(0.9, "Adam's decay of the squared gradient.", ge=0, lt=1, costs=False)
    lr_schedule: Literal["constant", "cosine", "drop"] = _optimizer(
        "constant",
        "How the learning rates change: not at all, down to 0 at max_iters along a cosine, or by a factor at one step, as "
        "EdgeConnect's authors did by hand.",
        costs=False,
    )
    lr_warmup_steps: int = _optimizer(
        0,
        "Steps over which the learning rates rise to their values. Adam's first steps are the largest, and may move "
        "a network far from a good start.",
        "steps",
        ge=0,
        costs=False,
    )
    lr_drop_step: int = _optimizer(1_000_000, "The step at which drop lowers the rates.", "steps", ge=1, costs=False)
    lr_drop_factor: float = _optimizer(0.1, "What drop multiplies the rates by.", "ratio", gt=0, lt=1, costs=False)
    rollback_lr_factor: float = _optimizer(
        0.5,
        "What the rates are multiplied by, once, when a training breaks down and goes back to its last good state.",
        "ratio",
        gt=0,
        lt=1,
        costs=False,
    )
    batch_size: int = _optimizer(
        8, "Pictures that pass through the networks at once, on all GPUs together.", "pictures", ge=1, le=1024
    )
    accumulation_steps: int = _optimizer(
        1,
        "Batches per step: n of them act like one batch n times as large, in the memory of one.",
        "batches",
        ge=1,
        le=1024,
    )
    max_iters: int = _optimizer(2_000_000, "The step at which training ends.", "steps", ge=1, le=MAX_ITERS, costs=False)
    max_seconds: float = _optimizer(
        0.0,
        "Seconds of training, without pauses and scoring, after which it ends even before max_iters; 0 is no limit.",
        "s",
        ge=0,
        costs=False,
    )
    ema_decay: float = _optimizer(
        0.999,
        "Decay of the running average of generator weights (EMA), which samples and checkpoints use; 0 switches it off.",
        ge=0,
        lt=1,
        costs=False,
    )

    gan_loss: Literal["nsgan", "lsgan", "hinge"] = _losses("nsgan", "The adversarial loss.")
    edge_adv_loss_weight: float = _edge_losses(
        1.0,
        "Weight of the adversarial loss (edge model); if this and feature matching are 0, there is no discriminator.",
        ge=0,
        le=10000,
    )
    fm_loss_weight: float = _edge_losses(10.0, "Weight of feature matching (edge model).", ge=0, le=10000)
    edge_bce_loss_weight: float = _edge_losses(
        0.0,
        "Weight of cross entropy on edges (edge model), which speeds up short trainings. The papers use none (0).",
        ge=0,
        le=10000,
    )
    svr_loss_weight: float = _edge_losses(
        0.0,
        "Weight of spatial variant reconstruction (edge model): L1 in the hole that counts most at its border.",
        ge=0,
        le=10000,
    )
    l1_loss_weight: float = _inpaint_losses(1.0, "Weight of L1 (inpaint model).", ge=0, le=10000)
    l2_loss_weight: float = _inpaint_losses(
        0.0,
        "Weight of the squared error (inpaint model), which moves a network with an unshuffle stem away from the "
        "smooth fill sooner than L1. The papers use none (0).",
        ge=0,
        le=10000,
    )
    content_loss_weight: float = _inpaint_losses(1.0, "Weight of the perceptual loss (inpaint model).", ge=0, le=10000)
    style_loss_weight: float = _inpaint_losses(1.0, "Weight of the style loss (inpaint model).", ge=0, le=100000)
    inpaint_adv_loss_weight: float = _inpaint_losses(
        0.01, "Weight of the adversarial loss (inpaint model); if 0, there is no discriminator.", ge=0, le=10000
    )
    inpaint_adv_crop: int = _inpaint_losses(
        0,
        "Side of the square that the discriminator sees, placed as for perceptual_crop (inpaint model), with values "
        "centred on 0. Each patch counts by the share of it in the hole, so it learns to tell fills from pictures "
        "within a few hundred steps. 0, as in the papers: the whole picture, with all patches equal.",
        "px",
        ge=0,
        le=1024,
        multiple_of=32,
    )
    hrf_loss_weight: float = _inpaint_losses(
        0.0,
        "Weight of a perceptual loss with a high receptive field over SqueezeNet (inpaint model): sharper mouths and "
        "outlines in a twentieth of the time of VGG19's losses. With it, the best checkpoint is the one with the "
        "lowest such loss on held-out pictures, not the highest PSNR, which favours blur. The papers use none (0).",
        ge=0,
        le=10000,
    )
    hrf_weights: str = _inpaint_losses(
        "auto", "SqueezeNet 1.1 for that loss: auto (torchvision's, downloaded once, 5 MB) or a weights file."
    )
    perceptual_weights: str = _inpaint_losses(
        "auto",
        "VGG19 for the perceptual and style losses: auto (torchvision's, downloaded once), off, or a weights file.",
    )
    perceptual_interval: int = _inpaint_losses(
        1, "Perceptual and style losses every n-th step; 1 is exact, more is faster.", "steps", ge=1, le=100
    )
    perceptual_crop: int = _inpaint_losses(
        0,
        "Perceptual and style losses see a square of this side around the hole, or around a random part of a larger one, "
        "which is faster; 0 is the whole picture.",
        "px",
        ge=0,
        le=1024,
        multiple_of=16,
    )
    imagenet_normalization: bool = _inpaint_losses(
        True, "Normalise pictures as in VGG19's own training; EdgeConnect does not."
    )

    seed: int = _run(10, "Seed of weights, order, masks and mirrors.", ge=0, le=2**31 - 1, costs=False)
    device: Literal["auto", "cpu", "cuda"] = _run("auto", "Where to compute; auto uses a GPU if there is one.")
    precision: Literal["auto", "float32", "bfloat16"] = _run(
        "float32",
        "Arithmetic of the networks; losses stay float32. bfloat16 is less precise, and faster where the processor "
        "supports it: recent NVIDIA GPUs, CPUs with AVX512-BF16 or AMX. auto uses it there. NVIDIA GPUs round "
        "float32 to TF32 in convolutions.",
    )
    compile: Literal["auto", "on", "off"] = _run(
        "auto",
        "Let PyTorch compile the networks, which takes a minute at the start; auto does so on a GPU. On a CPU it gains "
        "nothing.",
    )
    processes: int = _run(
        1,
        "Training processes on this machine that share each batch, one for each GPU; 0 uses all GPUs. batch_size "
        "must be a multiple of it. torchrun, for several machines, overrides it.",
        ge=0,
        le=64,
    )
    threads: int = _run(0, "CPU threads of the training process; 0 lets PyTorch decide.", ge=0, le=1024)
    log_interval: int = _run(10, "Losses are logged every n steps.", "steps", ge=1, costs=False)
    sample_interval: int = _run(1000, "A sample grid every n steps; 0 never.", "steps", ge=0, costs=False)
    sample_size: int = _run(6, "Rows of the sample grid.", "pictures", ge=1, le=32, costs=False)
    eval_interval: int = _run(1000, "Validation every n steps; 0 never.", "steps", ge=0, costs=False)
    save_interval: int = _run(1000, "A checkpoint every n steps; 0 only at the end.", "steps", ge=0, costs=False)
    keep_checkpoints: int = _run(
        3, "Checkpoints kept besides the best; older ones are deleted.", ge=1, le=1000, costs=False
    )
    tensorboard: bool = _run(True, "Also write TensorBoard files.", costs=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_slips(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation in (int, float):
            raise ValueError("expected a number, not true/false")
        if isinstance(value, str) and "\0" in value:
            raise ValueError("no system takes this character in a path")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Config:
        if -1 < self.sigma < 0:
            raise ValueError("sigma: use -1 (no edges), 0 (random) or a value above 0")
        if self.mask.startswith("external") and not self.mask_data:
            raise ValueError("mask_data: an external mask needs the folder of mask pictures")
        if self.stem != fitting_stem(self.edge_generator, self.stem):
            raise ValueError(
                f"stem: '{self.stem}' does not work with {self.edge_generator}, which has one stem only; "
                f"use {ONE_STEM[self.edge_generator]}"
            )
        blind = ("content_loss_weight", "style_loss_weight") if self.perceptual_weights == "off" else ()
        for model in TRAINS[self.stage]:
            if not any(getattr(self, name) for name in LOSS_WEIGHTS[model] if name not in blind):
                raise ValueError(f"{LOSS_WEIGHTS[model][0]}: the {model} model needs a loss whose weight is above 0")
        if self.processes > 1 and self.batch_size % self.processes:
            said = f"{self.batch_size} pictures cannot be shared equally by {self.processes} processes"
            raise ValueError(f"batch_size: {said}")
        if self.edge == "external" and not self.edge_data:
            raise ValueError("edge_data: external edges need the folder of edge pictures")
        if self.edge == "external" and self.augment_zoom > 1:
            raise ValueError("augment_zoom: edges from files do not zoom with their pictures; use 1")
        if self.stage == "auto" and not (self.eval_interval or self.auto_max_steps):
            raise ValueError("eval_interval: auto moves on by validations, unless auto_max_steps limits its phases")
        return self


def fitting_stem(edge_generator: str, stem: str) -> str:
    """Return the stem that an edge generator can have where ``stem`` is asked for."""
    return ONE_STEM.get(edge_generator, stem)


def _loss_weights(model: str) -> tuple[str, ...]:
    extras = {name: field.json_schema_extra for name, field in Config.model_fields.items()}
    return tuple(
        name
        for name, extra in extras.items()
        if name.endswith("_loss_weight") and isinstance(extra, dict) and extra["model"] == model
    )


LOSS_WEIGHTS = {model: _loss_weights(model) for model in ("edge", "inpaint")}
"""The weights of each model's losses, of which one at least is above 0."""

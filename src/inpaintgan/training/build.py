"""Builds what a stage trains: models, perceptual network, and weights to start from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from ..core.config import LOSS_WEIGHTS, TRAINS, Config
from ..core.errors import InpaintError, about
from ..core.origins import refines
from ..core.ranks import Ranks
from ..core.rundir import EDGE_DISCRIMINATOR, EDGE_WEIGHTS, INPAINT_DISCRIMINATOR, INPAINT_WEIGHTS
from ..models.checkpoint import Checkpoint, build_generator, load_checkpoint, load_weights
from ..models.edge_model import EdgeModel
from ..models.inpaint_model import InpaintModel, blind_losses
from ..networks.discriminator import Discriminator
from ..networks.edge_generators.effunet import EffUNetGenerator
from ..networks.finer_stem import refold
from ..networks.generator import Generator
from ..networks.inpaint_generator import InpaintGenerator
from ..networks.squeezenet import SqueezeNetFeatures, load_squeezenet
from ..networks.vgg19 import VGG19Features, load_vgg19
from ..networks.weights import weights_fit
from ..networks.widening import widen
from .acceleration import compile_networks, placed
from .stages import Stage
from .state import saved_discriminator

UNAVAILABLE = "unavailable"
"""Said of a perceptual network that was wanted but can neither be found nor downloaded."""
VGG19, SQUEEZENET = "VGG19", "SqueezeNet"


def build_stage(
    config: Config, device: torch.device, ranks: Ranks | None = None, *, resumes: bool = False, has_edges: bool = False
) -> tuple[Stage, str]:
    """Build the stage that a config names, for all ranks alike.

    Args:
        config: The settings.
        device: Where it trains.
        ranks: The processes that train together.
        resumes: A saved state takes the place of all weights, which then start from nothing: what ``init_from`` names may
            have been trained on or deleted since.
        has_edges: There is a frozen edge generator in that state.

    Returns:
        The stage on the device, and the perceptual networks in words: their origins, ``"VGG19 unavailable"`` for one that
        was wanted but can neither be found nor downloaded, ``"off"`` where none was wanted.

    Raises:
        InpaintError: ``init_from`` or ``edges_from`` cannot be used, or edge-inpaint has no edge generator to take from
            them.
    """
    ranks = ranks or Ranks()
    # In turn: what the first downloads, the others on its machine find. Their random numbers are their own.
    edge, inpaint, frozen, perceptual = ranks.in_turn(
        lambda: _networks(config, device, resumes=resumes, has_edges=has_edges)
    )
    stage = Stage(config, edge, inpaint, frozen, device, ranks)
    # After the stage has copied its averages from them: those run now and then, on batches of other sizes.
    networks = [network for model in (edge, inpaint) if model for network in (model.generator, model.discriminator)]
    others = [network for network in (frozen, inpaint and inpaint.vgg, inpaint and inpaint.squeezenet) if network]
    compile_networks([*networks, *others], config, device)
    return stage, perceptual


def _networks(
    config: Config, device: torch.device, *, resumes: bool, has_edges: bool
) -> tuple[EdgeModel | None, InpaintModel | None, Generator | None, str]:
    start = None if resumes else _start("init_from", config)
    edge_start = _start("edges_from", config) if config.edges_from and not resumes else start
    trains = TRAINS[config.stage]
    edge = EdgeModel(config) if "edge" in trains else None
    frozen = _frozen_edge_generator(config, edge_start) if edge_start and not edge else None
    if has_edges and not edge:
        frozen = build_generator(EDGE_WEIGHTS, config).eval().requires_grad_(False)
    if frozen is None and config.stage == "edge-inpaint":
        raise InpaintError(
            "edge-generator-missing",
            "edge-inpaint paints along predicted edges and needs a trained edge generator.",
            "Set init_from or edges_from to a checkpoint or a run that has one, or train the edge stage first.",
        )
    vgg, squeezenet, perceptual = _perceptual(config, device)  # may download: after what can be refused at once
    seen = config.model_copy(update=dict.fromkeys(blind_losses(config, vgg, squeezenet), 0.0))
    if "inpaint" in trains and not any(getattr(seen, name) for name in LOSS_WEIGHTS["inpaint"]):
        raise InpaintError(
            "perceptual-missing",
            "The inpaint model has no usable loss: the weights of the networks that its losses look through are unavailable.",
            "Name their files (perceptual_weights, hrf_weights), or give another loss a weight.",
        )
    inpaint = InpaintModel(seen, vgg, squeezenet) if "inpaint" in trains else None
    if edge_start and edge and edge_start.edge_generator:
        _start_from(edge.generator, edge_start.edge_generator, edge_start)
        _start_discriminator(edge.discriminator, "edge", edge_start.path / EDGE_DISCRIMINATOR)
    elif edge and isinstance(edge.generator, EffUNetGenerator) and not resumes:
        edge.generator.start_from_imagenet(config.efficientnet_weights)
    if start and inpaint and start.inpaint_generator:
        _start_from(inpaint.generator, start.inpaint_generator, start)
        # One that looks at squares around the hole has learned of other pictures than one that looks at whole ones.
        if bool(start.config.inpaint_adv_crop) == bool(config.inpaint_adv_crop):
            _start_discriminator(inpaint.discriminator, "inpaint", start.path / INPAINT_DISCRIMINATOR)
    return (
        placed(edge, device) if edge else None,
        placed(inpaint, device) if inpaint else None,
        placed(frozen, device) if frozen else None,
        perceptual,
    )


def _start(setting: str, config: Config) -> Checkpoint | None:
    """The checkpoint that a setting names, its networks behind the config's stem where that is a finer one than theirs."""
    path = getattr(config, setting)
    if not path:
        return None
    with about(setting):
        checkpoint = load_checkpoint(Path(path))
    if not refines(config.stem, checkpoint.config.stem):
        return checkpoint
    finer = checkpoint.config.model_copy(update={"stem": config.stem})
    edge, inpaint = (build_generator(name, finer).eval() for name in (EDGE_WEIGHTS, INPAINT_WEIGHTS))
    assert isinstance(inpaint, InpaintGenerator)
    for coarse, fine in ((checkpoint.edge_generator, edge), (checkpoint.inpaint_generator, inpaint)):
        if coarse and (problems := refold(coarse, fine)):
            raise InpaintError(
                "checkpoint-mismatch",
                f"The weights of {checkpoint.path} do not fit the stem {config.stem}: {problems[0]}.",
            )
    return replace(
        checkpoint,
        config=finer,
        edge_generator=edge if checkpoint.edge_generator else None,
        inpaint_generator=inpaint if checkpoint.inpaint_generator else None,
    )


def _perceptual(config: Config, device: torch.device) -> tuple[VGG19Features | None, SqueezeNetFeatures | None, str]:
    """The networks that the losses look through, and both in words."""
    vgg, squeezenet, words = None, None, []
    paints = "inpaint" in TRAINS[config.stage]
    if paints and (config.content_loss_weight or config.style_loss_weight) and config.perceptual_weights != "off":
        vgg = load_vgg19(config.perceptual_weights, config.imagenet_normalization)
        words.append(vgg.origin if vgg else f"{VGG19} {UNAVAILABLE}")
    if paints and config.hrf_loss_weight:
        squeezenet = load_squeezenet(config.hrf_weights)
        words.append(squeezenet.origin if squeezenet else f"{SQUEEZENET} {UNAVAILABLE}")
    return vgg and placed(vgg, device), squeezenet and placed(squeezenet, device), "; ".join(words) or "off"


def _start_from(network: Generator, source: Generator, checkpoint: Checkpoint) -> None:
    """Give a network the weights to start from; a narrower one's are widened, see `widen`."""
    problems = widen(source, network)
    if problems:
        raise InpaintError(
            "checkpoint-mismatch",
            f"The weights of {checkpoint.path} do not fit this config.",
            f"It was trained with edge_generator {checkpoint.config.edge_generator}, width {checkpoint.config.width}, "
            f"stem {checkpoint.config.stem}; only width may differ (in most networks, and as a multiple), and stem may be "
            f"unshuffle instead of unshuffle4. The first difference: {problems[0]}.",
        )


def _start_discriminator(network: Discriminator, name: str, file: Path) -> None:
    """Go on with the discriminator that belongs to the generator: one from noise would mislead it at first.

    An imported checkpoint may bring a file of it; ours of trainings have it in their training state. One of another width
    stays where it is.
    """
    if file.is_file():
        load_weights(network, file)
    elif (state := saved_discriminator(file.parent, name)) and not weights_fit(state, network):
        network.load_state_dict(state)


def _frozen_edge_generator(config: Config, start: Checkpoint) -> Generator | None:
    """The checkpoint's edge generator, as wide as the config: it is saved beside the trained one, under one config."""
    if start.edge_generator is None:
        return None
    for name in ("edge_generator", "stem"):
        ours, theirs = getattr(config, name), getattr(start.config, name)
        if ours != theirs:
            raise InpaintError(
                "checkpoint-mismatch",
                f"{name}: this run has {ours}, the edge generator of {start.path} {theirs}.",
                f"Set {name} to {theirs}, or choose another edge generator to start from.",
            )
    network = build_generator(EDGE_WEIGHTS, config)
    _start_from(network, start.edge_generator, start)
    return network.eval().requires_grad_(False)

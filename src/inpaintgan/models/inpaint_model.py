"""Stage two: the inpaint generator with its discriminator and losses."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core.config import Config
from ..data.batch import Batch
from ..losses import adversarial
from ..losses.crops import crop_around_holes
from ..losses.perceptual import hrf_loss, perceptual_loss, style_loss
from ..networks.discriminator import Discriminator
from ..networks.inpaint_generator import InpaintGenerator
from ..networks.squeezenet import SqueezeNetFeatures
from ..networks.vgg19 import VGG19Features
from .composition import masked_image


def paint(generator: Callable[..., Tensor], image: Tensor, edge: Tensor, mask: Tensor) -> Tensor:
    """What a generator paints along complete edges; nothing inside the hole is shown to it.

    Args:
        generator: Takes a picture with its hole masked, edges and mask: the network, or an engine that runs it.
        image: (B, 3, H, W) in [0, 1].
        edge: (B, 1, H, W), complete.
        mask: (B, 1, H, W), 1 in the hole.

    Returns:
        (B, 3, H, W) in [0, 1].
    """
    return generator(masked_image(image, mask), edge, mask)


def paint_both_ways(generator: Callable[..., Tensor], image: Tensor, edge: Tensor, mask: Tensor) -> Tensor:
    """The mean of what a generator paints and of what it paints in the mirror: where the two differ, both are guesses.

    Takes what `paint` takes and returns float32.

    Source: self-ensemble, EDSR (Lim et al., arXiv 1707.02921), section 3.4, with one of its eight transforms.
    """
    both = paint(generator, *(torch.cat([tensor, tensor.flip(-1)]) for tensor in (image, edge, mask))).float()
    n = image.shape[0]
    return (both[:n] + both[n:].flip(-1)) / 2


def blind_losses(config: Config, vgg: VGG19Features | None, squeezenet: SqueezeNetFeatures | None) -> list[str]:
    """The settings of losses that have a weight, but not the network that they look through."""
    needs = {"content_loss_weight": vgg, "style_loss_weight": vgg, "hrf_loss_weight": squeezenet}
    return [name for name, network in needs.items() if getattr(config, name) and network is None]


class InpaintModel(nn.Module):
    """Paints along edges; trained by L1, perceptual, style and adversarial losses (EdgeConnect, Eq. 8), and others of ours.

    Attributes:
        vgg: The perceptual network, shared and never trained or saved; without it the perceptual and the style loss are left
            out, with a warning.
        squeezenet: That of the loss of high receptive field, in the same way.
    """

    def __init__(
        self, config: Config, vgg: VGG19Features | None = None, squeezenet: SqueezeNetFeatures | None = None
    ) -> None:
        super().__init__()
        blind = blind_losses(config, vgg, squeezenet)
        if blind and config.perceptual_weights != "off":
            warnings.warn(
                f"{' and '.join(blind)}: left out without the network that this looks through. Give vgg=load_vgg19() or "
                "squeezenet=load_squeezenet(), which are None where their weights cannot be found, or set the weight to 0.",
                stacklevel=2,
            )
        self.config = config
        self.generator = InpaintGenerator(config.width, config.stem)
        self.discriminator = Discriminator(3, config.width)
        # In a tuple, so that their weights are not part of this model's state.
        self._others = (vgg, squeezenet)

    @property
    def vgg(self) -> VGG19Features | None:
        return self._others[0]

    @property
    def squeezenet(self) -> SqueezeNetFeatures | None:
        return self._others[1]

    @property
    def uses_discriminator(self) -> bool:
        """Whether a loss with a weight asks it."""
        return self.config.inpaint_adv_loss_weight > 0

    def forward(self, batch: Batch, edge: Tensor) -> Tensor:
        """Return the painted picture (B, 3, H, W) in [0, 1], given complete edges (B, 1, H, W)."""
        return paint(self.generator, batch.image, edge, batch.mask)

    def discriminator_loss(self, batch: Batch, fake: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of the discriminator on true and on detached painted pictures, and its logs."""
        (real_logits, fake_logits), weight = self.discriminate(batch, batch.image, fake.detach())
        loss = adversarial.discriminator_loss(self.config.gan_loss, real_logits, fake_logits, weight)
        return loss, {"inpaint_discriminator_loss": loss.detach()}

    def generator_loss(
        self, batch: Batch, fake: Tensor, *, with_perceptual: bool = True
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of the generator; as logs its parts, unweighted, and itself. The discriminator should be frozen meanwhile.

        Args:
            batch: The ground truth.
            fake: The painted picture, whole.
            with_perceptual: Whether this step pays for VGG19; see ``perceptual_interval``.
        """
        config = self.config
        fake = fake.float()
        # Divided by the hole's share, so that small holes weigh as much as large ones.
        l1 = (fake - batch.image).abs().mean() / batch.hole_share
        loss = config.l1_loss_weight * l1
        logs = {"l1_loss": l1}
        if config.l2_loss_weight:
            logs["l2_loss"] = (fake - batch.image).square().mean() / batch.hole_share
            loss = loss + config.l2_loss_weight * logs["l2_loss"]
        if self.uses_discriminator:
            (logits,), weight = self.discriminate(batch, fake)
            adv = adversarial.generator_loss(config.gan_loss, logits, weight)
            loss = loss + config.inpaint_adv_loss_weight * adv
            logs["inpaint_adversarial_loss"] = adv
        if self.squeezenet is not None and config.hrf_loss_weight:
            logs["hrf_loss"] = hrf_loss(self.squeezenet, fake, batch.image, batch.mask)
            loss = loss + config.hrf_loss_weight * logs["hrf_loss"]
        if self.vgg is not None and with_perceptual:
            logs |= self._perceptual_losses(self.vgg, batch, fake)
            if config.content_loss_weight:
                loss = loss + config.content_loss_weight * logs["perceptual_loss"]
            if config.style_loss_weight:
                loss = loss + config.style_loss_weight * logs["style_loss"]
        logs["inpaint_generator_loss"] = loss
        return loss, {name: value.detach() for name, value in logs.items()}

    def discriminate(self, batch: Batch, *pictures: Tensor) -> tuple[tuple[Tensor, ...], Tensor | None]:
        """Ask the discriminator about several batches of pictures with the same holes.

        With ``inpaint_adv_crop`` it sees what is around the hole, and each patch counts as much as it lies in it: elsewhere
        true and painted pictures are the same. Its layers have no bias, so that pictures from 0 to 1 are first of all
        bright to them; centred on 0 they are told apart by more (row 41 of the recipe, `benchmarks/discriminator.py`).

        Args:
            batch: Only its masks and focus are used.
            pictures: (B, 3, H, W) in [0, 1] each.

        Returns:
            Logits (B, 1, h, w) for each of them; and how much each logit counts, None where all count alike.
        """
        side = min(self.config.inpaint_adv_crop, *batch.mask.shape[-2:])
        if not side:
            return self.discriminator(torch.cat(pictures))[0].chunk(len(pictures)), None
        mask, *squares = crop_around_holes(batch.mask, batch.focus, side, *pictures)
        logits = self.discriminator(2 * torch.cat(squares) - 1)[0]
        weight = F.adaptive_avg_pool2d(mask, logits.shape[-2:])
        return logits.chunk(len(pictures)), weight / weight.sum((1, 2, 3), keepdim=True).clamp(min=1e-6)

    def _perceptual_losses(self, vgg: VGG19Features, batch: Batch, fake: Tensor) -> dict[str, Tensor]:
        """The losses over VGG19 that have a weight, on the whole picture or on a square around its hole or a part of it.

        On a square they are those of the whole picture without the features outside of it: a mean over fewer positions,
        hence the factor.
        """
        config, mask, real, share = self.config, batch.mask, batch.image, 1.0
        side = config.perceptual_crop
        if 0 < side < config.input_size:
            mask, fake, real = crop_around_holes(mask, batch.focus, side, fake, real)
            share = side**2 / (batch.image.shape[-2] * batch.image.shape[-1])
        losses = {}
        if config.content_loss_weight:
            losses["perceptual_loss"] = share * perceptual_loss(vgg, fake, real)
        if config.style_loss_weight:
            losses["style_loss"] = share * style_loss(vgg, fake, real, mask)
        return losses

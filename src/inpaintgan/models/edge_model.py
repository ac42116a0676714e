"""Stage one: the edge generator with its discriminator and losses."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..core.config import Config
from ..data.batch import Batch
from ..losses import adversarial
from ..losses.edge import edge_bce_loss
from ..losses.feature_matching import feature_matching_loss
from ..losses.spatial_variant import svr_loss
from ..networks.blocks import held_spectral_norm
from ..networks.discriminator import Discriminator
from ..networks.edge_generators import EDGE_GENERATORS
from .composition import masked_image


def predict_edges(generator: Callable[..., Tensor], gray: Tensor, edge: Tensor, mask: Tensor) -> Tensor:
    """Edge probabilities of a generator; nothing inside the hole is shown to it. All are (B, 1, H, W).

    Args:
        generator: Takes gray and edges with the hole masked, and the mask: the network, or an engine that runs it.
        gray: In [0, 1].
        edge: 1 on edges; values in the hole are ignored.
        mask: 1 in the hole.
    """
    return generator(masked_image(gray, mask), edge * (1 - mask), mask)


class EdgeModel(nn.Module):
    """Completes edges; trained by adversarial loss + w * feature matching (the InpaintGAN paper, Eq. 6 to 8)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.generator = EDGE_GENERATORS[config.edge_generator](config.width, config.stem)
        self.discriminator = Discriminator(2, config.width)

    @property
    def uses_discriminator(self) -> bool:
        """Whether a loss with a weight asks it."""
        return self.config.edge_adv_loss_weight > 0 or self.config.fm_loss_weight > 0

    def forward(self, batch: Batch) -> Tensor:
        """Return edge probabilities (B, 1, H, W) for the whole picture."""
        return predict_edges(self.generator, batch.gray, batch.edge, batch.mask)

    def discriminator_loss(self, batch: Batch, fake: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of the discriminator on true and on detached predicted edges, and its logs."""
        pairs = torch.cat([torch.cat([batch.gray, edge], dim=1) for edge in (batch.edge, fake.detach())])
        real_logits, fake_logits = self.discriminator(pairs)[0].chunk(2)
        loss = adversarial.discriminator_loss(self.config.gan_loss, real_logits, fake_logits)
        return loss, {"edge_discriminator_loss": loss.detach()}

    def generator_loss(self, batch: Batch, fake: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of the generator; as logs its parts, unweighted, and itself. The discriminator should be frozen meanwhile."""
        loss, logs = self._discriminated(batch, fake) if self.uses_discriminator else (fake.new_zeros(()), {})
        if self.config.edge_bce_loss_weight:
            logs["edge_bce_loss"] = edge_bce_loss(fake, batch.edge, batch.mask, batch.hole_share)
            loss = loss + self.config.edge_bce_loss_weight * logs["edge_bce_loss"]
        if self.config.svr_loss_weight:
            logs["svr_loss"] = svr_loss(fake, batch.edge, batch.mask)
            loss = loss + self.config.svr_loss_weight * logs["svr_loss"]
        logs["edge_generator_loss"] = loss
        return loss, {name: value.detach() for name, value in logs.items()}

    def _discriminated(self, batch: Batch, fake: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The two losses that the discriminator takes part in, weighted, and each alone."""
        with torch.no_grad():
            real_features = self.discriminator(torch.cat([batch.gray, batch.edge], dim=1))[1]
        with held_spectral_norm(self.discriminator):  # both sides are seen by the same weights
            fake_logits, fake_features = self.discriminator(torch.cat([batch.gray, fake], dim=1))
        adv = adversarial.generator_loss(self.config.gan_loss, fake_logits)
        fm = feature_matching_loss(fake_features, real_features)
        loss = self.config.edge_adv_loss_weight * adv + self.config.fm_loss_weight * fm
        return loss, {"edge_adversarial_loss": adv, "feature_matching_loss": fm}

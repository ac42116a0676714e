"""What one training step does in each stage.

| stage        | trains         | edges given to the inpaint generator |
|--------------|----------------|--------------------------------------|
| edge         | G1, D1         | -                                    |
| inpaint      | G2, D2         | ground-truth Canny                   |
| edge-inpaint | G2, D2         | C_comp of the frozen G1              |
| joint        | G1, D1, G2, D2 | C_comp, gradients flow into G1       |

Source: EdgeConnect (arXiv 1901.00212), section 3; the InpaintGAN paper, Eq. 5 to 9.
"""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from ..core.config import Config
from ..data.batch import Batch
from ..metrics.edge import precision_recall
from ..metrics.image import psnr
from ..models.composition import composite
from ..models.edge_model import EdgeModel, predict_edges
from ..models.inpaint_model import InpaintModel
from ..networks.blocks import Generator
from .runtime import autocast

ModelT = TypeVar("ModelT", EdgeModel, InpaintModel)


class Trained(Generic[ModelT]):
    """A model under training: its optimizers and the running average of its generator."""

    def __init__(self, model: ModelT, config: Config) -> None:
        self.model = model
        self.decay = config.ema_decay
        settings = {"betas": (config.beta1, config.beta2)}
        self._generator_settings = {"lr": config.lr, **settings}
        self._discriminator_settings = {"lr": config.lr * config.d2g_lr, **settings}
        self.generator_optimizer = torch.optim.Adam(model.generator.parameters(), **self._generator_settings)
        self.discriminator_optimizer = torch.optim.Adam(
            model.discriminator.parameters(), **self._discriminator_settings
        )
        self.ema: Generator = copy.deepcopy(model.generator).eval().requires_grad_(False)

    def discriminator_step(self, loss: Tensor) -> None:
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.discriminator_optimizer.step()

    def generator_step(self, step: int) -> None:
        """Take the step for gradients already there, and let the average follow."""
        self.generator_optimizer.step()
        # A short memory at first: the average must not remember the noise it started from.
        decay = min(self.decay, (1 + step) / (10 + step))
        with torch.no_grad():
            for mean, value in zip(self.ema.parameters(), self.model.generator.parameters(), strict=True):
                mean.lerp_(value, 1 - decay)
            kept = dict(self.ema.named_buffers())
            for name, value in self.model.generator.named_buffers():
                # Batch norm's statistics belong to the weights they were seen with. Spectral norm's vectors are
                # directions; an average of them is none.
                if name.endswith(("running_mean", "running_var")):
                    kept[name].lerp_(value, 1 - decay)
                else:
                    kept[name].copy_(value)

    def state_dict(self) -> dict[str, object]:
        return {
            "model": self.model.state_dict(),
            "ema": self.ema.state_dict(),
            "generator_optimizer": self.generator_optimizer.state_dict(),
            "discriminator_optimizer": self.discriminator_optimizer.state_dict(),
        }

    def load_state_dict(self, state: dict[str, dict]) -> None:
        self.model.load_state_dict(state["model"])
        self.ema.load_state_dict(state["ema"])
        self.generator_optimizer.load_state_dict(state["generator_optimizer"])
        self.discriminator_optimizer.load_state_dict(state["discriminator_optimizer"])
        # A resumed run follows its config: an optimizer's state would bring the old rates back.
        self.generator_optimizer.param_groups[0].update(self._generator_settings)
        self.discriminator_optimizer.param_groups[0].update(self._discriminator_settings)


class Stage:
    """Runs the steps of one stage.

    Attributes:
        edge: The edge model under training, or None.
        inpaint: The inpaint model under training, or None.
        frozen_edge_generator: Given edges by, but not training, this network; kept in checkpoints too.
    """

    def __init__(
        self,
        config: Config,
        edge_model: EdgeModel | None,
        inpaint_model: InpaintModel | None,
        frozen_edge_generator: Generator | None,
        device: torch.device,
    ) -> None:
        self.config = config
        self.device = device
        self.edge = Trained(edge_model, config) if edge_model else None
        self.inpaint = Trained(inpaint_model, config) if inpaint_model else None
        self.frozen_edge_generator = frozen_edge_generator

    @property
    def trained(self) -> dict[str, Trained[EdgeModel] | Trained[InpaintModel]]:
        """The models under training by name."""
        return {name: model for name, model in (("edge", self.edge), ("inpaint", self.inpaint)) if model}

    @property
    def edge_generator(self) -> Generator | None:
        """The averaged or frozen edge generator, for samples, scores and checkpoints."""
        return self.edge.ema if self.edge else self.frozen_edge_generator

    @property
    def inpaint_generator(self) -> Generator | None:
        """The averaged inpaint generator."""
        return self.inpaint.ema if self.inpaint else None

    def is_finite(self) -> bool:
        """Whether every trained weight is a finite number."""
        return all(bool(torch.isfinite(p).all()) for t in self.trained.values() for p in t.model.parameters())

    def step(self, batch: Batch, step: int) -> dict[str, Tensor]:
        """Train on one batch.

        Args:
            batch: On the stage's device.
            step: The number of steps before this one.

        Returns:
            Losses (unweighted parts) and batch scores as detached scalars; nothing here waits for the GPU.
        """
        logs: dict[str, Tensor] = {}
        total = torch.zeros((), device=self.device)
        predicted = None
        if self.edge:
            with self._autocast():
                predicted = self.edge.model(batch).float()
                loss, part = self.edge.model.discriminator_loss(batch, predicted)
            self.edge.discriminator_step(loss)
            with self._autocast(), _frozen(self.edge.model.discriminator):
                loss, more = self.edge.model.generator_loss(batch, predicted)
            total = total + loss
            logs |= part | more
        if self.inpaint:
            edges, predicted = self._edges_for_inpaint(batch, predicted)
            with self._autocast():
                painted = self.inpaint.model(batch, edges).float()
            if self.config.inpaint_adv_loss_weight:  # without it nobody listens to the discriminator
                with self._autocast():
                    loss, part = self.inpaint.model.discriminator_loss(batch, painted)
                self.inpaint.discriminator_step(loss)
                logs |= part
            with_perceptual = step % self.config.perceptual_interval == 0
            with self._autocast(), _frozen(self.inpaint.model.discriminator):
                loss, more = self.inpaint.model.generator_loss(batch, painted, with_perceptual=with_perceptual)
            total = total + loss
            logs |= more
            logs["psnr"] = psnr(composite(painted.detach(), batch.image, batch.mask), batch.image).mean()
        for model in self.trained.values():
            model.generator_optimizer.zero_grad(set_to_none=True)
        total.backward()
        for model in self.trained.values():
            model.generator_step(step)
        if predicted is not None:
            scores = precision_recall(predicted.detach(), batch.edge, batch.mask, self.config.edge_threshold)
            logs["precision"], logs["recall"] = (score.mean() for score in scores)
        return logs

    def _edges_for_inpaint(self, batch: Batch, predicted: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return the edges that the inpaint generator sees, and the prediction among them, if any."""
        if self.config.stage == "inpaint":
            return batch.edge, None
        if predicted is None:
            assert self.frozen_edge_generator is not None
            with torch.no_grad(), self._autocast():
                predicted = predict_edges(self.frozen_edge_generator, batch)
        return composite(predicted, batch.edge, batch.mask), predicted

    def _autocast(self) -> torch.autocast:
        return autocast(self.config, self.device)


class _frozen:
    """Within it, a network passes gradients on but gathers none."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network

    def __enter__(self) -> None:
        self._network.requires_grad_(False)

    def __exit__(self, *_: object) -> None:
        self._network.requires_grad_(True)

"""What one training step does in each stage.

| stage        | trains         | edges given to the inpaint generator                    |
|--------------|----------------|---------------------------------------------------------|
| edge         | G1, D1         | -                                                       |
| inpaint      | G2, D2         | true ones, of the whole picture                         |
| edge-inpaint | G2, D2         | C_comp of the frozen G1; true_edge_share of it true     |
| joint        | G1, D1, G2, D2 | C_comp, gradients flow into G1                          |
| auto         | the phases edge, inpaint and joint, one after another; in inpaint, true edges give way to C_comp |

Source: EdgeConnect (arXiv 1901.00212), section 3; the InpaintGAN paper, Eq. 5 to 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from ..core.config import TRAINS, Config
from ..core.ranks import Ranks
from ..data.batch import Batch
from ..metrics.edge import precision_recall
from ..metrics.image import psnr
from ..models.composition import composite
from ..models.edge_model import EdgeModel, predict_edges
from ..models.inpaint_model import InpaintModel
from ..networks.blocks import held_batch_norm, held_spectral_norm
from ..networks.generator import Generator
from .learner import Learner
from .runtime import autocast

_CHOICE_STREAM = 2  # keeps the choice of edges apart from an item's own random numbers


class Stage:
    """Runs the steps of one stage.

    Attributes:
        edge: The edge model under training, or None.
        inpaint: The inpaint model under training, or None.
        frozen_edge_generator: Gives edges but is not trained; saved in checkpoints too.
        phase: The stage whose steps are taken now; another than the config's only in the stage auto.
        true_edges: The probability that a picture is painted along its true edges, not along predicted ones, 0 to 1.
        is_whole: False while a step is half taken, and the networks are those of no step.
    """

    def __init__(
        self,
        config: Config,
        edge_model: EdgeModel | None,
        inpaint_model: InpaintModel | None,
        frozen_edge_generator: Generator | None,
        device: torch.device,
        ranks: Ranks,
    ) -> None:
        self.config = config
        self.device = device
        self.ranks = ranks
        self.edge = Learner(edge_model, config, self.ranks) if edge_model else None
        self.inpaint = Learner(inpaint_model, config, self.ranks) if inpaint_model else None
        self.frozen_edge_generator = frozen_edge_generator
        self.phase = "edge" if config.stage == "auto" else config.stage
        self.true_edges = {"inpaint": 1.0, "edge-inpaint": config.true_edge_share}.get(config.stage, 0.0)
        self.is_whole = True

    @property
    def trained(self) -> dict[str, Learner[EdgeModel] | Learner[InpaintModel]]:
        """The models that the run trains, by name."""
        return {name: model for name, model in (("edge", self.edge), ("inpaint", self.inpaint)) if model}

    @property
    def active(self) -> list[Learner[EdgeModel] | Learner[InpaintModel]]:
        """The models that the present phase trains."""
        return [model for name, model in self.trained.items() if name in TRAINS[self.phase]]

    @property
    def edge_generator(self) -> Generator | None:
        """The averaged or frozen edge generator, for samples, scores and checkpoints."""
        return self.edge.ema if self.edge else self.frozen_edge_generator

    @property
    def inpaint_generator(self) -> Generator | None:
        """The averaged inpaint generator, once there is something in it."""
        return self.inpaint.ema if self.inpaint and self.phase != "edge" else None

    def is_finite(self) -> bool:
        """Whether every trained weight is a finite number. Waits for the device."""
        return all(bool(torch.isfinite(p).all()) for t in self.trained.values() for p in t.model.parameters())

    def scale_lr(self, factor: float) -> None:
        """Take the next steps at a share of the config's learning rates."""
        for model in self.trained.values():
            model.scale_lr(factor)

    def step(self, batch: Batch, step: int) -> dict[str, Tensor]:
        """Train on one batch: the discriminators on detached fakes, then the generators against them.

        With ``accumulation_steps`` above 1 only a part of the batch passes the networks at a time. The step is the same,
        but for statistics that a network takes over the pictures it sees at once; the generators' forward pass is done
        twice, since the discriminators must have moved before the generators learn from them.

        Args:
            batch: This rank's share of the step's pictures, on the stage's device.
            step: The number of steps before this one.

        Returns:
            Losses, their unweighted parts and batch scores as detached scalars; nothing here waits for the GPU.
        """
        self.is_whole = False  # from the first pass on, which moves the vectors of spectral norm
        batch = replace(batch, step_hole_share=self.ranks.mean(batch.mask.mean()))
        parts = batch.split(self.config.accumulation_steps)
        alone = len(parts) == 1
        logs: dict[str, Tensor] = {}
        fakes: tuple[Tensor | None, Tensor | None] = None, None
        for model in self.active:
            model.discriminator_optimizer.zero_grad(set_to_none=True)
            model.generator_optimizer.zero_grad(set_to_none=True)
        for number, part in enumerate(parts):
            with self._held(number > 0), torch.set_grad_enabled(alone):
                fakes = self._forward(part)
            with self._held(number > 0):
                self._discriminators_learn(part, *fakes, len(parts), logs)
        for model in self._with_discriminator():
            model.discriminator_step()
        # On steps 1, 2, 3... times the interval: where it divides `log_interval`, logged steps, which are judged, are
        # among them.
        with_perceptual = (step + 1) % self.config.perceptual_interval == 0
        for number, part in enumerate(parts):
            if not alone:
                with self._held(True), held_batch_norm(*self._models()):
                    fakes = self._forward(part)
            with self._held(number > 0), self._frozen_discriminators():
                self._learn(*self._generator_loss(part, *fakes, with_perceptual), len(parts), logs)
        for model in self.active:
            model.generator_step()
        self.is_whole = True
        return logs

    def _forward(self, batch: Batch) -> tuple[Tensor | None, Tensor | None]:
        """Return predicted edges, if there are any in this phase, and the painted picture."""
        predicted = painted = None
        if self._trains("edge"):
            assert self.edge
            with self._autocast():
                predicted = self.edge.forward(batch).float()
        if self._trains("inpaint"):
            assert self.inpaint
            edges, predicted = self._edges_for_inpaint(batch, predicted)
            with self._autocast():
                painted = self.inpaint.forward(batch, edges).float()
        return predicted, painted

    def _discriminators_learn(
        self, batch: Batch, predicted: Tensor | None, painted: Tensor | None, n_parts: int, logs: dict[str, Tensor]
    ) -> None:
        for model, fake in ((self.edge, predicted), (self.inpaint, painted)):
            if model in self._with_discriminator():
                assert model and fake is not None
                with self._autocast():
                    loss, values = model.discriminator_loss(batch, fake)
                self._learn(loss, values, n_parts, logs)

    def _generator_loss(
        self, batch: Batch, predicted: Tensor | None, painted: Tensor | None, with_perceptual: bool
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the sum of the generators' losses, and what is logged of them and of the fakes."""
        total = torch.zeros((), device=self.device)
        logs: dict[str, Tensor] = {}
        if self._trains("edge"):
            assert self.edge and predicted is not None
            with self._autocast():
                loss, logs = self.edge.model.generator_loss(batch, predicted)
            total = total + loss
        if painted is not None:
            assert self.inpaint
            with self._autocast():
                loss, more = self.inpaint.model.generator_loss(batch, painted, with_perceptual=with_perceptual)
            total = total + loss
            logs |= more
            logs["psnr"] = psnr(composite(painted.detach(), batch.image, batch.mask), batch.image).mean()
        if predicted is not None:
            scores = precision_recall(predicted.detach(), batch.edge, batch.mask, self.config.edge_threshold)
            logs["precision"], logs["recall"] = (score.mean() for score in scores)
        return total, logs

    @staticmethod
    def _learn(loss: Tensor, values: dict[str, Tensor], n_parts: int, logs: dict[str, Tensor]) -> None:
        """Add the gradients and logs of a loss over one of n equal parts of a batch."""
        (loss / n_parts).backward()
        for name, value in values.items():
            logs[name] = logs[name] + value / n_parts if name in logs else value / n_parts

    def _edges_for_inpaint(self, batch: Batch, predicted: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return the edges that the inpaint generator sees, and the prediction among them, if any."""
        if self.true_edges >= 1:
            return batch.edge, None
        if predicted is None:
            assert self.edge_generator is not None
            with torch.no_grad(), self._autocast():
                predicted = predict_edges(self.edge_generator, batch.gray, batch.edge, batch.mask).float()
        completed = composite(predicted, batch.edge, batch.mask)
        if self.true_edges > 0:
            chosen = [_drawn(self.config.seed, position) < self.true_edges for position in batch.positions]
            mark = torch.tensor(chosen).view(-1, 1, 1, 1)
            if self.device.type == "cuda":
                mark = mark.pin_memory()  # from elsewhere the copy would wait for the GPU
            completed = torch.where(mark.to(self.device, non_blocking=True), batch.edge, completed)
        return completed, predicted

    def _trains(self, name: str) -> bool:
        return name in TRAINS[self.phase]

    def _with_discriminator(self) -> list[Learner[EdgeModel] | Learner[InpaintModel]]:
        """The active models whose discriminator a weighted loss asks."""
        return [model for model in self.active if model.model.uses_discriminator]

    def _autocast(self) -> torch.autocast:
        return autocast(self.config, self.device)

    def _held(self, held: bool) -> AbstractContextManager[None]:
        return held_spectral_norm(*self._models()) if held else nullcontext()

    def _models(self) -> list[EdgeModel | InpaintModel]:
        return [model.model for model in self.active]

    @contextmanager
    def _frozen_discriminators(self) -> Iterator[None]:
        """Within it, discriminators pass gradients on but gather none."""
        networks: list[nn.Module] = [model.discriminator for model in self._models()]
        for network in networks:
            network.requires_grad_(False)
        try:
            yield
        finally:
            for network in networks:
                network.requires_grad_(True)


def _drawn(seed: int, position: int) -> float:
    """A number in [0, 1) that belongs to a place in the training stream."""
    return np.random.default_rng([seed, position, _CHOICE_STREAM]).random()

"""A model under training with what belongs to it: two optimizers and the running average of its generator."""

from __future__ import annotations

import copy
from typing import Any, Generic, TypeVar

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

from ..core.config import Config
from ..core.ranks import Ranks
from ..models.edge_model import EdgeModel
from ..models.inpaint_model import InpaintModel
from ..networks.generator import Generator

ModelT = TypeVar("ModelT", EdgeModel, InpaintModel)


class Learner(Generic[ModelT]):
    """A model under training.

    Attributes:
        forward: The model's, whose gradients become means over the ranks.
        discriminator_loss: Likewise.
        ema: The running average of the generator (EMA), for samples, scores and checkpoints; with an `ema_decay` of 0
            a copy of the generator.
        updates: Generator steps taken.
    """

    def __init__(self, model: ModelT, config: Config, ranks: Ranks) -> None:
        self.model = model
        self.ema: Generator = copy.deepcopy(model.generator).eval().requires_grad_(False)
        self.forward = ranks.synced(model.generator, model.forward)
        self.discriminator_loss = ranks.synced(model.discriminator, model.discriminator_loss)
        self._decay = config.ema_decay
        # One kernel for all parameters on a GPU. It is set again after loading, which may be on another device.
        shared = {"betas": (config.beta1, config.beta2), "fused": next(model.parameters()).is_cuda or None}
        self._settings = {
            "generator": {"lr": config.lr, **shared},
            "discriminator": {"lr": config.lr * config.d2g_lr, **shared},
        }
        self.generator_optimizer = torch.optim.Adam(model.generator.parameters(), **self._settings["generator"])
        self.discriminator_optimizer = torch.optim.Adam(
            model.discriminator.parameters(), **self._settings["discriminator"]
        )
        self.updates = 0

    def scale_lr(self, factor: float) -> None:
        """Take the next steps at a share of the config's learning rates."""
        for name, optimizer in self._optimizers().items():
            optimizer.param_groups[0].update(self._settings[name], lr=self._settings[name]["lr"] * factor)

    def discriminator_step(self) -> None:
        """Take the step for gradients already there."""
        self.discriminator_optimizer.step()

    def generator_step(self) -> None:
        """Take the step for gradients already there, and let the average follow."""
        self.generator_optimizer.step()
        # A short memory at first: the average must not remember the noise it started from.
        decay = min(self._decay, (1 + self.updates) / (10 + self.updates))
        self.updates += 1
        with torch.no_grad():
            average = get_ema_multi_avg_fn(decay)
            average([*self.ema.parameters()], [*self.model.generator.parameters()], self.updates)
            kept = dict(self.ema.named_buffers())
            for name, value in self.model.generator.named_buffers():
                if name.endswith(("running_mean", "running_var")):
                    kept[name].lerp_(value, 1 - decay)  # batch norm's statistics belong to the weights they come from
                else:
                    kept[name].copy_(value)  # spectral norm's vectors are directions; an average of them is none

    def state_dict(self) -> dict[str, object]:
        """All that a resume needs. Its tensors are the live ones, not copies."""
        return {
            "model": self.model.state_dict(),
            "ema": self.ema.state_dict(),
            "updates": self.updates,
            **{f"{name}_optimizer": optimizer.state_dict() for name, optimizer in self._optimizers().items()},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over a `state_dict`. The rates stay the config's: an optimizer's state would bring the old ones back."""
        self.model.load_state_dict(state["model"])
        self.ema.load_state_dict(state["ema"])
        self.updates = state["updates"]
        for name, optimizer in self._optimizers().items():
            saved = state[f"{name}_optimizer"]
            # It decides where the numbers of steps lie; the run may have been saved on another kind of device.
            groups = [{**group, "fused": self._settings[name]["fused"]} for group in saved["param_groups"]]
            optimizer.load_state_dict({**saved, "param_groups": groups})
            for parameter, kept in optimizer.state.items():
                # The one kernel wants moments that lie in memory as their weights do, which is another way on a CPU.
                moments = {name: value for name, value in kept.items() if name != "step"}
                kept.update({name: torch.empty_like(parameter).copy_(value) for name, value in moments.items()})
        self.scale_lr(1.0)

    def _optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {"generator": self.generator_optimizer, "discriminator": self.discriminator_optimizer}

"""One batch of training data."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch


@dataclass(frozen=True, eq=False)
class Batch:
    """Tensors of B pictures, float32 in [0, 1]."""

    image: torch.Tensor
    """(B, 3, H, W), RGB."""
    gray: torch.Tensor
    """(B, 1, H, W), luma of ``image``."""
    edge: torch.Tensor
    """(B, 1, H, W), 1 on edges of the whole picture."""
    mask: torch.Tensor
    """(B, 1, H, W), 1 in the hole."""
    unreadable: tuple[str, ...] = ()
    """Files that could not be read while this batch was made; the next readable one stood in for each."""

    def __len__(self) -> int:
        return self.image.shape[0]

    def to(self, device: torch.device | str) -> Batch:
        """Return the batch on a device; from pinned memory the copy runs beside the computation."""
        moved = {name: tensor.to(device, non_blocking=True) for name, tensor in self._tensors().items()}
        return replace(self, **moved)

    def pin_memory(self) -> Batch:
        """Return the batch in page-locked memory; the loader calls this."""
        return replace(self, **{name: tensor.pin_memory() for name, tensor in self._tensors().items()})

    def _tensors(self) -> dict[str, torch.Tensor]:
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "unreadable"}

"""One batch of training data."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch

from .torch_canny import torch_canny


@dataclass(frozen=True, eq=False)
class Batch:
    """Tensors of B pictures, float32 in [0, 1].

    Before `to` a loader's are bytes, as `Sample` has them: a quarter of what its processes and the way to a GPU would carry.
    """

    image: torch.Tensor
    """(B, 3, H, W), RGB."""
    gray: torch.Tensor
    """(B, 1, H, W), luma of ``image``."""
    edge: torch.Tensor
    """(B, 1, H, W), 1 on edges of the whole picture."""
    mask: torch.Tensor
    """(B, 1, H, W), 1 in the hole."""
    focus: torch.Tensor | None = None
    """(B, 2) integers, row and column of a random pixel of each hole: there losses look that see only part of a large one."""
    unreadable: tuple[str, ...] = ()
    """Files that could not be read while this batch was made; the next readable one stood in for each."""
    positions: tuple[int, ...] = ()
    """Each picture's place in the training stream, from which everything random about it is drawn."""
    step_hole_share: torch.Tensor | None = None
    """`hole_share` where a step's pictures are spread over several batches."""

    sigma: torch.Tensor | None = None
    """(B,), where edges are yet to be drawn on the device: the blur of each picture's Canny in px."""

    @property
    def hole_share(self) -> torch.Tensor:
        """The mean of the masks of all pictures of the step, a scalar above 0, by which losses over the hole are divided.

        A mean over parts of a step is that of the whole only if each part was divided by the same number.
        """
        if self.step_hole_share is not None:
            return self.step_hole_share
        return self.mask.mean().clamp(min=1 / self.mask.numel())

    def __len__(self) -> int:
        return self.image.shape[0]

    def split(self, n: int) -> list[Batch]:
        """Return n batches of equally many pictures, which know the hole share of the whole.

        Raises:
            ValueError: They cannot be shared equally.
        """
        size, left = divmod(len(self), n)
        if left:
            raise ValueError(f"{len(self)} pictures cannot be shared equally by {n} batches")
        return [
            replace(
                self,
                **{name: value[i : i + size] for name, value in self._tensors().items() if value.dim()},
                positions=self.positions[i : i + size],
                step_hole_share=self.hole_share,
            )
            for i in range(0, len(self), size)
        ]

    def to(self, device: torch.device | str) -> Batch:
        """Return the batch on a device, in float32; from pinned memory the copy is queued, and nothing waits for it.

        Edges that were left to the device are drawn there.
        """
        batch = replace(self, **{name: value.to(device, non_blocking=True) for name, value in self._tensors().items()})
        if batch.image.dtype == torch.uint8:
            batch = replace(
                batch,
                image=batch.image.contiguous().float().div_(255),
                gray=batch.gray.float().div_(255),
                edge=batch.edge.float(),
                mask=batch.mask.float(),
            )
        if batch.sigma is None:
            return batch
        return replace(batch, edge=torch_canny(batch.gray, batch.sigma), sigma=None)

    def pin_memory(self) -> Batch:
        """Return the batch in page-locked memory; the loader calls this."""
        return replace(self, **{name: tensor.pin_memory() for name, tensor in self._tensors().items()})

    def owned(self) -> Batch:
        """Return the batch in this process's own memory; a loader's processes share theirs, at a file descriptor a tensor."""
        shared = {name: tensor for name, tensor in self._tensors().items() if tensor.is_shared()}
        return replace(self, **{name: tensor.clone() for name, tensor in shared.items()})

    def _tensors(self) -> dict[str, torch.Tensor]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, torch.Tensor)}

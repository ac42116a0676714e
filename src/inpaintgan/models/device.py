"""The device that networks compute on."""

from __future__ import annotations

import functools
import re

import torch

from ..core.errors import InpaintError
from ..core.wording import plural


def pick_device(wish: str | torch.device) -> torch.device:
    """Turn ``auto``, ``cpu``, ``cuda`` or one GPU of several, ``cuda:0`` and so on, into a device.

    Raises:
        InpaintError: ``device-missing`` for cuda where there is none, ``device-unknown`` for any other wish.
    """
    usable = gpus()
    wish = str(wish)
    if wish == "auto":
        return torch.device("cuda" if "cuda:0" in usable else usable[0] if usable else "cpu")
    if wish.startswith("cuda") and not usable:
        raise InpaintError("device-missing", "No CUDA GPU can be used here.", "Choose the device cpu, or auto.")
    # One of a list, because PyTorch knows names of devices that it cannot compute on, and that nothing here was tried on.
    allowed = ["auto", "cpu", *(["cuda"] if "cuda:0" in usable else []), *usable]
    if wish not in allowed:
        raise InpaintError(
            "device-unknown", f"There is no device '{wish}' on this machine.", f"Choose one of: {', '.join(allowed)}."
        )
    return torch.device(wish)


def gpus() -> list[str]:
    """The GPUs that this build of PyTorch has code for; of older ones it says that they are there, then fails at a layer."""
    if not torch.cuda.is_available():
        return []
    known = [int(found[1]) for arch in torch.cuda.get_arch_list() if (found := re.match(r"sm_(\d+)", arch))]
    indices = range(torch.cuda.device_count())
    capabilities = (
        [major * 10 + minor for major, minor in map(torch.cuda.get_device_capability, indices)] if known else []
    )
    return [f"cuda:{index}" for index in indices if not known or capabilities[index] >= min(known)]


@functools.cache
def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device has instructions for bfloat16, and so is faster in it than in float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # older versions of PyTorch do not tell
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def device_name(device: torch.device) -> str:
    """A device in words, for the run's record."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {plural(torch.get_num_threads(), 'thread')}"


def gpu_memory(device: torch.device) -> tuple[float, float] | None:
    """Gigabytes of a GPU in use, by all programs, and in all; None for a CPU."""
    if device.type != "cuda":
        return None
    free, total = torch.cuda.mem_get_info(device)
    return (total - free) / 1e9, total / 1e9


def gpu_utilisation(device: torch.device) -> float | None:
    """Share of the last second or less in which a GPU computed, for all programs, 0 to 1.

    The driver is asked, not the GPU's queue, so nothing waits. None for a CPU, and where the driver does not say.
    """
    if device.type != "cuda":
        return None
    try:
        return torch.cuda.utilization(device) / 100
    except Exception:  # no driver library, a slice of a GPU (MIG), no permission: each has an error of its own
        return None

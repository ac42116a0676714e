"""What is known of a GPU, where there may be none."""

from __future__ import annotations

import pytest
import torch

from inpaintgan.core.errors import InpaintError
from inpaintgan.models.device import computes_bfloat16, gpu_memory, gpu_utilisation, pick_device


@pytest.mark.parametrize("n_gpus", [0, 2])
def test_a_device_is_what_was_wished_for_or_refused_with_what_there_is(monkeypatch: pytest.MonkeyPatch, n_gpus: int):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: n_gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: n_gpus)
    monkeypatch.setattr(torch.cuda, "get_arch_list", list)
    assert pick_device("auto").type == ("cuda" if n_gpus else "cpu")
    assert pick_device("cpu") == pick_device(torch.device("cpu")) == torch.device("cpu")
    allowed = "auto, cpu, cuda, cuda:0, cuda:1" if n_gpus else "auto, cpu"
    for wish in ("CPU", "gpu", "mps", "", *(["cuda:2"] if n_gpus else [])):
        with pytest.raises(
            InpaintError, match=f"There is no device '{wish}' on this machine. Choose one of: {allowed}.$"
        ):
            pick_device(wish)
    if n_gpus:
        assert pick_device("cuda:1") == torch.device("cuda", 1)
    else:
        with pytest.raises(InpaintError, match="No CUDA GPU"):
            pick_device("cuda:1")


@pytest.mark.parametrize(("first", "auto"), [((6, 1), "cuda:1"), ((7, 5), "cuda")])
def test_gpus_that_this_pytorch_has_no_code_for_are_not_offered(monkeypatch: pytest.MonkeyPatch, first, auto):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_75", "sm_90a", "compute_120"])
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda index: (first, (12, 0))[index])
    assert pick_device("auto") == torch.device(auto)
    if auto == "cuda:1":
        with pytest.raises(InpaintError, match="Choose one of: auto, cpu, cuda:1"):
            pick_device("cuda:0")


def test_a_cpu_has_no_gpu_numbers():
    device = torch.device("cpu")
    assert gpu_memory(device) is None and gpu_utilisation(device) is None


def test_utilisation_is_a_share_and_unknown_where_the_driver_does_not_say(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "utilization", lambda device: 87)
    assert gpu_utilisation(torch.device("cuda")) == pytest.approx(0.87)

    def refuse(device: torch.device) -> int:
        raise ModuleNotFoundError("nvidia-ml-py does not seem to be installed")

    monkeypatch.setattr(torch.cuda, "utilization", refuse)
    assert gpu_utilisation(torch.device("cuda")) is None


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [({"avx512_bf16": True}, True), ({"amx_bf16": True}, True), ({"avx512_f": True}, False)],
)
def test_a_cpu_with_instructions_for_bfloat16_is_known(monkeypatch: pytest.MonkeyPatch, capabilities, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    computes_bfloat16.cache_clear()
    assert computes_bfloat16(torch.device("cpu")) == expected
    computes_bfloat16.cache_clear()

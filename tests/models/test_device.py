"""What is known of a GPU, where there may be none."""

from __future__ import annotations

import pytest
import torch

from inpaintgan.models.device import computes_bfloat16, gpu_memory, gpu_utilisation


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

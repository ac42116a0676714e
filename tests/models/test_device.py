"""What is known of a GPU, where there may be none."""

from __future__ import annotations

import pytest
import torch

from inpaintgan.models.device import gpu_memory, gpu_utilisation


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

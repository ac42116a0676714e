"""Which checkpoint is used unless another is named."""

from __future__ import annotations

import shutil

import pytest

from inpaintgan.core.paths import default_checkpoint


@pytest.mark.parametrize(
    ("device", "driver", "name"),
    [
        ("auto", None, "faces-lite"),
        ("auto", "/usr/bin/nvidia-smi", "faces"),
        ("cuda", None, "faces"),
        ("cuda:1", None, "faces"),
        ("cpu", "/usr/bin/nvidia-smi", "faces-lite"),
    ],
)
def test_the_large_networks_are_the_default_on_a_gpu_alone(monkeypatch, device, driver, name):
    monkeypatch.setattr(shutil, "which", lambda _: driver)
    assert default_checkpoint(device).name == name
    assert (default_checkpoint(device) / "inpaint_generator.safetensors").is_file()

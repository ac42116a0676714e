"""Which checkpoint is used unless another is named, and which names lead to a folder's own files."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from inpaintgan.core import paths
from inpaintgan.core.paths import child_of, default_checkpoint


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


@pytest.mark.parametrize(
    ("system", "torch", "name"),
    [
        ("linux", "2.15.0", "faces"),
        ("linux", "2.15.0+cpu", "faces-lite"),
        ("win32", "2.15.0", "faces-lite"),
        ("win32", "2.15.0+cu132", "faces"),
    ],
)
def test_a_gpu_counts_where_pytorch_can_use_it(monkeypatch, system, torch, name):
    monkeypatch.setattr(shutil, "which", lambda _: "nvidia-smi")
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(paths, "version", lambda _: torch)
    assert default_checkpoint().name == name


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\0b", 7])
def test_a_path_is_no_name(tmp_path: Path, name: object):
    assert child_of(tmp_path, name) is None
    assert child_of(tmp_path, "a b") == tmp_path / "a b"


def test_a_backslash_and_a_drive_lead_elsewhere_on_windows_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    if os.name != "nt":
        assert child_of(tmp_path, "a\\b") == tmp_path / "a\\b"
        monkeypatch.setattr(paths, "_ENDS_NAMES", paths._ENDS_NAMES + "\\:")
    assert child_of(tmp_path, "C:") is None and child_of(tmp_path, "a\\b") is None

"""The names of what can run the networks when a hole is filled; `inpaintgan.inference.engines` builds them."""

from __future__ import annotations

ENGINES = ("auto", "eager", "compile", "onnx", "openvino")
"""auto is the one that was measured fastest for a checkpoint on this machine, eager PyTorch until one was."""

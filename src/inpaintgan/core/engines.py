"""What can run the networks when a hole is filled; `inpaintgan.inference.engines` builds it."""

from __future__ import annotations

import importlib.util
import shutil
import sys

ENGINES = ("auto", "eager", "compile", "onnx", "openvino")
"""auto is the one that was measured fastest for a checkpoint on this machine, eager PyTorch until one was."""
DEVICES = ("auto", "cpu", "cuda")
"""Where they may be asked to run; auto is a GPU if there is one."""
INSTALL = "Install them: pip install -r requirements-engines.txt"
_PACKAGES = {
    "onnx": ("onnxruntime", "onnx", "onnxscript"),
    "openvino": ("openvino", "onnx", "onnxscript"),
}
_COMPILERS = ("c++", "g++", "clang++")


def obstacle(engine: str, device: str) -> str:
    """Return why an engine cannot run here, in a sentence or two, or nothing when it can.

    Args:
        engine: One of `ENGINES`.
        device: ``cpu``, ``cuda`` or ``cuda:1``.
    """
    if engine in _PACKAGES:
        if device != "cpu":
            return "It runs on a CPU only."
        missing = [package for package in _PACKAGES[engine] if importlib.util.find_spec(package) is None]
        return f"It needs {', '.join(missing)}. {INSTALL}" if missing else ""
    # PyTorch takes no other compiler on Windows.
    compilers, such_as = (("cl",), "Visual Studio's cl") if sys.platform == "win32" else (_COMPILERS, "g++")
    if engine == "compile" and device == "cpu" and not any(map(shutil.which, compilers)):
        return f"It needs a C++ compiler, such as {such_as}."
    if engine == "compile" and device.startswith("cuda") and importlib.util.find_spec("triton") is None:
        return "It needs Triton, which PyTorch includes on Linux."
    return ""

"""The structure that ARCHITECTURE.md promises."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "inpaintgan"
WINDOW_ONLY = {"eel", "bottle", "gevent", "geventwebsocket"}
MAY_KNOW_EEL = {PACKAGE / "gui" / "eel_adapter.py", PACKAGE / "gui" / "app.py"}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_layers_hold_function_level_imports_included():
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    result = run(sys.executable, "-c", code)
    assert result.returncode == 0, result.stdout


def imported_packages(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_only_the_adapter_and_the_app_know_eel():
    knowing = {file for file in PACKAGE.rglob("*.py") if imported_packages(file) & WINDOW_ONLY}
    assert knowing == MAY_KNOW_EEL


def test_only_the_runtime_knows_torch_distributed():
    words = ("torch.distributed", "DistributedDataParallel", "torch import distributed")
    texts = {file: file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py")}
    assert [f for f, text in texts.items() if any(w in text for w in words)] == [PACKAGE / "training" / "runtime.py"]


def test_only_the_bridge_touches_eel_in_the_pages():
    touching = [
        f.name for f in (ROOT / "web").rglob("*.js") if "eel." in f.read_text("utf-8") and "vendor" not in f.parts
    ]
    assert touching == ["bridge.js"]


def test_starting_the_command_line_and_the_window_imports_no_torch_and_no_pictures():
    code = (
        "import sys, inpaintgan.cli, inpaintgan.gui.app; "
        "print([m for m in ('torch', 'numpy', 'cv2', 'skimage') if m in sys.modules])"
    )
    assert run(sys.executable, "-c", code).stdout.strip() == "[]"


def test_source_is_linted():
    result = run(sys.executable, "-m", "ruff", "check", "src", "tests", "main.py")
    assert result.returncode == 0, result.stdout

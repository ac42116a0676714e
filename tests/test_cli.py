"""The command line as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

MAIN = Path(__file__).resolve().parents[1] / "main.py"


def test_names_of_any_script_pass_through_a_pipe_of_an_old_encoding(tmp_path):
    said = subprocess.run(
        [sys.executable, str(MAIN), "check-data", str(tmp_path / "猫")],
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}, check=False,
    )  # fmt: skip
    assert said.returncode == 2 and f"The folder {tmp_path / '猫'} does not exist" in said.stderr.decode()

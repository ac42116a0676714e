"""Runs the cases of ``engine_cases.py`` in a process of their own, as the program does with its filling worker.

OpenVINO, ONNX Runtime and compiled networks bring threads and allocators of their own; in one process with all the other
tests they ended it with a segmentation fault, depending on what had run before.
"""

import os
import subprocess
import sys
from pathlib import Path


def test_every_case_passes_in_a_process_of_its_own():
    cases = Path(__file__).with_name("engine_cases.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--tb=short", str(cases)],
        cwd=Path(__file__).parents[2],
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr

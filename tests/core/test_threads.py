"""How long threads wait awake: short, unless the user says otherwise; for processes that are started too."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from inpaintgan.core.child import child_environment
from inpaintgan.core.threads import wait_briefly

NAMES = ("GOMP_SPINCOUNT", "KMP_BLOCKTIME", "OMP_WAIT_POLICY", "OPENBLAS_THREAD_TIMEOUT")

BRIEFLY = {"GOMP_SPINCOUNT": "2000", "KMP_BLOCKTIME": "0", "OPENBLAS_THREAD_TIMEOUT": "14"}


@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        ({}, BRIEFLY),
        ({"GOMP_SPINCOUNT": "7"}, {**BRIEFLY, "GOMP_SPINCOUNT": "7"}),
        ({"KMP_BLOCKTIME": "7"}, {**BRIEFLY, "KMP_BLOCKTIME": "7"}),
        ({"OPENBLAS_THREAD_TIMEOUT": "7"}, {**BRIEFLY, "OPENBLAS_THREAD_TIMEOUT": "7"}),
        ({"OMP_WAIT_POLICY": "active"}, {"OMP_WAIT_POLICY": "active", "OPENBLAS_THREAD_TIMEOUT": "14"}),
    ],
)
def test_what_the_user_says_stays(
    given: dict[str, str], becomes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    wait_briefly()
    assert {name: os.environ[name] for name in NAMES if name in os.environ} == becomes


def test_the_command_line_says_it_before_numpy_and_torch_are_there() -> None:
    code = """
import json, os, sys
from inpaintgan.cli import main
try:
    main(["--version"])
except SystemExit:
    pass
print(json.dumps([os.environ.get(name) for name in ("GOMP_SPINCOUNT", "OPENBLAS_THREAD_TIMEOUT")]))
print(json.dumps([name in sys.modules for name in ("numpy", "torch")]))
"""
    environment = {key: value for key, value in child_environment().items() if key not in NAMES}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    said, loaded = map(json.loads, done.stdout.splitlines()[-2:])
    assert said == ["2000", "14"] and loaded == [False, False]

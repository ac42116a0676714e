"""The README's promises that can be checked."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from inpaintgan.cli import _parser

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line.partition("  #")[0].strip() for line in TEXT.splitlines() if line.startswith("python main.py ")]


def test_there_are_commands():
    assert len(COMMANDS) > 4


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_parse(command):
    assert _parser().parse_args(shlex.split(command)[2:]).run


def test_links_and_pictures_exist():
    targets = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert [target for target in targets if not target.startswith("http") and not (ROOT / target).exists()] == []


def test_the_test_command_is_where_ci_looks_for_it():
    block = TEXT.partition("<!-- test command -->")[2].split("```")[1]
    assert block.startswith("sh\n") and "requirements-dev.txt" in block and "pytest" in block

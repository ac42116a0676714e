"""What the README and the pages it leads to promise, as far as it can be checked."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from inpaintgan.cli import parser
from inpaintgan.core.config import EdgeGeneratorName

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = [
    line.partition("  #")[0].strip() for line in README.read_text().splitlines() if line.startswith("python main.py ")
]


def test_there_are_commands():
    assert len(COMMANDS) > 4


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_parse(command):
    assert parser().parse_args(shlex.split(command)[2:]).run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_exist(page):
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if not target.startswith("http") and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", [README, ROOT / "docs" / "comparing.md"], ids=lambda page: page.name)
def test_what_is_compared_is_listed(page):
    text = page.read_text(encoding="utf-8")
    unnamed = [name for name in get_args(EdgeGeneratorName) if f"`{name}`" not in text]
    assert unnamed == [], "name these among the edge generators that are compared"


def test_the_readme_leads_to_every_page():
    text = README.read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"(docs/{page.name})" not in text] == []


def test_the_test_command_is_where_ci_looks_for_it():
    block = README.read_text().partition("<!-- test command -->")[2].split("```")[1]
    assert block.startswith("sh\n") and "requirements-dev.txt" in block and "pytest" in block

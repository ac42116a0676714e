"""A wheel brings what the program imports, as requirements.txt does."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# pydantic requires one exact version of its core.
BROUGHT = {"pydantic-core": "pydantic"}


def _normalised(requirement: str) -> str:
    """Return the name of a requirement as PEP 503 spells it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement).group()).lower()


def _imported() -> set[str]:
    """Return the top-level names of all that `src` imports, anywhere in a file, beside itself and the standard library."""
    names = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"inpaintgan"}


def test_every_import_is_a_dependency_of_the_wheel_and_pinned_for_a_clone():
    lists = (ROOT / name for name in ("requirements.txt", "requirements-engines.txt"))
    pinned = {_normalised(line) for file in lists for line in file.read_text().splitlines() if re.match(r"\w", line)}
    extras = PROJECT["optional-dependencies"].values()
    declared = {_normalised(line) for group in (PROJECT["dependencies"], *extras) for line in group}
    providers = packages_distributions()
    imported = _imported()
    assert {"torch", "pi_heif", "eel"} <= imported
    for name in imported:
        # A package that is not installed here (an engine) goes by the name it is imported by.
        distributions = {_normalised(found) for found in providers.get(name, [name])}
        distributions = {BROUGHT.get(found, found) for found in distributions}
        assert distributions & declared, f"{name} is imported, but no dependency in pyproject.toml brings it"
        assert distributions & pinned, f"{name} is imported, but no requirements file pins it"

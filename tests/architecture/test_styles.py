"""The style sheets of the window and of the reports."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHEETS = [*(ROOT / "web" / "css").rglob("*.css"), *(ROOT / "src/inpaintgan/evaluation/templates").glob("*.css")]


def test_every_custom_property_that_is_used_is_defined():
    """A declaration with one that is not is invalid as a whole, and says nothing."""
    scripts = [
        path for kind in ("js", "html") for path in (ROOT / "web").rglob(f"*.{kind}") if "vendor" not in path.parts
    ]
    sheets = "\n".join(path.read_text() for path in SHEETS)
    set_by_scripts = re.findall(r"--[\w-]+", "\n".join(path.read_text() for path in scripts))
    defined = {*re.findall(r"(--[\w-]+)\s*:", sheets), *set_by_scripts}
    assert len(SHEETS) > 3 and {"--s7", "--ink"} <= defined
    assert {name for name in re.findall(r"var\((--[\w-]+)", sheets) if name not in defined} == set()

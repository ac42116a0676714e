"""The style sheets of the window and of the reports."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB, TEMPLATES = ROOT / "web", ROOT / "src/inpaintgan/evaluation/templates"
SHEETS = [*(WEB / "css").rglob("*.css"), *TEMPLATES.glob("*.css")]
PAGES = [*WEB.rglob("*.js"), *WEB.rglob("*.html"), *TEMPLATES.glob("*.j2")]


def test_every_custom_property_that_is_used_is_defined():
    """A declaration with one that is not is invalid as a whole, and says nothing."""
    sheets = "\n".join(path.read_text() for path in SHEETS)
    set_by_pages = re.findall(r"--[\w-]+", "\n".join(path.read_text() for path in PAGES if "vendor" not in path.parts))
    defined = {*re.findall(r"(--[\w-]+)\s*:", sheets), *set_by_pages}
    assert len(SHEETS) > 3 and {"--s7", "--ink"} <= defined
    assert {name for name in re.findall(r"var\((--[\w-]+)", sheets) if name not in defined} == set()

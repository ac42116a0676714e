"""What the reports' pages share: styles, script and typeface go into the one file, nothing comes from the network."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..core.paths import resource
from .tiles import file_uri

_FONT = "vendor/plex/ibm-plex-sans-latin-wght-normal.woff2"


def environment() -> Environment:
    """Return the Jinja environment of the report templates."""
    made = Environment(
        loader=PackageLoader("inpaintgan.evaluation"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["fixed"] = lambda value, digits: f"{value:,.{digits}f}"
    made.filters["signed"] = lambda value, digits: f"{value:+,.{digits}f}"
    made.filters["count"] = lambda value: f"{value:,}"
    return made


@cache
def design_tokens() -> Markup:
    """The window's colours, sizes and type, with the typeface inside."""
    css = (resource("web") / "css" / "tokens.css").read_text(encoding="utf-8")
    css = re.sub(r"@font-face\s*\{[^}]*\}", "", css)
    font = file_uri(resource("web") / _FONT, "font/woff2")
    face = f'@font-face {{ font-family: "Plex"; src: url("{font}") format("woff2"); font-weight: 100 700; }}\n'
    return Markup(face + css)


def asset(name: str) -> Markup:
    """A style sheet or script that lies beside the templates, to be put into a page."""
    return Markup((Path(__file__).parent / "templates" / name).read_text(encoding="utf-8"))


def icon() -> Markup:
    """The program's icon, as SVG."""
    return Markup((resource("web") / "favicon.svg").read_text(encoding="utf-8"))

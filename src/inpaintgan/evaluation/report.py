"""What the reports' pages share: styles, script and typeface go into the one file, nothing comes from the network."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..core.paths import resource
from .tiles import file_uri

_FONT = "vendor/plex/ibm-plex-sans-latin-wght-normal.woff2"


def render(template: str, **values: Any) -> str:
    """Return a report's page.

    Args:
        template: Its file's name in ``templates``.
        values: What it shows.
    """
    styles = {"tokens": _design_tokens(), "css": _asset("report.css"), "script": _asset("report.js"), "icon": _icon()}
    return _environment().get_template(template).render(**styles, **values)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("inpaintgan.evaluation"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["fixed"] = lambda value, digits: f"{value:,.{digits}f}"
    made.filters["signed"] = lambda value, digits: f"{value:+,.{digits}f}"
    made.filters["count"] = lambda value: f"{value:,}"
    return made


@cache
def _design_tokens() -> Markup:
    """The window's colours, sizes and type, with the typeface inside."""
    css = (resource("web") / "css" / "tokens.css").read_text(encoding="utf-8")
    css = re.sub(r"@font-face\s*\{[^}]*\}", "", css)
    font = file_uri(resource("web") / _FONT, "font/woff2")
    face = f'@font-face {{ font-family: "Plex"; src: url("{font}") format("woff2"); font-weight: 100 700; }}\n'
    return Markup(face + css)


def _asset(name: str) -> Markup:
    """A style sheet or script that lies beside the templates, to be put into a page."""
    return Markup((Path(__file__).parent / "templates" / name).read_text(encoding="utf-8"))


def _icon() -> Markup:
    """The program's icon, as SVG."""
    return Markup((resource("web") / "favicon.svg").read_text(encoding="utf-8"))

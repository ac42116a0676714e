"""What a setting may be, and what is wrong with one, in words."""

from __future__ import annotations

import difflib
import functools
import reprlib
from typing import Any

from pydantic_core import ErrorDetails

from .config import Config

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 200
_SHORT.maxlevel = 2
"""A few hundred bytes of YAML can name lists in lists of billions of values."""


def fault_in_words(fault: ErrorDetails) -> tuple[str, str, str]:
    """Turn a complaint of pydantic into words: key, value seen and what is allowed; what was perhaps meant; an explanation."""
    if not fault["loc"]:  # settings that do not fit together
        said = str(fault["msg"]).removeprefix("Value error, ")
        key = said.partition(":")[0]
        value = fault["input"].get(key, Config.model_fields[key].default)
        return f"{said} (value seen: {seen(value)}).", "", properties()[key]["description"]
    key, value = str(fault["loc"][0]), fault["input"]
    if fault["type"] == "extra_forbidden":
        said = f"{key}: there is no such setting (value seen: {seen(value)})."
        return said, _meant(key, list(Config.model_fields)), "config.yml lists every setting."
    said = f"{key}: {seen(value)} is not allowed. Allowed: {allowed(key)}."
    return said, _meant(seen(value).strip("'"), properties()[key].get("enum", [])), properties()[key]["description"]


def seen(value: object) -> str:
    """A value as a refusal shows it."""
    return "nothing" if value is None or value == "" else _SHORT.repr(value)


def _meant(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word.lower(), known, n=1)
    return f"Did you mean '{near[0]}'?" if near else ""


@functools.cache
def properties() -> dict[str, dict[str, Any]]:
    """The schema of each setting, by name."""
    return Config.model_json_schema()["properties"]


def allowed(key: str) -> str:
    """Describe as text what a setting may be, from its schema."""
    schema = properties()[key]
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if schema["type"] == "boolean":
        return "true or false"
    if schema["type"] == "string":
        return "text"
    kind = {"integer": "a whole number", "number": "a number"}[schema["type"]]
    if "minimum" in schema and "maximum" in schema:
        bounds = f" from {_plain(schema['minimum'])} to {_plain(schema['maximum'])}"
    else:
        names = {
            "minimum": "of at least",
            "exclusiveMinimum": "above",
            "maximum": "at most",
            "exclusiveMaximum": "below",
        }
        found = [f" {words} {_plain(schema[name])}" for name, words in names.items() if name in schema]
        bounds = ",".join(found)
    multiple = f", a multiple of {schema['multipleOf']}" if "multipleOf" in schema else ""
    unit = f" ({schema['unit']})" if schema.get("unit") else ""
    return kind + bounds + multiple + unit


def _plain(number: float) -> str:
    """A limit as the window writes it: thousands apart from 10,000 on."""
    return f"{number:,}" if isinstance(number, int) and abs(number) >= 10_000 else f"{number:g}"

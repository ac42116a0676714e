"""Reading and writing `Config`: YAML files, ``--set key=value``, EdgeConnect's upper-case files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_origin

import yaml
from pydantic import ValidationError
from yaml.composer import Composer

from .atomic import write_text
from .config import Config
from .config_words import allowed, fault_in_words, properties, seen
from .errors import InpaintError
from .paths import as_text, at_hand, expanded, resource

try:
    from yaml import CSafeLoader
except ImportError:  # PyYAML was built without libyaml
    _Loader: Any = yaml.SafeLoader
else:

    class _FastLoader(Composer, CSafeLoader):
        """Parses in C, thirty times as fast, but composes in Python: in C, deep nesting would end the process."""

        def __init__(self, text: str) -> None:
            CSafeLoader.__init__(self, text)
            Composer.__init__(self)

    _Loader = _FastLoader

# EdgeConnect numbers its choices (README of the reference, section "Model Configuration").
_EDGECONNECT_CHOICES: dict[str, dict[int, str]] = {
    "stage": {1: "edge", 2: "inpaint", 3: "edge-inpaint", 4: "joint"},
    "mask": {1: "random-block", 2: "half", 3: "external", 4: "external-block", 5: "external-block-half", 6: "external"},
    "edge": {1: "canny", 2: "external"},
}
_EDGECONNECT_UNUSED = {
    "mode", "gpu", "debug", "verbose", "gan_pool_size", "test_edge_flist", "test_flist", "test_mask_flist",
    "val_mask_flist",
}  # fmt: skip
_EDGECONNECT_RENAMED = {
    "model": "stage", "train_flist": "data", "val_flist": "val_data", "train_mask_flist": "mask_data", "nms": "edge_nms",
    "train_edge_flist": "edge_data", "val_edge_flist": "val_edge_data",
}  # fmt: skip

_NOT_YAML = (yaml.YAMLError, ValueError, RecursionError)
"""What reading YAML raises: a ValueError is a date that no calendar has, a RecursionError comes of deep nesting."""

_FOLDERS = ("data", "val_data", "cache_dir", "init_from", "edges_from")
_NEEDED_PATHS = (
    "mask_data", "edge_data", "val_edge_data", "efficientnet_weights", "perceptual_weights", "hrf_weights",
)  # fmt: skip
"""Folders and files whose settings may not be empty where they are needed at all."""
_NO_PATHS = ("auto", "off")
"""What such a setting may be in place of a file."""


_MAX_FAULTS = 50
"""Faults that a refusal lists. Whoever made more chose another program's file; to say what each may have meant takes seconds."""


def preset_files() -> dict[str, Path]:
    """Return the files of the presets that come with the program, by name."""
    return {file.stem: file for file in sorted(resource("presets").glob("*.yml"))}


def named_config(name: str) -> Path:
    """Return the file that a command line names: a path, or one of the presets that come with the program.

    Raises:
        InpaintError: ``config-missing``.
    """
    path = Path(name)
    if path.exists() and not path.is_dir():
        return path
    presets = preset_files()
    if name not in presets:
        said = f"The configuration {path} cannot be read: there is no such file."
        raise InpaintError(
            "config-missing", said, f"Check its name and its folder, or name a preset: {', '.join(presets)}."
        )
    return presets[name]


def load_config(path: Path | None, settings: list[str] | None = None, **overrides: Any) -> Config:
    """Read a YAML file and apply ``key=value`` settings and then keyword overrides that are not None.

    Args:
        path: A ``config.yml`` of ours or of EdgeConnect's; None starts from the defaults.
        settings: Items of the form ``"key=value"``; the value is parsed as YAML.
        overrides: Values that win over everything; None is "not given".

    Raises:
        InpaintError: ``config-missing``, ``config-unreadable`` or ``config-invalid``, naming the key and the value seen.
    """
    values = read_yaml(path) if path else {}
    for setting in settings or []:
        name, separator, text = setting.partition("=")
        key = name.strip().lower()
        if not separator or not key:
            raise InpaintError("config-invalid", f"'{setting}' is not a setting.", "Write --set key=value.")
        values[key] = _parsed(key, text)
    values.update({key: value for key, value in overrides.items() if value is not None})
    return make_config(values)


def _parsed(key: str, text: str) -> Any:
    """Parse the text of one setting as YAML, keeping text settings text and reading ``1e-4``, which YAML calls text."""
    if key in Config.model_fields and Config.model_fields[key].annotation is str:
        return text.strip()
    try:
        return yaml.load(text, _Loader)
    except _NOT_YAML as error:
        raise InpaintError("config-invalid", f"{key}: '{text}' cannot be read.", "Write --set key=value.") from error


_ONE_A_LINE = "A configuration is a text of 'key: value' lines, such as config.yml."


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the settings of a YAML file under our names, unvalidated.

    Raises:
        InpaintError: The file is missing or is not a YAML list of settings.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        said = f"The configuration {path} cannot be read: {error.strerror}."
        raise InpaintError("config-missing", said, "Check its name and its folder.") from error
    except UnicodeDecodeError as error:
        raise InpaintError("config-unreadable", f"{path} is not a UTF-8 text file.", _ONE_A_LINE) from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, name: str = "This text") -> dict[str, Any]:
    """Return the settings of YAML text under our names, unvalidated.

    Args:
        text: Ours, or EdgeConnect's upper-case settings.
        name: What a refusal calls it.

    Raises:
        InpaintError: ``config-unreadable`` for what is not a YAML list of settings, or sets one twice.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else None
    except _NOT_YAML as error:
        where = getattr(error, "problem_mark", None)
        line = f" (line {where.line + 1})" if where else ""
        raise InpaintError("config-unreadable", f"{name} is not valid YAML{line}.", _ONE_A_LINE) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise InpaintError("config-unreadable", f"{name} holds no 'key: value' settings.", _ONE_A_LINE)
    places: dict[str, tuple[int, int]] = {}
    for key, _value in node.value:
        place = key.start_mark.line + 1, key.start_mark.column
        first = places.setdefault(str(key.value), place)
        if first != place:
            where = f"in lines {first[0]} and {place[0]}" if first[0] != place[0] else f"in line {place[0]}"
            said = f"{name} sets {key.value} twice, {where}."
            raise InpaintError("config-unreadable", said, "Keep one of them.")
    return _from_edgeconnect({str(key): value for key, value in values.items()})


def portable(values: dict[str, Any]) -> dict[str, Any]:
    """Return settings without this machine's folders: none stays but the names of files that a setting cannot do without.

    What goes into a checkpoint for others says neither where its pictures lay nor who it was trained by.
    """
    names = {key: Path(str(values[key])).name for key in _NEEDED_PATHS if values.get(key)}
    return values | dict.fromkeys(_FOLDERS, "") | names


def with_full_paths(config: Config) -> Config:
    """Return settings that name the same folders and files from whatever folder they are used later.

    Raises:
        InpaintError: ``path-no-text``: a config file could not hold one of the names.
    """
    values = {key: getattr(config, key) for key in (*_FOLDERS, *_NEEDED_PATHS)}
    full = {key: expanded(value) for key, value in values.items() if value and value not in _NO_PATHS}
    full |= {key: at_hand(full[key]) for key in ("init_from", "edges_from") if key in full}
    return config.model_copy(update={key: as_text(path.resolve()) for key, path in full.items()})


def _from_edgeconnect(values: dict[str, Any]) -> dict[str, Any]:
    """Translate upper-case EdgeConnect keys and numbered choices; our own files pass unchanged."""
    translated: dict[str, Any] = {}
    for key, value in values.items():
        name = key
        if key == key.upper():
            name = _EDGECONNECT_RENAMED.get(key.lower(), key.lower())
            if name in _EDGECONNECT_UNUSED:
                continue
            if name == "input_size" and value == 0:
                continue  # "as the pictures are": here all have one size, the default
            if name not in Config.model_fields:
                name = key  # a refusal names it as it is written
            if name in _EDGECONNECT_CHOICES:
                value = _chosen(key, value, _EDGECONNECT_CHOICES[name])
        if name in translated:
            said = f"{name}: it is set twice, once as {key}."
            raise InpaintError("config-invalid", said, "Keep one of them.")
        translated[name] = value
    return translated


def _chosen(key: str, value: Any, choices: dict[int, str]) -> str:
    """Return our word for one of EdgeConnect's numbers; the word itself will do too."""
    if isinstance(value, str) and value in choices.values():
        return value
    if not isinstance(value, int) or isinstance(value, bool) or value not in choices:
        numbers, words = (" | ".join(map(str, ones)) for ones in (choices, dict.fromkeys(choices.values())))
        said = f"{key}: {seen(value)} is not allowed. Allowed: {numbers}."
        raise InpaintError("config-invalid", said, f"Or by name: {words}.")
    return choices[value]


def make_config(values: dict[str, Any]) -> Config:
    """Validate settings.

    Raises:
        InpaintError: ``config-invalid``; the message names the key, the value seen and what is allowed, in a line for each
            fault.
    """
    try:
        return Config.model_validate({key: _undo_yaml_1_1(key, value) for key, value in values.items()})
    except ValidationError as error:
        faults = [fault_in_words(fault) for fault in error.errors(include_url=False)[:_MAX_FAULTS]]
        if len(faults) == 1:
            said, meant, explained = faults[0]
            raise InpaintError("config-invalid", said, meant or explained) from error
        lines = [f"{said} {meant or explained}".strip() for said, meant, explained in faults]
        if error.error_count() > len(faults):
            lines.append(f"And {error.error_count() - len(faults):,} more settings are refused.")
        raise InpaintError("config-invalid", "\n".join(lines)) from error


def _undo_yaml_1_1(key: str, value: Any) -> Any:
    """Undo habits of YAML 1.1: ``1e-4`` is text to it, which wants ``1.0e-4``, ``on`` and ``off`` are truth values, and a key
    without a value is null where its text is meant to be empty.
    """
    field = Config.model_fields.get(key)
    if field is None:
        return value
    if value is None and field.annotation is str:
        return ""
    if isinstance(value, bool) and (field.annotation is str or get_origin(field.annotation) is Literal):
        return "on" if value else "off"
    if isinstance(value, str) and field.annotation in (int, float):
        try:
            number = float(value)
        except ValueError:
            return value
        return int(number) if field.annotation is int and number.is_integer() else number
    return value


def yaml_text(config: Config) -> str:
    """Write a config as commented YAML, grouped; reading it back gives the same config."""
    lines = ["# InpaintGAN settings. Every setting is here with its default, its range and its unit."]
    group = None
    for name, schema in properties().items():
        if schema["group"] != group:
            group = schema["group"]
            lines += ["", f"# {group}"]
        value = yaml.safe_dump(getattr(config, name), allow_unicode=True, width=10000).removesuffix("...\n").strip()
        comment = "" if schema["type"] == "string" and "enum" not in schema else f" [{allowed(name)}]"
        lines += [f"# {schema['description']}{comment}", f"{name}: {value}"]
    return "\n".join(lines) + "\n"


def save_config(config: Config, path: Path) -> None:
    """Write a config atomically."""
    write_text(path, yaml_text(config))

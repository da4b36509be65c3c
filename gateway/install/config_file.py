"""The settings file as text: every key of the settings models with its description, set or shown with its default."""

import json
import textwrap
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from gateway.config import LibrarySettings, Settings
from gateway.install.plan import LibraryAnswer

HEAD = """\
Settings of the gateway, in TOML. Edit freely; `gateway check` says whether it is right.
A key right behind `#` shows what holds without it; take the `#` away to set it.
Where `(example)` stands behind it, nothing holds without it, and the value only shows how it is written.
A key of the first section that is not set here can be set in the environment, as GATEWAY_DATABASE."""

_EXAMPLES = {
    "public_address": "https://gateway.library.example",
    "data_folder": "/var/lib/bestelsync",
    "database": "sqlite:////var/lib/bestelsync/gateway.db",
}


Sections = Mapping[str, type[BaseModel]]
"""Per library system the model of its own section."""


def render(values: Mapping[str, Any], libraries: Sequence[LibraryAnswer], systems: Sections) -> str:
    """Write the whole file.

    Args:
        values: the keys of the first section that are set; all others are shown with their default.
        libraries: one `[[library]]` section each.
        systems: the models of the libraries' own sections.
    """
    parts = [_comment(HEAD), *_section(Settings, values, "", skip=("library",))]
    for library in libraries:
        own = {"institution": library.institution, "name": library.name, "system": library.system, **library.keys}
        parts += ["", "", "[[library]]", *_section(LibrarySettings, own, "library", skip=("settings",))]
        header = f"library.{library.system}"
        model = systems[library.system]
        parts += ["", f"[{header}]", *_section(model, library.system_settings, header)]
    return "\n".join(parts) + "\n"


def sample(systems: Sections) -> str:
    """A complete example: a library of every system, with every key there is."""
    libraries = [
        LibraryAnswer(f"I{201 + place}", f"Example library {place + 1}", name, {}, _required_examples(model))
        for place, (name, model) in enumerate(systems.items())
    ]
    return render(_EXAMPLES, libraries, systems)


def required(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys of a section that have no default."""
    return {key: field for key, field in model.model_fields.items() if field.is_required()}


def _required_examples(model: type[BaseModel]) -> dict[str, Any]:
    return {key: _example(key, field) for key, field in required(model).items()}


def _example(key: str, field: FieldInfo) -> Any:
    if field.examples:
        return field.examples[0]
    kinds = typing.get_args(field.annotation) or (field.annotation,)
    if Path in kinds:
        return f"/path/to/{key}"
    for kind in (bool, int, float):
        if kind in kinds:
            return kind(1)
    if "address" in key or "url" in key:
        return f"https://{key}.example"
    return "..."


def _section(model: type[BaseModel], values: Mapping[str, Any], header: str, skip: Sequence[str] = ()) -> Iterator[str]:
    """The keys of one model; sections inside it come last, as TOML wants it."""
    fields = {key: field for key, field in model.model_fields.items() if key not in skip}
    inner = {key: made for key, field in fields.items() if (made := _inner_model(field)) is not None}
    for key, field in fields.items():
        if key not in inner:
            yield from _line(key, field, values)
    for key, section in inner.items():
        name = f"{header}.{key}" if header else key
        own = values.get(key) or {}
        yield ""
        yield from _comment(fields[key].description or "").splitlines()
        yield f"[{name}]" if own else f"#[{name}]"
        yield from _section(section, own, name)


def _line(key: str, field: FieldInfo, values: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    if field.description:
        yield _comment(field.description)
    if values.get(key) is not None:
        yield f"{key} = {toml(values[key])}"
        return
    default = field.get_default(call_default_factory=True)
    if default in (None, PydanticUndefined):
        yield f"#{key} = {toml(_example(key, field))}   # ({'needed' if field.is_required() else 'example'})"
    else:
        yield f"#{key} = {toml(default)}"


def _inner_model(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a field that is a section of its own, also when it may be left out."""
    candidates = [field.annotation]
    if typing.get_origin(field.annotation) in (types.UnionType, typing.Union):
        candidates = list(typing.get_args(field.annotation))
    return next((each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)), None)


def _comment(text: str) -> str:
    wrapped = [line for each in text.splitlines() for line in textwrap.wrap(each, 110)]
    return "\n".join(f"# {line}" for line in wrapped)


def toml(value: Any) -> str:
    """One value as TOML writes it."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return _compound(value)


def _compound(value: Any) -> str:
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_none=True)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{json.dumps(str(key))} = {toml(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(toml(each) for each in value)}]"
    # A TOML basic string escapes what JSON escapes; DEL is the one character JSON lets through.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")

"""What is wrong with a value in the settings, in words for people."""

from collections.abc import Mapping
from datetime import date, time

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails


def in_words(error: ErrorDetails, fields: Mapping[str, FieldInfo]) -> str:
    """What is wrong with a value, for people who write settings and know no validator.

    The sentence follows the key: "is missing", "must be text, such as …". A pattern says nothing to a person; what
    the key means, which stands in `fields`, does.
    """
    limits = error.get("ctx", {})
    field = fields.get(str(error["loc"][-1])) if error["loc"] else None
    words = {
        "missing": "is missing",
        "extra_forbidden": "is not a key of the settings",
        "string_type": f'must be text between quotes, such as "{_examples(field, error)[0]}"',
        "greater_than_equal": f"must be {limits.get('ge')} or more",
        "greater_than": f"must be more than {limits.get('gt')}",
        "less_than_equal": f"must be {limits.get('le')} or less",
        "string_too_short": "must not be empty",
        "string_pattern_mismatch": f"must be {_meaning(field)}",
        **{each: sentence for kinds, sentence in _KINDS.items() for each in kinds},
    }
    return words.get(error["type"], error["msg"].removeprefix("Value error, "))


def _meaning(field: FieldInfo | None) -> str:
    if field is None:
        return "written in another way"
    examples = _examples(field)
    return f"{field.description}, such as {examples[0]}" if examples else f"{field.description}"


def _examples(field: FieldInfo | None, error: ErrorDetails | None = None) -> list[object]:
    """Texts that would do for a key, best first; at last what was given, as a text."""
    described = [*(field.examples or ()), field.default] if field else []
    given = error["input"] if error and isinstance(error["input"], int | float | date | time) else "…"
    return [*(each for each in described if isinstance(each, str)), *([given] if error else ())]


_KINDS = {
    ("int_type", "int_parsing", "int_from_float"): "must be a whole number, such as 30",
    ("float_type", "float_parsing"): "must be a number, such as 20",
    ("bool_type", "bool_parsing"): "must be true or false",
    ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"): (
        "must be a day, such as 2026-12-31"
    ),
    ("time_type", "time_parsing"): "must be a time of day, such as 02:30:00",
    ("path_type",): 'must be a path between quotes, such as "/var/lib/bestelsync"',
    ("dict_type", "model_type", "model_attributes_type"): "must be a section of its own, with keys in it",
    ("tuple_type", "list_type"): 'must be a list, such as ["127.0.0.1"]',
}

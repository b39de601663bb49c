"""What is wrong with the values of a request, in plain words. In: an error of pydantic. Out: `text: 30,000 characters,
at most 20,000`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_FAULTS: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "missing": lambda given, bound: "is missing",
    "string_too_long": lambda given, bound: f"{len(given):,} characters, at most {bound['max_length']:,}",
    "string_too_short": lambda given, bound: "is empty",
    "too_long": lambda given, bound: f"{len(given):,} of them, at most {bound['max_length']:,}",
    "too_short": lambda given, bound: f"{len(given):,} of them, at least {bound['min_length']:,}",
    "less_than_equal": lambda given, bound: f"{_shown(given)}, at most {bound['le']:,}",
    "greater_than_equal": lambda given, bound: f"{_shown(given)}, at least {bound['ge']:,}",
    "literal_error": lambda given, bound: f"{_shown(given)}, expected {bound['expected']}",
    "int_parsing": lambda given, bound: f"{_shown(given)}, expected a whole number",
    "int_from_float": lambda given, bound: f"{_shown(given)}, expected a whole number",
    "int_type": lambda given, bound: f"{_shown(given)}, expected a whole number",
    "int_parsing_size": lambda given, bound: "a number of too many digits",
    "bool_parsing": lambda given, bound: f"{_shown(given)}, expected true or false",
    "bool_type": lambda given, bound: f"{_shown(given)}, expected true or false",
    "string_type": lambda given, bound: f"{_shown(given)}, expected a text",
    "list_type": lambda given, bound: f"{_shown(given)}, expected a list",
    "string_pattern_mismatch": lambda given, bound: f"{_shown(given)}, expected a date such as 2020 or 2020-06-30",
    "extra_forbidden": lambda given, bound: "there is no such field",
    "json_invalid": lambda given, bound: f"no JSON ({bound['error']})",
    "model_attributes_type": lambda given, bound: "expected JSON, an object",
}  # fmt: skip
_SHOWN_CHARS = 40


def fault(error: Mapping[str, Any]) -> str:
    """What is wrong, behind the name of the value that it is of."""
    tell = _FAULTS.get(error["type"])
    told = tell(error.get("input"), error.get("ctx", {})) if tell else str(error["msg"])
    return f"{_place(error)}: {told}"


def _place(error: Mapping[str, Any]) -> str:
    where, *inner = error["loc"]
    if not inner or error["type"] == "json_invalid":
        return "the body" if where == "body" else str(where)
    return " ".join(str(each + 1) if isinstance(each, int) else str(each) for each in inner)


def _shown(given: Any) -> str:
    """A number with its thousands grouped, and other values as Python writes them, cut."""
    text = str(given)
    if text.lstrip("-").isdecimal() and len(text) < _SHOWN_CHARS:
        return f"{int(text):,}"
    text = repr(given)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}..."

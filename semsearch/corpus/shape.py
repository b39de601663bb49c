"""What a source's JSON records look like, where fields.py's names do not tell: recognised record by record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Shape:
    """The records of one source, whether they lie in JSON lines, in a JSON document or in Parquet.

    name, content: as a Format's. signs: names of which a record of this source has one. sign: finds them in the head
    of a file. fields: what such a record says, by the names of fields.py, or raises UnreadableError; what it does not
    say is read as of any record. left_out: names that mean something else there than in fields.py. fits: whether a
    record with one of the signs is of this source indeed. without_title: of sources that keep titles in another file
    what to say of a record that has none.
    """

    name: str
    content: str
    signs: frozenset[str]
    sign: re.Pattern[str]
    fields: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    left_out: frozenset[str] = frozenset()
    fits: Callable[[Mapping[str, Any]], bool] = lambda record: True
    without_title: str = ""


def part(value: Any, *path: str) -> Any:
    """What stands in objects in objects under the names of path, None where something is missing."""
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def parts(values: Any, *path: str) -> list[Any]:
    """The part of each object of a list that has one."""
    found = (part(value, *path) for value in values) if isinstance(values, list) else ()
    return [each for each in found if each not in (None, "")]


def text(value: Any) -> str:
    """value if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""

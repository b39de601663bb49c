"""JSON lines: one object a line, with the field names of fields.py."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..limits import TOO_LONG
from .entry import BadRecord, Entry, Format, Part, ReadOptions
from .field_names import field_name
from .fields import TITLE_NAMES, UnreadableError, paper_from_record
from .shapes import plain, why_untitled
from .sources import OpenSource

COLLECTION_NAMES = frozenset(
    {"papers", "data", "results", "items", "documents", "docs", "entries", "records", "works"} | {"recommended_papers"}
)
"""Names under which one JSON object holds all records."""

TEXT_NAMES = TITLE_NAMES | {"abstract", "abstract_note", "text"}
"""An object with one of these names is a paper, whatever else it holds."""

_TOKENS = re.compile(
    r'"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)(?:"(?P<colon>\s*:)?|\\?\Z)|(?P<mark>[{}\[\]])', re.DOTALL
)  # a string that is cut off goes to the end: looked for again at each of its marks it would cost the square


def entries_from_json(text: str | bytes, place: str) -> Iterator[Entry]:
    """The paper or the bad record that one JSON text is, or those that it holds."""
    try:
        value = json.loads(text)
    except UnicodeDecodeError:
        yield BadRecord(place, "not UTF-8")
    except (ValueError, RecursionError):
        yield BadRecord(place, "not valid JSON")
    else:
        for record in inner_records(value) or [value]:
            yield entry_from_value(record, place)


def entry_from_value(record: Any, place: str) -> Entry:
    """The paper or the bad record that one JSON value is."""
    return entry_from_fields(record, place) if isinstance(record, dict) else BadRecord(place, "not a JSON object")


def entry_from_fields(record: Mapping[str, Any], place: str) -> Entry:
    """The paper, its Part or the bad record that an object is, with the names of fields.py or of a known source."""
    try:
        paper = paper_from_record(plain(record))
        reason = "" if paper.title else why_untitled(record)
        return Part(place, reason, paper) if reason else paper
    except UnreadableError as fault:
        return BadRecord(place, str(fault))
    except RecursionError:
        return BadRecord(place, "nested too deeply")


def has_text(value: Any) -> bool:
    """Whether value is an object with one of TEXT_NAMES."""
    return isinstance(value, dict) and not TEXT_NAMES.isdisjoint(map(field_name, value))


def inner_records(value: Any) -> list[Any]:
    """The records that an object without a text of its own holds under one of COLLECTION_NAMES, at most two deep."""
    if not isinstance(value, dict) or has_text(value):
        return []
    for objects in (value, *(inner for inner in value.values() if isinstance(inner, dict))):
        for name, inner in objects.items():
            if field_name(name) in COLLECTION_NAMES and isinstance(inner, list) and any(map(has_text, inner)):
                return inner
    return []


def find_records(head: str) -> tuple[int, int]:
    """How many brackets are open where records lie, and where in head they begin.

    The depth is 0 for objects side by side, 1 in an array, 2 in {"papers": [, 3 in {"response": {"docs": [.
    """
    depth, name = 0, ""  # name: of the member whose value comes next
    found = (0, 0)
    for token in _TOKENS.finditer(head):
        mark = token["mark"]
        if mark is None:
            name = field_name(token["text"]) if token["colon"] else ""
            if depth == 1 and name in TEXT_NAMES:
                return 0, 0  # a paper, whatever it holds
        elif mark in "{[":
            depth += 1
            if mark == "[" and depth == 1:
                return 1, token.end()
            if mark == "[" and not found[0] and _holds_records(head, token.end(), name):
                found = (depth, token.end())
            name = ""
        else:
            depth -= 1
            if depth <= 0:
                break
    return found


def _holds_records(head: str, at: int, name: str) -> bool:
    return name in COLLECTION_NAMES and head[at:].lstrip()[:1] in ("{", "]", "")


def _sniff(head: str) -> bool:
    if not head.lstrip().startswith("{") or find_records(head)[0]:
        return False
    lines = [line for line in head.split("\n") if line.strip()][:20]
    if len(lines) == 1:
        return _is_object(lines[0]) or (not head.endswith("\n") and len(head) >= 1 << 15)  # longer than the head
    starts = sum(line.startswith("{") for line in lines)  # broken or whole; of a printed document only the first does
    return 2 * starts >= len(lines)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    for number, line in source.lines():
        place = f"{source.name}:{number}"
        if line is None:
            yield BadRecord(place, TOO_LONG)
        elif line.strip():
            yield from entries_from_json(line, place)


JSON_LINES = Format("jsonl", (".jsonl", ".ndjson"), "JSON lines: one object a line", _sniff, _read)

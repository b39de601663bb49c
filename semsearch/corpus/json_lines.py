"""JSON lines: one object a line, with the field names of fields.py."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from .entry import BadRecord, Entry, Format, ReadOptions
from .fields import TITLE_NAMES, UnreadableError, field_name, paper_from_record
from .sources import OpenSource

COLLECTION_NAMES = frozenset({"papers", "data", "results", "items", "documents", "records", "works"})
"""Names under which one JSON object holds all records."""

_TOKENS = re.compile(r'"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"(?P<colon>\s*:)?|(?P<mark>[{}\[\]])', re.DOTALL)


def entry_from_json(text: str | bytes, place: str) -> Entry:
    """The paper or the bad record that one JSON text is."""
    try:
        record = json.loads(text)
    except UnicodeDecodeError:
        return BadRecord(place, "not UTF-8")
    except (ValueError, RecursionError):
        return BadRecord(place, "not valid JSON")
    if not isinstance(record, dict):
        return BadRecord(place, "not a JSON object")
    try:
        return paper_from_record(record)
    except UnreadableError as fault:
        return BadRecord(place, str(fault))


def depth_of_records(head: str) -> int:
    """How many brackets are open where records lie: 0 for objects side by side, 1 in an array, 2 in {"papers": [."""
    depth, name = 0, ""  # name: of the member whose value comes next
    for token in _TOKENS.finditer(head):
        mark = token["mark"]
        if mark is None:
            name = field_name(token["text"]) if token["colon"] else ""
            if depth == 1 and name in TITLE_NAMES:
                return 0
        elif mark in "{[":
            depth += 1
            inside = head[token.end() :].lstrip()[:1]
            if mark == "[" and (depth == 1 or (name in COLLECTION_NAMES and inside in ("{", "]", ""))):
                return depth
            name = ""
        else:
            depth -= 1
            if depth <= 0:
                return 0
    return 0


def _sniff(head: str) -> bool:
    if not head.lstrip().startswith("{") or depth_of_records(head):
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
            yield BadRecord(place, "longer than 32 MiB")
        elif line.strip():
            yield entry_from_json(line, place)


JSON_LINES = Format("jsonl", (".jsonl", ".ndjson"), "JSON lines: one object a line", _sniff, _read)

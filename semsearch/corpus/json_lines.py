"""JSON lines: one object a line, with the field names of fields.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .entry import BadRecord, Entry, Format, ReadOptions
from .fields import UnreadableError, field_name, paper_from_record
from .sources import OpenSource

COLLECTION_NAMES = frozenset({"papers", "data", "results", "items", "documents", "records", "works"})
"""Names under which one JSON object holds all records."""


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


def is_collection(record: dict[str, Any]) -> bool:
    """Whether record is no paper but holds papers."""
    names = {field_name(name) for name in record}
    return "title" not in names and any(isinstance(record.get(name), list) for name in names & COLLECTION_NAMES)


def _sniff(head: str) -> bool:
    if not head.lstrip().startswith("{"):
        return False
    lines = [line for line in head.splitlines(keepends=True) if line.strip()]
    if len(lines) == 1 and not lines[0].endswith("\n") and len(head) >= 1 << 15:
        return not any(f'"{name}"' in head[:200] for name in COLLECTION_NAMES)  # a first line longer than the head
    for line in lines[:20]:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            return not is_collection(record)
    return False


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    for number, line in source.lines():
        place = f"{source.name}:{number}"
        if line is None:
            yield BadRecord(place, "longer than 32 MiB")
        elif line.strip():
            yield entry_from_json(line, place)


JSON_LINES = Format("jsonl", (".jsonl", ".ndjson"), "JSON lines: one object a line", _sniff, _read)

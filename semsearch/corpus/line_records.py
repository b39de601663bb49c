"""Formats of lines in which a record begins at a line that can be told, as BibTeX, RIS and MEDLINE do.

The file is parted into records here, before a library sees it, so that a broken one costs no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..limits import LIMIT_BYTES, TOO_LONG
from .decode import decode
from .entry import BadRecord, Entry
from .fields import UnreadableError, paper_from_record
from .sources import OpenSource

_LINE_COST = 128  # bytes of memory of a line, however short

Flagged = tuple[int, str | None, bool]
"""The number of a line, the line, None where it is too long, and whether a record begins there."""


def text_lines(source: OpenSource) -> Iterator[tuple[int, str | None]]:
    """Each line of source with its number, None for one that is too long. An old Mac's end in a carriage return."""
    for number, line in source.lines():
        if line is None:
            yield number, None
        else:
            for part in decode(line).split("\r"):
                yield number, part


def line_records(lines: Iterable[Flagged]) -> Iterator[tuple[int, list[str] | None]]:
    """The lines of each record with the number of the first, None for one that is longer than LIMIT_BYTES.

    Lines before the first record are left out.
    """
    number, record, size = 0, list[str](), 0
    for at, line, begins in lines:
        if begins:
            if number:
                yield number, record if size <= LIMIT_BYTES else None
            number, record, size = at, [], 0
        if not number:
            continue
        size += LIMIT_BYTES + 1 if line is None else len(line) + _LINE_COST
        if size > LIMIT_BYTES:
            record = []
        elif line is not None:
            record.append(line)
    if number:
        yield number, record if size <= LIMIT_BYTES else None


def line_papers(
    source: OpenSource, flagged: Iterable[Flagged], fields: Callable[[list[str]], dict[str, Any]]
) -> Iterator[Entry]:
    """The paper of each record, whose lines `fields` makes a record of fields.py of; a bad one costs only itself."""
    for number, lines in line_records(flagged):
        place = f"{source.name}:{number}"
        if lines is None:
            yield BadRecord(place, TOO_LONG)
            continue
        try:
            yield paper_from_record(fields(lines))
        except UnreadableError as fault:
            yield BadRecord(place, str(fault))

"""CSV and TSV with a header line, with the field names of fields.py. The delimiter is read off the header."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Literal

from .decode import decode, decode_head
from .entry import BadRecord, Entry, Format, ReadOptions
from .fields import ABSTRACT_NAMES, TITLE_NAMES, UnreadableError, field_name, paper_from_record
from .sources import LIMIT_BYTES, OpenSource

_DELIMITERS = ("\t", ",", ";", "|")
_EXCEL_HINT = re.compile(r"sep=.?$")  # a line before the header that tells Excel the delimiter
_QUOTED_CELL = re.compile(r'(?:^|\t)"[^\t"\n]*(?:""[^\t"\n]*)*"(?:\t|\r?$)', re.MULTILINE)


def _header(head: str) -> tuple[str, list[str]] | None:
    """The delimiter and the column names, if the first line is a header with a title or an abstract among them."""
    line = next((line for line in head.splitlines() if line.strip() and not _EXCEL_HINT.match(line)), "")
    for delimiter in _DELIMITERS:
        try:
            names = [field_name(cell) for cell in next(csv.reader([line], delimiter=delimiter))]
        except csv.Error:
            continue
        if TITLE_NAMES.union(ABSTRACT_NAMES).intersection(names) and (delimiter in line or len(names) == 1):
            return delimiter, names
    return None


def _quoting(head: str, delimiter: str) -> Literal[0, 3]:
    """Unix tools write TSV without quoting: there a quotation mark is itself, unless some cell is quoted whole."""
    unquoted = delimiter == "\t" and not _QUOTED_CELL.search(head)
    return csv.QUOTE_NONE if unquoted else csv.QUOTE_MINIMAL


def _lines(source: OpenSource) -> Iterator[str]:
    """The lines, without NUL: that stands for a line which was too long. An old Mac's end in a carriage return."""
    for _, line in source.lines():
        for part in decode(line).replace("\0", "").split("\r") if line is not None else ["\0"]:
            yield part + "\n"


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    head = decode_head(source.head)
    found = _header(head)
    if found is None:
        yield BadRecord(f"{source.name}:1", "no header with a title or an abstract")
        return
    delimiter, names = found
    header_seen = False
    for place, row in _rows(source, delimiter, _quoting(head, delimiter)):
        if row is None:
            yield BadRecord(place, "longer than 32 MiB")
        elif header_seen:
            yield _entry(row, names, place)
        else:
            header_seen = not _EXCEL_HINT.match(row[0])


def _rows(source: OpenSource, delimiter: str, quoting: Literal[0, 3]) -> Iterator[tuple[str, list[str] | None]]:
    """Each row that is not empty with its place; None for one with a line or a cell that is too long."""
    csv.field_size_limit(LIMIT_BYTES)
    rows = csv.reader(_lines(source), delimiter=delimiter, quoting=quoting)
    while True:
        place = f"{source.name}:{rows.line_num + 1}"
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield place, None
            continue
        if any(cell.strip() for cell in row):
            yield place, None if any("\0" in cell for cell in row) else row


def _entry(row: list[str], names: list[str], place: str) -> Entry:
    if any(cell.strip() for cell in row[len(names) :]):
        return BadRecord(place, "more cells than the header has")
    try:
        return paper_from_record(dict(zip(names, row, strict=False)))
    except UnreadableError as fault:
        return BadRecord(place, str(fault))


def _sniff(delimiters: str, head: str) -> bool:
    found = _header(head)
    return found is not None and found[0] in delimiters


CSV = Format("csv", (".csv",), "CSV with a header", lambda head: _sniff(",;|", head), _read)
TSV = Format("tsv", (".tsv", ".tab"), "TSV with a header", lambda head: _sniff("\t", head), _read)

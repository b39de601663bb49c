"""CSV and TSV with a header line, with the field names of fields.py. The delimiter is read off the header."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ..cells import unguarded
from ..limits import LIMIT_BYTES, TOO_LONG
from .decode import decode, decode_head
from .entry import BadRecord, Entry, Format, ReadOptions
from .field_names import field_name
from .fields import ABSTRACT_NAMES, TITLE_NAMES, UnreadableError, paper_from_record
from .sources import OpenSource

_DELIMITERS = ("\t", ",", ";", "|")
_EXCEL_HINT = re.compile(r"sep=.?$")  # a line before the header that tells Excel the delimiter
_QUOTED_CELL = re.compile(r'(?:^|\t)"[^\t"\n]*(?:""[^\t"\n]*)*"(?:\t|\r?$)', re.MULTILINE)
_BACKSLASH = re.compile(r'(?<!\\)((?:\\\\)*)\\"')  # before a quotation mark
_BACKSLASH_IN_CELL = re.compile(r'(?:^|[,;|\t])"[^"\n]*[^"\\\n]\\"[^",;|\t\r\n]', re.MULTILINE)
_CELL_LINES = 100  # of one row: an abstract has fewer, and a quotation mark that is never closed has all
_UNCLOSED = "an unclosed quotation mark"


class _UnclosedError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Layout:
    """spaced: whether a space stands behind each delimiter and is no part of a cell."""

    delimiter: str
    names: list[str]
    spaced: bool

    def reader(self, lines: Iterable[str], quoting: Literal[0, 3] = csv.QUOTE_MINIMAL, *, strict: bool = False) -> Any:
        """csv's reader of lines."""
        return csv.reader(lines, delimiter=self.delimiter, quoting=quoting, skipinitialspace=self.spaced, strict=strict)


def _header(head: str) -> _Layout | None:
    """The layout, if the first line is a header with a title or an abstract among them."""
    line = next((line for line in head.splitlines() if line.strip() and not _EXCEL_HINT.match(line)), "")
    for delimiter in _DELIMITERS:
        try:
            cells = next(csv.reader([line], delimiter=delimiter))
        except csv.Error:
            continue
        spaced = _is_spaced(head, delimiter, cells)
        cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True)) if spaced else cells
        names = [field_name(cell) for cell in cells]
        if TITLE_NAMES.union(ABSTRACT_NAMES).intersection(names) and (delimiter in line or len(names) == 1):
            return _Layout(delimiter, names, spaced)
    return None


def _is_spaced(head: str, delimiter: str, cells: list[str]) -> bool:
    """Whether the header has a space behind each delimiter, or each cell in quotation marks has one before them."""
    if delimiter == "\t" or len(cells) < 2:
        return False
    mark = re.escape(delimiter)
    quoted = re.search(rf'{mark} "(?!"|{mark}|\r?$)', head, re.MULTILINE) and not re.search(rf'{mark}"', head)
    return all(cell.startswith(" ") for cell in cells[1:]) or bool(quoted)


def _quoting(head: str, delimiter: str) -> Literal[0, 3]:
    """Unix tools write TSV without quoting: there a quotation mark is itself, unless some cell is quoted whole."""
    unquoted = delimiter == "\t" and not _QUOTED_CELL.search(head)
    return csv.QUOTE_NONE if unquoted else csv.QUOTE_MINIMAL


def _lines(source: OpenSource) -> Iterator[str]:
    """The lines, without NUL: that stands for a line which was too long. An old Mac's end in a carriage return."""
    for _, line in source.lines():
        for part in decode(line).replace("\0", "").split("\r") if line is not None else ["\0"]:
            yield part + "\n"


class _Feed:
    """Physical lines for csv's reader, which can be given back: `taken` are those of the row that is being read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._returned = lines, deque[str]()
        self.taken: list[str] = []
        self._size, self.number = 0, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _CELL_LINES or (self.taken and self._size > LIMIT_BYTES):
            raise _UnclosedError
        line = self._returned.popleft() if self._returned else next(self._lines, None)
        if line is None:
            raise _UnclosedError if self.taken else StopIteration
        self.taken.append(line)
        self._size += len(line)
        return line

    def keep(self, lines: int | None = None) -> None:
        """The first lines of those taken, by default all, are done with; the others come again."""
        kept = len(self.taken) if lines is None else lines
        self._returned.extendleft(reversed(self.taken[kept:]))
        self.number += kept
        self.taken, self._size = [], 0


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    head = decode_head(source.head).replace("\0", "")
    found = _header(head)
    if found is None:
        yield BadRecord(f"{source.name}:1", "no header with a title or an abstract")
        return
    lines = _lines(source)
    quoting = _quoting(head, found.delimiter)
    if quoting == csv.QUOTE_MINIMAL and _BACKSLASH_IN_CELL.search(head):
        lines = (_BACKSLASH.sub(r'\1""', line) for line in lines)
    header_seen = False
    for number, row in _rows(lines, found, quoting):
        place = f"{source.name}:{number}"
        if isinstance(row, str):
            yield BadRecord(place, row)
        elif header_seen:
            yield _entry(row, found.names, place)
        else:
            header_seen = not _EXCEL_HINT.match(row[0])


def _rows(lines: Iterator[str], layout: _Layout, quoting: Literal[0, 3]) -> Iterator[tuple[int, list[str] | str]]:
    """Each row that is not empty with the number of its first line; for one that cannot be read, why."""
    csv.field_size_limit(LIMIT_BYTES)
    feed = _Feed(lines)
    rows = layout.reader(feed, quoting)
    while True:
        number = feed.number + 1
        try:
            row = next(rows)
            if len(feed.taken) > 1 and _swallowed(feed.taken, layout, row):
                raise _UnclosedError
        except StopIteration:
            return
        except _UnclosedError:
            feed.keep(1)
            yield number, _UNCLOSED
            continue
        except csv.Error:
            feed.keep()
            yield number, TOO_LONG
            continue
        feed.keep()
        if any(cell.strip() for cell in row):
            yield number, TOO_LONG if any("\0" in cell for cell in row) else row


def _swallowed(lines: list[str], layout: _Layout, row: list[str]) -> bool:
    """Whether a row of several lines is one whose quotation mark was closed by that of another row."""
    try:
        for _ in layout.reader(lines, strict=True):
            pass
    except csv.Error:
        return True
    cells = len(layout.names)
    if len(row) < cells:  # it may end early, unless there are whole rows in it
        return any(len(next(layout.reader([line]))) == cells for line in lines[1:])
    return any(cell.strip() for cell in row[cells:])


def _entry(row: list[str], names: list[str], place: str) -> Entry:
    if any(cell.strip() for cell in row[len(names) :]):
        return BadRecord(place, "more cells than the header has")
    record: dict[str, str] = {}
    for name, cell in zip(names, row, strict=False):
        if not record.get(name, "").strip():  # of columns of one name the first with a value counts
            record[name] = unguarded(cell)
    try:
        return paper_from_record(record)
    except UnreadableError as fault:
        return BadRecord(place, str(fault))


def _sniff(delimiters: str, head: str) -> bool:
    found = _header(head)
    return found is not None and found.delimiter in delimiters


CSV = Format("csv", (".csv",), "CSV with a header", lambda head: _sniff(",;|", head), _read)
TSV = Format("tsv", (".tsv", ".tab"), "TSV with a header", lambda head: _sniff("\t", head), _read)

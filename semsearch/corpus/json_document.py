"""JSON documents: an array of objects, an object that holds such an array, or one object. Streamed value by value.

A broken record costs only itself: json's own parser tells where it breaks, and reading goes on where the next one
seems to begin. In: text in chunks. Out: the entry of each record.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Generator, Iterator
from typing import Any

from ..limits import LIMIT_BYTES, TOO_LONG
from .entry import BadRecord, Entry, Format, ReadOptions
from .json_lines import entry_from_value, find_records, has_text, inner_records
from .sources import HEAD_BYTES, OpenSource

_CHUNK_BYTES = 1 << 18
_CUT_OFF, _INVALID = f"cut off, or {TOO_LONG}", "not valid JSON"
_LONGEST_TOKEN = 16  # characters before the end of what was read in which a fault may be that of a torn token
_SEARCH = 1 << 20  # characters in which the next record is looked for at a time
_MOST_EFFORT = 1 << 25  # characters that are looked at in those, many of them more than once
_INNER_EFFORT = 1 << 14  # of those, what a look into an inner list, or one that is nested too deeply, counts for
_LIST_LENGTH = 100  # objects of one list that are looked at to tell an inner list from the records

_DECODER = json.JSONDecoder()
_MARKS = re.compile(r'["\\{}\[\]]')
_STRING_END = re.compile(r'["\\]')
_SPACE = re.compile(r"[\s,]*")
_START = re.compile(r"(?P<before>\}\s*,|[},\n])\s*(?=\{)")
_FIRST_NAME = re.compile(r'\{\s*"[^"\\]*"\s*:')
_NEXT_IN_LIST = re.compile(r"\s*,\s*(?=\{)")
_LIST_END = re.compile(r"\s*\]\s*[,}]")
_BETWEEN_RECORDS = re.compile(r"\}\s*,\s*\{")
_BEHIND_RECORD = re.compile(r"\s*(?:,\s*\{|\]|\{|$)")
_OBJECT_IN_ARRAY = re.compile(r',\s*\{\s*"')
_BETWEEN_DOCUMENTS = re.compile(r"\}\s*(?=\{)")


class _TooLongError(Exception):
    pass


class _Window:
    """The text of a document from position `at` on, as much as was asked for. ended: nothing follows behind it."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self.text, self.at, self.ended = "", 0, False

    def fill(self, size: int) -> None:
        """Have `size` characters from `at` on, or all that there are. Positions but `at` are void afterwards."""
        have = len(self.text) - self.at
        if have >= size or self.ended:
            return
        parts = [self.text[self.at :]]
        while have < size and not self.ended:
            chunk = next(self._chunks, None)
            self.ended = chunk is None
            parts.append(chunk or "")
            have += len(parts[-1])
        self.text, self.at = "".join(parts), 0

    def next_mark(self) -> str:
        """The character at `at`, moved behind white space and commas; empty at the end."""
        if self.at > HEAD_BYTES:  # json's errors count the lines from the beginning
            self.text, self.at = self.text[self.at :], 0
        while True:
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches nothing, too
            if self.at < len(self.text) or self.ended:
                return self.text[self.at : self.at + 1]
            self.fill(1)

    def value(self) -> Any:
        """The JSON value at `at`, moved behind it. Raises ValueError, RecursionError or _TooLongError."""
        while True:
            whole = self.ended
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
                whole = whole or isinstance(value, dict) or end + _LONGEST_TOKEN < len(self.text)  # 12 may be 123
            except json.JSONDecodeError as fault:
                if whole or not _may_be_torn(fault, len(self.text)):
                    raise
            have = (end if whole else len(self.text)) - self.at
            if have > LIMIT_BYTES:
                raise _TooLongError
            if whole:
                self.at = end
                return value
            self.fill(min(2 * have, LIMIT_BYTES) + 1)


def _may_be_torn(fault: json.JSONDecodeError, size: int) -> bool:
    return fault.msg.startswith("Unterminated") or fault.pos > size - _LONGEST_TOKEN


def _reason(fault: Exception) -> str:
    torn = isinstance(fault, json.JSONDecodeError) and (
        fault.msg.startswith("Unterminated") or not fault.doc[fault.pos :].strip(" \r\n\t,")
    )
    return _CUT_OFF if torn or isinstance(fault, _TooLongError) else _INVALID


def _sniff(head: str) -> bool:
    text = head.lstrip()
    if text.startswith("["):
        return text[1:].lstrip()[:1] in ("{", "]", "") or bool(_OBJECT_IN_ARRAY.search(text))
    return text.startswith("{")


def _chunks(source: OpenSource) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while chunk := source.stream.read1(_CHUNK_BYTES):
        yield decoder.decode(chunk)


def _values(chunks: Iterator[str]) -> Iterator[Any]:
    """Each record, whatever kind of value it is; a BadRecord without a place for what is no JSON."""
    window = _Window(chunks)
    window.fill(HEAD_BYTES)
    depth, window.at = find_records(window.text[:HEAD_BYTES])
    while mark := window.next_mark():
        if mark in "]}":
            window.at += 1
            depth = yield from _behind_bracket(window, mark, depth)
            if depth < 0:
                return
            continue
        try:
            yield window.value()
        except (ValueError, RecursionError, _TooLongError) as fault:
            yield BadRecord("", _reason(fault))
            if not _skip(window, depth):
                return
    if depth:
        yield BadRecord("", _CUT_OFF)


def _behind_bracket(window: _Window, closed: str, depth: int) -> Generator[BadRecord, None, int]:
    """Go on behind a bracket that closed among records: the depth of those that follow, -1 where none do."""
    if closed == "}" or depth == 0:
        yield BadRecord("", _INVALID)
        return depth
    following = window.next_mark()
    if following == "{":
        yield BadRecord("", _INVALID)
        return depth
    if depth == 1:
        window.at += following == "["  # arrays side by side
        return 1 if following else -1
    last = ""
    while not (found := _BETWEEN_DOCUMENTS.search(window.text, window.at)):
        last = window.text[window.at :].rstrip()[-1:] or last
        if window.ended:
            if last != "}":
                yield BadRecord("", _CUT_OFF)
            return -1
        window.at = max(window.at, len(window.text.rstrip()) - 1)  # a bracket at its end may be one between documents
        window.fill(_CHUNK_BYTES)
    window.at = found.end()
    window.fill(HEAD_BYTES)
    depth, position = find_records(window.text[window.at : window.at + HEAD_BYTES])
    window.at += position
    return depth


def _skip(window: _Window, depth: int) -> bool:
    """Move from the start of what cannot be read to where the next record seems to begin; False at the end."""
    window.fill(2 * _SEARCH)
    first = _FIRST_NAME.match(window.text, window.at)
    name = first[0] if first else "{"
    whole = True  # whether the broken record is still seen from its start
    while True:
        end = window.at + _SEARCH
        if nearest := _next_record(window.text, window.at, end, name, depth, whole):
            window.at = nearest
            return True
        if window.ended and end >= len(window.text):
            return False
        window.at, whole = end, False
        window.fill(2 * _SEARCH)


def _next_record(text: str, at: int, end: int, name: str, depth: int, whole: bool) -> int | None:
    """Where the brackets opened at `at` close (if whole), or a record seems to begin, whichever comes first."""
    brackets = _Brackets(text, at) if whole else None
    effort = 0
    for start in _START.finditer(text, at + 1, end):
        if brackets and (behind := brackets.closed(start.end())):
            return behind
        begins, cost = _begins(text, start, name, depth)
        if begins:
            return start.end()
        effort += cost
        if effort > _MOST_EFFORT:
            break
    return brackets.closed(end) if brackets else None


class _Brackets:
    """Those opened from a position on, looked at piece by piece until they are closed."""

    def __init__(self, text: str, at: int) -> None:
        self._text, self._at, self._depth, self._in_string = text, at, 0, False

    def closed(self, end: int) -> int | None:
        """Where they are closed, if that is before end and a record may follow there."""
        while self._at < end and (
            match := (_STRING_END if self._in_string else _MARKS).search(self._text, self._at, end)
        ):
            mark, self._at = match[0], match.end()
            if mark == "\\":
                self._at += 1
            elif mark == '"':
                self._in_string = not self._in_string
            else:
                self._depth += 1 if mark in "{[" else -1
                if self._depth <= 0:
                    may_follow = self._depth == 0 and _BEHIND_RECORD.match(self._text, self._at)
                    behind, self._at = self._at, len(self._text)
                    return behind if may_follow else None
        self._at = max(self._at, end)
        return None


def _begins(text: str, start: re.Match[str], name: str, depth: int) -> tuple[bool, int]:
    """Whether a record begins behind `start`, and about how many characters were looked at to tell that.

    name: how the broken one before it begins, `{"id":`.
    """
    at = start.end()
    try:
        value, end = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError) as fault:  # broken, too: then only its look can tell
        looked_at = len(text) if str(fault).startswith("Unterminated") else getattr(fault, "pos", at + _INNER_EFFORT)
        cost = looked_at - at + at // 16  # json's errors count the lines from the beginning
        return len(start["before"]) > 1 and len(name) > 1 and text.startswith(name, at), cost
    if not has_text(value):
        return False, end - at
    return not _in_inner_list(text, end, depth), end - at + _INNER_EFFORT


def _in_inner_list(text: str, at: int, depth: int) -> bool:
    """Whether the list of objects that goes on at `at`, such as a paper's references, ends before the records do."""
    for _ in range(_LIST_LENGTH):
        if not (following := _NEXT_IN_LIST.match(text, at)):
            break
        try:
            _, at = _DECODER.raw_decode(text, following.end())
        except (ValueError, RecursionError):
            return False
    if not (closed := _LIST_END.match(text, at)):
        return False
    return depth < 2 or bool(_BETWEEN_RECORDS.search(text, closed.end(), at + _SEARCH))


def read_values(source: OpenSource) -> Iterator[tuple[str, Any]]:
    """The place and the value of each record, whatever kind of value it is; a BadRecord for what is no JSON."""
    for number, value in enumerate(_records(_chunks(source)), start=1):
        place = f"{source.name}[{number}]"
        yield place, BadRecord(place, value.reason) if isinstance(value, BadRecord) else value


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    for place, value in read_values(source):
        yield value if isinstance(value, BadRecord) else entry_from_value(value, place)


def _records(chunks: Iterator[str]) -> Iterator[Any]:
    """The values, and those within a value that only now is seen to hold records."""
    for value in _values(chunks):
        yield from inner_records(value) or [value]


JSON_DOCUMENT = Format("json", (".json",), "a JSON array of objects", _sniff, _read)

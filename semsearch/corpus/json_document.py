"""JSON documents: an array of objects, an object that holds such an array, or one object. Streamed object by object.

The text is cut at the brackets first and each object parsed by itself, so that a broken one costs only itself.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from .entry import BadRecord, Entry, Format, ReadOptions
from .json_lines import depth_of_records, entry_from_json
from .sources import LIMIT_BYTES, OpenSource

_CHUNK_BYTES = 1 << 18
_MARKS = re.compile(r'["\\{}\[\]]')
_STRING_END = re.compile(r'["\\]')


def _sniff(head: str) -> bool:
    text = head.lstrip()
    return text.startswith("{") or (text.startswith("[") and text[1:].lstrip()[:1] in ("{", "]", ""))


def _chunks(source: OpenSource) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while chunk := source.stream.read1(_CHUNK_BYTES):
        yield decoder.decode(chunk)


def _objects(chunks: Iterator[str], depth_of_records: int) -> Iterator[str | None]:
    """The text of each object at that depth; None for one that is too long, and at the end for one that is cut off."""
    depth, in_string = 0, False
    text, start, position = "", -1, 0  # start: where in text the current object begins, -1 outside of objects
    for chunk in chunks:
        ahead = position - len(text)  # 1 where the last chunk ended in a backslash
        text = text[start:] if start >= 0 else ""
        start, position = min(start, 0), len(text) + ahead
        text += chunk
        while match := (_STRING_END if in_string else _MARKS).search(text, position):
            mark, position = match[0], match.end()
            if mark == "\\":
                position += 1
            elif mark == '"':
                in_string = not in_string
            elif mark in "{[":
                if depth == depth_of_records and mark == "{":
                    start = match.start()
                depth += 1
            else:
                depth -= 1
                if depth == depth_of_records and start >= 0:
                    yield text[start:position]
                    start = -1
        position = max(position, len(text))
        if start >= 0 and len(text) - start > LIMIT_BYTES:
            yield None
            start = -1
    if depth > 0:  # in an object, or behind one in an array that was never closed
        yield None


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    depth = depth_of_records(source.head.decode("utf-8", "replace"))
    for number, text in enumerate(_objects(_chunks(source), depth), start=1):
        place = f"{source.name}[{number}]"
        yield entry_from_json(text, place) if text else BadRecord(place, "cut off, or longer than 32 MiB")


JSON_DOCUMENT = Format("json", (".json",), "a JSON array of objects", _sniff, _read)

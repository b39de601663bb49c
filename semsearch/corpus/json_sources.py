"""The files of sources whose JSON records have a shape of their own, as formats: JSON lines or a JSON document."""

from __future__ import annotations

from collections.abc import Iterator

from .decode import decode_head
from .entry import Entry, Format, ReadOptions
from .json_document import JSON_DOCUMENT
from .json_lines import JSON_LINES
from .shape import Shape
from .shapes import SHAPES
from .sources import OpenSource


def _format(shape: Shape) -> Format:
    def sniff(head: str) -> bool:
        return head.lstrip()[:1] in ("{", "[") and bool(shape.sign.search(head))

    return Format(shape.name, (), shape.content, sniff, _read)


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    head = decode_head(source.head)
    lines = JSON_LINES.sniff(head) or not JSON_DOCUMENT.sniff(head)
    return (JSON_LINES if lines else JSON_DOCUMENT).read(source, options)


JSON_SOURCES = tuple(map(_format, SHAPES))

"""XML as a stream of records: each is cut out of the text by its tags and parsed alone, so a broken one costs itself.

In: a source and the names of its record tags. Out: `Cut`s, and the element of one. What stands before the first record
never reaches the parser, so no DOCTYPE is read: no entity is declared, fetched or expanded.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ..limits import LIMIT_BYTES, MOST_TAGS, TOO_LONG, TOO_MANY_TAGS
from ..text import clean
from .entry import BadRecord, Entry
from .json_lines import entry_from_fields
from .sources import OpenSource

CUT_OFF, INVALID = "cut off", "not valid XML"

_CHUNK_BYTES = 1 << 18
_TAG_CHARS = 1 << 12  # a tag with its attributes is shorter
_SKIPPED_CHARS = 1 << 20
_SKIPPED = {
    "<!--": re.compile("-->"),
    "<script": re.compile(r"</script\s*>", re.IGNORECASE),
    "<style": re.compile(r"</style\s*>", re.IGNORECASE),
}
_HIDING = {"<!--": re.compile("-->|<!--"), "<![CDATA[": re.compile(r"\]\]>|<!\[CDATA\[")}  # none has itself in it
_HIDDEN = re.compile("|".join(map(re.escape, _HIDING)))
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]+)""")
_ENCODINGS = re.compile(r"(?:ascii|us-ascii|iso-?8859|latin|windows-125|cp125|gb|big5|shift_jis|euc|koi8)[\w.-]*$")
_PREFIX = re.compile(r"(</?)[A-Za-z_][\w.-]*:(?=[A-Za-z_])")
_ATTRIBUTE_PREFIX = re.compile(r"(\s)(?!xml:)[A-Za-z_][\w.-]*:([A-Za-z_][\w.-]*\s*=)")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")
_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{0,31};)")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TORN = re.compile(r"<(?![?!])[^<>]*+(?:(?=<)|\Z)")
"""A tag that does not end before the next one begins."""
_AROUND = {
    **dict.fromkeys(("br", "p", "sec", "title", "list-item"), (" ", " ")),  # what stands behind them is another word
    "tex-math": ("$", "$"), "sub": ("_{", "}"), "sup": ("^{", "}"),  # as LaTeX marks them
}  # fmt: skip
_UNSEEN = frozenset({"annotation", "annotation-xml"})  # of MathML: the same formula once more


@dataclass(frozen=True, slots=True)
class Cut:
    """A record by its tag, or with an empty tag what stands between two. fault: why it is no whole record."""

    tag: str
    text: str = ""
    fault: str = ""


class _Window:
    """The text of a document from position `at` on, as much as was asked for."""

    def __init__(self, source: OpenSource) -> None:
        self._stream = source.stream
        self._decoder = codecs.getincrementaldecoder(_encoding(source.head))("replace")
        self.text, self.at, self.ended = "", 0, False
        self.passed = 0  # characters before the text
        self._none_before: dict[str, int] = {}

    def skip(self, mark: str, end: re.Pattern[str]) -> None:
        """Go behind the end of what mark begins at `at`; behind mark, where it has none for a long way."""
        here = self.passed + self.at
        ended = self.search(end, 0, _SKIPPED_CHARS) if here >= self._none_before.get(mark, 0) else None
        if ended:
            self.at = ended.end()
            return
        self.at += len(mark)
        if here >= self._none_before.get(mark, 0):  # that way is not gone again
            self._none_before[mark] = self.passed + len(self.text)

    def end_of(self, mark: str, behind: int) -> int | None:
        """How far behind `at` that ends which hides tags and begins with mark, `behind` characters before; None where
        it is not closed."""
        if self.passed + self.at + behind < self._none_before.get(mark, 0):
            return None
        end = self.search(_HIDING[mark], behind, behind + _SKIPPED_CHARS)
        if not end:
            self._none_before[mark] = self.passed + len(self.text)
        return end.end() - self.at if end and end[0] != mark else None

    def more(self) -> None:
        self.passed += self.at
        chunk = self._stream.read1(_CHUNK_BYTES)
        self.ended = not chunk
        self.text = self.text[self.at :] + self._decoder.decode(chunk, self.ended)
        self.at = 0

    def search(self, pattern: re.Pattern[str], behind: int, most_chars: int) -> re.Match[str] | None:
        """The first match that begins `behind` characters or more after `at`, at most about most_chars behind."""
        while True:
            if found := pattern.search(self.text, self.at + behind):
                return found
            have = len(self.text) - self.at
            if self.ended or have > most_chars:
                return None
            behind = max(behind, have - _TAG_CHARS)
            self.more()


def _encoding(head: bytes) -> str:
    """The encoding that an XML declaration names, if it is one of text; UTF-16 was recoded before."""
    named = _ENCODING.match(head.lstrip())
    name = named[1].decode().lower() if named else ""
    try:
        return codecs.lookup(name).name if _ENCODINGS.match(name) else "utf-8"
    except LookupError:
        return "utf-8"


def cuts(source: OpenSource, *tags: str, is_html: bool = False) -> Iterator[Cut]:
    """Every record with one of tags, in order, and the markup between them. Records do not hold one another.

    is_html: scripts are passed over, and a tag that does not end is no fault, unless it is of a record.
    """
    names = "|".join(tags)
    skipped = _SKIPPED if is_html else {"<!--": _SKIPPED["<!--"]}
    start = re.compile(rf"<(?:[\w.-]+:)?({names})(?=[\s/>])|{'|'.join(skipped)}")
    edge = re.compile(rf"</(?:[\w.-]+:)?(?:{names})\s*>|<(?:[\w.-]+:)?(?:{names})(?=[\s/>])")
    stray = re.compile(rf"</(?:[\w.-]+:)?({names})\s*>")
    window = _Window(source)
    while True:
        found = window.search(start, 0, 0)
        if not found:
            yield from _between(_taken(window), stray, is_html)
            if window.ended and window.at == len(window.text):
                return
            continue
        yield from _between(window.text[window.at : found.start()], stray, is_html)
        window.at = found.start()
        if found[1]:
            yield _record(window, found[1], edge)
        else:
            window.skip(found[0], skipped[found[0]])


def _taken(window: _Window) -> str:
    """What is there without a record, up to a tag that may not be whole yet; and more is asked for."""
    end = len(window.text)
    if not window.ended:
        torn = window.text.rfind("<", max(window.at, end - _TAG_CHARS))
        end = torn if torn >= 0 else end
    taken, window.at = window.text[window.at : end], end
    if not window.ended:
        window.more()
    return taken


def _between(text: str, stray: re.Pattern[str], is_html: bool) -> Iterator[Cut]:
    if text.strip():
        if torn := stray.search(text):
            yield Cut(torn[1], fault=CUT_OFF)
        elif not is_html and TORN.search(text):
            yield Cut("record", fault=CUT_OFF)
        yield Cut("", text)


def _record(window: _Window, tag: str, edge: re.Pattern[str]) -> Cut:
    """The record that begins at `at`, which is moved behind it; it ends before the next one at the latest."""
    found = _edge(window, edge)
    if not found:
        too_long = len(window.text) - window.at > LIMIT_BYTES
        window.at = len(window.text)
        while not found and not window.ended:  # what is too long is passed over
            window.more()
            found = edge.search(window.text)
            window.at = found.start() if found else max(0, len(window.text) - _TAG_CHARS)
        if found and found[0].startswith("</"):
            window.at = found.end()
        return Cut(tag, fault=TOO_LONG if too_long else CUT_OFF)
    text = window.text[window.at : found.end()]
    if not found[0].startswith("</"):
        window.at = found.start()
        return Cut(tag, fault=CUT_OFF)
    window.at = found.end()
    return Cut(tag, text, TOO_LONG if len(text) > LIMIT_BYTES else "")


def _edge(window: _Window, edge: re.Pattern[str]) -> re.Match[str] | None:
    """The first edge behind `at` that stands in no comment and no CDATA."""
    behind = 1
    while found := window.search(edge, behind, LIMIT_BYTES):
        at = window.at + behind
        while hidden := _HIDDEN.search(window.text, at, found.start()):
            end = _HIDING[hidden[0]].search(window.text, hidden.end(), found.start())
            if not end or end[0] == hidden[0]:
                break
            at = end.end()
        if not hidden:
            return found
        ends = window.end_of(hidden[0], hidden.end() - window.at)
        if ends is None:
            return window.search(edge, behind, LIMIT_BYTES)
        behind = ends
    return None


def element(text: str) -> Element | str:
    """The element of a record, its tags without name spaces; for one that is none, why."""
    if text.count("<") > MOST_TAGS:
        return TOO_MANY_TAGS
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        try:
            root = ElementTree.fromstring(_repaired(text))
        except (ElementTree.ParseError, ValueError):
            return INVALID
    if "xmlns" in text:
        for each in root.iter():
            if isinstance(each.tag, str):
                each.tag = each.tag.rpartition("}")[2]
    return root


def _repaired(text: str) -> str:
    """text with HTML's named characters, which a DOCTYPE may declare, without name spaces and control characters."""
    text = _NAMED.sub(_character, _AMPERSAND.sub("&amp;", _FORBIDDEN.sub("", text)))
    return _ATTRIBUTE_PREFIX.sub(r"\1\2", _PREFIX.sub(r"\1", text))


def _character(named: re.Match[str]) -> str:
    character = unescape(named[0])
    return character if character != named[0] and character not in "<&" else named[0]


def words(found: Element | None, *, scripts: bool = False) -> str:
    """All text in an element, that of its inner tags included, as one clean text. scripts: with subscripts and
    superscripts as LaTeX marks them, for what is cleaned as prose."""
    if found is None:
        return ""
    if not len(found):
        return clean(found.text or "")
    parts: list[str] = []
    todo: list[Element | str] = [found]  # depth first without recursion, since nobody bounds how deep it is
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            parts.append(each)
            continue
        if each.tag in _UNSEEN:
            continue
        before, behind = _AROUND.get(each.tag, ("", "")) if scripts or each.tag not in ("sub", "sup") else ("", "")
        parts.append(before + (each.text or ""))
        todo.append(behind)
        for child in reversed(each):
            todo.append(child.tail or "")
            todo.append(child)
    return clean("".join(parts))


def texts(parent: Element | None, path: str) -> list[str]:
    """The text of each element at path that has one."""
    return [text for each in parent.iterfind(path) if (text := words(each))] if parent is not None else []


def read_records(
    source: OpenSource, tags: tuple[str, ...], fields: Callable[[Element], Mapping[str, Any] | str]
) -> Iterator[Entry]:
    """The entry of each record; fields gives a record with the names of fields.py, or why there is none."""
    number = 0
    for cut in cuts(source, *tags):
        if cut.tag:
            number += 1
            yield entry(cut, f"{source.name}: record {number}", fields)


def entry(cut: Cut, place: str, fields: Callable[[Element], Mapping[str, Any] | str]) -> Entry:
    """The paper or the bad record that one cut is."""
    found = cut.fault or element(cut.text)
    record = found if isinstance(found, str) else fields(found)
    return BadRecord(place, record) if isinstance(record, str) else entry_from_fields(record, place)

"""Where the words of a question stand in a title or an abstract, found as the keyword index finds them (words.py).

In: the units of a question and a text as it is stored. Out: offsets in that text, although what is compared is another:
½ is two words of it, ﬁ two letters, β four.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from .words import HYPHEN, WORD, Unit, is_stop, spelled, terms_of, together

if TYPE_CHECKING:
    from .paper import Paper

Span = tuple[int, int]

_TOKEN = re.compile(rf"{WORD.pattern}(?:[{HYPHEN}]{WORD.pattern})*")
_ASCII_REST = "[A-Za-z0-9]*(?:-[A-Za-z0-9]+)*"  # of a _TOKEN behind its first letter
_FOREIGN = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")  # with the letter before, as an accent may follow it
_COMPOSED = 8  # characters that may become one: three of Hangul, a letter and its accents


@dataclass(frozen=True, slots=True)
class Matches:
    """Where a question's words stand in a paper: [start, end) in characters, in order, never overlapping."""

    title: tuple[Span, ...] = ()
    abstract: tuple[Span, ...] = ()

    def as_dict(self) -> dict[str, list[list[int]]]:
        """Plain data for JSON."""
        return {"title": [list(span) for span in self.title], "abstract": [list(span) for span in self.abstract]}


@dataclass(frozen=True, slots=True)
class _Change:
    """A piece of a text that is spelled in another way: [start, end) became [spelled_start, spelled_end)."""

    spelled_start: int
    spelled_end: int
    start: int
    end: int


def matches_of(asked: Sequence[Unit], paper: Paper) -> Matches:
    """Where the units of a question stand in a paper."""
    return Matches(spans(asked, paper.title), spans(asked, paper.abstract))


def spans(asked: Sequence[Unit], text: str) -> tuple[Span, ...]:
    """Where the units of a question stand in text, as [start, end) in its characters, in order, never overlapping.

    Each is a word that shares a term with the question and is no stop word, or several neighbours within a compound.
    """
    if not asked:
        return ()
    written, changes = _aligned(text)
    found = _marks(tuple(asked)).within(written)
    return _apart(_placed(span, changes) for span in found) if changes else tuple(found)


@lru_cache(maxsize=4)
def _marks(asked: tuple[Unit, ...]) -> _Marks:
    return _Marks(term for unit in asked for term in unit.terms)


class _Marks:
    """What of a text is marked, token by token: a word, or words joined by hyphens."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = frozenset(terms)
        self._initials = frozenset(term[0] for term in self._terms)
        self._known: dict[str, tuple[Span, ...]] = {}
        cased = "".join(re.escape(each) + each.upper() for each in sorted(self._initials) if each.isascii())
        first = rf"[{cased}\x80]"  # which no text in ASCII has, and a class must have something
        self._likely = re.compile(rf"{first}(?<![A-Za-z0-9].){_ASCII_REST}", re.DOTALL)

    def within(self, text: str) -> list[Span]:
        """Where marks stand. Of a text in ASCII only tokens that have a word with a wanted initial are looked at."""
        found: list[Span] = []
        known, end = self._known, 0
        for match in (self._likely if text.isascii() else _TOKEN).finditer(text):
            start, token = match.start(), match[0]
            if text[start - 1 : start] == "-":
                start, token = _whole(text, max(end, text.rfind(" ", 0, start) + 1), start)
            end = match.end()
            marked = known.get(token)
            if marked is None:
                marked = known[token] = self._marked(token)
            if marked:
                found += [(start + first, start + last) for first, last in marked]
        return found

    def _marked(self, token: str) -> tuple[Span, ...]:
        if not token.isalnum():
            return tuple(self._found(token))
        return ((0, len(token)),) if self._wants(token) else ()

    def _found(self, token: str) -> Iterator[Span]:
        words = list(WORD.finditer(token))
        parts = [word[0] for word in words]
        whole, *pairs = together(parts)
        if self._has(whole):
            yield 0, len(token)
            return
        marked = [self._wants(part) for part in parts]
        for position, (part, following) in enumerate(pairwise(parts)):
            if part + following in pairs and self._has(part + following):
                marked[position : position + 2] = True, True
        for mark, run in groupby(zip(marked, words, strict=True), key=itemgetter(0)):
            if mark:
                neighbours = [word for _, word in run]
                yield neighbours[0].start(), neighbours[-1].end()

    def _wants(self, word: str) -> bool:
        return self._has(word) and not is_stop(word)

    def _has(self, word: str) -> bool:
        """Whether word has a wanted term. English stems keep the first letter of a word, so most need no stemming."""
        if word[0].isascii() and word[0].lower() not in self._initials:
            return False
        return not self._terms.isdisjoint(terms_of(word))


def _whole(text: str, begin: int, at: int) -> tuple[int, str]:
    """Where the token around a position starts, and the token; begin: where none is parted."""
    token = next(each for each in _TOKEN.finditer(text, begin) if each.end() > at)
    return token.start(), token[0]


def _aligned(text: str) -> tuple[str, list[_Change]]:
    """text spelled, and what that changed, in order."""
    if text.isascii():
        return text, []
    written: list[str] = []
    changes: list[_Change] = []
    length = at = 0
    for match in _FOREIGN.finditer(text):
        run = spelled(match[0])
        if run == match[0]:
            continue
        written.append(text[at : match.start()])
        length += match.start() - at
        at = match.start()
        pieces = _clusters(match[0])
        if "".join(map(spelled, pieces)) != run:  # longer compositions than any script has
            pieces = [match[0]]
        for piece in pieces:
            new = spelled(piece)
            written.append(new)
            if new != piece:
                changes.append(_Change(length, length + len(new), at, at + len(piece)))
            length += len(new)
            at += len(piece)
    return "".join((*written, text[at:])), changes


def _clusters(text: str) -> list[str]:
    """Each character with those behind it that it composes with."""
    starts = [0]
    for position, character in enumerate(text[1:], start=1):
        before = text[max(starts[-1], position - _COMPOSED) : position]
        if not unicodedata.combining(character) and spelled(before + character) == spelled(before) + spelled(character):
            starts.append(position)
    return [text[start:end] for start, end in pairwise((*starts, len(text)))]


def _placed(span: Span, changes: list[_Change]) -> Span:
    """Where a span of the spelled text stands in the original, with the whole of a piece that it has a part of."""
    first, last = (_place(position, changes) for position in (span[0], span[1] - 1))
    return first[0], last[1]


def _place(position: int, changes: list[_Change]) -> Span:
    """The original of one spelled character."""
    before = bisect_right(changes, position, key=lambda change: change.spelled_start) - 1
    if before < 0:
        return position, position + 1
    change = changes[before]
    if position < change.spelled_end:
        return change.start, change.end
    start = change.end + position - change.spelled_end
    return start, start + 1


def _apart(found: Iterator[Span]) -> tuple[Span, ...]:
    """Spans in order, those that overlap as one."""
    apart: list[Span] = []
    for start, end in found:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple(apart)

"""Saved result pages of Hugging Face's Daily Papers search, as text. No ids: they are made from the content.

After the page's furniture, in paragraphs: a title, an abstract, and on most pages a paragraph of `• 5 authors` or
`account Organisation`, a `·`, and a date (without its year if that was the current one) with the count of comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..cleaning import clean_text
from ..dates import parse_date, with_year
from ..limits import LIMIT_BYTES, TOO_LONG
from ..paper import Paper, content_id
from ..text import clean
from .decode import decode
from .entry import BadRecord, Entry, Format, ReadOptions
from .fields import UnreadableError, fit, whole_number
from .sources import OpenSource

_FURNITURE = frozenset({"new", "Get trending papers in your email inbox!", "Subscribe", "Daily Papers"})
_BYLINE = re.compile(r"by\s?AK and the research community$")
_DATE = re.compile(r"([A-Z][a-z]{2} \d{1,2}(?:, \d{4})?)(?:\s+(\d+))?$")
_AUTHORS = re.compile(r"[•*-]?\s*(\d[\d,]*) authors?$")
_DOT = "·"
_UNREAD = "\0"  # stands for a paragraph that is too long; in clean text there is no such character
_LINE_COST = 128  # bytes of memory of a line, however short

Paragraph = list[tuple[int, str]]


def _paragraphs(source: OpenSource) -> Iterator[Paragraph]:
    """Runs of lines without an empty one between, each line with its number; one that is too long is _UNREAD."""
    paragraph: Paragraph = []
    size = 0
    for number, line in source.lines():
        text = clean(decode(line)) if line is not None else _UNREAD
        if text:
            size += len(text) + _LINE_COST
            if text == _UNREAD or size > LIMIT_BYTES:
                paragraph = [(paragraph[0][0] if paragraph else number, _UNREAD)]
            else:
                paragraph.append((number, text))
        elif paragraph:
            yield paragraph
            paragraph, size = [], 0
    if paragraph:
        yield paragraph


def _is_furniture(paragraph: Paragraph, begun: bool) -> bool:
    """Whether paragraph is the page's own. A date alone is only where furniture has begun, or at the very start."""
    return all(text in _FURNITURE or _BYLINE.match(text) or (begun and _DATE.match(text)) for _, text in paragraph)


def _sniff(head: str) -> bool:
    lines = [line.strip() for line in head.splitlines()]
    if any(_BYLINE.match(line) for line in lines[:40]):
        return True
    dots = [number for number, line in enumerate(lines[:-1]) if line == _DOT and number > 0]
    return any(_DATE.match(lines[number + 1]) for number in dots)


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    furniture = True
    title: str | None = None
    abstract = ""
    place = ""
    for paragraph in _paragraphs(source):
        if _is_furniture(paragraph, furniture):
            if title is not None:  # pages one after another, as `cat` makes them
                yield _last(title, abstract, place, options)
            furniture, title, abstract = True, None, ""
            continue
        furniture = False
        number = paragraph[0][0]
        lines = [text for _, text in paragraph]
        if _DOT in lines:
            if title is None:
                yield BadRecord(f"{source.name}:{number}", "authors and date without a title before them")
            else:
                yield _paper(title, abstract, lines, place, options)
            title, abstract = None, ""
        elif title is None:
            title, place = " ".join(lines), f"{source.name}:{number}"
        elif not abstract:
            abstract = " ".join(lines)
        else:  # a page without lines of authors: two paragraphs a paper
            yield _paper(title, abstract, [], place, options)
            title, abstract, place = " ".join(lines), "", f"{source.name}:{number}"
    if title is not None:
        yield _last(title, abstract, place, options)


def _last(title: str, abstract: str, place: str, options: ReadOptions) -> Entry:
    if not abstract:
        return BadRecord(place, "a title at the end of the page")
    return _paper(title, abstract, [], place, options)


def _paper(title: str, abstract: str, byline: list[str], place: str, options: ReadOptions) -> Entry:
    if _UNREAD in (title, abstract):
        return BadRecord(place, TOO_LONG)
    title, abstract = clean_text(title), clean_text(abstract)
    dot = byline.index(_DOT) if byline else 0
    by, after = " ".join(byline[:dot]), " ".join(byline[dot + 1 :])
    counted, dated = _AUTHORS.match(by), _DATE.match(after)
    date = parse_date(dated[1]) if dated else None
    paper = Paper(
        id=content_id(title, abstract),
        title=title,
        abstract=abstract,
        author_count=whole_number(counted[1].replace(",", "")) if counted else None,
        organization=by.partition(" ")[2] or by or None if not counted else None,
        date=with_year(date, options.page_date) if date and options.page_date else date,
        comments=whole_number(dated[2]) if dated and dated[2] else None,
    )
    try:
        return fit(paper)
    except UnreadableError as fault:
        return BadRecord(place, str(fault))


HF_TEXT = Format("hf-text", (".txt",), "a saved page of Hugging Face papers, as text", _sniff, _read)

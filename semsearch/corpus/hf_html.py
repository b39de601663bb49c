"""Saved pages of Hugging Face's papers (the daily ones, a search's, one paper's) as HTML, as browsers save them.

Each paper is read from its card, and from the JSON in `data-props` out of which the site draws its cards, where the
page still has it: that names the authors. Papers come in the page's order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..dates import parse_date, with_year
from ..limits import LIMIT_BYTES
from .entry import BadRecord, Entry, Format, ReadOptions
from .hf_page import Card, Markup
from .json_lines import entry_from_fields
from .shape import part, parts, text
from .sources import OpenSource
from .xml_records import CUT_OFF, TORN, cuts

_SITE = "https://huggingface.co/papers/"
_PAGE = re.compile(
    r"\s*<(?:!--.{0,500}?-->\s*<)?(?:!doctype\s+html|html|head|body|main|article|div)\b", re.IGNORECASE | re.DOTALL
)
_OF_PAPERS = re.compile(
    r"""huggingface\.co/papers|data-target=["'](?:DailyPapers|PaperPage|PaperContent)|href=["']/papers/\d"""
)
_AUTHORS = re.compile(r"(\d[\d,]*) authors?\b")
_DATE = re.compile(r"(?:^|[\s·])([A-Z][a-z]{2} \d{1,2}(?:, \d{4})?)(?:\s+(\d+))?(?:\s|$)")
_ABSTRACT_CHARS = 60  # a piece with fewer is a button, a name or a date
_BETWEEN_CHARS = 1 << 12  # markup that stands between two articles
_DEEPEST = 6  # objects and lists in which papers lie in data-props


def _card_record(card: Card) -> dict[str, Any]:
    """What a card tells, by the names of fields.py."""
    long = [piece for piece in card.pieces if len(piece) >= _ABSTRACT_CHARS]
    rest = " ".join(piece for piece in card.pieces if len(piece) < _ABSTRACT_CHARS)
    counted, dated = _AUTHORS.search(rest), _DATE.search(rest)
    return {
        "title": card.title,
        "abstract": long[0] if long else "",
        "author_count": counted[1] if counted else None,
        "organization": card.organization if not counted else None,
        "date": card.date or (parse_date(dated[1]) if dated else None),
        "comments": card.comments or (dated[2] if dated else None),
    }


def _items(value: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The items {"paper": {...}, "numComments": 3} in the props, and papers alone as such items."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for each in value:
            yield from _items(each, depth + 1)
    elif isinstance(value, Mapping):
        if text(part(value, "paper", "title")) or text(part(value, "paper", "summary")):
            yield value
        elif text(value.get("title")) and text(value.get("summary")):
            yield {"paper": value}
        elif value.get("searchResults"):  # beside them lie those of the day, which the page does not show
            yield from _items(value["searchResults"], depth + 1)
        else:
            for inner in value.values():
                yield from _items(inner, depth + 1)


def _item_record(item: Mapping[str, Any]) -> dict[str, Any]:
    """What an item tells, by the names of fields.py, without what it does not."""
    paper = item["paper"]
    names = parts(paper.get("authors"), "name")
    organization = paper.get("organization") or item.get("organization")
    record = {
        "id": text(paper.get("id")),
        "title": paper.get("title") or item.get("title"),
        "abstract": paper.get("summary") or item.get("summary"),
        "authors": names,
        "organization": part(organization, "fullname") or part(organization, "name"),
        "date": paper.get("publishedAt") or item.get("publishedAt"),
        "keywords": paper.get("ai_keywords"),
        "comments": item.get("numComments"),
    }
    return {name: value for name, value in record.items() if value not in (None, "", [], 0)}


def _known(props: list[str]) -> dict[str, dict[str, Any]]:
    """The papers of the props by their ids."""
    known: dict[str, dict[str, Any]] = {}
    for each in props:
        try:
            items = list(_items(json.loads(each)))
        except (ValueError, RecursionError):
            continue
        for record in map(_item_record, items):
            if "id" in record:
                known.setdefault(record["id"], record)
    return known


class _Page:
    """What was met of a page: what its props know, and the ids that were given."""

    def __init__(self) -> None:
        self._outside: list[str] = []
        self._size = 0
        self.known: dict[str, dict[str, Any]] = {}
        self._seen: set[str] = set()

    def take(self, between: str) -> None:
        """Markup outside the articles, of which no more is kept than of a record."""
        self._size += len(between)
        if self._size <= LIMIT_BYTES:
            self._outside.append(between)

    def look(self) -> list[Card]:
        """The cards outside the articles; and the props there are known."""
        markup = Markup("".join(self._outside))
        self._outside, self._size = [], 0
        self.known = _known(markup.props) | self.known
        return markup.cards

    def records(self, cards: Iterable[Card]) -> Iterator[dict[str, Any]]:
        """The record of each card whose paper was not given before."""
        for card in cards:
            if card.id in self._seen:
                continue
            self._seen.add(card.id)
            named = {"id": card.id, "arxiv_id": card.id, "url": f"{_SITE}{card.id}"}
            record = _card_record(card) | self.known.get(card.id, {}) | named
            if "authors" in record:  # they are named, and so not counted
                del record["author_count"]
            yield record


def _records(source: OpenSource) -> Iterator[dict[str, Any] | str]:
    """Each paper as a record, and of an article that is broken why."""
    page, articles, between = _Page(), 0, ""
    for cut in cuts(source, "article", is_html=True):
        if not cut.tag:
            page.take(cut.text)
            between = (between + cut.text[:_BETWEEN_CHARS])[:_BETWEEN_CHARS]
            continue
        if not articles:
            yield from page.records(page.look())
        elif not cut.fault and len(between) < _BETWEEN_CHARS and TORN.search(between):
            yield CUT_OFF
        articles, between = articles + 1, ""
        if cut.fault:
            yield cut.fault
        else:
            yield from page.records(Markup(cut.text).cards)
    cards = page.look()
    yield from page.records(cards if cards or articles else map(Card, page.known))


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    number = 0
    for number, record in enumerate(_records(source), start=1):
        place = f"{source.name}: record {number}"
        if isinstance(record, str):
            yield BadRecord(place, record)
            continue
        if options.page_date and isinstance(record["date"], str):
            record["date"] = with_year(record["date"], options.page_date)
        yield entry_from_fields(record, place)
    if not number:
        yield BadRecord(source.name, "a page without papers")


def _sniff(head: str) -> bool:
    return bool(_PAGE.match(head) and _OF_PAPERS.search(head))


HF_HTML = Format("hf-html", (".html", ".htm"), "a saved page of Hugging Face papers, as HTML", _sniff, _read)

"""Saved pages of Hugging Face's papers (the daily ones, a search's, one paper's) as HTML, as browsers save them.

Each paper is read from its card, and from the JSON in `data-props` out of which the site draws its cards, where the
page still has it: that names the authors. In: a page, held whole. Out: its papers, in the order in which it shows them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..dates import parse_date, with_year
from ..limits import LIMIT_BYTES, TOO_LONG
from .decode import decode
from .entry import BadRecord, Entry, Format, ReadOptions
from .hf_page import Card, Markup
from .json_lines import entry_from_fields
from .shape import part, parts, text
from .sources import OpenSource
from .xml_records import CUT_OFF, TORN

_SITE = "https://huggingface.co/papers/"
_PAGE = re.compile(
    r"\s*<(?:!--.{0,500}?-->\s*<)?(?:!doctype\s+html|html|head|body|main|article|div)\b", re.IGNORECASE | re.DOTALL
)
_OF_PAPERS = re.compile(
    r"""huggingface\.co/papers|data-target=["'](?:DailyPapers|PaperPage|PaperContent)|href=["']/papers/\d"""
)
_CARD = re.compile(
    r"<article\b(?:(?P<whole>(?:(?!<article\b).)*?</article\s*>)|(?:(?!<article\b).)*)", re.IGNORECASE | re.DOTALL
)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_STRAY = re.compile(r"</article\s*>", re.IGNORECASE)
_AUTHORS = re.compile(r"(\d[\d,]*) authors?\b")
_DATE = re.compile(r"(?:^|[\s·])([A-Z][a-z]{2} \d{1,2}(?:, \d{4})?)(?:\s+(\d+))?(?:\s|$)")
_ABSTRACT_CHARS = 60  # a piece with fewer is a button, a name or a date
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


def _pieces(page: str) -> tuple[str, list[Card | None]]:
    """The page without its articles, and the card of each article; None for one that is broken."""
    outside: list[str] = []
    cards: list[Card | None] = []
    at = 0
    page = _SCRIPT.sub("", page)
    for found in _CARD.finditer(page):
        between = page[at : found.start()]
        if _STRAY.search(between) or (cards and TORN.search(between)):
            cards.append(None)
        outside.append(between)
        cards += Markup(found[0]).cards if found["whole"] else [None]
        at = found.end()
    return "".join([*outside, page[at:]]), cards


def _records(page: str) -> Iterator[dict[str, Any] | None]:
    outside, cards = _pieces(page)
    markup = Markup(outside)
    known = _known(markup.props)
    shown: list[Card | None] = [*(markup.cards or []), *cards]
    if not any(shown):
        shown += [Card(id) for id in known]
    seen: set[str] = set()
    for card in shown:
        if card is None:
            yield None
        elif card.id not in seen:
            seen.add(card.id)
            named = {"id": card.id, "arxiv_id": card.id, "url": f"{_SITE}{card.id}"}
            record = _card_record(card) | known.get(card.id, {}) | named
            if "authors" in record:  # they are named, and so not counted
                del record["author_count"]
            yield record


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    data = source.stream.read(LIMIT_BYTES + 1)
    if len(data) > LIMIT_BYTES:
        yield BadRecord(source.name, TOO_LONG)
        return
    number = 0
    for number, record in enumerate(_records(decode(data)), start=1):
        place = f"{source.name}: record {number}"
        if record is None:
            yield BadRecord(place, CUT_OFF)
            continue
        if options.page_date and isinstance(record["date"], str):
            record["date"] = with_year(record["date"], options.page_date)
        yield entry_from_fields(record, place)
    if not number:
        yield BadRecord(source.name, "a page without papers")


def _sniff(head: str) -> bool:
    return bool(_PAGE.match(head) and _OF_PAPERS.search(head))


HF_HTML = Format("hf-html", (".html", ".htm"), "a saved page of Hugging Face papers, as HTML", _sniff, _read)

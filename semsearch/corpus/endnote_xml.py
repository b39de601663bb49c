"""EndNote's XML, as EndNote, Zotero and Mendeley export it: records, whose texts lie in `style` elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from .authors import as_said
from .entry import Entry, Format, ReadOptions
from .extra import extra_lines
from .reference_values import arxiv_id_in, dated, given_first, is_preprint, iso_date
from .sources import OpenSource
from .xml_records import read_records, texts, words

_RECORDS = re.compile(r"<records[\s>]")
_OF_ENDNOTE = re.compile(r"<(?:ref-type|source-app|rec-number|contributors|titles)[\s>/]")
_REPORTS = frozenset({"report", "thesis", "standard", "government document"})
_SCRIPTS = {"subscript": "sub", "superscript": "sup"}
_VENUES = ("titles/secondary-title", "periodical/full-title", "alt-periodical/full-title", "periodical/abbr-1")
_OF_ARXIV = ("accession-num", "titles/secondary-title", "periodical/full-title", "notes", "number", "work-type")


def _fields(record: Element) -> dict[str, Any]:
    for style in record.iter("style"):
        style.tag = _SCRIPTS.get(style.get("face", ""), style.tag)
    kind = record.find("ref-type")
    report = kind is not None and kind.get("name", "").lower() in _REPORTS
    venue = _first(record, *_VENUES)
    extra = extra_lines(*("".join(note.itertext()) for note in record.iterfind("notes")))
    year = _first(record, "dates/year")
    return {
        "id": _first(record, "label"),
        "title": words(record.find("titles/title"), scripts=True),
        "abstract": words(record.find("abstract"), scripts=True),
        "authors": as_said(map(given_first, texts(record, "contributors/authors/author"))),
        "organization": _first(record, "publisher") if report else extra.get("organization", ""),
        "venue": "" if report or is_preprint(venue) else venue,
        "date": dated(_first(record, "dates/pub-dates/date"), year),
        "year": iso_date(year)[:4],
        "doi": _first(record, "electronic-resource-num") or extra.get("doi", ""),
        "arxiv_id": _arxiv_id(record) or extra.get("arxiv", ""),
        "url": _first(record, "urls/related-urls/url", "urls/web-urls/url"),
        "keywords": _keywords(texts(record, "keywords/keyword")),
    }


def _first(record: Element, *paths: str) -> str:
    return next((text for path in paths for text in texts(record, path)), "")


def _arxiv_id(record: Element) -> str:
    found = (arxiv_id_in(text) for path in _OF_ARXIV for text in texts(record, path))
    return next(filter(None, found), "")


def _keywords(found: list[str]) -> list[str] | str:
    """A list; where all stand in one element, its text, which is parted at its semicolons."""
    return found[0] if len(found) == 1 and ";" in found[0] else found


def _sniff(head: str) -> bool:
    return head.lstrip().startswith("<") and bool(_RECORDS.search(head) and _OF_ENDNOTE.search(head))


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    return read_records(source, ("record",), _fields)


ENDNOTE_XML = Format("endnote-xml", (".xml",), "EndNote's XML", _sniff, _read)

"""CSL JSON, which Zotero, pandoc and citation processors exchange: an array of items, or an object that holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .authors import as_said
from .entry import BadRecord, Entry, Format, ReadOptions
from .extra import extra_lines
from .json_document import read_values
from .json_lines import entry_from_value
from .sources import OpenSource

_TYPES = (
    "article(?:-journal|-magazine|-newspaper)?|bill|book|broadcast|chapter|classic|collection|dataset|document|"
    "entry(?:-dictionary|-encyclopedia)?|event|figure|graphic|hearing|interview|legal_case|legislation|manuscript|map|"
    "motion_picture|musical_score|pamphlet|paper-conference|patent|performance|periodical|personal_communication|"
    "post(?:-weblog)?|regulation|report|review(?:-book)?|software|song|speech|standard|thesis|treaty|webpage"
)
_TYPE = re.compile(rf'"type"\s*:\s*"(?:{_TYPES})"')
_CSL_FIELD = re.compile(r'"(?:container-title|date-parts|citation-key|family|literal|event-title|title-short)"\s*:')
_FOREIGN_FIELD = re.compile(
    r'"(?:reference-count|is-referenced-by-count|message-type|authorships|paperId|abstract_\w+)"'
)
_REPORTS = frozenset({"report", "thesis", "standard"})
_NOTE = re.compile(r"^\s*\{?\s*:?([A-Za-z][A-Za-z -]*)\s*:\s*(\S[^\n}]*)", re.MULTILINE)  # Zotero's `Extra`
_ARXIV = re.compile(
    r"^\s*arxiv:\s*([\w.-]+(?:/\d{7})?)(?:v\d+)?\s*(?:\[[\w.-]+\]\s*)?$", re.IGNORECASE | re.MULTILINE
)  # a line of its own: a note may speak of another paper
_ARXIV_FIELDS = ("number", "archive_location", "note", "container-title", "publisher")
_ZOTERO_KEY = re.compile(r"(?:.*/(?:items/)?)([A-Z0-9]{8})$")


def _sniff(head: str) -> bool:
    """Whether the first items have a type of CSL's and one of its own names; Crossref's own JSON has more."""
    if not head.lstrip().startswith(("[", "{")):
        return False
    return bool(_TYPE.search(head) and _CSL_FIELD.search(head) and not _FOREIGN_FIELD.search(head))


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    for place, value in read_values(source):
        if isinstance(value, BadRecord):
            yield value
        else:
            yield entry_from_value(_record(value) if isinstance(value, dict) else value, place)


def _record(item: dict[str, Any]) -> dict[str, Any]:
    """The item with the field names of fields.py."""
    note = item.get("note")
    said = dict(_NOTE.findall(note)) if isinstance(note, str) else {}
    extra = extra_lines(note) if isinstance(note, str) else {}
    report = item.get("type") in _REPORTS
    venue = item.get("container-title") or item.get("event-title") or item.get("event")
    return {
        "id": item.get("citation-key") or said.get("Citation Key") or _key(item.get("id")),
        "title": item.get("title"),
        "abstract": item.get("abstract"),
        "authors": _names(item.get("author")),
        "organization": item.get("publisher") if report else extra.get("organization"),
        "venue": venue,
        "date": _date(item.get("issued")) or item.get("published"),
        "doi": item.get("DOI") or extra.get("doi") or said.get("DOI"),
        "arxiv_id": _arxiv_id(item),
        "url": item.get("URL"),
        "categories": item.get("categories"),
        "keywords": item.get("keyword"),
    }


def _key(id: Any) -> Any:
    """Zotero's key out of the address that it may give as an id."""
    found = _ZOTERO_KEY.match(id) if isinstance(id, str) and len(id) < 300 else None
    return found[1] if found else id


def _names(people: Any) -> Any:
    if not isinstance(people, list):
        return people
    return as_said(_name(person) if isinstance(person, dict) else str(person) for person in people)


def _name(person: dict[str, Any]) -> str:
    if isinstance(person.get("literal"), str):
        return str(person["literal"])
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return " ".join(part for name in parts if isinstance(part := person.get(name), str) and part.strip())


def _date(issued: Any) -> str:
    """A CSL date: its parts, of a range the first; else as it was written."""
    if not isinstance(issued, dict):
        return issued if isinstance(issued, str) else ""
    dates = issued.get("date-parts")
    parts = dates[0] if isinstance(dates, list) and dates else []
    known = [str(part) for part in parts if part] if isinstance(parts, list) else []
    known[:1] = [year.zfill(4) for year in known[:1] if year.isdecimal()] or known[:1]
    written = next((issued[name] for name in ("raw", "literal") if isinstance(issued.get(name), str)), "")
    return "-".join(known) or written


def _arxiv_id(item: dict[str, Any]) -> str:
    texts = (item[name] for name in _ARXIV_FIELDS if isinstance(item.get(name), str))
    return next((found[1] for text in texts if (found := _ARXIV.search(text))), "")


CSL_JSON = Format("csl-json", (), "CSL JSON, an array of items", _sniff, _read)

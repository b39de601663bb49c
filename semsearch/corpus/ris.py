"""RIS, as EndNote, Zotero, Mendeley, Scopus and publishers write it; each record is read by rispy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .authors import as_said
from .entry import Entry, Format, ReadOptions
from .extra import extra_lines
from .fields import NO_TEXT, UnreadableError
from .line_records import Flagged, line_papers, text_lines
from .reference_values import arxiv_id_in, dated, given_first, iso_date
from .sources import OpenSource

_START = re.compile(r"\ufeff?TY {1,2}-")
_END = re.compile(r"ER {1,2}-")
_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*)|\s*$)")
_NUMBER = re.compile(r"\s*\d+\.?\s*$")  # of a record, as rispy writes it above each
_OTHER_TAG = re.compile(r"^(?:TI|T1|AU|A1|T2|JO|JF|AB|N2|PY|Y1|DA|DO|UR|ER) {1,2}-", re.MULTILINE)
_FIRST = re.compile(r"^\ufeff?TY {1,2}- ?[A-Z]+\s*$", re.MULTILINE)

_SEVERAL_URLS = re.compile(r"\s*;\s*(?=https?://)")
_REPORTS = frozenset({"RPRT", "THES", "STAND", "GOVDOC"})
_TITLES = ("title", "primary_title", "BT", "CT")
_VENUES = ("secondary_title", "alternate_title3", "journal_name", "C3", "BT", "alternate_title2", "alternate_title1")
_ARXIV_FIELDS = ("accession_number", "note", "number", "label", "journal_name", "secondary_title", "publisher")


def _sniff(head: str) -> bool:
    return bool(_FIRST.search(head) and _OTHER_TAG.search(head)) and not head.lstrip().startswith(("{", "[", "<"))


def _flagged(source: OpenSource) -> Iterator[Flagged]:
    """A record begins with its type, or with what stands where that should be; a provider's head is no record."""
    begun, between = False, True
    for number, line in text_lines(source):
        starts = line is not None and bool(_START.match(line))
        begun = begun or starts
        blank = line is not None and (not line.strip() or bool(between and _NUMBER.match(line)))
        begins = starts or (begun and between and not blank)
        between = line is not None and (bool(_END.match(line)) or (between and not begins))
        yield number, line, begins


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    return line_papers(source, _flagged(source), lambda lines: _record(_parsed(lines)))


def _parsed(lines: list[str]) -> dict[str, Any]:
    """The record as rispy reads it; it wants two spaces behind a tag, and an end that some writers forget."""
    from rispy import RisParser
    from rispy.config import LIST_TYPE_TAGS

    spaced: list[list[str]] = []
    listed = True  # whether the tag has a list, of which each line more is one more
    for line in lines:
        tag = _TAG.match(line.lstrip("\ufeff"))
        if tag:
            spaced.append([f"{tag[1]}  - {tag[2] or ''}"])
            listed = tag[1] in LIST_TYPE_TAGS
        elif listed:
            spaced.append([line])
        else:
            spaced[-1].append(line.strip())  # rispy would copy all that it has for each line
    joined = (" ".join(parts) for parts in [*spaced, ["ER  - "]])
    found: list[dict[str, Any]] = RisParser(delimiter_tags_mapping={}).parse_lines(joined)
    if not found:
        raise UnreadableError("no type of reference (TY)")
    return {**found[0].get("unknown_tag", {}), **found[0]}


def _record(fields: dict[str, Any]) -> dict[str, Any]:
    """The record with the field names of fields.py."""
    if not any(_all(fields, name) for name in (*_TITLES, "abstract", "notes_abstract")):
        raise UnreadableError(NO_TEXT)
    report = fields.get("type_of_reference") in _REPORTS
    extra = extra_lines(*_all(fields, "notes"), *_all(fields, "note"))
    return {
        "id": _first(fields, "id"),
        "title": _first(fields, *_TITLES),
        "abstract": _first(fields, "abstract", "notes_abstract"),
        "authors": as_said(map(given_first, _all(fields, "authors") or _all(fields, "first_authors"))),
        "organization": _first(fields, "publisher") if report else extra.get("organization", ""),
        "venue": "" if report else _first(fields, *_VENUES),
        "date": dated(_first(fields, "date"), _first(fields, "publication_year", "year")),
        "year": iso_date(_first(fields, "year", "publication_year"))[:4],
        "doi": _first(fields, "doi")
        or next((m for m in _all(fields, "type_of_work") if m.startswith("10.")), "")
        or extra.get("doi", ""),
        "arxiv_id": _arxiv_id(fields) or extra.get("arxiv", ""),
        "url": _SEVERAL_URLS.split(_first(fields, "urls"))[0],
        "keywords": _keywords(fields),
    }


def _all(fields: dict[str, Any], name: str) -> list[str]:
    value = fields.get(name, [])
    return [text.strip() for text in (value if isinstance(value, list) else [value]) if text.strip()]


def _first(fields: dict[str, Any], *names: str) -> str:
    return next((text for name in names for text in _all(fields, name)), "")


def _arxiv_id(fields: dict[str, Any]) -> str:
    texts = (text for name in _ARXIV_FIELDS for text in _all(fields, name))
    return next(filter(None, map(arxiv_id_in, texts)), "")


def _keywords(fields: dict[str, Any]) -> list[str] | str:
    """A list; where all stand in one line, that line, which is parted at its semicolons."""
    found = _all(fields, "keywords")
    return found[0] if len(found) == 1 and ";" in found[0] else found


RIS = Format("ris", (".ris",), "RIS records", _sniff, _read)

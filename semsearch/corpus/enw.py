"""EndNote's tagged format (`.enw`), as EndNote, Google Scholar and publishers write it, which is refer's of Unix:
`%A Brook, Ada`. After EndNote's manual (EndNote Export) and refer(1).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from .authors import as_said
from .entry import Entry, Format, ReadOptions
from .extra import extra_lines
from .fields import NO_TEXT, UnreadableError
from .line_records import Flagged, line_papers, text_lines
from .reference_values import arxiv_id_in, dated, given_first, is_preprint, iso_date
from .sources import OpenSource

Fields = Mapping[str, list[str]]

_TAG = re.compile(r"\ufeff?%([A-Z0-9@\[\]()^<>?!#$&*+~:=_|{}-])(?: (.*)|\s*$)", re.DOTALL)
_FIRST = re.compile(r"\ufeff?%[0A-Z] \S")
_TITLE = re.compile(r"^\ufeff?%T \S", re.MULTILINE)
_OTHER_TAG = re.compile(r"^\ufeff?%[0ADJBXKR] \S", re.MULTILINE)
_REPORTS = frozenset({"report", "thesis", "standard", "government document"})
_OF_ARXIV = "MJZ9"  # accession number, journal, notes, kind of article


def _sniff(head: str) -> bool:
    return bool(_FIRST.match(head.lstrip()) and _TITLE.search(head) and _OTHER_TAG.search(head))


def _flagged(source: OpenSource) -> Iterator[Flagged]:
    """A record begins with its kind (%0); of refer's, which have none, behind an empty line. An abstract may have
    empty lines in it, behind which a tag that the record has not had yet goes on with it."""
    empty, tags = True, set[str]()
    for number, line in text_lines(source):
        tag = _TAG.match(line) if line is not None else None
        marked = line is not None and line.lstrip("\ufeff").startswith("%")
        begins = bool(tag and tag[1] == "0") or (
            empty and marked and (tag is None or tag[1] in tags or "0" not in tags)
        )
        if begins:
            tags.clear()
        if tag:
            tags.add(tag[1])
        empty = line is not None and not line.strip()
        yield number, line, begins


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    return line_papers(source, _flagged(source), lambda lines: _record(_parsed(lines)))


def _parsed(lines: list[str]) -> Fields:
    """The values of each tag, in order; a line without one goes on with the one before."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if tag := _TAG.match(line):
            found.append((tag[1], [tag[2] or ""]))
        elif found:
            found[-1][1].append(line)
    values: defaultdict[str, list[str]] = defaultdict(list)
    for name, parts in found:
        if value := "\n".join(parts).strip():
            values[name].append(value)
    return values


def _record(fields: Fields) -> dict[str, Any]:
    """The record with the field names of fields.py."""
    if "T" not in fields and "X" not in fields:
        raise UnreadableError(NO_TEXT)
    report = _first(fields, "0").lower() in _REPORTS
    venue = _first(fields, "JB")
    extra = extra_lines(*fields.get("Z", ()))
    return {
        "id": _first(fields, "F"),
        "title": " ".join(_first(fields, "T").split("\n")),
        "abstract": _first(fields, "X"),
        "authors": as_said(given_first(name) for value in fields.get("A", ()) for name in value.split("\n")),
        "organization": _first(fields, "I") if report else extra.get("organization", ""),
        "venue": "" if report or is_preprint(venue) else venue,
        "date": dated(_first(fields, "8"), _first(fields, "D")),
        "year": iso_date(_first(fields, "D"))[:4],
        "doi": _first(fields, "R") or extra.get("doi", ""),
        "arxiv_id": _arxiv_id(fields) or extra.get("arxiv", ""),
        "url": _first(fields, "U").split("\n")[0],
        "keywords": _keywords(fields.get("K", [])),
    }


def _first(fields: Fields, tags: str) -> str:
    return next((value for tag in tags for value in fields.get(tag, ())), "")


def _arxiv_id(fields: Fields) -> str:
    return next((id for tag in _OF_ARXIV for value in fields.get(tag, ()) if (id := arxiv_id_in(value))), "")


def _keywords(values: list[str]) -> list[str] | str:
    """One a line; where all stand in one line, that line, which is parted at its semicolons."""
    found = [line.strip() for value in values for line in value.split("\n") if line.strip()]
    return found[0] if len(found) == 1 and ";" in found[0] else found


ENW = Format("enw", (".enw", ".refer"), "EndNote's tagged records (refer)", _sniff, _read)

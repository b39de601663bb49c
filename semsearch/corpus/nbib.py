"""MEDLINE's display format, which PubMed saves as `.nbib` or text: tags of four letters, one record after another.

After the National Library of Medicine's description of its fields (MEDLINE/PubMed Data Element Descriptions).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from .authors import as_said
from .entry import Entry, Format, ReadOptions
from .line_records import Flagged, line_papers, text_lines
from .sources import OpenSource

Fields = Mapping[str, list[str]]

_TAG = re.compile(r"([A-Z][A-Z0-9]{0,3}) *- ?(.*)")
_CONTINUED = " " * 6
_FIRST = re.compile(r"^\ufeff?PMID *- *\d+\s*$", re.MULTILINE)
_OTHER_TAG = re.compile(r"^(?:OWN |STAT|TI  |AB  |FAU |AU  |DP  |JT  |TA  )- ", re.MULTILINE)
_SUFFIX = re.compile(r"(?:Jr|Sr|[IV]{2,4}|2nd|3rd)\.?$")
_TRANSLATED = re.compile(r"\[(.*)\]\.?$")
_KINDS = ("[doi]", "[pii]")


def _sniff(head: str) -> bool:
    return bool(_FIRST.search(head) and _OTHER_TAG.search(head))


def _flagged(source: OpenSource) -> Iterator[Flagged]:
    """A record begins with its PMID, or behind an empty line with what stands where that should be."""
    begun, empty = False, True
    for number, line in text_lines(source):
        starts = line is not None and line.lstrip("\ufeff").startswith("PMID")
        begun = begun or starts
        begins = starts or (begun and empty and bool(line is None or line.strip()))
        empty = line is not None and not line.strip()
        yield number, line, begins


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    return line_papers(source, _flagged(source), _record)


def _values(lines: list[str]) -> list[tuple[str, str]]:
    """Each tag with its value, in order; a line that begins with spaces goes on with the one before."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        tag = _TAG.match(line.lstrip("\ufeff"))
        if tag:
            found.append((tag[1], [tag[2]]))
        elif found and (line.startswith(_CONTINUED) or line.strip()):
            found[-1][1].append(line.strip())
    return [(tag, " ".join(parts)) for tag, parts in found]


def _by_tag(values: list[tuple[str, str]]) -> Fields:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for tag, value in values:
        found[tag].append(value)
    return found


def _authors(values: list[tuple[str, str]]) -> Iterator[str]:
    """People by their full names where there are such, and groups (CN), in the order in which they stand."""
    people = "FAU" if any(tag == "FAU" for tag, _ in values) else "AU"
    for tag, value in values:
        if tag == people:
            yield _given_first(value)
        elif tag == "CN":
            yield value.strip()


def _record(lines: list[str]) -> dict[str, Any]:
    """The record with the field names of fields.py."""
    values = _values(lines)
    fields = _by_tag(values)
    doi, pii = (_located(fields, kind) for kind in _KINDS)
    return {
        "id": _first(fields, "PMID"),
        "title": _title(_first(fields, "TI", "TT", "BTI")),
        "abstract": _first(fields, "AB", "OAB"),
        "authors": as_said(_authors(values)),
        "venue": _first(fields, "JT", "TA"),
        "date": _first(fields, "DP", "DEP"),
        "year": _first(fields, "DP")[:4],
        "doi": next(iter(doi), ""),
        "arxiv_id": next((place for place in pii if place.lower().startswith("arxiv:")), ""),
        "keywords": _keywords(fields),
    }


def _located(fields: Fields, kind: str) -> list[str]:
    """Where the paper is, of the places that end in kind: `10.5555/tides [doi]`."""
    places = (*fields.get("LID", ()), *fields.get("AID", ()))
    return [place.strip().removesuffix(kind).strip() for place in places if place.strip().endswith(kind)]


def _first(fields: Fields, *tags: str) -> str:
    return next((value for tag in tags for value in fields.get(tag, ()) if value.strip()), "")


def _title(text: str) -> str:
    """Without the full stop that PubMed ends a title with, and the brackets around one that was translated."""
    text = text.strip()
    if translated := _TRANSLATED.match(text):
        text = translated[1]
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def _given_first(name: str) -> str:
    """`Family, Given Jr` as it is said."""
    family, _, given = (part.strip() for part in name.partition(","))
    words = given.split()
    suffix = [words.pop()] if len(words) > 1 and _SUFFIX.match(words[-1]) else []
    return " ".join([*words, family, *suffix])


def _keywords(fields: Fields) -> list[str]:
    """The MeSH headings without their qualifiers, then the authors' own; an asterisk marks what is major."""
    headings = [heading.partition("/")[0] for heading in fields.get("MH", ())]
    return [keyword.strip(" *") for keyword in (*headings, *fields.get("OT", ()))]


NBIB = Format("nbib", (".nbib", ".medline"), "MEDLINE records of PubMed", _sniff, _read)

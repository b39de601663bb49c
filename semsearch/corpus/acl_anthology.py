"""The ACL Anthology's XML (https://github.com/acl-org/acl-anthology, data/xml): papers in volumes in a collection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

from .authors import as_said
from .entry import Entry, Format, ReadOptions
from .sources import OpenSource
from .xml_records import Cut, cuts, element, entry, texts, words

_SITE = "https://aclanthology.org/"
_COLLECTION = re.compile(r"<collection\b[^>]*\bid\s*=\s*[\"']([\w.-]+)[\"']")
_VOLUME = re.compile(r"<volume\b[^>]*\bid\s*=\s*[\"']([\w.-]+)[\"']")
_OLD = re.compile(r"[A-Z]\d\d$")
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class _Volume:
    """What all papers of a volume share."""

    collection: str = ""
    name: str = ""
    booktitle: str = ""
    year: str = ""
    month: str = ""

    def paper_id(self, number: str) -> str:
        """`2020.acl-main.1`, or in the old form `P18-1001`: workshops had more volumes, and so two digits for each."""
        if not (self.collection and self.name and number):
            return ""
        if not _OLD.match(self.collection) or not (self.name.isdecimal() and number.isdecimal()):
            return f"{self.collection}-{self.name}.{number}"
        volume = int(self.name)
        many = self.collection[0] == "W" or self.collection == "C69" or (self.collection == "D19" and volume >= 5)
        return f"{self.collection}-{volume:02d}{int(number):02d}" if many else f"{self.collection}-{volume}{number:0>3}"


def _fields(paper: Element, volume: _Volume) -> dict[str, Any]:
    address = words(paper.find("url"))
    id = volume.paper_id(paper.get("id", ""))
    if address and "/" not in address:
        id, address = address, f"{_SITE}{address}"
    return {
        "id": id or words(paper.find("bibkey")),
        "title": words(paper.find("title"), scripts=True),
        "abstract": words(paper.find("abstract"), scripts=True),
        "authors": as_said(name for each in paper.iterfind("author") if (name := _name(each))),
        "venue": words(paper.find("journal-title")) or volume.booktitle,
        "year": words(paper.find("year")) or volume.year,
        "month": _month(words(paper.find("month"))) or volume.month,
        "doi": words(paper.find("doi")),
        "url": address or (f"{_SITE}{id}" if id else ""),
    }


def _name(author: Element) -> str:
    return " ".join(texts(author, "first") + texts(author, "last")) or words(author)


def _month(text: str) -> str:
    """The month in `July`, `19--24 June`; none in `July-August`, of which only the year is known."""
    names = _WORD.findall(text)
    return names[0] if len(names) == 1 else text if text.isdecimal() else ""


def _with_meta(volume: _Volume, meta: Element) -> _Volume:
    return replace(
        volume,
        booktitle=words(meta.find("journal-title")) or words(meta.find("booktitle")),
        year=words(meta.find("year")),
        month=_month(words(meta.find("month"))),
    )


def _behind(volume: _Volume, between: Cut) -> _Volume:
    """What is known behind the markup between two records, which may begin a collection and a volume."""
    if found := _COLLECTION.search(between.text):
        volume = _Volume(found[1])
    for name in _VOLUME.findall(between.text):
        volume = _Volume(volume.collection, name)
    return volume


def _sniff(head: str) -> bool:
    return head.lstrip().startswith("<") and bool(_COLLECTION.search(head))


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    volume, number = _Volume(), 0
    for cut in cuts(source, "paper", "meta", "frontmatter"):
        if not cut.tag:
            volume = _behind(volume, cut)
        elif cut.tag == "meta" and not cut.fault:
            meta = element(cut.text)
            volume = volume if isinstance(meta, str) else _with_meta(volume, meta)
        elif cut.tag != "frontmatter":
            number += 1
            yield entry(cut, f"{source.name}: record {number}", partial(_fields, volume=volume))


ACL_ANTHOLOGY = Format("acl-anthology", (".xml",), "the ACL Anthology's XML", _sniff, _read)

"""Atom as arXiv's API answers (https://info.arxiv.org/help/api/user-manual.html): a feed of entries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from ..paper import parse_arxiv_id
from .entry import Entry, Format, ReadOptions
from .sources import OpenSource
from .xml_records import read_records, texts, words

_FEED = re.compile(r"<(?:[\w.-]+:)?feed\b[^>]*http://www\.w3\.org/2005/Atom")
_ENTRY = re.compile(r"<entry[\s>]")
_ERROR = "://arxiv.org/api/errors"


def _fields(entry: Element) -> dict[str, Any] | str:
    id = words(entry.find("id"))
    if _ERROR in id:
        return "an error that arXiv's API answered"
    links = entry.findall("link")
    primary = [each.get("term", "") for each in entry.iterfind("primary_category")]
    arxiv_id = parse_arxiv_id(id)
    return {
        "id": arxiv_id or id,
        "arxiv_id": arxiv_id,
        "title": words(entry.find("title")),
        "abstract": words(entry.find("summary")) or words(entry.find("content")),
        "authors": texts(entry, "author/name"),
        "venue": words(entry.find("journal_ref")),
        "date": words(entry.find("published")) or words(entry.find("updated")),
        "doi": words(entry.find("doi")) or _link(links, title="doi"),
        "url": _link(links, rel="alternate") or _link(links, title="pdf"),
        "categories": [*primary, *(each.get("term", "") for each in entry.iterfind("category"))],
    }


def _link(links: list[Element], **wanted: str) -> str:
    """The address of the first link with an attribute as wanted; one without `rel` is an alternate."""
    for link in links:
        if all(link.get(name, "alternate" if name == "rel" else "") == value for name, value in wanted.items()):
            return link.get("href", "")
    return ""


def _sniff(head: str) -> bool:
    if not head.lstrip().startswith("<") or "arxiv.org/" not in head:  # its own name space, or the ids of its papers
        return False
    return bool(_FEED.search(head) or _ENTRY.match(head.lstrip()))


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    return read_records(source, ("entry",), _fields)


ARXIV_ATOM = Format("arxiv-atom", (".atom", ".xml"), "an Atom feed as arXiv's API answers", _sniff, _read)

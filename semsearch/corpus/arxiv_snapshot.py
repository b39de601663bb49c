"""A record of arXiv's metadata snapshot (https://www.kaggle.com/datasets/Cornell-University/arxiv), JSON lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..paper import parse_arxiv_id
from .shape import Shape, part, text

_SURE = frozenset({"authors_parsed", "journal-ref", "submitter", "report-no"})
"""Names that no other source has; data sets made of the snapshot have lost some of its names, or all of these."""

_NUMBER = re.compile(r"(\d?\d(?:0[1-9]|1[0-2]))\.(\d{1,5})", re.ASCII)
_FIVE_DIGITS_FROM = "1501"
_MONTH = re.compile(r"(?:[a-z-]+(?:\.[a-z]{2})?/)?(\d\d)(0[1-9]|1[0-2])")


def _fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """`comments` are prose there (`12 pages`), and `update_date` is when the record was last touched: not taken."""
    id = _id(record)
    return {
        "id": id or record.get("id"),
        "arxiv_id": parse_arxiv_id(id),
        "title": record.get("title"),
        "abstract": record.get("abstract"),
        "authors": _authors(record.get("authors_parsed")) or record.get("authors"),
        "venue": record.get("journal-ref"),
        "date": _first_version(record.get("versions")) or _of_id(id),
        "doi": text(record.get("doi")).partition(" ")[0],  # some have two
        "categories": _split(record.get("categories")),
    }


def _id(record: Mapping[str, Any]) -> str:
    """The id; of a number, as a data frame makes of it, with the zeros that are lost: 704.001 is 0704.0010."""
    id = record.get("id")
    id = str(id) if isinstance(id, float) else text(id).strip()
    number = _NUMBER.fullmatch(id)
    if not number:
        return id
    month = number[1].zfill(4)
    return f"{month}.{number[2].ljust(4 if month < _FIVE_DIGITS_FROM else 5, '0')}"


def _split(categories: Any) -> list[str]:
    """The categories of one text; in data sets made of the snapshot it may be a list of one."""
    return " ".join(map(text, categories if isinstance(categories, list) else [categories])).split()


def _authors(parsed: Any) -> list[list[Any]]:
    """[last, first, suffix] of each; an affiliation may stand behind."""
    return [each[:3] for each in parsed if isinstance(each, list)] if isinstance(parsed, list) else []


def _first_version(versions: Any) -> str:
    """`Mon, 2 Apr 2007 19:18:42 GMT` of the first version."""
    first = versions[0] if isinstance(versions, list) and versions else None
    return text(part(first, "created"))


def _of_id(id: str) -> str:
    """`2007-04` of 0704.0001, and `1997-11` of hep-th/9711200: the month in which it came."""
    found = _MONTH.match(id.lower()) if parse_arxiv_id(id) else None
    return f"{1900 + int(found[1]) if found[1] > '90' else 2000 + int(found[1])}-{found[2]}" if found else ""


ARXIV_SNAPSHOT = Shape(
    "arxiv-snapshot",
    "arXiv's metadata snapshot",
    _SURE | {"versions", "update_date"},
    re.compile(rf'"(?:{"|".join(_SURE)}|update_date)"\s*:|"versions"\s*:\s*\[\s*\{{\s*"version"\s*:\s*"v\d'),
    _fields,
    frozenset({"comments", "update_date", "doi"}),
    lambda record: not _SURE.isdisjoint(record) or bool(parse_arxiv_id(_id(record))),
)

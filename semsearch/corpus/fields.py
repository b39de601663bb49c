"""From a record with the field names that people have to a Paper. In: JSON values. Out: a Paper or a reason.

FIELD_NAMES is the table; docs/formats.md shows it, and a test holds the two together.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from typing import Any

from ..dates import join_date
from ..paper import Paper, content_id, parse_arxiv_id, parse_doi, safe_id
from ..text import clean

FIELD_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "_id", "paper_id", "paperid", "corpus_id", "key", "arxiv_id"),
    "title": ("title", "paper_title", "article_title"),
    "abstract": ("abstract", "abstract_note", "text", "summary", "description"),
    "authors": ("authors", "author", "creators", "authors_parsed"),
    "author_count": ("author_count", "num_authors", "n_authors"),
    "organization": ("organization", "organisation", "affiliation"),
    "venue": (
        "venue",
        "journal",
        "journal_ref",
        "booktitle",
        "conference",
        "publication_title",
        "container_title",
        "source_title",
    ),
    "date": (
        "date",
        "published",
        "publication_date",
        "published_at",
        "published_date",
        "issued",
        "created",
        "update_date",
    ),
    "year": ("year", "publication_year", "pub_year"),
    "month": ("month", "publication_month"),
    "doi": ("doi",),
    "arxiv_id": ("arxiv_id", "arxiv", "eprint"),
    "url": ("url", "link", "pdf_url"),
    "categories": ("categories", "category", "area", "primary_area", "fields_of_study", "subjects"),
    "keywords": ("keywords", "keyword", "tags", "manual_tags", "author_keywords"),
    "citations": ("citations", "citation_count", "cited_by_count", "cited_by", "n_citations"),
    "comments": ("comments", "num_comments", "comment_count"),
    "aliases": ("aliases",),
}
"""Each field of a Paper (and `year` and `month`, which make its date) and the names it is read from; the first that
has a value wins, but categories are collected from all. Names are compared in lower case, with `_` for space and
hyphen; `citationCount` is `citation_count`."""

ABSTRACT_NAMES = frozenset(FIELD_NAMES["abstract"])
TITLE_NAMES = frozenset(FIELD_NAMES["title"])

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ARCHIVES = (  # of arXiv's, those without classes, the closed ones included; "few-shot learning" is none of them
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga "
    "econ eess funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics "
    "plasm-ph q-alg q-bio q-fin quant-ph solv-int stat supr-con"
)
_ARXIV_CATEGORY = rf"(?:[a-z]+(?:-[a-z]+)*\.[A-Za-z]+(?:-[A-Za-z]+)*|{_ARCHIVES.replace(' ', '|')})"
_ARXIV_CATEGORIES = re.compile(rf"{_ARXIV_CATEGORY}(?: {_ARXIV_CATEGORY})+$")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}$")


_NOBODY = frozenset({"", "others", "et al", "et al."})


class UnreadableError(Exception):
    """Why a record is no paper, as a short phrase."""


def field_name(name: str) -> str:
    """name as FIELD_NAMES writes names."""
    name = name.strip().replace("arXiv", "arxiv").replace("ArXiv", "arxiv")  # one word, whatever its capitals say
    return re.sub(r"[\s\-]+", "_", _CAMEL.sub("_", name)).lower()


def paper_from_record(record: Mapping[str, Any]) -> Paper:
    """The paper that record tells of. Raises UnreadableError where it has no text or a value of a wrong kind."""
    values = {field_name(str(name)): value for name, value in record.items()}
    title = clean(_text(values, "title"))
    abstract = clean(_text(values, "abstract"))
    if not title and not abstract:
        raise UnreadableError("neither title nor abstract")
    doi = _text(values, "doi")
    arxiv_id = parse_arxiv_id(_text(values, "arxiv_id")) or parse_arxiv_id(doi)
    return Paper(
        id=safe_id(_text(values, "id")) or content_id(title, abstract),
        title=title,
        abstract=abstract,
        authors=_authors(_first(values, "authors")),
        author_count=_number(values, "author_count"),
        organization=clean(_text(values, "organization")) or None,
        venue=clean(_text(values, "venue")) or None,
        date=join_date(_text(values, "date"), _text(values, "year"), _text(values, "month")),
        doi=parse_doi(doi),
        arxiv_id=arxiv_id,
        url=clean(_text(values, "url")) or None,
        categories=_categories(values),
        keywords=_list(_first(values, "keywords")),
        citations=_number(values, "citations"),
        comments=_number(values, "comments"),
        aliases=tuple(map(safe_id, _list(_first(values, "aliases")))),
    )


def _first(values: Mapping[str, Any], field: str) -> Any:
    """The first value of field that says something, else None."""
    for name in FIELD_NAMES[field]:
        value = values.get(name)
        if value not in (None, "", [], {}) and not (isinstance(value, float) and math.isnan(value)):
            return value
    return None


def _text(values: Mapping[str, Any], field: str) -> str:
    value = _first(values, field)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = " ".join(value) if field == "abstract" else value[0]  # Crossref's titles are lists of one
    if isinstance(value, dict):
        value = _date_parts(value) or _name(value) or value  # Semantic Scholar's journal is an object with a name
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a year that pandas made 2021.0
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        raise UnreadableError(f"{field} is {_kind(value)}, expected text")
    text = str(value)
    return text[:-2] if field in ("year", "month") and text.endswith(".0") else text


def _date_parts(value: dict[str, Any]) -> str:
    """The date in Crossref's and CSL's {"date-parts": [[2021, 3, 14]]}, else nothing."""
    dates = value.get("date-parts")
    first = dates[0] if isinstance(dates, list) and dates else None
    return "-".join(str(part) for part in first if part) if isinstance(first, list) else ""


def _literal(text: str) -> Any:
    """The list that text is written as, "['A', 'B']", as pandas saves one in a cell; else text."""
    if text[:1] == "[" and text[-1:] == "]":
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return text
    return text


def _kind(value: Any) -> str:
    return {bool: "true or false", dict: "an object", list: "a list"}[type(value)]


def _number(values: Mapping[str, Any], field: str) -> int | None:
    value = _first(values, field)
    try:
        number = int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None  # a `comments` of arXiv's is prose: "12 pages, 3 figures"
    return number if 0 <= number < 1 << 53 else None


def _categories(values: Mapping[str, Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in FIELD_NAMES["categories"]:
        value = values.get(name)
        if isinstance(value, str) and _ARXIV_CATEGORIES.match(value):
            value = value.split()
        found.update(dict.fromkeys(_list(value)))
    return tuple(found)


def _list(value: Any) -> tuple[str, ...]:
    """value as clean texts: a list's items (an object's `name`), or a text split at semicolons, else at commas."""
    value = _literal(value.strip()) if isinstance(value, str) else value
    if isinstance(value, str):
        value = value.split(";" if ";" in value else ",")
    if not isinstance(value, list | tuple):
        return ()
    texts = (_name(item) if isinstance(item, dict | list) else clean(str(item)) for item in value if item is not None)
    return tuple(dict.fromkeys(filter(None, texts)))


def _authors(value: Any) -> tuple[str, ...]:
    value = _literal(clean(value)) if isinstance(value, str) else value
    if isinstance(value, str):
        value = _split_authors(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return ()
    names = (_name(item) for item in value)
    return tuple(name for name in names if name.casefold() not in _NOBODY)


def _name(item: Any) -> str:
    """One author from a text, from an object (name, or given and family), or from arXiv's [last, first, suffix]."""
    if isinstance(item, dict):
        known = {field_name(str(name)): clean(str(part)) for name, part in item.items() if part}
        for name in ("name", "full_name", "display_name", "literal", "fullname"):
            if known.get(name):
                return known[name]
        first = known.get("given") or known.get("first_name") or known.get("first") or ""
        return f"{first} {known.get('family') or known.get('last_name') or known.get('last') or ''}".strip()
    if isinstance(item, list):
        parts = [clean(str(part)) for part in item if part]
        return " ".join(parts[1:2] + parts[:1] + parts[2:])
    return clean(str(item)) if item is not None else ""


def _split_authors(text: str) -> list[str]:
    """Names in one text: at semicolons; else at ` and ` and commas that do not part a last name from initials."""
    if ";" in text:
        return text.split(";")
    people = re.split(r",?\s+(?:and|&)\s+", text)
    names: list[str] = []
    for people_part in people:
        parts = [part.strip() for part in people_part.split(",")]
        if len(parts) % 2 == 0 and all(_INITIALS.match(part) for part in parts[1::2]):
            names += [f"{last}, {initials}" for last, initials in zip(parts[::2], parts[1::2], strict=True)]
        elif len(parts) == 1 or all(" " in part for part in parts if part):
            names += parts
        else:
            names.append(people_part)
    return names

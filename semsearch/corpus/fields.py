"""From a record with the field names that people have to a Paper. In: JSON values. Out: a Paper or a reason.

FIELD_NAMES is the table; docs/formats.md shows it, and a test holds the two together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from ..cleaning import clean_name, clean_text
from ..dates import join_date
from ..limits import ID_CHARS, LARGEST_COUNT, TEXT_CHARS, TOO_LONG_ID, TOO_MUCH_TEXT
from ..paper import PAPER_FIELDS, Paper, content_id, parse_arxiv_id, parse_doi, safe_id
from ..text import clean
from .authors import authors_in, name_in
from .extra import extra_lines
from .field_names import field_name
from .literals import listed
from .stubs import told_abstract

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
    "extra": ("extra", "note", "notes"),
}
"""Each field of a Paper (and `year` and `month`, which make its date, and `extra`, see extra.py) and the names it is
read from; the first that has a value wins, but categories are collected from all. Names are compared in lower case,
with `_` for space and hyphen; `citationCount` is `citation_count`."""

ALL_NAMES = frozenset(name for names in FIELD_NAMES.values() for name in names)
"""Every name that a field is read from."""
ABSTRACT_NAMES = frozenset(FIELD_NAMES["abstract"])
TITLE_NAMES = frozenset(FIELD_NAMES["title"])

NO_TEXT = "neither title nor abstract"


_ARCHIVES = (  # of arXiv's, those without classes, the closed ones included; "few-shot learning" is none of them
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga "
    "econ eess funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics "
    "plasm-ph q-alg q-bio q-fin quant-ph solv-int stat supr-con"
)
_ARXIV_CATEGORY = rf"(?:[a-z]+(?:-[a-z]+)*\.[A-Za-z]+(?:-[A-Za-z]+)*|{_ARCHIVES.replace(' ', '|')})"
_ARXIV_CATEGORIES = re.compile(rf"{_ARXIV_CATEGORY}(?: {_ARXIV_CATEGORY})+$")


_BARE_ARXIV_ID = re.compile(
    rf"(?:(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{{4}}|(?:1[5-9]|[2-9]\d)(?:0[1-9]|1[0-2])\.\d{{5}}"
    rf"|(?:{_ARCHIVES.replace(' ', '|')})(?:\.[A-Za-z]{{2}})?/\d{{7}})(?:v\d+)?$"
)  # as arXiv numbers papers, which a paper's number in another scheme seldom is by chance
_SAYS_ARXIV = re.compile(r"arxiv:|(?:https?://)?(?:[a-z]+\.)?arxiv\.org/", re.IGNORECASE)
_DOI_OR_ARXIV_URL = re.compile(
    r"(?:https?://)?(?:(?:dx\.|www\.)?doi\.org/|(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf)/)", re.IGNORECASE
)
_THOUSANDS = re.compile(r"\s*\d{1,3}(?:,\d{3})+\s*$", re.ASCII)
_VALUE_NAMES = ("title", "value", "$oid", "$date", "href", "url", "text", "#text")  # of an object that is a value


class UnreadableError(Exception):
    """Why a record is no paper, as a short phrase."""


def paper_from_record(record: Mapping[str, Any]) -> Paper:
    """The paper that record tells of. Raises UnreadableError where it has no text or a value of a wrong kind."""
    values = _values(record)
    if any(map(_is_huge, values.values())):
        raise UnreadableError(TOO_MUCH_TEXT)
    title = clean_text(_text(values, "title"))
    abstract = told_abstract(clean_text(_text(values, "abstract")))
    if not title and not abstract:
        raise UnreadableError(NO_TEXT)
    doi, arxiv_id = _identity(values)
    return fit(
        Paper(
            id=safe_id(_text(values, "id")) or content_id(title, abstract),
            title=title,
            abstract=abstract,
            authors=authors_in(_first(values, "authors")),
            author_count=_number(values, "author_count"),
            organization=clean_name(_text(values, "organization")) or None,
            venue=clean_name(_text(values, "venue")) or None,
            date=join_date(_text(values, "date"), _text(values, "year"), _text(values, "month")),
            doi=doi,
            arxiv_id=arxiv_id,
            url=clean(_text(values, "url")) or None,
            categories=_categories(values),
            keywords=_list(_first(values, "keywords")),
            citations=_number(values, "citations"),
            comments=_number(values, "comments"),
            aliases=tuple(map(safe_id, _list(_first(values, "aliases")))),
        )
    )


def names_in_record(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The id, the DOI and the arXiv id that record has, whatever else it lacks; each once."""
    values = _values(record)
    return tuple(dict.fromkeys(filter(None, (safe_id(_text(values, "id")), *_identity(values)))))


def _values(record: Mapping[str, Any]) -> dict[str, Any]:
    """The values that say something by their names as FIELD_NAMES writes them, the first of each name."""
    values: dict[str, Any] = {}
    for written, value in record.items():
        name = field_name(str(written))
        if name in ALL_NAMES and name not in values and not _is_nothing(value):
            values[name] = value
    return values


def _is_huge(value: Any) -> bool:
    return isinstance(value, str | list | dict) and len(value) > TEXT_CHARS


_ALL_FIELDS = attrgetter(*PAPER_FIELDS)


def fit(paper: Paper) -> Paper:
    """paper, which every format passes through here. Raises UnreadableError where it is larger than limits.py says."""
    if len(paper.id) > ID_CHARS:
        raise UnreadableError(TOO_LONG_ID)
    if sum(map(_chars, _ALL_FIELDS(paper))) > TEXT_CHARS:
        raise UnreadableError(TOO_MUCH_TEXT)
    return paper


def _chars(value: Any) -> int:
    return len(value) if type(value) is str else sum(map(len, value)) if value and type(value) is tuple else 0


def _first(values: Mapping[str, Any], field: str) -> Any:
    """The first value of field that says something, else None."""
    for name in FIELD_NAMES[field]:
        if name in values:
            return values[name]
    return None


def _is_nothing(value: Any) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    return not value and (value is None or isinstance(value, str | list | dict))


def _identity(values: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The DOI and the arXiv id: from their own fields, else from an id or a URL that can be nothing else."""
    doi, id = _text(values, "doi"), _text(values, "id")
    addresses = (_taken(values[name]) for name in FIELD_NAMES["url"] if name in values)
    urls = [url for url in addresses if _DOI_OR_ARXIV_URL.match(url)]
    extra = extra_lines(_text(values, "extra"))
    arxiv_ids = [_text(values, "arxiv_id"), doi, extra.get("arxiv", "")]
    if _SAYS_ARXIV.match(id) or _BARE_ARXIV_ID.match(id):
        arxiv_ids.append(id)
    return (
        next(filter(None, map(parse_doi, filter(None, [doi, *urls, extra.get("doi", "")]))), None),
        next(filter(None, map(parse_arxiv_id, filter(None, [*arxiv_ids, *urls]))), None),
    )


def _text(values: Mapping[str, Any], field: str) -> str:
    """The field as text, empty where it says nothing. Only a title or an abstract of a wrong kind is unreadable."""
    value = _first(values, field)
    if value is None:
        return ""
    if field in ("title", "abstract") and not isinstance(value, str):
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return " ".join(value) if field == "abstract" else value[0]  # Crossref's titles are lists of one
        text = "" if isinstance(value, list) else _taken(value)
        if not text and isinstance(value, bool | dict | list):
            raise UnreadableError(f"{field} is {_kind(value)}, expected text")
        return text
    text = value if isinstance(value, str) else _taken(value)
    return text[:-2] if field in ("year", "month") and text.endswith(".0") else text


def _taken(value: Any) -> str:
    """What can be taken as a text: a list's first, an object's name or value, nothing of true and false."""
    if isinstance(value, list):
        return next(filter(None, map(_taken, value)), "")
    if isinstance(value, dict):  # Semantic Scholar's journal is an object with a name
        parts = (_taken(value[name]) for name in _VALUE_NAMES if name in value)
        return _date_parts(value) or name_in(value) or next(filter(None, parts), "")
    if _is_nothing(value) or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a year that pandas made 2021.0
    return str(value)


def _date_parts(value: dict[str, Any]) -> str:
    """The date in Crossref's and CSL's {"date-parts": [[2021, 3, 14]]}, else nothing."""
    dates = value.get("date-parts")
    first = dates[0] if isinstance(dates, list) and dates else None
    return "-".join(str(part) for part in first if part) if isinstance(first, list) else ""


def _kind(value: Any) -> str:
    return {bool: "true or false", dict: "an object", list: "a list"}[type(value)]


def _number(values: Mapping[str, Any], field: str) -> int | None:
    value = _first(values, field)
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str) and _THOUSANDS.match(value):
        value = value.replace(",", "")
    try:
        number = int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None  # a `comments` of arXiv's is prose: "12 pages, 3 figures"
    return number if 0 <= number <= LARGEST_COUNT else None


def whole_number(text: str) -> int | None:
    """The count that text says, thousands parted by commas or not; None for one that nothing can have."""
    return _number({"citations": text}, "citations")


def _categories(values: Mapping[str, Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in FIELD_NAMES["categories"]:
        if name not in values:
            continue
        value = values[name]
        if isinstance(value, str) and _ARXIV_CATEGORIES.match(value):
            value = value.split()
        found.update(dict.fromkeys(_list(value)))
    return tuple(found)


def _list(value: Any) -> tuple[str, ...]:
    """value as clean texts: a list's items (an object's `name`), or a text split at semicolons, else at commas."""
    value = listed(value.strip()) if isinstance(value, str) else value
    if isinstance(value, str):
        value = clean_name(value)
        value = value.split(";" if ";" in value else ",")
    if not value or not isinstance(value, list | tuple):
        return ()
    items = (item for item in value if item is not None)
    texts = (name_in(item) if isinstance(item, dict | list) else clean_name(str(item)) for item in items)
    return tuple(dict.fromkeys(filter(None, texts)))

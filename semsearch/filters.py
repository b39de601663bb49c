"""Which papers may be among the hits. In: a Filter and the papers of an index. Out: a mask over its rows.

Several values of one kind mean any of them, different kinds all of them. Case, accents and punctuation count nowhere.

since, until, year   a partial date (2020, 2020-06, 2020-06-15). A paper passes if some day that its own date may mean
                     does: one of 2020 is both since 2020-06 and until 2020-06. `since 2020` begins with its first day,
                     `until 2020` ends with its last. A paper without a year never passes.
venue                the whole venue, or words of it side by side: ACL is ACL and Findings of ACL 2023, not NAACL.
author               all words in the name of one author, in any order; a letter alone fits a word that begins with it:
                     hinton; G Hinton; Hinton, Geoffrey.
category             a whole category (an area is one) or keyword; or an arXiv archive: cs has all of cs.LG. Right
                     behind a letter or a digit, + and # do count: C is neither C++ nor C#.
only                 papers, by id, former id, DOI, arXiv id or exact title; or, of several names of one paper, by the
                     first that the index knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from .dates import parse_date
from .errors import QueryError
from .paper import Paper
from .store import PaperTable
from .store.facets import Kind, asked_author_keys, author_keys, category_key, category_keys, days_of, words_of
from .text import clean

BoolArray = npt.NDArray[np.bool_]

_KINDS: tuple[Kind, ...] = ("venue", "author", "category")
_DATE = re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII)
_SYMBOL = re.compile(r"(?<=[^\W_])[+#]+")
_SHOWN = 4
_HINTS = {
    "venue": 'such as venue="ACL"',
    "author": 'such as author="Geoffrey Hinton"',
    "category": 'such as category=("cs.CL", "linguistics")',
    "only": 'such as only=("1706.03762", "10.1038/171737a0")',
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What papers have to be like; see above. True if it asks for anything.

    A year may be given as text, a date as a number or a datetime.date, and one value of a kind without its tuple.
    Raises QueryError for a date that is none, for dates that no day can have, and for empty values or ones of a wrong
    type.
    """

    since: str | None = None
    until: str | None = None
    year: int | None = None
    venue: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    only: tuple[str | tuple[str, ...], ...] | None = None

    def __post_init__(self) -> None:
        values: dict[str, Any] = {name: _date(name, getattr(self, name)) for name in ("since", "until")}
        values["year"] = _year(self.year)
        for kind in _KINDS:
            values[kind] = tuple(_value(kind, text) for text in _several(kind, getattr(self, kind)))
        if self.only is not None:
            values["only"] = _names(self.only)
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check_order()

    def _check_order(self) -> None:
        """There has to be a day that is since, until and in the year, as far as they are given."""
        bounds = self.days
        if bounds and bounds[0] > bounds[1]:
            given = ((name, getattr(self, name)) for name in ("year", "since", "until"))
            asked = ", ".join(f"{name} {value}" for name, value in given if value is not None)
            raise QueryError(f"no day is all of {asked}", "since is the earlier date, until the later")

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) not in (None, ()) for field in fields(self))

    @property
    def days(self) -> tuple[int, int] | None:
        """The first and the last day allowed, as numbers yyyymmdd; None where every day is, and no day as well."""
        asked = [(days_of(self.since)[0], 99991231)] if self.since else []
        if self.until:
            asked.append((0, days_of(self.until)[1]))
        if self.year is not None:
            asked.append(days_of(f"{self.year:04d}"))
        return (max(first for first, _ in asked), min(last for _, last in asked)) if asked else None


@dataclass(frozen=True, slots=True)
class Allowed:
    """The papers that a filter lets through.

    mask: (n,) bool over the rows of the index, read-only. count: how many are True. without_year: how many more there
    would be, had they a year and the right one. unknown: the papers in `only` that the index has not, by the first name
    of each.
    """

    mask: BoolArray
    count: int
    without_year: int = 0
    unknown: tuple[str, ...] = ()


def allowed_rows(filter: Filter, papers: PaperTable) -> Allowed:
    """The papers of an index that pass filter; all of them for one that asks for nothing.

    Raises QueryError where `only` names none of them.
    """
    mask = np.ones(papers.count, dtype=np.bool_)
    unknown: list[str] = []
    if filter.only is not None:
        rows, unknown = _rows_named(filter.only, papers)
        if not rows:
            raise _none_known(unknown)
        mask &= _mask(papers.count, [np.array(rows)])
    for kind in _KINDS:
        if asked := getattr(filter, kind):
            mask &= _mask(papers.count, [rows_of(kind, text, papers) for text in asked])
    without_year = 0
    if bounds := filter.days:
        first, last = papers.days()
        without_year = int(np.count_nonzero(mask & (first == 0)))
        mask &= (first <= bounds[1]) & (last >= bounds[0]) & (first != 0)
    mask.flags.writeable = False
    return Allowed(mask, int(np.count_nonzero(mask)), without_year, tuple(unknown))


def passes(filter: Filter, paper: Paper) -> bool:
    """Whether a paper that is in no index yet passes filter, as `allowed_rows` says; of what papers have in themselves:
    `only` is not looked at."""
    if bounds := filter.days:
        first, last = days_of(paper.date)
        if not first or first > bounds[1] or last < bounds[0]:
            return False
    return (
        (not filter.venue or any(_has_venue(paper, text) for text in filter.venue))
        and (not filter.author or any(_has_author(paper, text) for text in filter.author))
        and (not filter.category or any(_has_category(paper, text) for text in filter.category))
    )


def _has_venue(paper: Paper, text: str) -> bool:
    return f" {' '.join(words_of(text))} " in f" {' '.join(words_of(paper.venue or ''))} "


def _has_author(paper: Paper, text: str) -> bool:
    asked = set(asked_author_keys(words_of(text)))
    return any(asked.issubset(author_keys(words_of(name))) for name in paper.authors)


def _has_category(paper: Paper, text: str) -> bool:
    if not _tells_symbols(text):
        return category_key(text) in category_keys(paper)
    return _with_symbols(text) in map(_with_symbols, (*paper.categories, *paper.keywords))


def _tells_symbols(category: str) -> bool:
    return bool(_SYMBOL.search(category)) or len(category_key(category)) == 1


def _rows_named(only: Sequence[str | tuple[str, ...]], papers: PaperTable) -> tuple[list[int], list[str]]:
    """The rows of the papers that are named, and the first names of those that there are not."""
    rows, unknown = papers.rows_named([each for each in only if isinstance(each, str)])
    left = [each for each in only if not isinstance(each, str)]
    for turn in range(max(map(len, left), default=0)):
        asked = [each[turn] for each in left if turn < len(each)]
        found, missing = papers.rows_named(asked)
        rows += found
        known = set(asked).difference(missing)
        left = [each for each in left if known.isdisjoint(each[turn : turn + 1])]
    return rows, unknown + [each[0] for each in left]


def rows_of(kind: Kind, text: str, papers: PaperTable) -> npt.NDArray[Any]:
    """The rows of the papers with a venue, an author or a category; in the index, C has those of C++ and C# too."""
    rows = papers.rows_of(kind, text)
    if kind != "category" or not _tells_symbols(text):
        return rows
    found = zip(rows.tolist(), papers.get(rows.tolist()), strict=True)
    own = ((row, (*paper.categories, *paper.keywords)) for row, paper in found)
    return np.array([row for row, texts in own if _with_symbols(text) in map(_with_symbols, texts)], dtype=np.int32)


def _with_symbols(category: str) -> tuple[str, list[str]]:
    return category_key(category), _SYMBOL.findall(category)


def _mask(count: int, rows: Iterable[npt.NDArray[Any]]) -> BoolArray:
    mask = np.zeros(count, dtype=np.bool_)
    for some in rows:
        mask[some] = True
    return mask


def _none_known(names: list[str]) -> QueryError:
    shown = ", ".join(map(repr, names[:_SHOWN])) + (", ..." if len(names) > _SHOWN else "")
    return QueryError(
        f"none of the {len(names)} papers to search among is in the index: {shown}",
        "name them by id, DOI, arXiv id or exact title; `semsearch query` tells ids",
    )


def _several(kind: str, given: Any) -> tuple[Any, ...]:
    """The values of one kind, which may be one without its tuple, or none."""
    if given is None:
        return ()
    if isinstance(given, str | int):
        return (given,)
    if isinstance(given, bytes | Mapping) or not isinstance(given, Iterable):
        raise _no_text(kind, given)
    return tuple(given)


def _text(kind: str, given: Any) -> str:
    if not isinstance(given, str | int) or isinstance(given, bool):
        raise _no_text(kind, given)
    return clean(str(given))


def _no_text(kind: str, given: Any) -> QueryError:
    return QueryError(f"{kind} {str(given)[:80]!r}: expected text, got {type(given).__name__}", _HINTS[kind])


def _value(kind: Kind, given: Any) -> str:
    text = _text(kind, given)
    if not (category_key(text) if kind == "category" else words_of(text)):
        raise QueryError(f"{kind} {str(given)!r}: expected a letter or a digit", f"name one, or leave the {kind} out")
    return text


def _names(given: Any) -> tuple[str | tuple[str, ...], ...]:
    names = tuple(dict.fromkeys(name for each in _several("only", given) if (name := _name(each))))
    if not names:
        raise QueryError("no paper to search among was named", "name at least one, by id, DOI, arXiv id or exact title")
    return names


def _name(given: Any) -> str | tuple[str, ...]:
    """One paper's name, or its names; empty where none says anything."""
    if not isinstance(given, tuple | list):
        return _text("only", given)
    names = tuple(name for each in given if (name := _text("only", each)))
    return names if len(names) > 1 else "".join(names)


def _date(name: str, given: Any) -> str | None:
    if given is None:
        return None
    text = str(given.date() if isinstance(given, datetime) else given).strip()
    if not (_DATE.fullmatch(text) and parse_date(text) == text):
        raise QueryError(f"{name} {text!r}: no such date", "write it as 2020, 2020-06 or 2020-06-15")
    return text


def _year(given: Any) -> int | None:
    if given is None:
        return None
    text = str(given).strip()
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:5]) <= 9999):
        raise QueryError(f"year {text!r}: no such year", "write it as 2020; since and until take months and days too")
    return int(text)

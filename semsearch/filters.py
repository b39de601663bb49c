"""Which papers may be among the hits. In: a Filter and the papers of an index. Out: a mask over its rows.

Several values of one kind mean any of them, different kinds all of them. Case, accents and punctuation count nowhere.

since, until, year   a partial date (2020, 2020-06, 2020-06-15). A paper passes if some day that its own date may mean
                     does: one of 2020 is both since 2020-06 and until 2020-06. `since 2020` begins with its first day,
                     `until 2020` ends with its last. A paper without a year never passes.
venue                the whole venue, or words of it side by side: ACL is ACL and Findings of ACL 2023, not NAACL.
author               all words in the name of one author, in any order; a letter alone fits a word that begins with it:
                     hinton; G Hinton; Hinton, Geoffrey.
category             a whole category (an area is one) or keyword; or an arXiv archive: cs has all of cs.LG.
only                 papers, by id, former id, DOI, arXiv id or exact title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from .dates import parse_date
from .errors import QueryError
from .store import PaperTable
from .store.facets import Kind, category_key, days_of, words_of
from .text import clean

BoolArray = npt.NDArray[np.bool_]

_KINDS: tuple[Kind, ...] = ("venue", "author", "category")
_DATE = re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII)
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Filter:
    """What papers have to be like; see above. True if it asks for anything.

    A year may be given as text, a date as a number or a datetime.date, and one value of a kind without its tuple.
    Raises QueryError for a date that is none, for dates that no day can have, and for empty values.
    """

    since: str | None = None
    until: str | None = None
    year: int | None = None
    venue: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        values: dict[str, Any] = {name: _date(name, getattr(self, name)) for name in ("since", "until")}
        values["year"] = _year(self.year)
        for kind in _KINDS:
            values[kind] = tuple(_value(kind, text) for text in _several(getattr(self, kind)))
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
    would be, had they a year and the right one. unknown: the names in `only` that no paper of the index has.
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
        rows, unknown = papers.rows_named(filter.only)
        if not rows:
            raise _none_known(unknown)
        mask &= _mask(papers.count, [np.array(rows)])
    for kind in _KINDS:
        if asked := getattr(filter, kind):
            mask &= _mask(papers.count, [papers.rows_of(kind, text) for text in asked])
    without_year = 0
    if bounds := filter.days:
        first, last = papers.days()
        without_year = int(np.count_nonzero(mask & (first == 0)))
        mask &= (first <= bounds[1]) & (last >= bounds[0]) & (first != 0)
    mask.flags.writeable = False
    return Allowed(mask, int(np.count_nonzero(mask)), without_year, tuple(unknown))


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


def _several(given: Any) -> tuple[Any, ...]:
    return (given,) if isinstance(given, str) else tuple(given or ())


def _value(kind: Kind, text: Any) -> str:
    cleaned = clean(str(text))
    if not (category_key(cleaned) if kind == "category" else words_of(cleaned)):
        raise QueryError(f"{kind} {str(text)!r}: expected a letter or a digit", f"name one, or leave the {kind} out")
    return cleaned


def _names(given: Any) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for each in _several(given) if (name := clean(str(each)))))
    if not names:
        raise QueryError("no paper to search among was named", "name at least one, by id, DOI, arXiv id or exact title")
    return names


def _date(name: str, given: Any) -> str | None:
    if given is None:
        return None
    text = str(given).strip()
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

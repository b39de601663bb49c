"""How many papers of an index have each year, venue, author and category: what they can be filtered by.

In: the papers of an index and a Filter. Out: years, and the values of each kind that the most papers have. A value's
count is what a filter by it lets through beside the filters of other kinds, so that what a person chooses is what the
person gets; that counts ACL's papers with those of `Findings of ACL`, as the filter does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from .filters import BoolArray, Filter, allowed_rows, rows_of
from .paper import Paper
from .store import PaperTable
from .store.facets import Kind, category_key, words_of

_SPARE = 10  # values that are looked at beyond those that are wanted: their counts may turn out lower
_READ = 3  # papers of a value whose way of writing it is looked at


@dataclass(frozen=True, slots=True)
class YearCount:
    """How many papers are of a year."""

    year: int
    papers: int


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many papers a filter by value lets through. value: as the papers write it."""

    value: str
    papers: int


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """papers: how many pass the whole filter. years: in order. The others: those with the most papers first."""

    papers: int
    without_year: int
    years: tuple[YearCount, ...]
    venues: tuple[ValueCount, ...]
    authors: tuple[ValueCount, ...]
    categories: tuple[ValueCount, ...]


def facet_counts(papers: PaperTable, filter: Filter | None = None, *, limit: int = 20, find: str = "") -> FacetCounts:
    """The counts among the papers that pass filter; of each kind, as if it asked for nothing of that kind.

    limit: how many values of each kind. find: only values with these words, the last of which may be begun only.
    """
    asked = filter or Filter()
    others: dict[Kind, Filter] = {
        "venue": replace(asked, venue=()),
        "author": replace(asked, author=()),
        "category": replace(asked, category=()),
    }
    counted = {kind: _values(kind, papers, _mask(each, papers), limit, find) for kind, each in others.items()}
    passing = _mask(asked, papers)
    years, without_year = _years(papers, _mask(replace(asked, since=None, until=None, year=None), papers))
    return FacetCounts(
        papers.count if passing is None else int(np.count_nonzero(passing)),
        without_year, years, counted["venue"], counted["author"], counted["category"],
    )  # fmt: skip


def _mask(filter: Filter, papers: PaperTable) -> BoolArray | None:
    return allowed_rows(filter, papers).mask if filter else None


def _years(papers: PaperTable, mask: BoolArray | None) -> tuple[tuple[YearCount, ...], int]:
    first, _ = papers.days()
    counts = np.bincount((first if mask is None else first[mask]) // 10_000, minlength=1)
    years = np.flatnonzero(counts[1:]) + 1
    return tuple(YearCount(year, int(counts[year])) for year in years.tolist()), int(counts[0])


def _values(kind: Kind, papers: PaperTable, mask: BoolArray | None, limit: int, find: str) -> tuple[ValueCount, ...]:
    facets = papers.facets
    counts = facets.counts(kind, mask)
    if find:
        found = facets.values_begun(kind, find)
        kept = counts[found]
        counts = np.zeros_like(counts)
        counts[found] = kept
    best = np.argsort(-counts, kind="stable")[: limit + _SPARE if limit else 0]
    written: dict[str, str] = {}  # a value may have a second number, of papers that were added later
    for number in best[counts[best] > 0].tolist():
        if text := _written(kind, number, papers):
            written.setdefault(_compared(kind, text), text)
    exact = [ValueCount(text, _count(kind, text, papers, mask)) for text in written.values()]
    return tuple(sorted(exact, key=lambda each: (-each.papers, each.value))[:limit])


def _compared(kind: Kind, text: str) -> str:
    words = words_of(text)
    return category_key(text) if kind == "category" else " ".join(sorted(words) if kind == "author" else words)


def _count(kind: Kind, text: str, papers: PaperTable, mask: BoolArray | None) -> int:
    rows = np.unique(rows_of(kind, text, papers))
    return len(rows) if mask is None else int(np.count_nonzero(mask[rows]))


def _written(kind: Kind, number: int, papers: PaperTable) -> str:
    """A value as most of some of its papers write it; with its accents, if as many do."""
    texts: Counter[str] = Counter()
    for paper in papers.get(papers.facets.some_rows(kind, number, _READ)):
        own = {text for text in _TEXTS[kind](paper) if number in papers.facets.values_of(kind, text)}
        longest = max((len(words_of(text)) for text in own), default=0)  # Li is in Wei Li, and may be a person too
        texts.update(text for text in own if len(words_of(text)) == longest)
    return min(texts, key=lambda text: (-texts[text], text.isascii(), text), default="")


def _of_category(paper: Paper) -> Iterable[str]:
    """Its categories and keywords, and arXiv's archives of which they are classes."""
    for text in (*paper.categories, *paper.keywords):
        yield text
        if "." in text:
            yield text.partition(".")[0]


_TEXTS: dict[Kind, Callable[[Paper], Iterable[str]]] = {
    "venue": lambda paper: [paper.venue] if paper.venue else [],
    "author": lambda paper: paper.authors,
    "category": _of_category,
}

"""Which papers of a corpus are taken into an index, decided once its records are staged and merged.

In: staged papers and a Selection. Out: those that are taken, and how many were left out, by reason.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from .errors import CorpusError
from .filters import Filter, passes
from .paper import Paper
from .store import Skipped, Staging
from .text import digest

_PLACES_KEPT = 3
_CATEGORIES_KEPT, _CATEGORIES_SHOWN = 1_000, 8


@dataclass(frozen=True, slots=True)
class Selection:
    """Which papers are taken. filter: those that pass it, as it means in a search. limit: the first so many of them.

    random: so many of them, drawn by chance: those of the smallest hashes of seed and id. The same seed draws the same
    papers whatever their order, and of a corpus that has grown mostly the same ones. Raises CorpusError for numbers
    below 1, for limit and random together, and for a filter by names of papers.
    """

    filter: Filter | None = None
    limit: int | None = None
    random: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.limit is not None and self.random is not None:
            raise CorpusError("limit and random exclude each other", "one takes the first papers, the other any")
        for name in ("limit", "random"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise CorpusError(f"{name} is {value}, expected at least 1")
        if self.filter is not None and self.filter.only is not None:
            raise CorpusError(
                "a corpus is not selected by names", "filter by since, until, year, venue, author, category"
            )

    def __bool__(self) -> bool:
        return bool(self.filter) or self.limit is not None or self.random is not None


def select(staging: Staging, selection: Selection) -> tuple[int, tuple[Skipped, ...]]:
    """Drop from staging, which is settled, what is not selected; how many papers are left, and what was not taken.

    Memory: a hash for each paper that is drawn. Raises CorpusError where there are papers and none passes the filter.
    """
    left = _Left()
    passing = _passing(staging, selection.filter, left)
    if selection.random is not None:
        passing = _drawn(passing, selection.random, selection.seed, left)
    elif selection.limit is not None:
        passing = _first(passing, selection.limit, left)
    taken = staging.keep_only(root for root, _ in passing)
    if not taken and selection.filter and left.counts:
        told = left.categories_told() if selection.filter.category else left.years_told()
        raise CorpusError(f"no paper of the corpus passes {_asked(selection.filter)}", told)
    return taken, left.told()


Papers = Iterator[tuple[int, str]]
"""Of each paper its root, see Staging, and its first id."""


def _passing(staging: Staging, filter: Filter | None, left: _Left) -> Papers:
    if not filter:
        yield from staging.first_ids()
        return
    reason = f"not selected ({_asked(filter)})"
    for root, paper in staging.merged_records():
        if passes(filter, paper):
            yield root, paper.id
        else:
            left.out(reason, paper.id)
            left.note(paper)


def _first(papers: Papers, limit: int, left: _Left) -> Papers:
    for number, each in enumerate(papers):
        if number < limit:
            yield each
        else:
            left.out(f"beyond --limit {limit}", each[1])


def _drawn(papers: Papers, count: int, seed: int, left: _Left) -> Papers:
    reason = f"not drawn (--random {count} --seed {seed})"
    drawn: list[tuple[int, int, str]] = []  # the largest hash first: heapq has the smallest there
    for root, id in papers:
        each = (-int.from_bytes(digest(str(seed), id)[:16], "big"), -root, id)
        if len(drawn) < count:
            heapq.heappush(drawn, each)
        else:
            left.out(reason, heapq.heappushpop(drawn, each)[2])
    yield from ((-root, id) for _, root, id in drawn)


def _asked(filter: Filter) -> str:
    pairs = ((name, getattr(filter, name)) for name in ("since", "until", "year", "venue", "author", "category"))
    several = ((name, value if isinstance(value, tuple) else (value,)) for name, value in pairs if value is not None)
    return " ".join(f"--{name} {value}" for name, values in several for value in values)


@dataclass(slots=True)
class _Left:
    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)
    categories: Counter[str] = field(default_factory=Counter)
    years: tuple[int, int] | None = None

    def out(self, reason: str, id: str) -> None:
        self.counts[reason] += 1
        places = self.places.setdefault(reason, [])
        if len(places) < _PLACES_KEPT:
            places.append(id)

    def note(self, paper: Paper) -> None:
        """Remember what there would be to select by, but no more names than a person would read."""
        if (year := paper.year) is not None:
            first, last = self.years or (year, year)
            self.years = min(first, year), max(last, year)
        for each in paper.categories or paper.keywords:
            if each in self.categories or len(self.categories) < _CATEGORIES_KEPT:
                self.categories[each] += 1

    def categories_told(self) -> str:
        """What there is to select by, the most frequent first."""
        most = [f"{name} ({count})" for name, count in self.categories.most_common(_CATEGORIES_SHOWN)]
        more = ", ..." if len(self.categories) > _CATEGORIES_SHOWN else ""
        return f"its categories: {', '.join(most)}{more}" if most else "no paper of it has categories or keywords"

    def years_told(self) -> str:
        """The years that there are to select by."""
        if not self.years:
            return "no paper of it has a year"
        first, last = self.years
        return f"its papers are of {first}" + (f" to {last}" if last > first else "")

    def told(self) -> tuple[Skipped, ...]:
        return tuple(Skipped(reason, n, tuple(self.places[reason])) for reason, n in self.counts.most_common())

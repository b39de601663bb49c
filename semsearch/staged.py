"""A corpus on its way in: read, counted by what is left out of it, and staged so that records become papers.

What `build`, `add` and `sync` have in common before they part.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .corpus import BadRecord, Entry, Part, read_papers
from .errors import CorpusError
from .progress import Progress
from .selection import Selection, select
from .store import Skipped, Staging

_PLACES_KEPT = 3
_TELL_EVERY = 500
_WANTED = "no abstract (--require-abstract)"

Corpus = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a corpus is read. format, page_date: see read_papers. require_abstract: leave out papers without one.
    strict: stop at the first bad record instead of counting it. selection: which papers are taken."""

    format: str | None = None
    page_date: str | None = None
    require_abstract: bool = False
    strict: bool = False
    selection: Selection | None = None


@dataclass(frozen=True, slots=True)
class StagedCorpus:
    """names: what was named to be read. staging: its records, settled. papers: how many they are. skipped: those that
    were left out. unread: how many of them could not be read. merged: records that are the same paper as another."""

    names: tuple[str, ...]
    staging: Staging
    papers: int
    skipped: tuple[Skipped, ...]
    unread: int = 0
    merged: int = 0

    @property
    def renamed(self) -> tuple[str, ...]:
        """The first few ids that were suffixed, once the papers were read."""
        return tuple(self.staging.renamed[:_PLACES_KEPT])


@dataclass(slots=True)
class _Left:
    """Counts what is left out of an index, by reason."""

    strict: bool
    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)

    def out(self, bad: BadRecord) -> None:
        if self.strict and bad.reason != _WANTED:
            raise CorpusError(f"{bad.place}: {bad.reason}", "mend the record, or leave out --strict to skip it")
        self.counts[bad.reason] += bad.count
        places = self.places.setdefault(bad.reason, [])
        if len(places) < _PLACES_KEPT:
            places.append(bad.place)

    def not_selected(self, some: Skipped) -> None:
        self.counts[some.reason] += some.count
        self.places[some.reason] = list(some.places)

    def told(self) -> tuple[Skipped, ...]:
        return tuple(Skipped(reason, n, tuple(self.places[reason])) for reason, n in self.counts.most_common())


def named(corpus: Corpus) -> list[str]:
    """What is to be read, whether one is named or several."""
    several = [corpus] if isinstance(corpus, str | os.PathLike) else corpus
    names = [os.fspath(name) for name in several]
    if "" in names:  # Path("") is the current folder, and `sync "$UNSET"` would make the index equal to that
        raise CorpusError("a corpus without a name, expected a file or a folder", "name it; `.` is this folder")
    return names


def entries_of(names: list[str], reading: Reading) -> Iterator[Entry]:
    """The records of a corpus; what is not there, or cannot be read at all, is told before anything is written."""
    return read_papers(names, format=reading.format, page_date=reading.page_date)


@contextmanager
def staged(
    names: list[str], entries: Iterator[Entry], reading: Reading, path: Path, progress: Progress
) -> Iterator[StagedCorpus]:
    """Stage the records of entries at path. Raises CorpusError where there is no paper among them."""
    left = _Left(reading.strict)
    with closing(Staging(path)) as staging:
        for entry in entries:
            if isinstance(entry, Part):
                staging.add_part(entry.said, entry.place, entry.reason)
            elif isinstance(entry, BadRecord):
                left.out(entry)
            else:
                staging.add(entry)
                if staging.records % _TELL_EVERY == 0:
                    progress("reading papers", staging.records, None)
        for place, reason in staging.join_parts():
            left.out(BadRecord(place, reason))
        unread = sum(left.counts.values())
        progress("reading papers", staging.records, staging.records)
        papers, dropped = staging.settle(reading.require_abstract)
        merged = staging.records - papers - len(dropped)
        for id in dropped:
            left.out(BadRecord(id, _WANTED))
        if reading.selection:
            papers, others = select(staging, reading.selection)
            for some in others:
                left.not_selected(some)
        if not papers:
            raise _empty(left)
        yield StagedCorpus(tuple(names), staging, papers, left.told(), unread, merged)


def _empty(left: _Left) -> CorpusError:
    hint = "a record needs a title or an abstract: `semsearch build --help` names what can be read"
    if not left.counts:
        return CorpusError("the corpus is empty: no record was found", hint)
    told = "; ".join(f"{each.count} x {each.reason} ({', '.join(each.places)})" for each in left.told())
    return CorpusError(f"no paper in the corpus, expected at least one: {told}", hint)

"""Which papers of an index are versions of another, see semsearch.duplicates: found whenever it is written.

In papers.db: `sketches`, a row for each paper with what pairs are found by (SKETCH hashes of its abstract, uint32,
little endian, and one of its title), so that an `add` reads no paper again but those of likely pairs; and `versions`, a
row for each paper that is a version of another: the row of the first of its versions, which is none itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from ..paper import Paper
from ..text import digest

if TYPE_CHECKING:
    from ..duplicates import HashArray, RowArray

VERSIONS_SCHEMA = """
CREATE TABLE sketches (row INTEGER PRIMARY KEY, title INTEGER NOT NULL, hashes BLOB NOT NULL);
CREATE TABLE versions (row INTEGER PRIMARY KEY, first INTEGER NOT NULL);
"""
_READ = ("id", "title", "abstract", "authors", "venue", "date")
_AT_ONCE = 1_000  # pairs, and so at most twice as many papers held


class VersionWriter:
    """Gathers the sketches of papers into the database of a papers table, and finds their versions at the end."""

    def __init__(self, database: sqlite3.Connection, count: int = 0) -> None:
        """count: how many papers the table has already."""
        self._database = database
        if not count:
            self._database.executescript(VERSIONS_SCHEMA)

    def append(self, papers: Sequence[Paper], start: int) -> None:
        """Add papers, the first of them that of row start."""
        from ..duplicates import SKETCH, bare_title, grams

        found = grams([paper.abstract for paper in papers])
        values = [
            (row, _title_hash(bare_title(paper.title)), hashes[:SKETCH].astype("<u4").tobytes())
            for row, (paper, hashes) in enumerate(zip(papers, found, strict=True), start)
        ]
        self._database.executemany("INSERT INTO sketches VALUES (?, ?, ?)", values)

    def seal(self) -> int:
        """Write which papers are versions of others, in the transaction that is open; returns how many."""
        from ..duplicates import groups_of, likely_pairs, precedence

        found: list[tuple[int, int]] = []
        orders: dict[int, tuple[Any, ...]] = {}
        coming = iter(likely_pairs(*self._sketches()))
        while some := list(islice(coming, _AT_ONCE)):
            for one, other, papers in self._same(some):
                found.append((one, other))
                orders.update({row: precedence(papers[row]) for row in (one, other)})
        firsts = groups_of(found, sorted(orders, key=orders.__getitem__))
        self._database.execute("DELETE FROM versions")
        self._database.executemany("INSERT INTO versions VALUES (?, ?)", sorted(firsts.items()))
        return len(firsts)

    def _same(self, some: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, dict[int, Paper]]]:
        """The pairs that are versions, with the papers of all pairs."""
        from ..duplicates import Traits, same_work

        papers = self._papers(sorted({row for pair in some for row in pair}))
        traits = {row: Traits(paper) for row, paper in papers.items()}
        for one, other in some:
            if same_work(traits[one], traits[other]):
                yield one, other, papers

    def _papers(self, rows: Sequence[int]) -> dict[int, Paper]:
        found = {}
        for start in range(0, len(rows), 900):
            part = rows[start : start + 900]
            query = f"SELECT row, {', '.join(_READ)} FROM papers WHERE row IN ({', '.join('?' * len(part))})"
            for row, *values in self._database.execute(query, part):
                known = dict(zip(_READ, values, strict=True))
                found[row] = Paper.from_values({**known, "authors": json.loads(known["authors"])})
        return found

    def _sketches(self) -> tuple[HashArray, RowArray]:
        """All sketches, (n, SKETCH), and the hashes of titles, (n,), in the order of rows."""
        import numpy as np

        from ..duplicates import SKETCH

        (count,) = self._database.execute("SELECT coalesce(max(row) + 1, 0) FROM papers").fetchone()
        sketches = np.zeros((count, SKETCH), dtype=np.uint32)
        titles = np.zeros(count, dtype=np.int64)
        for row, title, hashes in self._database.execute("SELECT row, title, hashes FROM sketches"):
            titles[row] = title
            sketches[row, : len(hashes) // 4] = np.frombuffer(hashes, dtype="<u4")
        return sketches, titles


def _title_hash(bare: str) -> int:
    return int.from_bytes(digest(bare)[:8], "little", signed=True) if bare else 0


class Versions:
    """Reads what a VersionWriter wrote; several threads may ask it."""

    def __init__(self, ask: Callable[[str, Sequence[Any]], list[Any]], count: int) -> None:
        """ask: runs one query on the database. count: how many papers it holds."""
        self._ask = ask
        self._count = count

    @cached_property
    def known(self) -> bool:
        """Whether versions were looked for: not in formats before the fourth."""
        return bool(self._ask("SELECT 1 FROM sqlite_master WHERE name = 'versions'", ()))

    @cached_property
    def firsts(self) -> dict[int, int]:
        """The first of its versions for each row that is a version of another. StoreError where that is no paper."""
        found = dict(self._ask("SELECT row, first FROM versions", ())) if self.known else {}
        if any(
            first in found or not (0 <= first < self._count and 0 <= row < self._count) for row, first in found.items()
        ):
            raise StoreError("papers.db: versions lead to no first one", "build the index again")
        return found

    @cached_property
    def _others(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for row, first in self.firsts.items():
            found.setdefault(first, [first]).append(row)
        return found

    def of(self, row: int) -> list[int]:
        """The rows of all versions of a paper, itself among them, the first one first; itself alone without others."""
        first = self.firsts.get(row, row)
        return self._others.get(first, [first])

    def all_of(self, rows: Iterable[int]) -> list[int]:
        """The rows of all versions of some papers, themselves among them."""
        return [version for row in rows for version in self.of(row)]

"""What an update is to change in an index, on disk: it may be of any size.

In: papers that came in, and what was decided of them. Out: the papers of the next generation, in the order of their
rows: those of the live one, some of them replaced or left out, then the new ones.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from ..paper import Paper
from .merging import MergedPaper
from .papers import PaperTable

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE incoming (number INTEGER PRIMARY KEY, paper TEXT NOT NULL);
CREATE TABLE replaced (row INTEGER PRIMARY KEY, paper TEXT NOT NULL);
CREATE TABLE kept (row INTEGER PRIMARY KEY);
CREATE TABLE removed (row INTEGER PRIMARY KEY);
CREATE TABLE appended (number INTEGER PRIMARY KEY, paper TEXT NOT NULL);
"""
_ROWS_AT_ONCE = 500


class Plan:
    """The changes to the papers of one table."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")

    def take(self, number: int, merged: MergedPaper) -> None:
        """Put a paper by that came in, to be decided on later."""
        self._database.execute("INSERT INTO incoming VALUES (?, ?)", (number, _as_json(merged)))

    def taken(self) -> Iterator[tuple[int, MergedPaper]]:
        """The papers that were put by, in the order of their numbers."""
        for number, paper in self._database.execute("SELECT number, paper FROM incoming ORDER BY number"):
            yield number, _from_json(paper)

    def replace(self, row: int, merged: MergedPaper) -> None:
        """Another paper in a row."""
        self._database.execute("INSERT INTO replaced VALUES (?, ?)", (row, _as_json(merged)))

    def keep(self, row: int) -> None:
        """Note that a row stays, for `remove_others`."""
        self._database.execute("INSERT OR IGNORE INTO kept VALUES (?)", (row,))

    def remove(self, row: int) -> None:
        """Leave a row out."""
        self._database.execute("INSERT OR IGNORE INTO removed VALUES (?)", (row,))

    def remove_others(self, count: int) -> None:
        """Leave out all rows of count that are neither kept nor replaced."""
        said = {row for (row,) in self._database.execute("SELECT row FROM kept UNION SELECT row FROM replaced")}
        for row in range(count):
            if row not in said:
                self.remove(row)

    def append(self, merged: MergedPaper) -> None:
        """A paper behind all others."""
        self._database.execute("INSERT INTO appended (paper) VALUES (?)", (_as_json(merged),))

    def count(self, what: str) -> int:
        """How many papers are `replaced`, `removed` or `appended`."""
        return int(self._database.execute(f"SELECT count(*) FROM {what}").fetchone()[0])

    def __bool__(self) -> bool:
        return any(self.count(what) for what in ("replaced", "removed", "appended"))

    def papers(self, table: PaperTable) -> Iterator[MergedPaper]:
        """Those of table with the changes made."""
        for start in range(0, table.count, _ROWS_AT_ONCE):
            end = min(table.count, start + _ROWS_AT_ONCE)
            span = (start, end)
            found = self._database.execute("SELECT row, paper FROM replaced WHERE row >= ? AND row < ?", span)
            replaced = {row: _from_json(paper) for row, paper in found}
            gone = {r for (r,) in self._database.execute("SELECT row FROM removed WHERE row >= ? AND row < ?", span)}
            rows = [row for row in range(start, end) if row not in replaced and row not in gone]
            stay = dict(zip(rows, table.merged(rows), strict=True)) | replaced
            yield from (stay[row] for row in range(start, end) if row in stay)
        yield from self.appended()

    def appended(self) -> Iterator[MergedPaper]:
        """The papers behind all others."""
        for (paper,) in self._database.execute("SELECT paper FROM appended ORDER BY number"):
            yield _from_json(paper)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _as_json(merged: MergedPaper) -> str:
    return json.dumps([asdict(each) for each in (merged.paper, *merged.records)], ensure_ascii=False)


def _from_json(line: str) -> MergedPaper:
    paper, *records = map(Paper.from_values, json.loads(line))
    return MergedPaper(paper, tuple(records))

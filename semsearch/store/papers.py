"""The papers of an index in SQLite. row = position in the vectors. Written once, then opened immutable.

papers   `row`, a column for each field of a Paper (lists as JSON), `year`, and `text_sha256`, the hash of the text that
         the row's vector was made from.
names    every way in which a paper can be named: kind (id, alias, doi, arxiv, title), name, row. Titles as hashes.

What they are filtered by is in further tables, see facets.py.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import QueryError, StoreError
from ..paper import PAPER_FIELDS, Paper, clean_edges, parse_arxiv_id, parse_doi, safe_id
from ..text import comparable, digest
from .database import open_read_only
from .facets import FACET_SCHEMA, Facets, FacetWriter, Kind

if TYPE_CHECKING:
    from .facets import IntArray

_LISTS = frozenset({"authors", "categories", "keywords", "aliases"})
_NUMBERS = frozenset({"author_count", "citations", "comments"})
_COLUMNS = ", ".join(
    f"{name} {'INTEGER' if name in _NUMBERS else 'TEXT'}{' NOT NULL' if name in _LISTS else ''}"
    for name in PAPER_FIELDS
)
SCHEMA = f"""
CREATE TABLE papers (row INTEGER PRIMARY KEY, {_COLUMNS}, year INTEGER, text_sha256 BLOB NOT NULL);
CREATE TABLE names (kind TEXT NOT NULL, name TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (kind, name, row))
    WITHOUT ROWID;
"""
_INSERT = f"INSERT INTO papers VALUES ({', '.join('?' * (len(PAPER_FIELDS) + 3))})"
_SELECT = f"SELECT {', '.join(PAPER_FIELDS)} FROM papers"
_CANONICAL = (
    "SELECT names.name, papers.id FROM names JOIN papers USING (row) WHERE kind = ? AND names.name IN (%s) ORDER BY row"
)
_SHOWN = 4
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_NAME_KINDS = ("id", "alias", "doi", "arxiv", "title")


class PaperWriter:
    """Appends papers to a new file, which is whole once `seal` has returned."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + SCHEMA)
        self._facets = FacetWriter(self._database)

    def append(self, papers: Sequence[Paper]) -> None:
        """Add rows in order, in one transaction."""
        self._database.execute("BEGIN")
        for row, paper in enumerate(papers, start=self.count):
            values = (_stored(getattr(paper, name)) for name in PAPER_FIELDS)
            self._database.execute(_INSERT, (row, *values, paper.year, digest(paper.text)))
            self._database.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", _names(paper, row))
            self._facets.append(row, paper)
        self._database.execute("COMMIT")
        self.count += len(papers)

    def seal(self) -> None:
        """Bring everything into the one file: an immutable reader does not look into a write-ahead log."""
        self._database.execute("BEGIN")
        self._facets.seal()
        self._database.execute("COMMIT")
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._database.execute("PRAGMA journal_mode = DELETE")
        self._database.close()

    def close(self) -> None:
        """Let go of the file, whole or not."""
        self._database.close()


def _stored(value: Any) -> Any:
    return _as_json(value) if isinstance(value, tuple) else value


def _names(paper: Paper, row: int) -> Iterator[tuple[str, str, int]]:
    yield "id", paper.id, row
    for alias in paper.aliases:
        yield "alias", alias, row
    if paper.doi:
        yield "doi", paper.doi, row
    if paper.arxiv_id:
        yield "arxiv", paper.arxiv_id, row
    if paper.title:
        yield "title", _title_name(paper.title), row


def _ways(wanted: str) -> Iterator[tuple[str, str]]:
    """The kinds and names under which a paper that is called so may be known, in the order in which they count."""
    ids = dict.fromkeys((wanted, safe_id(wanted)))  # as it is written in a run, and as the corpus wrote it
    for kind in ("id", "alias"):
        yield from ((kind, id) for id in ids)
    if doi := parse_doi(wanted):
        yield from (("doi", doi), ("alias", doi))
    if arxiv_id := parse_arxiv_id(wanted):
        yield from (("arxiv", arxiv_id), ("alias", arxiv_id))
    if wanted:
        yield "title", _title_name(wanted)


def _title_name(title: str) -> str:
    return digest(comparable(title)).hex()


class PaperTable:
    """The papers of a sealed generation, read only; several threads may ask it."""

    def __init__(self, path: Path, count: int) -> None:
        """Open the file, expected to hold count papers."""
        self.count = count
        self._path = path
        self._database = open_read_only(path, SCHEMA + FACET_SCHEMA)
        try:
            self._expect(count)
        except StoreError:
            self.close()
            raise
        self._facets = Facets(self._ask, count)

    def _expect(self, count: int) -> None:
        ((found,),) = self._ask("SELECT coalesce(max(row) + 1, 0) FROM papers", ())
        if found != count:
            raise StoreError(f"{self._path}: expected {count} papers, got {found}", "build the index again")

    def get(self, rows: Sequence[int]) -> list[Paper]:
        """The papers of these rows, in this order."""
        found: dict[int, Paper] = {}
        for row, *values in self._many(f"{_SELECT.replace('SELECT', 'SELECT row,')} WHERE row IN (%s)", rows):
            found[row] = _paper(values)
        return [found[row] for row in rows]

    def ids(self, rows: Sequence[int]) -> list[str]:
        """The ids of these rows, in this order."""
        found = dict(self._many("SELECT row, id FROM papers WHERE row IN (%s)", rows))
        return [found[row] for row in rows]

    def row_of(self, name: str) -> int:
        """The row of a paper by id, former id, DOI, arXiv id, exact title, or the beginning of one id.

        Raises QueryError where there is none, or where several papers fit.
        """
        if rows := self.named(name):
            return self._only(rows, name)
        wanted = clean_edges(name)
        if wanted and (rows := self._rows("kind = 'id' AND name >= ? AND name < ?", wanted, wanted + "\U0010ffff")):
            return self._only(rows, name)
        raise QueryError(
            f"{name!r}: no paper of this id, DOI, arXiv id or title in the index", "find its id with `semsearch query`"
        )

    def named(self, name: str) -> list[int]:
        """The rows of the papers of exactly this id, former id, DOI, arXiv id or title, the first of these that there
        is; none where there is none."""
        wanted = clean_edges(name)
        for kind, value in _ways(wanted):
            if rows := self._rows("kind = ? AND name = ?", kind, value):
                return rows
        return []

    def canonical_ids(self, names: Iterable[str]) -> dict[str, str]:
        """For each name that is exactly a paper's id or former id, the id it has now; names that are none are left out.

        An id counts before a former id; of several papers with the same former id the first row counts.
        """
        wanted = list(dict.fromkeys(names))
        found: dict[str, str] = {}
        for kind in ("id", "alias"):
            for start in range(0, len(wanted), 900):
                some = wanted[start : start + 900]
                marks = ", ".join("?" * len(some))
                for name, id in self._ask(_CANONICAL % marks, (kind, *some)):
                    found.setdefault(name, id)
        return found

    def rows_named(self, names: Sequence[str]) -> tuple[list[int], list[str]]:
        """The rows of all papers of these ids, former ids, DOIs, arXiv ids or exact titles, and the names of none.

        A name of several papers, such as a title, stands for all of them; the beginning of an id is no name here.
        """
        wanted = {name: clean_edges(name) for name in names}
        found = self._rows_by_name("id", wanted.values())
        ways = {name: list(_ways(wanted[name])) for name in wanted if wanted[name] not in found}
        by_way: dict[tuple[str, str], list[int]] = {}
        for kind in _NAME_KINDS:
            values = [value for each in ways.values() for own, value in each if own == kind]
            by_way |= {(kind, value): rows for value, rows in self._rows_by_name(kind, values).items()}
        unknown = []
        for name, own in ways.items():
            if rows := next((by_way[way] for way in own if way in by_way), None):
                found[wanted[name]] = rows
            else:
                unknown.append(name)
        return sorted({row for rows in found.values() for row in rows}), unknown

    def days(self) -> tuple[IntArray, IntArray]:
        """The first and the last day that each paper's date may mean, yyyymmdd, 0 without a year: (n,) int32 each."""
        return self._facets.days()

    def rows_of(self, kind: Kind, text: str) -> IntArray:
        """The rows of papers with this venue, author or category (as semsearch.filters says): (m,) int32, in no order,
        a row maybe repeated."""
        return self._facets.rows_of(kind, text)

    def _rows_by_name(self, kind: str, values: Iterable[str]) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        distinct = list(dict.fromkeys(values))
        for start in range(0, len(distinct), 900):
            some = distinct[start : start + 900]
            query = f"SELECT name, row FROM names WHERE kind = ? AND name IN ({', '.join('?' * len(some))})"
            for name, row in self._ask(query, (kind, *some)):
                rows.setdefault(name, []).append(row)
        return rows

    def _rows(self, condition: str, *values: str) -> list[int]:
        return [row for (row,) in self._ask(f"SELECT row FROM names WHERE {condition} LIMIT 100", values)]

    def _only(self, rows: list[int], name: str) -> int:
        if len(rows) > 1:
            shown = ", ".join(self.ids(rows[:_SHOWN])) + (", ..." if len(rows) > _SHOWN else "")
            raise QueryError(f"{name!r}: {len(rows)}{'+' * (len(rows) == 100)} papers fit", f"give one id of {shown}")
        return rows[0]

    def _many(self, query: str, rows: Sequence[int]) -> Iterator[Any]:
        for start in range(0, len(rows), 900):
            some = list(map(int, rows[start : start + 900]))
            yield from self._ask(query % ", ".join("?" * len(some)), some)

    def _ask(self, query: str, values: Sequence[Any]) -> list[Any]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.ProgrammingError as error:
            raise StoreError(f"{self._path}: the index was closed", "open it again") from error
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def _damaged(self, error: sqlite3.Error) -> StoreError:
        return StoreError(f"{self._path}: cannot be read ({error})", "build the index again")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _paper(values: Sequence[Any]) -> Paper:
    known = dict(zip(PAPER_FIELDS, values, strict=True))
    return Paper.from_values({name: json.loads(v) if name in _LISTS else v for name, v in known.items()})

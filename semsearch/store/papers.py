"""The papers of an index in SQLite. row = position in the vectors. Written once, then opened immutable.

papers   `row`, a column for each field of a Paper (lists as JSON), `year`, and `text_sha256`, the hash of the text that
         the row's vector was made from.
names    every way in which a paper can be named: kind (id, alias, doi, arxiv, title), name, row. Titles as hashes.
records  the records that a paper was made of (row, number, JSON), for those that are not just their one record.
cut      the rows of which the text was longer than the encoder reads.

What they are filtered by is in further tables, see facets.py; which are versions of one paper, see versions.py.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..cleaning import clean_text
from ..errors import QueryError, StoreError
from ..paper import PAPER_FIELDS, Paper, clean_edges, parse_arxiv_id, parse_doi, safe_id
from ..text import comparable, digest
from .database import open_read_only
from .facets import FACET_SCHEMA, Facets, FacetWriter, Kind
from .merging import MergedPaper, contradict, is_short
from .versions import VERSIONS_SCHEMA, Versions, VersionWriter

if TYPE_CHECKING:
    from .facets import IntArray

Found = TypeVar("Found")

_LISTS = frozenset({"authors", "categories", "keywords", "aliases"})
_ALWAYS = frozenset({"id", "title", "abstract", *_LISTS})
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
SCHEMA_SINCE_3 = """
CREATE TABLE records (row INTEGER NOT NULL, number INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (row, number))
    WITHOUT ROWID;
CREATE TABLE cut (row INTEGER PRIMARY KEY);
"""
_INSERT = f"INSERT INTO papers VALUES ({', '.join('?' * (len(PAPER_FIELDS) + 3))})"
_SELECT = f"SELECT {', '.join(PAPER_FIELDS)} FROM papers"
_CANONICAL = (
    "SELECT names.name, papers.id FROM names JOIN papers USING (row) WHERE kind = ? AND names.name IN (%s) ORDER BY row"
)
_SHOWN = 4
_AT_ONCE = 10_000
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_NAME_KINDS = ("id", "alias", "doi", "arxiv", "title")


class PaperWriter:
    """Appends papers to a file, which is whole once `seal` has returned."""

    def __init__(self, path: Path, count: int = 0) -> None:
        """count: how many papers the file has already, of the present format; 0 for a new one."""
        self.count = count
        self._database = sqlite3.connect(path, isolation_level=None)
        schema = "" if count else SCHEMA + SCHEMA_SINCE_3
        self._database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + schema)
        self._facets = FacetWriter(self._database, count)
        self._versions = VersionWriter(self._database, count)

    def append(
        self, papers: Sequence[Paper], records: Sequence[tuple[Paper, ...]] = (), cut: Sequence[bool] = ()
    ) -> None:
        """Add rows in order, in one transaction. records: of each paper, itself where there are none. cut: of each,
        whether its text was longer than the encoder reads."""
        self._database.execute("BEGIN")
        for row, (paper, each) in enumerate(zip(papers, records, strict=False), start=self.count):
            if each != (paper,):
                values = [(row, number, record.to_json()) for number, record in enumerate(each)]
                self._database.executemany("INSERT INTO records VALUES (?, ?, ?)", values)
        long = [(row,) for row, is_cut in enumerate(cut, start=self.count) if is_cut]
        self._database.executemany("INSERT INTO cut VALUES (?)", long)
        for row, paper in enumerate(papers, start=self.count):
            known = (_stored(getattr(paper, name)) for name in PAPER_FIELDS)
            self._database.execute(_INSERT, (row, *known, paper.year, digest(paper.text)))
            self._database.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", _names(paper, row))
            self._facets.append(row, paper)
        self._versions.append(papers, self.count)
        self._database.execute("COMMIT")
        self.count += len(papers)

    def seal(self) -> int:
        """Bring everything into the one file: an immutable reader does not look into a write-ahead log. Returns how
        many papers are versions of others."""
        self._database.execute("BEGIN")
        self._facets.seal()
        versions = self._versions.seal()
        self._database.execute("COMMIT")
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._database.execute("PRAGMA journal_mode = DELETE")
        self._database.close()
        return versions

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
        yield from (("title", title) for title in dict.fromkeys(map(_title_name, (wanted, clean_text(wanted)))))


def _title_name(title: str) -> str:
    return digest(comparable(title)).hex()


class PaperTable:
    """The papers of a sealed generation, read only; several threads may ask it."""

    def __init__(self, path: Path, count: int) -> None:
        """Open the file, expected to hold count papers."""
        self.count = count
        self._path = path
        self._database = open_read_only(path, SCHEMA + FACET_SCHEMA, SCHEMA_SINCE_3 + VERSIONS_SCHEMA)
        try:
            self._expect(count)
        except StoreError:
            self.close()
            raise
        self.facets = Facets(self._ask, count)
        self.versions = Versions(self._ask, count)

    def _expect(self, count: int) -> None:
        ((found,),) = self._ask("SELECT coalesce(max(row) + 1, 0) FROM papers", ())
        if found != count:
            raise StoreError(f"{self._path}: expected {count} papers, got {found}", "build the index again")

    def get(self, rows: Sequence[int]) -> list[Paper]:
        """The papers of these rows, in this order."""
        found: dict[int, Paper] = {}
        for row, *values in self._many(f"{_SELECT.replace('SELECT', 'SELECT row,')} WHERE row IN (%s)", rows):
            try:
                found[row] = _paper(values)
            except (ValueError, TypeError, RecursionError) as error:
                raise self._damaged(error) from error
        return self._each(found, rows)

    def merged(self, rows: Sequence[int]) -> list[MergedPaper]:
        """The papers of these rows with the records that they were made of, in this order."""
        records: dict[int, list[Paper]] = {}
        if self._has("records"):
            query = "SELECT row, record FROM records WHERE row IN (%s) ORDER BY row, number"
            for row, record in self._many(query, rows):
                try:
                    records.setdefault(row, []).append(Paper.from_json(record))
                except (ValueError, TypeError, RecursionError) as error:
                    raise self._damaged(error) from error
        papers = self.get(rows)
        return [MergedPaper(p, tuple(records.get(row, (p,)))) for row, p in zip(rows, papers, strict=True)]

    def text_hashes(self) -> Iterator[bytes]:
        """The sha256 of the text of each row, in order, 32 bytes each."""
        for start in range(0, self.count, _AT_ONCE):
            query = "SELECT text_sha256 FROM papers WHERE row >= ? AND row < ? ORDER BY row"
            for (found,) in self._ask(query, (start, start + _AT_ONCE)):
                if not isinstance(found, bytes) or len(found) != 32:
                    raise StoreError(f"{self._path}: the hash of a text is {found!r:.40}", "build the index again")
                yield found

    def cut_rows(self) -> list[int] | None:
        """The rows whose texts were longer than the encoder reads; None for an index of a format that did not tell."""
        return [row for (row,) in self._ask("SELECT row FROM cut", ())] if self._has("cut") else None

    def _has(self, table: str) -> bool:
        return bool(self._ask("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)))

    def ids(self, rows: Sequence[int]) -> list[str]:
        """The ids of these rows, in this order."""
        return self._each(dict(self._many("SELECT row, id FROM papers WHERE row IN (%s)", rows)), rows)

    def _each(self, found: Mapping[int, Found], rows: Sequence[int]) -> list[Found]:
        """What was found for each of rows, of which a damaged file may lack some."""
        try:
            return [found[row] for row in rows]
        except KeyError as error:
            raise self._damaged(f"there is no row {error}") from error

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
            f"{name!r}: no paper of this id, DOI, arXiv id or title in the index",
            "find its id by a search for words of its title",
        )

    def named(self, name: str) -> list[int]:
        """The rows of the papers of exactly this id, former id, DOI, arXiv id or title, the first of these that there
        is; none where there is none."""
        wanted = clean_edges(name)
        for kind, value in _ways(wanted):
            if rows := self._rows("kind = ? AND name = ?", kind, value):
                return rows
        return []

    def same_papers(self, merged: MergedPaper) -> list[int]:
        """The rows of what is the same paper as one that comes in: by its id or a further one, by DOI, by arXiv id, or
        by comparable title and abstract; ascending. A name of two papers is none for this. Short abstracts are as weak
        as in staging.py.

        Several papers of a corpus may have one id, and all but the first a suffixed one: where a paper has the text and
        the id of a record that comes in, it is that one, whichever paper has the bare id.
        """
        paper = merged.paper
        found = self._of_text(paper)
        ids = {record.id for record in merged.records}
        if not any(record.id in ids for known in self.merged(found) for record in known.records):
            for name in (paper.id, *paper.aliases):
                found += self._one("id", name) or self._one("alias", name)
        return sorted({*found, *self._one("doi", paper.doi), *self._one("arxiv", paper.arxiv_id)})

    def _of_text(self, paper: Paper) -> list[int]:
        if not paper.abstract:
            return []
        titled = self._rows("kind = 'title' AND name = ?", _title_name(paper.title)) if paper.title else []
        own = comparable(paper.abstract)
        others = zip(titled, self.get(titled), strict=True)
        alike = [(row, other) for row, other in others if comparable(other.abstract) == own]
        if not is_short(own):
            return [row for row, _ in alike]
        identity = (paper.doi, paper.arxiv_id)
        return [row for row, other in alike if not contradict(identity, (other.doi, other.arxiv_id))][:1]

    def _one(self, kind: str, name: str | None) -> list[int]:
        rows = self._rows("kind = ? AND name = ?", kind, name) if name else []
        return rows if len(rows) == 1 else []

    def rows_by_id(self, ids: Sequence[str]) -> dict[str, int]:
        """The row of each paper that has one of these ids, by id."""
        return {name: rows[0] for name, rows in self._rows_by_name("id", ids).items()}

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
        """The rows of all papers of these names (see rows_of_names), and the names of none."""
        found = self.rows_of_names(names)
        return sorted({row for rows in found.values() for row in rows}), [
            name for name in dict.fromkeys(names) if name not in found
        ]

    def rows_of_names(self, names: Iterable[str]) -> dict[str, list[int]]:
        """The rows of the papers of these ids, former ids, DOIs, arXiv ids or exact titles, by name; none is left out.

        A name of several papers, such as a title, stands for all of them; the beginning of an id is no name here.
        """
        wanted = {name: clean_edges(name) for name in names}
        by_id = self._rows_by_name("id", wanted.values())
        ways = {name: list(_ways(wanted[name])) for name in wanted if wanted[name] not in by_id}
        by_way: dict[tuple[str, str], list[int]] = {}
        for kind in _NAME_KINDS:
            values = [value for each in ways.values() for own, value in each if own == kind]
            by_way |= {(kind, value): rows for value, rows in self._rows_by_name(kind, values).items()}
        found = {name: by_id[id] for name, id in wanted.items() if id in by_id}
        for name, own in ways.items():
            if rows := next((by_way[way] for way in own if way in by_way), None):
                found[name] = rows
        return found

    def days(self) -> tuple[IntArray, IntArray]:
        """The first and the last day that each paper's date may mean, yyyymmdd, 0 without a year: (n,) int32 each."""
        return self.facets.days()

    def rows_of(self, kind: Kind, text: str) -> IntArray:
        """The rows of papers with this venue, author or category (as semsearch.filters says): (m,) int32, in no order,
        a row maybe repeated."""
        return self.facets.rows_of(kind, text)

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

    def _damaged(self, error: Exception | str) -> StoreError:
        return StoreError(f"{self._path}: cannot be read ({error})", "build the index again")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _paper(values: Sequence[Any]) -> Paper:
    """A paper of the columns of its row. TypeError or ValueError where one holds what no paper has."""
    known: dict[str, Any] = dict(zip(PAPER_FIELDS, values, strict=True))
    known |= {name: json.loads(known[name]) for name in _LISTS}
    for name, value in known.items():
        kind = list if name in _LISTS else int if name in _NUMBERS else str
        if not isinstance(value, kind) and (value is not None or name in _ALWAYS):
            raise TypeError(f"the {name} of a paper is a {type(value).__name__}")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise TypeError(f"one of the {name} of a paper is no text")
    return Paper.from_values(known)

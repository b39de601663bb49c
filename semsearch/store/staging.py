"""Records on their way into an index, in SQLite: those of one paper are brought together here, whatever their number.

Two records are one paper by DOI, by arXiv id, or by comparable title and abstract; transitively. A record without an
abstract is so little that only DOI, arXiv id, or the same id with the same title will do. That, and a text with a short
abstract (merging.SHORT_ABSTRACT), are weak: they make no paper of two that have different DOIs or arXiv ids.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from ..paper import Paper
from ..text import comparable, digest
from .merging import Identity, MergedPaper, contradict, further_names, is_made, is_short, merge

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE records (seq INTEGER PRIMARY KEY, root INTEGER NOT NULL, id TEXT NOT NULL, has_abstract INTEGER NOT NULL,
    record TEXT NOT NULL);
CREATE TABLE keys (key BLOB PRIMARY KEY, root INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE weak_keys (key BLOB PRIMARY KEY, root INTEGER NOT NULL, doi TEXT, arxiv_id TEXT) WITHOUT ROWID;
CREATE TABLE parts (seq INTEGER PRIMARY KEY, record TEXT NOT NULL, place TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE links (root INTEGER PRIMARY KEY, parent INTEGER NOT NULL);
CREATE TABLE names (name TEXT PRIMARY KEY, root INTEGER NOT NULL) WITHOUT ROWID;
"""


_INSERT_WEAK = "INSERT OR IGNORE INTO weak_keys VALUES (?, ?, ?, ?)"
_PARTS_AT_ONCE = 1000
_SET_IDENTITY = "UPDATE weak_keys SET doi = coalesce(doi, ?), arxiv_id = coalesce(arxiv_id, ?) WHERE key = ?"


class Staging:
    """Records added one by one (`records` of them), read back as merged papers in the order of their first records.

    renamed: the suffixed ids, given where another paper had the id first.

    Roots are union-find's: a record's root is the first record of its paper as far as was known when it came;
    `links` lead from a root that turned out to be another's paper to that one.
    """

    def __init__(self, path: Path) -> None:
        self.records = 0
        self.renamed: list[str] = []
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")
        self._suffixes: dict[str, int] = {}

    def add(self, paper: Paper) -> None:
        """Stage one record."""
        seq, identity = self.records, (paper.doi, paper.arxiv_id)
        title, abstract = comparable(paper.title), comparable(paper.abstract)  # once, as they cost most of this
        keys, weak, same_id = _keys(paper), list[bytes](), _key("id", paper.id, title)
        bare, full = b"bare" + same_id, b"full" + same_id
        if abstract:
            (weak if is_short(abstract) else keys).append(_key("text", title, abstract))
        known = [root for key in keys if (root := self._root_of_key(key)) is not None]
        if abstract:
            known += self._agreeing(weak, identity)
            if joined := self._agreeing([bare], identity):
                known += joined
                self._database.execute("DELETE FROM weak_keys WHERE key = ?", (bare,))
            weak.append(full)
        else:
            known += self._agreeing([full, bare], identity)[:1]
            if not self._database.execute("SELECT 1 FROM weak_keys WHERE key = ?", (full,)).fetchone():
                weak.append(bare)  # else it would make the next full one of this id and title the same as the first
        root = min(known, default=seq)
        for other in set(known) - {root}:
            self._database.execute("INSERT INTO links VALUES (?, ?)", (other, root))
        self._database.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", [(key, root) for key in keys])
        self._database.executemany(_INSERT_WEAK, [(key, root, *identity) for key in weak])
        self._database.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?)",
            (seq, root, paper.id, bool(paper.abstract), paper.to_json()),
        )
        self.records += 1

    def add_part(self, said: Paper, place: str, reason: str) -> None:
        """Stage what a record without a title says of the paper that another record names under the same id."""
        self._database.execute(
            "INSERT INTO parts (record, place, reason) VALUES (?, ?, ?)", (said.to_json(), place, reason)
        )

    def join_parts(self) -> Iterator[tuple[str, str]]:
        """To be called once after the last record and before `settle`: each part becomes a record with the title of the
        paper of its id, wherever that came, unless it has an abstract. The place and the reason of those of which there
        is none."""
        database = self._database
        parts = database.execute("SELECT record, place, reason FROM parts ORDER BY seq").fetchmany
        if not (some := parts(_PARTS_AT_ONCE)):
            return
        database.execute("CREATE INDEX by_id ON records (id, seq)")
        while some:
            for record, place, reason in some:
                if not self._join(Paper.from_json(record)):
                    yield place, reason
            some = parts(_PARTS_AT_ONCE)

    def _join(self, part: Paper) -> bool:
        found = self._database.execute(
            "SELECT record, (SELECT max(has_abstract) FROM records WHERE id = ?1) FROM records WHERE id = ?1 "
            "ORDER BY seq LIMIT 1",
            (part.id,),
        ).fetchone()
        paper = Paper.from_json(found[0]) if found else None
        if not paper or contradict((paper.doi, paper.arxiv_id), (part.doi, part.arxiv_id)):
            return False
        if not found[1]:
            known = replace(
                part, title=paper.title, doi=paper.doi or part.doi, arxiv_id=paper.arxiv_id or part.arxiv_id
            )
            self.add(known)
        return True

    def settle(self, require_abstract: bool = False) -> tuple[int, list[str]]:
        """To be called once after the last record and before `papers`: how many papers the records are.

        require_abstract: drop papers of which no record has an abstract; their ids are returned beside the count.
        """
        database = self._database
        dropped: list[tuple[str]] = []
        database.execute("CREATE INDEX by_root ON records (root, seq)")
        for (root,) in database.execute("SELECT root FROM links ORDER BY root").fetchall():
            database.execute("UPDATE records SET root = ? WHERE root = ?", (self._resolve(root), root))
        if require_abstract:
            bare = "root NOT IN (SELECT root FROM records WHERE has_abstract)"
            first = f"SELECT min(seq) FROM records WHERE {bare} GROUP BY root"
            dropped = database.execute(f"SELECT id FROM records WHERE seq IN ({first}) ORDER BY seq").fetchall()
            database.execute(f"DELETE FROM records WHERE {bare}")
        database.execute("INSERT OR IGNORE INTO names SELECT id, root FROM records ORDER BY seq")
        (count,) = database.execute("SELECT count(DISTINCT root) FROM records").fetchone()
        return int(count), [id for (id,) in dropped]

    def texts(self) -> Iterator[tuple[int, str, str]]:
        """Of each record that is left its number in reading order, from 0, its id, and the text that it alone would be
        embedded as."""
        for seq, record in self._database.execute("SELECT seq, record FROM records ORDER BY seq"):
            paper = Paper.from_json(record)
            yield seq, paper.id, paper.text

    def text_of(self, seq: int) -> str:
        """The text of one of these records."""
        found = self._database.execute("SELECT record FROM records WHERE seq = ?", (seq,)).fetchone()
        return Paper.from_json(found[0]).text

    def first_ids(self) -> Iterator[tuple[int, str]]:
        """The root and the first id of each paper, in the order of their first records; to be called once settled."""
        yield from self._database.execute("SELECT root, id FROM records WHERE seq = root ORDER BY root")

    def merged_records(self) -> Iterator[tuple[int, Paper]]:
        """The root of each paper and what its records are together, without the id that it gets; in the same order."""
        rows = self._database.execute("SELECT root, record FROM records ORDER BY root, seq")
        for root, group in groupby(rows, key=itemgetter(0)):
            yield root, merge(tuple(Paper.from_json(record) for _, record in group))

    def keep_only(self, roots: Iterable[int]) -> int:
        """Drop all papers but those of roots, which is read as a stream; returns how many there are."""
        database = self._database
        database.execute("CREATE TEMP TABLE chosen (root INTEGER PRIMARY KEY)")
        for root in roots:
            database.execute("INSERT INTO chosen VALUES (?)", (root,))
        for table in ("records", "names"):
            database.execute(f"DELETE FROM {table} WHERE root NOT IN (SELECT root FROM chosen)")
        database.execute("INSERT OR IGNORE INTO names SELECT id, root FROM records ORDER BY seq")
        return int(database.execute("SELECT count(*) FROM chosen").fetchone()[0])

    def papers(self) -> Iterator[MergedPaper]:
        """Each paper once, its records merged, under an id that no other has. To be called once."""
        rows = self._database.execute("SELECT root, record FROM records ORDER BY root, seq")
        for root, group in groupby(rows, key=itemgetter(0)):
            records = tuple(Paper.from_json(record) for _, record in group)
            yield MergedPaper(self._named(root, records), records)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _named(self, root: int, records: tuple[Paper, ...]) -> Paper:
        ids = list(dict.fromkeys(record.id for record in records))
        first = next((id for id in ids if not is_made(id, records)), ids[0])
        name = first if self._owner(first) == root else self._suffixed(first, root)
        paper = merge(records)
        taken = (name, paper.doi, paper.arxiv_id)
        names = dict.fromkeys(further_names(records))
        own = [alias for alias in names if alias not in taken and self._owner(alias) in (root, None)]
        return replace(paper, id=name, aliases=tuple(own))

    def _owner(self, name: str) -> int | None:
        found = self._database.execute("SELECT root FROM names WHERE name = ?", (name,)).fetchone()
        return int(found[0]) if found else None

    def _suffixed(self, name: str, root: int) -> str:
        number = self._suffixes.get(name, 2)  # where the last search ended: thousands may share one id
        while self._owner(f"{name}~{number}") is not None:
            number += 1
        self._suffixes[name] = number + 1
        self._database.execute("INSERT INTO names VALUES (?, ?)", (f"{name}~{number}", root))
        self.renamed.append(f"{name}~{number}")
        return self.renamed[-1]

    def _root_of_key(self, key: bytes) -> int | None:
        found = self._database.execute("SELECT root FROM keys WHERE key = ?", (key,)).fetchone()
        return self._resolve(found[0]) if found else None

    def _agreeing(self, keys: Iterable[bytes], identity: Identity) -> list[int]:
        """The roots of weak keys, but of those that have another DOI or arXiv id; they have this one from now on."""
        roots = []
        for key in keys:
            found = self._database.execute("SELECT root, doi, arxiv_id FROM weak_keys WHERE key = ?", (key,)).fetchone()
            if found and not contradict(found[1:], identity):
                roots.append(self._resolve(found[0]))
                self._database.execute(_SET_IDENTITY, (*identity, key))
        return roots

    def _resolve(self, root: int) -> int:
        while found := self._database.execute("SELECT parent FROM links WHERE root = ?", (root,)).fetchone():
            root = found[0]
        return root


def _key(kind: str, *parts: str) -> bytes:
    return digest(kind, *parts)[:16]


def _keys(paper: Paper) -> list[bytes]:
    """What makes a record the same paper as any other that has it too; a text that is not short does so, too."""
    keys = []
    if paper.doi:
        keys.append(_key("doi", paper.doi))
    if paper.arxiv_id:
        keys.append(_key("arxiv", paper.arxiv_id))
    return keys

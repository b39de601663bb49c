"""An SQLite file of an index: its head, read by Python, and that it holds our tables and nothing that runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from semsearch.errors import StoreError
from semsearch.store.database import open_read_only, wrong_head

SCHEMA = """
CREATE TABLE papers (row INTEGER PRIMARY KEY, id TEXT,
    title TEXT);
CREATE TABLE names (kind TEXT, name TEXT, PRIMARY KEY (kind, name));
CREATE TEMP TABLE staged (x);
"""


def write(path: Path, more: str = "", schema: str = SCHEMA) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(schema + "INSERT INTO papers VALUES (0, 'a', 'Tides');" + more)
    return path


def refused(path: Path) -> str:
    with pytest.raises(StoreError) as error:
        open_read_only(path, SCHEMA)
    assert error.value.hint == "build the index again"
    return error.value.message.removeprefix(f"{path}: ")


def test_a_database_of_the_schema_is_opened_read_only(tmp_path: Path) -> None:
    with closing(open_read_only(write(tmp_path / "a.db"), SCHEMA)) as database:
        assert database.execute("SELECT * FROM papers").fetchall() == [(0, "a", "Tides")]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            database.execute("DELETE FROM papers")
        settings = [database.execute(f"PRAGMA {name}").fetchone() for name in ("trusted_schema", "cell_size_check")]
    assert settings == [(0,), (1,)]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("CREATE VIEW v AS SELECT * FROM papers", "holds the view 'v', which is none"),
        ("CREATE TRIGGER t INSERT ON papers BEGIN SELECT 1; END", "holds the trigger 't'"),
        ("CREATE VIRTUAL TABLE f USING fts5(x)", "holds the table 'f'"),
        ("CREATE TABLE more (x)", "holds the table 'more'"),
        ("CREATE INDEX i ON papers (abs(row))", "holds the index 'i'"),
        ("ALTER TABLE papers ADD COLUMN x AS (abs(row))", "holds the table 'papers'"),
        ("DROP TABLE names; CREATE VIEW names AS SELECT 'id' kind, id name FROM papers", "holds the view 'names'"),
        ("DROP TABLE names", "expected 'CREATE TABLE names (kind TEXT, name TEXT, PRIMARY KEY (kind,' in it"),
    ],
)
def test_whatever_else_a_database_holds_it_is_refused(tmp_path: Path, more: str, message: str) -> None:
    assert message in refused(write(tmp_path / "a.db", more))


def test_neither_a_journal_nor_a_log_beside_the_file_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.db")
    for ending in ("-journal", "-wal", "-shm"):
        (tmp_path / f"a.db{ending}").write_bytes(b"\0" * 512)
    before = sorted(path.read_bytes() for path in tmp_path.iterdir())
    with closing(open_read_only(tmp_path / "a.db", SCHEMA)) as database:
        assert database.execute("SELECT id FROM papers").fetchall() == [("a",)]
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == before


FIXED = [*range(24), *range(28, 32), *range(56, 60)]
"""The bytes of a head of which each flipped bit is found; 24 to 27 and 92 to 95 are compared with each other."""


@pytest.mark.parametrize("at", [*FIXED, *range(24, 28), *range(92, 96)])
def test_a_flipped_bit_in_what_a_head_tells_is_found(tmp_path: Path, at: int) -> None:
    content = write(tmp_path / "a.db").read_bytes()
    assert wrong_head(content[:100], len(content)) == ""
    for bit in range(8):
        if at != 20:  # how many bytes each page keeps for others: SQLite itself looks at that
            flipped = bytes([*content[:at], content[at] ^ 1 << bit, *content[at + 1 : 100]])
            assert wrong_head(flipped, len(content))


@pytest.mark.parametrize("size", [0, 99, 100, 4096, 8191])
def test_a_cut_file_is_refused_before_sqlite_sees_it(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.db")
    path.write_bytes(path.read_bytes()[:size])

    def unseen(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(sqlite3, "connect", unseen)
    assert f"got {size} bytes" in refused(path) if size > 99 else "does not begin as an SQLite" in refused(path)


def test_a_link_to_a_database_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.db")
    (tmp_path / "b.db").symlink_to(tmp_path / "a.db")
    assert refused(tmp_path / "b.db").startswith("a link, expected a file")

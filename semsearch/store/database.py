"""How an SQLite file of an index is opened: read only, never written beside, and only with the tables that we make.

A database can hold views, triggers and virtual tables, which are code that SQLite runs for whoever reads it. Ours has
none, so one that has any is refused.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ..errors import StoreError
from .reading import opened

_REBUILD = "build the index again"

# https://www.sqlite.org/fileformat.html, 1.3
_MAGIC = b"SQLite format 3\0"
_HEAD_BYTES = 100
_CLOSED = b"\1\1"  # to be written and read without a write-ahead log
_PAYLOAD = bytes((64, 32, 32))
_UTF8 = 1
_MOST_TABLES = 100


def open_read_only(path: Path, schema: str, newer: str = "") -> sqlite3.Connection:
    """The database at path, which has to have the tables of schema (but its temporary ones), may have those of newer,
    which earlier formats had not, and has nothing else.

    Several threads may ask it. StoreError, before SQLite sees a byte, where the file's head or size is not right, and
    before anything is asked of it where it holds something else than those tables.
    """
    try:
        with opened(path) as file:
            size_bytes = os.fstat(file.fileno()).st_size
            wrong = wrong_head(file.read(_HEAD_BYTES), size_bytes)
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror})", _REBUILD) from error
    if wrong:
        raise StoreError(f"{path}: cannot be read ({wrong})", _REBUILD)
    try:
        # immutable: no journal or log beside the file is looked at, and no lock taken
        database = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False, isolation_level=None
        )
    except sqlite3.Error as error:
        raise StoreError(f"{path}: cannot be read ({error})", _REBUILD) from error
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        database.execute("PRAGMA mmap_size = 0")  # a disk that fails is then an error and no signal
        found = database.execute(f"SELECT type, name, sql FROM sqlite_master LIMIT {_MOST_TABLES}").fetchall()
    except sqlite3.Error as error:
        database.close()
        raise StoreError(f"{path}: cannot be read ({error})", _REBUILD) from error
    if wrong := _other_tables(found, _statements(schema), _statements(newer)):
        database.close()
        raise StoreError(f"{path}: {wrong}", _REBUILD)
    return database


def wrong_head(head: bytes, size_bytes: int) -> str:
    """What is wrong with a database of that size that begins with these bytes; empty where nothing is."""
    if len(head) < _HEAD_BYTES or not head.startswith(_MAGIC):
        return "it does not begin as an SQLite database"
    page_bytes, pages, encoding = (int.from_bytes(head[at:to]) for at, to in ((16, 18), (28, 32), (56, 60)))
    page_bytes = 1 << 16 if page_bytes == 1 else page_bytes
    if page_bytes < 512 or page_bytes & (page_bytes - 1) or pages * page_bytes != size_bytes:
        return f"expected {pages} pages of {page_bytes} bytes, as it says, got {size_bytes} bytes"
    if (head[18:20], head[21:24], encoding) != (_CLOSED, _PAYLOAD, _UTF8) or head[24:28] != head[92:96]:
        return "expected the head of a closed database in UTF-8, got another"
    return ""


def _statements(schema: str) -> set[str]:
    found = {" ".join(each.split()) for each in schema.split(";") if each.strip()}
    return {each for each in found if not each.startswith(("CREATE TEMP ", "PRAGMA "))}


def _other_tables(found: list[tuple[object, object, object]], expected: set[str], newer: set[str]) -> str:
    """How what a database holds differs from what is expected; empty where it does not."""
    for kind, name, sql in found:
        if sql is None and kind == "index" and str(name).startswith("sqlite_autoindex_"):  # of a PRIMARY KEY
            continue
        if not isinstance(sql, str) or (each := " ".join(sql.split())) not in expected | newer:
            return f"holds the {kind} {str(name)[:40]!r}, which is none of an index of papers"
        expected, newer = expected - {each}, newer - {each}
    return f"expected {sorted(expected)[0][:60]!r} in it, found no such table" if expected else ""

"""The vectors that a writer has made and brought to the disk, by the hash of their texts: what a kill does not cost.

In: batches of vectors as they are stored, 16-bit floats. Out: those of some texts. An SQLite file in the building
folder, which the next writer finds there; each batch is a transaction, and each row carries a checksum.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..encoders.identity import EncoderIdentity
from . import files

_SCHEMA = """
CREATE TABLE IF NOT EXISTS encoder (identity TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS embedded (text_sha256 BLOB PRIMARY KEY, cut INTEGER NOT NULL, vector BLOB NOT NULL,
    checksum BLOB NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class EmbeddedText:
    """text_sha256: 32 bytes. cut: whether the text was longer than the encoder reads. vector: d 16-bit floats."""

    text_sha256: bytes
    cut: bool
    vector: bytes

    @property
    def checksum(self) -> bytes:
        """Of all of it, 8 bytes."""
        return hashlib.sha256(self.text_sha256 + bytes([self.cut]) + self.vector).digest()[:8]


class EmbeddedTexts:
    """What was embedded for one encoder; what an earlier writer left for another, or damaged, is dropped."""

    def __init__(self, path: Path, identity: EncoderIdentity) -> None:
        """Open the file at path, or begin it."""
        self._path = path
        wanted = _named(identity)
        try:
            self._database, found = _opened(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # a full disk, no damage
                raise
            self._database, found = _begun(path)
        if found != wanted:
            if found is not None:
                self._database.close()
                self._database, _ = _begun(path)
            self._database.execute("INSERT INTO encoder VALUES (?)", (wanted,))

    def find(self, hashes: Sequence[bytes]) -> dict[bytes, EmbeddedText]:
        """What is known of the texts with these hashes, at most some hundred; a row that is damaged is not known."""
        query = f"SELECT * FROM embedded WHERE text_sha256 IN ({', '.join('?' * len(hashes))})"
        found = {}
        for text_sha256, cut, vector, checksum in self._database.execute(query, hashes):
            each = EmbeddedText(text_sha256, bool(cut), vector)
            if each.checksum == checksum:
                found[text_sha256] = each
        return found

    def add(self, some: Iterable[EmbeddedText]) -> None:
        """Keep a batch; it is on the disk when this returns."""
        rows = [(each.text_sha256, each.cut, each.vector, each.checksum) for each in some]
        self._database.execute("BEGIN")
        self._database.executemany("INSERT OR REPLACE INTO embedded VALUES (?, ?, ?, ?)", rows)
        self._database.execute("COMMIT")

    def forget(self, hashes: Iterable[bytes]) -> None:
        """Drop some texts, of which an index has the vectors now."""
        self._database.execute("BEGIN")
        self._database.executemany("DELETE FROM embedded WHERE text_sha256 = ?", ((each,) for each in hashes))
        self._database.execute("COMMIT")

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM embedded").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def count_embedded(path: Path) -> int:
    """How many texts a file holds that a writer left; 0 where there is none, or none that can be read."""
    if not path.is_file():
        return 0
    database = None
    try:
        alone = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"  # else a log would be begun
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{alone}", uri=True)
        return int(database.execute("SELECT count(*) FROM embedded").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        if database is not None:
            database.close()


def _opened(path: Path) -> tuple[sqlite3.Connection, str | None]:
    """The database at path, and the encoder that it names, None for a new one."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(_SCHEMA)
        if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError(f"{path} is damaged")
        found = database.execute("SELECT identity FROM encoder").fetchone()
    except sqlite3.Error:
        database.close()
        raise
    return database, found[0] if found else None


def _begun(path: Path) -> tuple[sqlite3.Connection, str | None]:
    for each in scratch_names(path.name):
        files.remove(path.with_name(each))
    return _opened(path)


def scratch_names(name: str) -> tuple[str, str, str]:
    """The files that SQLite keeps for a database of that name while it is written."""
    return name, f"{name}-wal", f"{name}-shm"


def _named(identity: EncoderIdentity) -> str:
    """What has to be equal for vectors to meet: see EncoderIdentity.same_vectors."""
    values = asdict(identity)
    del values["model"], values["document_engine"]
    return json.dumps(values, sort_keys=True)

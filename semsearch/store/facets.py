"""What papers are filtered by, prepared at build: the days of their dates, and ways from words to rows.

In: papers, row by row. On disk, in papers.db, all numbers as int32, little endian:

facet_arrays   of the kind `date` the arrays `first` and `last`, a day (yyyymmdd) for each row, 0 without a year.
               Of author, venue and category their distinct values, numbered: value v has the rows
               rows[offsets[v]:offsets[v + 1]], ascending.
facet_keys     kind, key, values: the numbers of the values that have the key, ascending. Keys are the words of a venue,
               a whole category, and of an author see `author_keys`.
venues         number, words: what a venue of several words is looked up in.

Out: the rows of an author, a venue or a category. No scan over papers, and no filter but by its own few arrays.
"""

from __future__ import annotations

import re
import sqlite3
import sys
import unicodedata
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

from ..errors import StoreError
from ..paper import Paper
from ..text import comparable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    IntArray = npt.NDArray[np.int32]

Kind = Literal["venue", "author", "category"]

FACET_SCHEMA = """
CREATE TABLE facet_arrays (kind TEXT NOT NULL, name TEXT NOT NULL, numbers BLOB NOT NULL, PRIMARY KEY (kind, name));
CREATE TABLE facet_keys (kind TEXT NOT NULL, key TEXT NOT NULL, numbers BLOB NOT NULL, PRIMARY KEY (kind, key))
    WITHOUT ROWID;
CREATE TABLE venues (number INTEGER PRIMARY KEY, words TEXT NOT NULL);
"""
_SCRATCH = """
CREATE TEMP TABLE staged (kind TEXT NOT NULL, value TEXT NOT NULL, row INTEGER NOT NULL);
CREATE TEMP TABLE keyed (key TEXT NOT NULL, number INTEGER NOT NULL);
"""

_ADD_KEY = """
INSERT INTO facet_keys VALUES (?, ?, ?)
    ON CONFLICT (kind, key) DO UPDATE SET numbers = CAST(numbers || excluded.numbers AS BLOB)
"""

_ARCHIVES = frozenset(
    ("astro-ph", "cond-mat", "cs", "econ", "eess", "math", "nlin", "physics", "q-bio", "q-fin", "stat")
)
"""arXiv's archives whose categories are named archive.class; https://arxiv.org/category_taxonomy, November 2026."""

_APOSTROPHES = re.compile("['`´‘’ʻʼ]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)  # of which Unicode does not part the stroke


@lru_cache(maxsize=1 << 16)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, to be compared: no case, no accents, no punctuation; O'Neil is one word, Ji-Hoon two."""
    folded = _APOSTROPHES.sub("", text.casefold())
    if not folded.isascii():
        parted = unicodedata.normalize("NFKD", folded).casefold().translate(_LETTERS)
        folded = unicodedata.normalize("NFC", _ACCENTS.sub("", parted))
    return tuple(_WORD.findall(folded))


def category_key(text: str) -> str:
    """A category or a keyword as it is compared: its letters and digits; one of symbols alone keeps its symbols."""
    return "".join(words_of(text)) or comparable(text)


def category_keys(paper: Paper) -> set[str]:
    """Everything that a paper's categories and keywords are found by: themselves, and the archive of an arXiv one."""
    keys = set()
    for text in (*paper.categories, *paper.keywords):
        keys.add(category_key(text))
        archive, dot, _ = text.casefold().partition(".")
        if dot and archive in _ARCHIVES:
            keys.add(category_key(archive))
    return keys


def days_of(date: str | None) -> tuple[int, int]:
    """The first and the last day that a partial date may mean, as numbers yyyymmdd; 0 and 0 without a year.

    The last day of a month is its 31st, whatever the calendar says: days are only compared.
    """
    if not date or date.startswith("--"):
        return 0, 0
    year, month, day = [*map(int, date.split("-")), 0, 0][:3]
    first = year * 10000 + (month or 1) * 100 + (day or 1)
    return first, year * 10000 + (month or 12) * 100 + (day or 31)


def author_keys(words: Iterable[str]) -> Iterator[str]:
    """What a name is found by: its words (`wang`, and `wang wang` if it has one twice) and initials (`w*`, `ww*`).

    `ww*` are names with two words that begin with w: so that in `W Wang` the initial is not Wang's own.
    """
    own = tuple(words)
    for word, times in Counter(own).items():
        yield from (" ".join([word] * number) for number in range(1, times + 1))
    for initial, times in Counter(word[0] for word in own).items():
        yield from (f"{initial * number}*" for number in range(1, times + 1))


def asked_author_keys(words: Sequence[str]) -> Iterator[str]:
    """The keys that a name has if and only if each of words fits one of its own, no two the same.

    A word of one letter fits any that begins with it, a longer one itself alone.
    """
    initials = Counter(word[0] for word in words)
    for word, times in Counter(words).items():
        yield f"{word * initials[word]}*" if len(word) == 1 else " ".join([word] * times)


class FacetWriter:
    """Gathers what papers are filtered by into the database of a papers table; memory: 8 bytes a paper until `seal`,
    then 4 bytes for each author of each.

    A table that has papers already keeps its values, and those of further papers get numbers behind them, the same
    value maybe a second one: a value is only ever found by its keys.
    """

    def __init__(self, database: sqlite3.Connection, count: int = 0) -> None:
        """count: how many papers the table has already."""
        self._database = database
        self._database.executescript(_SCRATCH if count else FACET_SCHEMA + _SCRATCH)
        self._first, self._last = self._read("date", "first"), self._read("date", "last")

    def append(self, row: int, paper: Paper) -> None:
        """Add one paper; rows come in order."""
        first, last = days_of(paper.date)
        self._first.append(first)
        self._last.append(last)
        self._database.executemany(
            "INSERT INTO staged VALUES (?, ?, ?)", [(kind, value, row) for kind, value in _values(paper)]
        )

    def seal(self) -> None:
        """Write the tables, in the transaction that is open."""
        self._write("date", first=self._first, last=self._last)
        for kind in _KEYS:
            self._write_kind(kind)
        self._database.execute("DROP TABLE staged")
        self._database.execute("DROP TABLE keyed")

    def _write_kind(self, kind: Kind) -> None:
        rows, offsets = self._read(kind, "rows"), self._read(kind, "offsets") or array("i", [0])
        self._database.executemany("INSERT INTO keyed VALUES (?, ?)", self._number(kind, rows, offsets))
        self._write(kind, offsets=offsets, rows=rows)
        keyed = self._database.execute("SELECT key, number FROM keyed ORDER BY key, number")
        numbers = ((kind, key, _bytes(array("i", map(itemgetter(1), g)))) for key, g in groupby(keyed, itemgetter(0)))
        self._database.executemany(_ADD_KEY, numbers)
        self._database.execute("DELETE FROM keyed")

    def _number(self, kind: Kind, rows: array[int], offsets: array[int]) -> Iterator[tuple[str, int]]:
        """Number the values, gather their rows and where those of each end, and give each key with its value."""
        staged = self._database.execute("SELECT value, row FROM staged WHERE kind = ? ORDER BY value, row", (kind,))
        for number, (value, group) in enumerate(groupby(staged, key=itemgetter(0)), start=len(offsets) - 1):
            rows.extend(map(itemgetter(1), group))
            offsets.append(len(rows))
            if kind == "venue":
                self._database.execute("INSERT INTO venues VALUES (?, ?)", (number, value))
            yield from ((key, number) for key in dict.fromkeys(_KEYS[kind](value)))

    def _write(self, kind: str, **arrays: array[int]) -> None:
        values = [(kind, name, _bytes(numbers)) for name, numbers in arrays.items()]
        self._database.executemany("INSERT OR REPLACE INTO facet_arrays VALUES (?, ?, ?)", values)

    def _read(self, kind: str, name: str) -> array[int]:
        found = self._database.execute("SELECT numbers FROM facet_arrays WHERE kind = ? AND name = ?", (kind, name))
        numbers = array("i", (found.fetchone() or (b"",))[0])
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers


def _values(paper: Paper) -> Iterator[tuple[Kind, str]]:
    """The values of a paper, each once. The order of a name's words is nothing to go by: Hinton, Geoffrey."""
    if paper.venue and (words := words_of(paper.venue)):
        yield "venue", " ".join(words)
    for name in {" ".join(sorted(words_of(author))) for author in paper.authors} - {""}:
        yield "author", name
    for key in category_keys(paper) - {""}:
        yield "category", key


_KEYS: dict[Kind, Callable[[str], Iterable[str]]] = {
    "venue": str.split,
    "author": lambda value: author_keys(value.split()),
    "category": lambda value: (value,),
}


def _bytes(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


class Facets:
    """Reads what a FacetWriter wrote; several threads may ask it. Arrays are read when first asked for, and kept."""

    def __init__(self, ask: Callable[[str, Sequence[Any]], list[Any]], count: int) -> None:
        """ask: runs one query on the database. count: how many papers it holds."""
        self._ask = ask
        self._count = count
        self._arrays: dict[tuple[str, str], IntArray] = {}

    def days(self) -> tuple[IntArray, IntArray]:
        """The first and the last day that each paper's date may mean, see `days_of`: (n,) int32 each."""
        first, last = self._array("date", "first"), self._array("date", "last")
        if not len(first) == len(last) == self._count:
            raise _damaged(f"expected the days of {self._count} papers, got {len(first)} and {len(last)}")
        return first, last

    def rows_of(self, kind: Kind, text: str) -> IntArray:
        """The rows of papers with this venue, author or category: (m,) int32, in no order, a row maybe repeated.

        A text without a letter or a digit has none.
        """
        return self._rows(kind, self.values_of(kind, text))

    def values_of(self, kind: Kind, text: str) -> IntArray:
        """The numbers of the values that have text: see rows_of."""
        words = (category_key(text),) if kind == "category" else words_of(text)
        keys = asked_author_keys(words) if kind == "author" else dict.fromkeys(words)
        numbers = self._values_with(kind, list(keys))
        if kind == "venue" and len(words) > 1:
            numbers = self._with_phrase(numbers, " ".join(words))
        return numbers

    def values_begun(self, kind: Kind, text: str, most_keys: int = 1_000) -> IntArray:
        """The numbers of the values with a word for each in text, the last of which may be begun only: (m,), each once.

        A category is one word. Of the words that one begins most_keys are looked at.
        """
        import numpy as np

        *whole, begun = (category_key(text),) if kind == "category" else words_of(text) or ("",)
        if not begun:
            return _numbers(b"")
        blobs = self._ask(
            "SELECT numbers FROM facet_keys WHERE kind = ? AND key >= ? AND key < ? AND key NOT LIKE '%*' LIMIT ?",
            (kind, begun, begun + "\U0010ffff", most_keys),
        )
        numbers = np.unique(_numbers(b"".join(blob for (blob,) in blobs)))
        if _beyond(numbers, len(self._array(kind, "offsets")) - 1):
            raise _damaged(f"a key of {kind}s leads to none of them")
        return np.intersect1d(numbers, self._values_with(kind, whole)) if whole else numbers

    def counts(self, kind: Kind, allowed: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.int64]:
        """How many papers have each value, of those that are allowed, (n,): (values,)."""
        import numpy as np

        offsets = self._array(kind, "offsets")
        if allowed is None:
            return np.diff(offsets).astype(np.int64)
        until = np.concatenate([[0], np.cumsum(allowed[self._array(kind, "rows")], dtype=np.int64)])
        found: npt.NDArray[np.int64] = until[offsets[1:]] - until[offsets[:-1]]
        return found

    def some_rows(self, kind: Kind, number: int, most: int) -> list[int]:
        """The first rows of one value."""
        first, end = self._array(kind, "offsets")[number : number + 2].tolist()
        rows: list[int] = self._array(kind, "rows")[first : min(end, first + most)].tolist()
        return rows

    def _values_with(self, kind: Kind, keys: Sequence[str]) -> IntArray:
        """The numbers of the values that have all of keys."""
        import numpy as np

        found: list[IntArray] = []
        for key in keys:
            blobs = self._ask("SELECT numbers FROM facet_keys WHERE kind = ? AND key = ?", (kind, key))
            found.append(_numbers(blobs[0][0] if blobs else b""))
            if _beyond(found[-1], len(self._array(kind, "offsets")) - 1):
                raise _damaged(f"a key of {kind}s leads to none of them")
        if not found:
            return _numbers(b"")
        found.sort(key=len)
        numbers = found[0]
        for others in found[1:] if len(numbers) else ():
            has = np.zeros(len(self._array(kind, "offsets")), dtype=np.bool_)
            has[others] = True
            numbers = numbers[has[numbers]]
        return numbers

    def _with_phrase(self, numbers: IntArray, phrase: str) -> IntArray:
        """Those of the venues that have the words side by side."""
        import numpy as np

        kept: list[int] = []
        for start in range(0, len(numbers), 900):
            some = numbers[start : start + 900].tolist()
            query = f"SELECT number FROM venues WHERE number IN ({', '.join('?' * len(some))})"
            kept += [n for (n,) in self._ask(f"{query} AND instr(' ' || words || ' ', ?)", (*some, f" {phrase} "))]
        return np.array(kept, dtype=np.int32)

    def _rows(self, kind: Kind, numbers: IntArray) -> IntArray:
        import numpy as np

        rows, offsets = self._array(kind, "rows"), self._array(kind, "offsets")
        starts = offsets[numbers]
        lengths = offsets[numbers + 1] - starts
        before = np.cumsum(lengths) - lengths
        found: IntArray = rows[np.repeat(starts - before, lengths) + np.arange(lengths.sum())]
        return found

    def _array(self, kind: str, name: str) -> IntArray:
        if (kind, name) not in self._arrays:
            found = self._ask("SELECT numbers FROM facet_arrays WHERE kind = ? AND name = ?", (kind, name))
            if not found:
                raise _damaged(f"expected the {name} of {kind}s, got none")
            numbers = _numbers(found[0][0])
            if not self._fits(kind, name, numbers):
                raise _damaged(f"the {name} of {kind}s do not lead to papers")
            self._arrays[kind, name] = numbers
        return self._arrays[kind, name]

    def _fits(self, kind: str, name: str, numbers: IntArray) -> bool:
        """Whether an array leads to rows that there are, and to no more than there are."""
        if name == "rows":
            return not _beyond(numbers, self._count)
        if name == "offsets":
            ends = len(numbers) > 0 and numbers[0] == 0 and numbers[-1] == len(self._array(kind, "rows"))
            return bool(ends and (numbers[1:] >= numbers[:-1]).all())
        return True


def _numbers(data: bytes) -> IntArray:
    import numpy as np

    if not isinstance(data, bytes) or len(data) % 4:
        raise _damaged("expected numbers of four bytes")
    numbers: IntArray = np.frombuffer(data, dtype="<i4")
    return numbers


def _beyond(numbers: IntArray, end: int) -> bool:
    """Whether there is a number below 0, or end or above."""
    return bool(len(numbers)) and not 0 <= int(numbers.min()) <= int(numbers.max()) < end


def _damaged(what: str) -> StoreError:
    return StoreError(f"papers.db: {what}", "build the index again")

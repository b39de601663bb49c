"""Vectors for texts, none of them made twice: those of the live index and those that an earlier writer left are taken
over by the hash of their texts, and only the rest is encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .encoders import Encoder
from .store import EmbeddedText, EmbeddedTexts, Generation, PaperTable
from .text import digest
from .vectors import CODE, CodeArray, stored_codes

BoolArray = npt.NDArray[np.bool_]


class HashTable:
    """Hashes of texts, to be looked up; memory: 48 bytes each."""

    def __init__(self, hashes: npt.NDArray[np.uint8]) -> None:
        """hashes: (n, 32)."""
        self._hashes = hashes
        keys = _keys(hashes)
        self._order = np.argsort(keys, kind="stable")
        self._sorted = keys[self._order]

    def find(self, hashes: Sequence[bytes]) -> npt.NDArray[np.int64]:
        """A row of each text, (n,), -1 for one that is not there."""
        asked = np.frombuffer(b"".join(hashes), dtype=np.uint8).reshape(-1, 32)
        at = np.minimum(np.searchsorted(self._sorted, _keys(asked)), len(self._sorted) - 1)
        rows = self._order[at]
        return np.where((self._hashes[rows] == asked).all(axis=1), rows, -1)


class TextVectors(Protocol):
    """Vectors by the hashes of their texts."""

    def find(self, hashes: Sequence[bytes]) -> npt.NDArray[np.int64]:
        """A row of each text, (n,), -1 for one that is not known."""
        ...

    def codes(self, rows: npt.NDArray[np.int64]) -> CodeArray:
        """The vectors of rows as they are stored."""
        ...

    def cut(self, rows: npt.NDArray[np.int64]) -> BoolArray | None:
        """Whether the texts of rows were longer than the encoder reads, None where nobody told."""
        ...


class KnownTexts:
    """The texts of a sealed index and their vectors; memory: 44 bytes a paper, and a page of the file at a time."""

    def __init__(self, generation: Generation, table: PaperTable) -> None:
        plan = generation.manifest.vectors
        self._codes = stored_codes(generation.vectors, plan.count, plan.dimensions)
        self._table = HashTable(np.frombuffer(b"".join(table.text_hashes()), dtype=np.uint8).reshape(-1, 32))
        cut = table.cut_rows()
        self._cut: BoolArray | None = None
        if cut is not None:
            self._cut = np.zeros(table.count, dtype=np.bool_)
            self._cut[cut] = True

    def find(self, hashes: Sequence[bytes]) -> npt.NDArray[np.int64]:
        """A row of each text, (n,), -1 for one that is not known."""
        return self._table.find(hashes)

    def codes(self, rows: npt.NDArray[np.int64]) -> CodeArray:
        """The vectors of rows as they are stored."""
        return self._codes[rows]

    def cut(self, rows: npt.NDArray[np.int64]) -> BoolArray | None:
        """Whether the texts of rows were longer than the encoder reads, None where the index does not tell."""
        return None if self._cut is None else self._cut[rows]


def _keys(hashes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    return np.ascontiguousarray(hashes[:, :8]).view(np.uint64).ravel()


class Embedding:
    """Gives texts their vectors.

    encoded, reused: how many texts so far were encoded, and taken over from before. done: the hashes of those that are
    in what is kept, and were asked for.
    """

    def __init__(self, load: Callable[[], Encoder], kept: EmbeddedTexts, known: Iterable[TextVectors] = ()) -> None:
        """load: the encoder, called when a text has to be encoded. kept: where vectors are kept as they are made.
        known: indexes whose vectors are taken over; each is looked into when those before it lack a text."""
        self.encoded = self.reused = 0
        self.done: set[bytes] = set()
        self._load = load
        self._kept = kept
        self._known: list[TextVectors] = []
        self._further = iter(known)

    def __call__(self, texts: Sequence[str], dimensions: int) -> tuple[CodeArray, BoolArray]:
        """The vectors of some hundred texts as they are stored, (n, d), and whether each was cut, (n,)."""
        hashes = [digest(text) for text in texts]
        codes = np.zeros((len(texts), dimensions), dtype=CODE)
        cut = np.zeros(len(texts), dtype=np.bool_)
        missing = np.arange(len(texts))
        for known in self._indexes():
            rows = known.find([hashes[int(position)] for position in missing])
            there = missing[rows >= 0]
            codes[there] = known.codes(rows[rows >= 0])
            cut[there] = self._cut(known, rows[rows >= 0], [texts[int(position)] for position in there])
            self.reused += there.size
            missing = missing[rows < 0]
            if not missing.size:
                return codes, cut
        made = self._made({hashes[int(position)]: texts[int(position)] for position in missing})
        for position in map(int, missing):
            each = made[hashes[position]]
            codes[position], cut[position] = np.frombuffer(each.vector, CODE), each.cut
        return codes, cut

    @property
    def encoder(self) -> Encoder:
        """What encodes, loaded if it was not yet."""
        return self._load()

    @property
    def left(self) -> bool:
        """Whether an earlier writer left vectors of texts that were not among these."""
        return len(self._kept) > len(self.done)

    def _indexes(self) -> Iterator[TextVectors]:
        yield from self._known
        for known in self._further:
            self._known.append(known)
            yield known

    def _cut(self, known: TextVectors, rows: npt.NDArray[np.int64], texts: Sequence[str]) -> BoolArray:
        if not texts:
            return np.zeros(0, dtype=np.bool_)
        found = known.cut(rows)
        return self._load().cut(texts) if found is None else found

    def _made(self, wanted: dict[bytes, str]) -> dict[bytes, EmbeddedText]:
        """What is in no index, by hash: kept from before, or encoded and kept now."""
        found = self._kept.find(list(wanted))
        self.reused += len(found)
        new = {each: text for each, text in wanted.items() if each not in found}
        if new:
            made = self._load().encode_documents(list(new.values()))
            rows = zip(new, made.cut, made.vectors.astype(CODE), strict=True)
            some = [EmbeddedText(each, bool(is_cut), vector.tobytes()) for each, is_cut, vector in rows]
            self._kept.add(some)
            self.encoded += len(some)
            found |= {each.text_sha256: each for each in some}
        self.done.update(found)
        return found

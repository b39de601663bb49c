"""Vectors that a corpus comes with, made elsewhere by the encoder of the index: taken as those of known texts.

In: a .npy of shape (n, d), of unit length, and a corpus whose records are staged. Row n belongs to the n-th record that
was read, or, where a file of ids lies beside (vectors.ids.txt), to the record of the id in its n-th line. A vector is
that of its record's title and abstract as they are stored; where records merge to another text, that text is embedded.
Out: the vectors by the hashes of their texts, once some, of up to 200 records all, were encoded again and agreed.
"""

from __future__ import annotations

import os
import random
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .embedding import BoolArray, HashTable
from .encoders import Encoder
from .encoders.identity import least_cosines
from .errors import CorpusError
from .export import ids_path
from .limits import ID_CHARS
from .paper import safe_id
from .staged import StagedCorpus
from .store import Staging
from .text import digest
from .vectors import CODE, CodeArray

SAMPLE = 200
"""So many texts are encoded again at most, in five seconds or so: one of each stretch of as many equal ones. A run of
wrong rows as long as two stretches, 1 % of all, is always met; a share p of them, anywhere, is missed by (1 - p)^200.
"""
_LENGTH_ERROR = 1e-3  # 16-bit floats make it 2e-4 at most
_SAME = 0.999  # the cosine of what may be two vectors of one text
_ROWS_AT_ONCE = 10_000
_EXPORT = "`semsearch export` writes papers and vectors that fit each other"

Numbers = npt.NDArray[np.floating]


class GivenTexts:
    """The texts of records and the vectors that were given for them; memory: 52 bytes a record."""

    def __init__(self, vectors: Numbers, hashes: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64]) -> None:
        self._vectors, self._rows = vectors, rows
        self._table = HashTable(hashes)

    def find(self, hashes: Sequence[bytes]) -> npt.NDArray[np.int64]:
        """A number of each text, (n,), -1 for one that was not given."""
        return self._table.find(hashes)

    def codes(self, numbers: npt.NDArray[np.int64]) -> CodeArray:
        """The vectors of texts, by their numbers, as they are stored."""
        return self._vectors[self._rows[numbers]].astype(CODE)

    def cut(self, numbers: npt.NDArray[np.int64]) -> BoolArray | None:
        """Nobody told whether the texts were longer than the encoder reads."""
        return None


def given_texts(file: str | os.PathLike[str], corpus: StagedCorpus, encoder: Encoder) -> GivenTexts:
    """The vectors in file for the records of corpus. Raises CorpusError where they do not fit them, or the encoder."""
    path = Path(file)
    vectors = _opened(path, encoder.identity.dimensions)
    ids = ids_path(path)
    numbers = _by_id(ids, len(vectors), corpus.staging) if ids.is_file() else _by_order(path, vectors, corpus)
    hashes, seqs, rows = bytearray(), array("q"), array("q")
    for seq, row, text in numbers:
        hashes += digest(text)
        seqs.append(seq)
        rows.append(row)
    if not rows:
        raise CorpusError(f"{ids}: none of its ids is one of the corpus", _EXPORT)
    found = GivenTexts(vectors, np.frombuffer(bytes(hashes), np.uint8).reshape(-1, 32), np.array(rows, np.int64))
    _check_lengths(path, vectors)
    _check_same(path, found, hashes, seqs)
    _check_sample(path, found, seqs, corpus.staging, encoder)
    return found


def _opened(path: Path, dimensions: int) -> Numbers:
    try:
        vectors = np.lib.format.open_memmap(path, mode="r")  # which never unpickles
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read ({error.strerror or error})", "name a .npy of vectors") from error
    except (ValueError, EOFError) as error:
        raise CorpusError(f"{path}: expected vectors in NumPy's .npy ({error})", _EXPORT) from error
    if not isinstance(vectors, np.ndarray) or vectors.ndim != 2 or vectors.dtype.kind != "f":
        raise CorpusError(f"{path}: expected an array of floats of shape (n, {dimensions})", _EXPORT)
    if vectors.shape[1] != dimensions:
        raise CorpusError(
            f"{path}: vectors of {vectors.shape[1]} dimensions, the model makes {dimensions}",
            "name the model that made them by --model",
        )
    return vectors


def _by_order(path: Path, vectors: Numbers, corpus: StagedCorpus) -> Iterator[tuple[int, int, str]]:
    if corpus.unread:
        raise CorpusError(
            f"{path}: {corpus.unread} records of the corpus cannot be read, so whose each vector is cannot be told",
            f"mend them, or write the ids of the rows, one a line, to {ids_path(path)}",
        )
    if len(vectors) != corpus.staging.records:
        raise CorpusError(f"{path}: {len(vectors)} vectors for {corpus.staging.records} records of the corpus", _EXPORT)
    return ((seq, seq, text) for seq, _, text in corpus.staging.texts())


def _by_id(path: Path, count: int, staging: Staging) -> Iterator[tuple[int, int, str]]:
    rows: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for row, line in enumerate(iter(lambda: file.readline(ID_CHARS * 4), "")):
                if rows.setdefault(safe_id(line), row) != row:
                    raise CorpusError(f"{path}:{row + 1}: the id {safe_id(line)[:60]!r} stands in two lines", _EXPORT)
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: cannot be read ({error})", "an id a line, in UTF-8") from error
    if len(rows) != count:
        raise CorpusError(f"{path}: {len(rows)} ids for {count} vectors, expected one a line", _EXPORT)
    return _named(path, rows, staging)


def _named(path: Path, rows: dict[str, int], staging: Staging) -> Iterator[tuple[int, int, str]]:
    met: dict[str, bytes] = {}
    for seq, id, text in staging.texts():
        if id in rows:
            if met.setdefault(id, digest(text)) != digest(text):
                what = f"records of two texts have the id {id[:60]!r}, so whose its vector is cannot be told"
                raise CorpusError(f"{path}: {what}", _EXPORT)
            yield seq, rows[id], text


def _check_lengths(path: Path, vectors: Numbers) -> None:
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        lengths = np.linalg.norm(vectors[start : start + _ROWS_AT_ONCE].astype(np.float32), axis=1)
        wrong = np.flatnonzero(~(np.abs(lengths - 1) <= _LENGTH_ERROR))  # which NaN is, too
        if len(wrong):
            raise CorpusError(
                f"{path}: row {start + wrong[0]} has the length {lengths[wrong[0]]:.4f}, expected 1",
                "divide each vector by its length",
            )


def _check_sample(path: Path, given: GivenTexts, seqs: Sequence[int], staging: Staging, encoder: Encoder) -> None:
    """The texts that are drawn have to have the same vectors when they are encoded, as nearly as `verify` demands."""
    numbers = sampled(len(seqs))
    texts = [staging.text_of(seqs[number]) for number in numbers]
    made = encoder.encode_documents(texts).vectors
    stored = given.codes(np.array(numbers, np.int64)).astype(np.float32)
    cosines = (made * stored).sum(axis=1) / np.linalg.norm(stored, axis=1)
    each, mean = least_cosines(encoder.identity)
    if not (cosines.min() >= each and cosines.mean() >= mean):
        wrong = numbers[int(cosines.argmin())]
        exact = "" if encoder.identity.precision == "fp32" else ", or --precision fp32 if it made them in 32 bits"
        raise CorpusError(
            f"{path}: the vectors are not what the model makes of these texts: of {len(texts)} encoded again the least "
            f"cosine is {cosines.min():.4f} (record {seqs[wrong] + 1}) and {cosines.mean():.4f} their mean, expected "
            f"{each} and {mean}",
            f"name the model that made them by --model{exact}; texts are title, space, abstract, as `export` has them",
        )


def sampled(count: int) -> list[int]:
    """Which of count records are checked, ascending: all of few, else one of each of SAMPLE equal stretches, the first
    and the last among them."""
    if count <= SAMPLE:
        return list(range(count))
    ends = [count * number // SAMPLE for number in range(SAMPLE + 1)]
    drawn = [random.Random(number).randrange(ends[number], ends[number + 1]) for number in range(SAMPLE)]
    return [0, *drawn[1:-1], count - 1]


def _check_same(path: Path, given: GivenTexts, hashes: bytearray, seqs: Sequence[int]) -> None:
    """Records of one text have to have one vector."""
    first = given.find([bytes(hashes[at : at + 32]) for at in range(0, len(hashes), 32)])
    others = np.flatnonzero(first != np.arange(len(first)))
    for start in range(0, len(others), _ROWS_AT_ONCE):
        some = others[start : start + _ROWS_AT_ONCE]
        one, other = (given.codes(numbers).astype(np.float32) for numbers in (some, first[some]))
        wrong = np.flatnonzero(~((one * other).sum(axis=1) >= _SAME))
        if len(wrong):
            pair = sorted(seqs[int(number)] + 1 for number in (some[wrong[0]], first[some[wrong[0]]]))
            raise CorpusError(
                f"{path}: records {pair[0]} and {pair[1]} have the same title and abstract, and different vectors",
                _EXPORT,
            )

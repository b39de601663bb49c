"""Vectors in FAISS: written row by row to a file, opened memory-mapped, searched exactly.

In: unit vectors, (n, d) float32. On disk: FAISS' IndexScalarQuantizer with 16-bit floats (SQfp16), inner product.
Out: the cosines of the nearest rows.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .errors import StoreError
from .faiss_header import HEADER_BYTES, VECTORS_TYPE, header, wrong_head
from .threads import worker_count

__all__ = ["HEADER_BYTES", "VECTORS_TYPE", "VectorWriter", "Vectors", "header"]

FloatArray = npt.NDArray[np.float32]
RowArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
CodeArray = npt.NDArray[np.float16]

CODE = np.dtype("<f2")
"""How a number of a vector is stored: a 16-bit float, little endian."""

_MORE = 1.6  # times as many are asked for as should do: enough for 95 % of questions about papers since 2020
_SMALL_SHARE = 0.1  # of rows whose cosines are wanted: copying them is faster than FAISS' look at which of all they are
_LARGE_SHARE = 0.45  # of rows that are allowed: asking for more and leaving some out is faster than looking at each


def search_alone() -> None:
    """Searches by the calling thread use no others: where several are asked side by side, FAISS' own would only wait
    for each other, at the cost of as much again as a search."""
    import faiss

    faiss.omp_set_num_threads(1)


def stored_codes(path: Path, count: int, dimensions: int) -> CodeArray:
    """The vectors of a file as they are stored, (count, d), memory-mapped; for a file that was checked before."""
    return np.memmap(path, dtype=CODE, mode="r", offset=HEADER_BYTES, shape=(count, dimensions))


class VectorWriter:
    """Appends vectors to a file, which is a FAISS index once closed without an error; never holds more than a batch."""

    def __init__(self, path: Path, dimensions: int, count: int = 0) -> None:
        """count: how many vectors the file has already; 0 for a new one."""
        self.count = count
        self._dimensions = dimensions
        self._file = path.open("r+b" if count else "wb")
        if count:
            self._file.seek(0, 2)
        else:
            self._file.write(header(0, dimensions))

    def append(self, vectors: FloatArray | CodeArray) -> None:
        """Add rows: (n, d) float32, unit length, or as they are stored."""
        if vectors.ndim != 2 or vectors.shape[1] != self._dimensions:
            raise ValueError(f"expected vectors of shape (n, {self._dimensions}), got {vectors.shape}")
        self._file.write(vectors.astype(CODE, copy=False).tobytes())
        self.count += len(vectors)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file as file:
            if error is None:
                file.seek(0)
                file.write(header(self.count, self._dimensions))


class Vectors:
    """The vectors of an index, memory-mapped: opening costs the same whatever their number."""

    def __init__(self, path: Path, count: int, dimensions: int) -> None:
        """Open the file, expected to hold count vectors; StoreError, before FAISS sees a byte, where it does not."""
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
            size_bytes = file.seek(0, 2)
        if wrong := wrong_head(head, size_bytes, count, dimensions):
            raise StoreError(f"{path}: {wrong}", "build the index again")
        import faiss

        faiss.omp_set_num_threads(worker_count())
        self.count, self.dimensions = count, dimensions
        try:
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:  # such as a file that a writer removed a moment ago
            raise StoreError(f"{path}: cannot be read by FAISS ({error})", "build the index again") from error

    def search(self, queries: FloatArray, k: int, allowed: Mask | None = None) -> tuple[FloatArray, RowArray]:
        """The k nearest rows of each query by inner product, best first, ties in no defined order.

        queries: (m, d) float32, unit length. allowed: (count,) which rows may be found, all of them where it is None.
        k is at most their number. Returns cosines (m, k), within [-1, 1], and rows (m, k).
        """
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if allowed is None:
            return self._search(queries, k, None)
        share = allowed.sum() / self.count
        if share < _LARGE_SHARE:
            return self._search(queries, k, allowed)
        found = self._search(queries, min(self.count, int(k / share * _MORE) + 50), None)
        answers = [self._first(*each, k, allowed) for each in zip(queries, *found, strict=True)]
        return np.stack([cosines for cosines, _ in answers]), np.stack([rows for _, rows in answers])

    def _first(
        self, query: FloatArray, cosines: FloatArray, rows: RowArray, k: int, allowed: Mask
    ) -> tuple[FloatArray, RowArray]:
        """The first k allowed ones of the nearest rows; asked for anew where there are not so many among them."""
        kept = np.flatnonzero(allowed[rows])[:k]
        if len(kept) == k:
            return cosines[kept], rows[kept]
        found = self._search(query[None, :], k, allowed)
        return found[0][0], found[1][0]

    def _search(self, queries: FloatArray, k: int, allowed: Mask | None) -> tuple[FloatArray, RowArray]:
        import faiss

        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")  # of 8 rows a byte, as FAISS reads them
            made: Any = faiss  # its types know nothing of what its Python side adds
            parameters = made.SearchParameters(sel=made.IDSelectorBitmap(bits))
        cosines, rows = self._index.search(queries, k, params=parameters)
        return np.clip(cosines, -1.0, 1.0), rows  # 16-bit vectors are longer than one by as much as 0.0001

    def cosines(self, query: FloatArray, rows: RowArray) -> FloatArray:
        """The cosine of one query, (d,), with each of some rows, (n,): the same bits as `search` finds."""
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        query = np.ascontiguousarray(query[None, :], dtype=np.float32)
        if len(rows) < _SMALL_SHARE * self.count:
            return self._cosines_of_copies(query, rows)
        allowed = np.zeros(self.count, dtype=np.bool_)
        allowed[rows] = True
        found, at = self._search(query, len(rows), allowed)
        order = np.argsort(rows)
        cosines = np.empty(len(rows), dtype=np.float32)
        cosines[order[np.searchsorted(rows[order], at[0])]] = found[0]
        return cosines

    def _cosines_of_copies(self, query: FloatArray, rows: RowArray) -> FloatArray:
        import faiss

        made: Any = faiss  # its types know nothing of what its Python side adds
        some = made.IndexScalarQuantizer(self.dimensions, made.ScalarQuantizer.QT_fp16, made.METRIC_INNER_PRODUCT)
        codes = made.rev_swig_ptr(self._index.codes.data(), self._index.codes.size())  # FAISS' own mapping
        made.copy_array_to_vector(codes.reshape(self.count, -1)[rows].ravel(), some.codes)
        some.ntotal = len(rows)
        found, at = some.search(query, len(rows))
        cosines = np.empty(len(rows), dtype=np.float32)
        cosines[at[0]] = np.clip(found[0], -1.0, 1.0)
        return cosines

    def rows(self, rows: RowArray) -> FloatArray:
        """The vectors of some rows: (n, d) float32, of unit length to 16-bit precision."""
        return np.asarray(self._index.reconstruct_batch(rows), dtype=np.float32)

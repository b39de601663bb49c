"""The background questions of a corpus, and what they get from it: the offline half of standing.py.

In: the papers and vectors of a generation that is being made. Out: the levels of some thousand questions, each a title
or a sentence of a paper that is itself left out of what it gets.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .encoders import Encoder
from .errors import EncoderError
from .paper import Paper
from .sentences import sentences
from .standing import LEAST_PAPERS, NEAREST, Background, rounded, too_few
from .store import PaperTable
from .vectors import CodeArray, FloatArray, RowArray

QUESTIONS = 1000
"""How many background questions there are at most, each of another paper."""

_AT_ONCE = 1 << 13  # rows whose vectors are held as 32-bit floats: 12 MiB of 384 dimensions


def background_of(table: PaperTable, codes: CodeArray, load: Callable[[], Encoder]) -> Background:
    """What the questions made of the papers in table get from vectors, (n, d) as they are stored.

    load: the encoder; one that cannot be had here leaves an index without a background, and nothing else worse.
    """
    if table.count < LEAST_PAPERS:
        return too_few(table.count)
    rows, texts = background_questions(table)
    try:
        queries = load().encode_queries(texts)
    except EncoderError as error:
        return Background(reason=f"the encoder could not be had: {error.message}"[:500])
    centre = np.zeros(codes.shape[1], dtype=np.float64)
    for _, vectors in _blocks(codes):
        centre += vectors.sum(axis=0, dtype=np.float64)
    centre /= len(codes)
    levels = nearest_without(queries, rows, codes).mean(axis=1) + queries @ centre
    return Background(tuple(sorted(map(rounded, levels))), tuple(map(rounded, centre)))


def background_questions(table: PaperTable, after: int = 0) -> tuple[RowArray, list[str]]:
    """The rows of QUESTIONS papers, and of each its title or one sentence of its abstract; after so many others.

    Which ones is told by the hashes of the papers' texts: always the same of the same corpus, whatever its order, and
    mostly the same after a change of it.
    """
    hashes = heapq.nsmallest(after + QUESTIONS, ((each, row) for row, each in enumerate(table.text_hashes())))[after:]
    papers = table.get([row for _, row in hashes])
    chosen = [(row, _question(paper, each)) for (each, row), paper in zip(hashes, papers, strict=True)]
    return np.array([row for row, text in chosen if text], dtype=np.int64), [text for _, text in chosen if text]


def _question(paper: Paper, text_sha256: bytes) -> str:
    texts = [paper.title] if paper.title else []
    texts += [paper.abstract[start:end] for start, end in sentences(paper.abstract)]
    return texts[int.from_bytes(text_sha256[-8:], "big") % len(texts)] if texts else ""


def nearest_without(queries: FloatArray, rows: RowArray, codes: CodeArray) -> FloatArray:
    """The NEAREST highest cosines of each query, (m, NEAREST), best first, with all rows but its own, rows (m,)."""
    import faiss

    made: Any = faiss  # its types know nothing of what its Python side adds
    best = np.full((len(queries), NEAREST), -2.0, dtype=np.float32)
    for start, vectors in _blocks(codes):
        cosines, at = made.knn(queries, vectors, min(NEAREST + 1, len(vectors)), metric=faiss.METRIC_INNER_PRODUCT)
        cosines[at + start == rows[:, None]] = -2.0
        both = np.concatenate([best, cosines], axis=1)
        both.sort(axis=1)
        best = both[:, : -NEAREST - 1 : -1]
    return np.clip(best, -1.0, 1.0)


def _blocks(codes: CodeArray) -> Iterator[tuple[int, FloatArray]]:
    for start in range(0, len(codes), _AT_ONCE):
        yield start, np.asarray(codes[start : start + _AT_ONCE], dtype=np.float32)

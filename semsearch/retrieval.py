"""From vectors and terms of a question to the best rows: dense, lexical, or both.

In: queries (m, d), units (words.py), which rows are allowed. Out: the best rows of each, ordered by score, then id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from . import fusion
from .lexical import Lexical
from .store import PaperTable
from .threads import worker_count
from .vectors import Vectors
from .words import Unit

if TYPE_CHECKING:
    from .bm25 import Statistics

FloatArray = npt.NDArray[np.float32]
ScoreArray = npt.NDArray[np.float64]
RowArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Units = Sequence[Unit]

Answer = TypeVar("Answer")

Mode = Literal["hybrid", "dense", "lexical"]
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")

_TIES_ALLOWED = 16
_MORE_HITS = 70  # keyword hits fetched beyond those wanted: with fewer, more candidates have to be looked up one by one
_MORE_ALLOWED = 10  # the same with a filter, where each of them costs several hits that are not allowed


_NO_ROWS: RowArray = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Found:
    """One row of an answer: see results.Hit for score, similarity, lexical and named."""

    row: int
    id: str
    score: float
    similarity: float
    lexical: float | None
    named: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """What a question's hybrid scores are measured by over the papers of an index, for papers in it or outside of it.

    moved: (d,) the question after feedback. best, floor: its cosines that count 1 and 0. bm25: the best score.
    """

    moved: FloatArray
    best: float
    floor: float
    bm25: float

    def scores(self, moved: FloatArray, bm25: FloatArray) -> ScoreArray:
        """The hybrid scores of papers, (n,), from their cosines with `moved` and their BM25 scores.

        Of a paper that a search compares by meaning it is what that finds; others lack no part here. One that is better
        than all of the index may pass 1.
        """
        dense = fusion.scaled_cosines(moved, self.best, self.floor, most=np.inf)
        best = self.bm25 or float(bm25.max(initial=0.0))  # words that the index has nowhere
        return fusion.combined(dense, fusion.scaled_bm25(bm25, best))


@dataclass(frozen=True, slots=True)
class _Fed:
    """A question after feedback: its candidates, of which `others` came by keywords alone, and their cosines again."""

    fusing: _Fusing
    moved: FloatArray
    candidates: RowArray
    again: FloatArray
    floor: float
    behind: RowArray


class Retriever:
    """The two structures of an open index, and the papers that their rows are."""

    def __init__(self, vectors: Vectors, lexical: Lexical, papers: PaperTable) -> None:
        self._vectors = vectors
        self._lexical = lexical
        self._papers = papers

    def __call__(
        self, mode: Mode, queries: FloatArray, asked: Sequence[Units], wanted: int, allowed: Mask | None = None
    ) -> list[list[Found]]:
        """See `retrieve`: the best rows alone."""
        return self.retrieve(mode, queries, asked, wanted, allowed)[0]

    def retrieve(
        self, mode: Mode, queries: FloatArray, asked: Sequence[Units], wanted: int, allowed: Mask | None = None
    ) -> tuple[list[list[Found]], FloatArray | None]:
        """For each question its wanted best, fewer where fewer are allowed or, in lexical mode, match; and the cosines
        of its nearest rows, (m, n), best first, where all rows were looked at for them.

        queries: (m, d) float32, unit length. asked: the m questions' units.
        """
        wanted = min(wanted, self._count(allowed))
        if wanted == 0:
            return [[] for _ in asked], None
        if mode == "lexical":
            some = zip(queries, asked, strict=True)
            return [self._by_keywords(query, units, wanted, allowed) for query, units in some], None
        if mode == "dense":
            found, cosines = self._dense(queries, wanted, allowed)
        else:
            found, cosines = self._hybrid(queries, asked, wanted, allowed)
        return found, cosines if allowed is None else None

    def nearest(self, queries: FloatArray, count: int) -> FloatArray:
        """The cosines of the nearest of all rows, (m, count), best first."""
        return self._vectors.search(queries, min(count, self._vectors.count))[0]

    def named(self, rows: Sequence[int], query: FloatArray, units: Units, mode: Mode) -> list[Found]:
        """Rows that a question names, with their own values, best first: 1 is the score of the best hybrid hit."""
        at = np.array(sorted(rows), dtype=np.int64)
        similarities = self._vectors.cosines(query, at)
        bm25 = self._lexical.scores(units, at) if mode != "dense" else np.zeros(len(at), dtype=np.float32)
        scores = {"dense": similarities, "lexical": bm25, "hybrid": np.ones(len(at), dtype=np.float32)}[mode]
        found = [
            Found(row, id, score, similarity, lexical or None, named=True)
            for row, id, score, similarity, lexical in zip(
                at.tolist(), self._ids(at), scores.tolist(), similarities.tolist(), bm25.tolist(), strict=True
            )
        ]
        return sorted(found, key=lambda each: (-each.score, each.id))

    def _count(self, allowed: Mask | None) -> int:
        return self._vectors.count if allowed is None else int(allowed.sum())

    def _dense(self, queries: FloatArray, wanted: int, allowed: Mask | None) -> tuple[list[list[Found]], FloatArray]:
        total = self._count(allowed)
        fetched = min(wanted + _TIES_ALLOWED, total)
        cosines, rows = self._vectors.search(queries, fetched, allowed)
        nearest = []
        for query, first, first_rows in zip(queries, cosines, rows, strict=True):
            best, at = first, first_rows
            while len(best) < total and best[wanted - 1] == best[-1]:  # what ties with the last may not be here yet
                more = min(len(best) * 4, total)
                (best,), (at,) = self._vectors.search(query[None, :], more, allowed)
            found = zip(self._ids(at), at.tolist(), best.tolist(), strict=True)
            nearest.append([Found(row, id, cosine, cosine, None) for id, row, cosine in _ordered(found)[:wanted]])
        return nearest, cosines

    def _by_keywords(self, query: FloatArray, units: Units, wanted: int, allowed: Mask | None) -> list[Found]:
        scores, rows = self._keyword_hits(units, wanted, allowed)
        found = zip(self._ids(rows), rows.tolist(), scores.tolist(), strict=True)
        best = _ordered(found)[:wanted]
        similarities = self._vectors.cosines(query, np.array([row for _, row, _ in best], dtype=np.int64))
        return [
            Found(row, id, score, similarity, score)
            for (id, row, score), similarity in zip(best, similarities.tolist(), strict=True)
        ]

    def _keyword_hits(self, units: Units, wanted: int, allowed: Mask | None) -> tuple[FloatArray, RowArray]:
        """The wanted best keyword hits and all that tie with the last of them, and some more."""
        fetched = wanted + (_MORE_HITS if allowed is None else _MORE_ALLOWED)
        while True:
            scores, rows = self._lexical.search(units, fetched, allowed)
            if len(scores) < fetched or scores[wanted - 1] > scores[-1]:
                return scores, rows
            fetched *= 4

    def _hybrid(
        self, queries: FloatArray, asked: Sequence[Units], wanted: int, allowed: Mask | None
    ) -> tuple[list[list[Found]], FloatArray]:
        """Twice: the first hits of one ranking move the question's vector, and the candidates are scored again."""
        depth = min(fusion.depth_for(wanted), self._count(allowed))
        cosines, rows = self._vectors.search(queries, depth, allowed)

        def fused(position: int) -> list[Found]:
            return self._fused(queries[position], asked[position], wanted, allowed, cosines[position], rows[position])

        return _each(fused, len(asked)), cosines

    def scales(self, queries: FloatArray, asked: Sequence[Units], allowed: Mask | None = None) -> list[Scale]:
        """What the hybrid scores of each question are measured by; queries, asked: see `__call__`."""
        total = self._count(allowed)
        if not total:
            return [Scale(query, 0.0, np.inf, 0.0) for query in queries]
        cosines, rows = self._vectors.search(queries, min(fusion.DEPTH, total), allowed)

        def scale(position: int) -> Scale:
            fed = self._fed(
                queries[position], asked[position], fusion.FEEDBACK_HITS, allowed, cosines[position], rows[position]
            )
            best = float(fed.again.max(initial=-1.0))
            return Scale(fed.moved, best, fed.floor, fed.fusing.most)

        return _each(scale, len(asked))

    def of_rows(self, query: FloatArray, units: Units, rows: RowArray) -> tuple[FloatArray, FloatArray]:
        """The cosines and the BM25 scores of rows, (n,) each, which are different ones, as a search finds them."""
        bm25 = np.zeros(len(rows), dtype=np.float32)
        if len(rows):
            mask = np.zeros(self._vectors.count, dtype=np.bool_)
            mask[rows] = True
            scores, at = self._lexical.search(units, len(rows), mask)  # knows when looking them up is faster
            order = np.argsort(rows)
            bm25[order[np.searchsorted(rows[order], at)]] = scores
        return self._vectors.cosines(query, rows), bm25

    def statistics(self, terms: Iterable[str]) -> Statistics:
        """What scores papers outside of the index; terms: those of some of them."""
        return self._lexical.statistics(terms)

    def _fused(
        self, query: FloatArray, units: Units, wanted: int, allowed: Mask | None, cosines: FloatArray, rows: RowArray
    ) -> list[Found]:
        fed = self._fed(query, units, wanted, allowed, cosines, rows)
        best, fused = fed.fusing.best(fed.again, fed.candidates, fed.floor, wanted, fed.behind)
        values = zip(
            best.tolist(), self._ids(best), fused.tolist(), self._similarities(query, best, cosines, rows),
            fed.fusing.of(best).tolist(), strict=True,
        )  # fmt: skip
        found = [Found(row, id, score, cosine, bm25 or None) for row, id, score, cosine, bm25 in values]
        return sorted(found, key=lambda each: (-each.score, -each.similarity if not each.score else 0, each.id))[
            :wanted
        ]

    def _fed(
        self, query: FloatArray, units: Units, wanted: int, allowed: Mask | None, cosines: FloatArray, rows: RowArray
    ) -> _Fed:
        """cosines, rows: of the nearest, (n,), best first."""
        scores, hits = self._keyword_hits(units, max(wanted, fusion.LEXICAL_CANDIDATES), allowed)
        fusing = _Fusing(self._lexical, self._papers, units, scores, hits)
        least = cosines[min(fusion.DEPTH, len(cosines)) - 1]
        nearest, behind = rows[cosines > least], rows[cosines <= least]  # of those that tie with it none has a part
        first, parts = fusing.best(cosines, rows, least, fusion.FEEDBACK_HITS)
        moved = fusion.feedback(query, self._vectors.rows(first[parts > 0]))
        others = _without(hits[fusion.foremost(scores)], nearest, self._papers.count)
        candidates = np.concatenate([nearest, others])
        again = self._vectors.cosines(moved, candidates)
        floor = np.partition(again, len(others))[len(others)] if len(nearest) else np.inf
        return _Fed(fusing, moved, candidates, again, float(floor), behind)

    def _similarities(self, query: FloatArray, best: RowArray, cosines: FloatArray, rows: RowArray) -> list[float]:
        """The cosines of the best rows with query; those of rows, (n,), are known."""
        known = dict(zip(rows.tolist(), cosines.tolist(), strict=True))
        unknown = np.array([row for row in best.tolist() if row not in known], dtype=np.int64)
        known.update(zip(unknown.tolist(), self._vectors.cosines(query, unknown).tolist(), strict=True))
        return [known[row] for row in best.tolist()]

    def _ids(self, rows: RowArray) -> list[str]:
        return self._papers.ids(rows.tolist())


class _Fusing:
    """One question's keyword scores: those of the best hits known from the start, others looked up where they matter.

    A candidate that is not among the hits scores no more than the last of them, so most cannot reach the first places.
    """

    def __init__(self, lexical: Lexical, papers: PaperTable, units: Units, scores: FloatArray, rows: RowArray) -> None:
        """scores, rows: (n,) of the best keyword hits, best first. most: the score of the first."""
        self._lexical, self._papers, self._units = lexical, papers, units
        self.most = float(scores[0]) if len(scores) else 0.0
        self._last = float(scores[-1]) if len(scores) else 0.0
        self._hits = rows
        self._scores = np.full(papers.count, np.nan, dtype=np.float32)  # of every row; not a number: not known
        self._scores[rows] = scores

    def best(
        self, cosines: FloatArray, rows: RowArray, floor: float, wanted: int, behind: RowArray = _NO_ROWS
    ) -> tuple[RowArray, ScoreArray]:
        """The wanted best rows and their scores, by score, then id; of a score of 0 all.

        cosines, rows: (n,) of the candidates. behind: further ones, with cosines below floor, as have all keyword hits
        that are not among rows.
        """
        total = len(self._scores)
        behind = _without(behind, rows, total)  # a foremost keyword hit may be one of them
        hits = np.concatenate([behind, _without(self._hits, np.concatenate([rows, behind]), total)])
        dense = fusion.scaled_cosines(cosines, float(cosines.max(initial=-1.0)), float(floor))
        rows, dense = np.concatenate([rows, hits]), np.concatenate([dense, np.zeros(len(hits))])
        known = self._scores[rows]
        lowest = fusion.combined(dense, self._scaled(np.nan_to_num(known, nan=0.0)))
        highest = fusion.combined(dense, self._scaled(np.nan_to_num(known, nan=self._last)))
        kept = fusion.contenders(lowest, highest, wanted)
        rows, dense = rows[kept], dense[kept]
        scores = fusion.combined(dense, self._scaled(self.of(rows)))
        kept = fusion.contenders(scores, scores, wanted)
        found = zip(self._papers.ids(rows[kept].tolist()), rows[kept].tolist(), scores[kept].tolist(), strict=True)
        ordered = _ordered(found)
        best = ordered[:wanted] + [each for each in ordered[wanted:] if not each[2]]
        return np.array([row for _, row, _ in best], dtype=np.int64), np.array([score for _, _, score in best])

    def of(self, rows: RowArray) -> FloatArray:
        """The BM25 scores of rows."""
        unknown = rows[np.isnan(self._scores[rows])]
        if len(unknown):
            self._scores[unknown] = self._lexical.scores(self._units, unknown)
        return self._scores[rows]

    def _scaled(self, scores: npt.NDArray[np.float32]) -> ScoreArray:
        return fusion.scaled_bm25(scores, self.most)


def _each(work: Callable[[int], Answer], count: int) -> list[Answer]:
    """What work makes of each of that many questions."""
    if count == 1:
        return [work(0)]
    with ThreadPoolExecutor(worker_count()) as workers:  # most of the time is FAISS' and tantivy's
        return list(workers.map(work, range(count)))


def _without(rows: RowArray, others: RowArray, total: int) -> RowArray:
    """The rows that are not among others, in their order; total: of all rows. Numpy's setdiff1d would sort them."""
    left_out = np.zeros(total, dtype=np.bool_)
    left_out[others] = True
    return rows[~left_out[rows]]


def _ordered(found: zip[tuple[str, int, float]]) -> list[tuple[str, int, float]]:
    return sorted(found, key=lambda each: (-each[2], each[0]))

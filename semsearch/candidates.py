"""Some papers ranked for a question, in the index or not: each scored as a search of the whole index scores it.

In: names of papers of the index, and Papers that need not be in it. Nothing of the index changes, nor does what it
knows: the question's feedback, the cosines that count 0 and 1, the best BM25 score, and how rare a word is, all are
those of the index at large (retrieval.Scale, bm25.py), whatever the candidates are. So a score means the same today and
tomorrow. Papers of the index get the scores of a search without a filter; only those that it does not compare by
meaning, as they are not among the thousand nearest, have that part here: without it nDCG@10 is 0.013 lower (ml_papers).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .bm25 import OutsideKeywords, terms_in
from .errors import QueryError
from .filters import Allowed, Filter, passes
from .fusion import contenders
from .lexical import TOGETHER
from .opened import OpenGeneration, named_first
from .paper import Paper, parse_arxiv_id, parse_doi, safe_id
from .progress import Progress
from .results import NO_CANDIDATES
from .retrieval import Found, Mode, Scale
from .text import comparable
from .vectors import CODE
from .words import Unit

if TYPE_CHECKING:
    from .ranking import Asked

FloatArray = npt.NDArray[np.float32]
ScoreArray = npt.NDArray[np.float64]
RowArray = npt.NDArray[np.int64]

Name = str | tuple[str, ...]
"""Of a paper of the index; of several, the first that the index knows."""

Given = Iterable[Name | Paper] | Mapping[str, Iterable[Name]]
"""The same candidates for all questions, or those of each question by its id."""

Judged = tuple[Found, Paper | None]
"""A paper that was found, and itself if it is none of the index; its row is behind those of the index then."""

_AT_ONCE = 64
_SHOWN = 3
_NO_ROWS: RowArray = np.zeros(0, dtype=np.int64)


class Candidates:
    """The candidates of all questions, looked up once; memory: 4 KB and the text of each paper outside of the index."""

    def __init__(self, opened: OpenGeneration, given: Given, filter: Filter | None, progress: Progress) -> None:
        """filter: which of them are ranked. Raises QueryError where there is none, and where the index knows none."""
        if filter is not None and filter.only is not None:
            raise QueryError("candidates and a filter by names (only) exclude each other", "give one of them")
        self._opened = opened
        self._allowed = opened.allowed(filter)
        own, papers = _sorted_out(given)
        self._rows, unknown = _rows_of(opened, own, self._allowed)
        self._outside = OutsidePapers(opened, papers, filter, progress)
        self._notes = tuple(_notes(unknown, self._outside))
        if not papers and not any(map(len, self._rows.values())) and self._allowed is None:
            what = f"none of {len(unknown)} is in the index ({_list(unknown)})" if unknown else "none was given"
            raise QueryError(f"no candidate: {what}", "name papers of the index, or give papers with their texts")

    def notes(self, question: str) -> tuple[str, ...]:
        """What the reader should know of the answer to the question of that id."""
        missing = self._of(question) is None
        return (*self._notes, NO_CANDIDATES) if missing else self._notes

    def _of(self, question: str) -> RowArray | None:
        return self._rows.get(None, self._rows.get(question))

    def answers(self, asked: Sequence[Asked], k: int, mode: Mode) -> list[list[Judged]]:
        """The k best candidates of each question."""
        scales = self._scales(asked) if mode == "hybrid" else [None] * len(asked)
        return [self._answer(each, scale, k, mode) for each, scale in zip(asked, scales, strict=True)]

    def _scales(self, asked: Sequence[Asked]) -> list[Scale | None]:
        found: dict[int, Scale] = {}
        together = [position for position, each in enumerate(asked) if not each.rows]
        for positions in [together, *([p] for p, each in enumerate(asked) if each.rows)]:
            if some := [asked[position] for position in positions]:
                left = self._opened.without(None, some[0].rows).mask if some[0].rows else None
                vectors = np.stack([each.vector for each in some])
                scales = self._opened.retriever.scales(vectors, [each.units for each in some], left)
                found |= dict(zip(positions, scales, strict=True))
        return [found[position] for position in range(len(asked))]

    def _answer(self, asked: Asked, scale: Scale | None, k: int, mode: Mode) -> list[Judged]:
        rows = self._of(asked.id)
        rows = _NO_ROWS if rows is None else np.setdiff1d(rows, np.array(asked.rows, np.int64), assume_unique=True)
        inside = self._opened.retriever.of_rows(asked.vector, () if mode == "dense" else asked.units, rows)
        outside = self._outside.of(asked.vector, () if mode == "dense" else asked.units)
        similarities, bm25 = (np.concatenate(parts) for parts in zip(inside, outside, strict=True))
        at = np.concatenate([rows, self._outside.rows])
        if scale is not None:
            moved = [self._opened.vectors.cosines(scale.moved, rows), self._outside.of(scale.moved, ())[0]]
            scores = scale.scores(np.concatenate(moved), bm25)
        else:
            scores = (similarities if mode == "dense" else bm25).astype(np.float64)
        kept = contenders(scores, scores, k) & ((bm25 > 0) | (mode != "lexical"))
        values = zip(
            at[kept].tolist(), scores[kept].tolist(), similarities[kept].tolist(), bm25[kept].tolist(), strict=True
        )
        found = [Found(row, self._id(row), score, cosine, words or None) for row, score, cosine, words in values]
        by_similarity = mode == "hybrid"
        found.sort(key=lambda each: (-each.score, -each.similarity if by_similarity and not each.score else 0, each.id))
        first = self._named(asked, rows, mode) + self._named_outside(asked, scores, similarities, bm25, mode)
        found = named_first(sorted(first, key=lambda each: (-each.score, each.id)), found)[:k]
        return [(each, self._outside.paper(each.row)) for each in found]

    def _id(self, row: int) -> str:
        outside = self._outside.paper(row)
        return outside.id if outside else self._opened.papers.ids([row])[0]

    def _named(self, asked: Asked, rows: RowArray, mode: Mode) -> list[Found]:
        """The candidates of the index that a question names, which come first."""
        named = [row for row in self._opened.papers.named(asked.text) if row in rows] if asked.text else []
        return self._opened.retriever.named(named, asked.vector, asked.units, mode) if named else []

    def _named_outside(
        self, asked: Asked, scores: ScoreArray, similarities: FloatArray, bm25: FloatArray, mode: Mode
    ) -> list[Found]:
        """Those that it names of the others, which are the last of scores and of the rest."""
        found = []
        for position in self._outside.named(asked.text) if asked.text else ():
            at = position - len(self._outside.papers)
            score = max(float(scores[at]), 1.0 if mode == "hybrid" else 0.0)
            row, id = int(self._outside.rows[position]), self._outside.papers[position].id
            found.append(Found(row, id, score, float(similarities[at]), float(bm25[at]) or None))
        return found


class OutsidePapers:
    """Papers that need not be in the index, with their vectors and their terms.

    papers: those that pass the filter, the first of each id. left_out, repeated: how many others were given. rows: (n,)
    numbers behind the index's rows.
    """

    def __init__(
        self, opened: OpenGeneration, given: Sequence[Paper], filter: Filter | None, progress: Progress
    ) -> None:
        different = {paper.id: paper for paper in reversed(given)}
        self.repeated = len(given) - len(different)
        self.papers = [p for p in reversed(different.values()) if not filter or passes(filter, p)]
        self.left_out = len(different) - len(self.papers)
        self._first = len(opened)
        self._retriever = opened.retriever
        self.rows = np.arange(self._first, self._first + len(self.papers), dtype=np.int64)
        same = _rows_of_texts(opened, self.papers)
        self._same = np.array([position for position, row in enumerate(same) if row is not None], dtype=np.int64)
        self._same_rows = np.array([row for row in same if row is not None], dtype=np.int64)
        self._vectors = _vectors(opened, self.papers, self._same, self._same_rows, progress)
        self._by_name: dict[tuple[str, str], list[int]] = {}
        for position, paper in enumerate(self.papers):
            for name in _ways(paper.id, paper.doi, paper.arxiv_id, paper.title):
                self._by_name.setdefault(name, []).append(position)
        terms = [terms_in(paper.title, paper.abstract) for paper in self.papers]
        self._keywords = None
        if terms:
            statistics = opened.retriever.statistics(term for each in terms for term in each)
            self._keywords = OutsideKeywords(terms, statistics)

    @property
    def known(self) -> int:
        """How many of the texts the index has as well; they are not embedded again."""
        return len(self._same)

    def of(self, query: FloatArray, asked: Sequence[Unit]) -> tuple[FloatArray, FloatArray]:
        """The cosines and the BM25 scores of all, (n,) each; of those that the index has too, the same bits as there.

        query: (d,). Without asked, no BM25 scores, but zeros.
        """
        if self._keywords is None:
            return np.zeros(0, np.float32), np.zeros(0, np.float32)
        cosines = np.clip(np.einsum("nd,d->n", self._vectors, query), -1.0, 1.0)  # the same bits in any company
        bm25 = self._keywords.scores(asked, TOGETHER)
        if len(self._same):
            rows, at = np.unique(self._same_rows, return_inverse=True)
            known, words = self._retriever.of_rows(query, asked, rows)
            cosines[self._same], bm25[self._same] = known[at], words[at]
        return cosines, bm25

    def paper(self, row: int) -> Paper | None:
        """That of a number behind the index's rows."""
        return self.papers[row - self._first] if row >= self._first else None

    def named(self, text: str) -> list[int]:
        """The positions of those whose id, DOI, arXiv id or title a text is."""
        found = (self._by_name.get(way) for way in _ways(text, parse_doi(text), parse_arxiv_id(text), text))
        return next((positions for positions in found if positions), [])


def _ways(id: str, doi: str | None, arxiv_id: str | None, title: str) -> list[tuple[str, str]]:
    """The kinds and names under which a paper is known, in the order in which they count."""
    named = (("id", safe_id(id)), ("doi", doi), ("arxiv", arxiv_id), ("title", comparable(title)))
    return [(kind, name) for kind, name in named if name]


def _vectors(
    opened: OpenGeneration, papers: Sequence[Paper], same: RowArray, rows: RowArray, progress: Progress
) -> FloatArray:
    """Of each paper, (n, d), to the precision of the index. same: the positions of those whose texts it has at rows."""
    vectors = np.zeros((len(papers), opened.vectors.dimensions), dtype=np.float32)
    if len(same):
        vectors[same] = opened.vectors.rows(rows)
    new = np.setdiff1d(np.arange(len(papers)), same)
    for start in range(0, len(new), _AT_ONCE):
        some = new[start : start + _AT_ONCE]
        vectors[some] = opened.encoder.encode_documents([papers[position].text for position in some]).vectors
        progress("embedding candidates", start + len(some), len(new))
    return vectors.astype(CODE).astype(np.float32)


def _rows_of_texts(opened: OpenGeneration, papers: Sequence[Paper]) -> list[int | None]:
    """The row of a paper of the index that has the same text, and a name in common."""
    names = {name for p in papers for name in (p.id, p.doi, p.arxiv_id, p.title) if name}
    rows = opened.papers.rows_of_names(names)
    several = sorted({row for each in rows.values() for row in each})
    texts = dict(zip(several, (paper.text for paper in opened.papers.get(several)), strict=True))
    found: list[int | None] = []
    for paper in papers:
        own = [row for name in (paper.id, paper.doi, paper.arxiv_id, paper.title) if name for row in rows.get(name, ())]
        found.append(next((row for row in own if texts[row] == paper.text), None))
    return found


def _sorted_out(given: Given) -> tuple[dict[str | None, list[tuple[str, ...]]], list[Paper]]:
    """Names by question, those of all questions under None, and papers."""
    wrong: object = None
    if isinstance(given, Mapping):
        several: dict[str | None, list[object]] = {
            id: list(names) if isinstance(names, Iterable) and not isinstance(names, str) else [None]
            for id, names in given.items()
        }
    else:
        wrong = given if isinstance(given, str) or not isinstance(given, Iterable) else None
        several = {None: [] if wrong is not None else list(given)}
    papers = [each for each in several.get(None, []) if isinstance(each, Paper)]
    own: dict[str | None, list[tuple[str, ...]]] = {}
    for id, candidates in several.items():
        names = [(each,) if isinstance(each, str) else each for each in candidates if not isinstance(each, Paper) or id]
        bad = [each for each in names if not isinstance(each, tuple) or not all(isinstance(n, str) for n in each)]
        wrong = candidates if bad else wrong
        own[id] = names  # type: ignore[assignment]
    if wrong is not None:
        raise QueryError(
            f"{wrong!r:.80}: no candidates, expected names of papers or Papers",
            "such as candidates=['1706.03762', '10.1038/171737a0']",
        )
    return own, papers


def _rows_of(
    opened: OpenGeneration, own: Mapping[str | None, Sequence[tuple[str, ...]]], allowed: Allowed | None
) -> tuple[dict[str | None, RowArray], list[str]]:
    """The rows of the names by question, ascending and different, and the names of none."""
    known = opened.papers.rows_of_names({name for names in own.values() for each in names for name in each})
    rows: dict[str | None, RowArray] = {}
    unknown: dict[str, None] = {}
    for id, names in own.items():
        found: list[int] = []
        for each in names:
            first = next((known[name] for name in each if name in known), [])
            found += first
            if not first and each:
                unknown[each[0]] = None
        at = np.unique(np.array(found, dtype=np.int64))
        rows[id] = at if allowed is None else at[allowed.mask[at]]
    return rows, list(unknown)


def _notes(unknown: Sequence[str], outside: OutsidePapers) -> Iterable[str]:
    if unknown:
        yield f"not in the index, of the candidates: {len(unknown)} ({_list(unknown)})"
    if outside.repeated:
        yield f"candidates with the id of one before, left out: {outside.repeated}"
    if outside.left_out:
        yield f"candidates that do not pass the filter: {outside.left_out}"
    if outside.known:
        yield f"candidates that the index has with the same text: {outside.known} of {len(outside.papers)}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(name[:60] for name in names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")

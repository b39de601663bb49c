"""How the answers of an index stand: standing.py over its vectors, and over its keywords for the verdict.

In: questions and their vectors. Out: a QuestionStanding each, of the whole corpus whatever a filter leaves.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from .lexical import Lexical
from .retrieval import Mode, Retriever
from .standing import NEAREST, Background, QuestionStanding
from .store import PaperTable
from .vectors import FloatArray
from .words import Unit, units

RARE = 0.02
"""A word is rare if a smaller share of the papers has it."""

LOOKED_AT = 10
"""Of the papers that have all words of a question, the titles of how many are looked at, the best by BM25."""

BY_KEYWORDS = "keywords alone were searched (mode lexical), and it is of a search by meaning"
OF_PAPERS = "papers were given, liked or not, and it is of questions alone"

_KEPT = 256  # questions whose nearest cosines are remembered: 400 KB of 384 dimensions


class Judge:
    """Tells how answers stand; several threads may ask it."""

    def __init__(self, background: Background, retriever: Retriever, lexical: Lexical, papers: PaperTable) -> None:
        self._background = background
        self._centre = np.array(background.centre, dtype=np.float32)
        self._retriever = retriever
        self._lexical = lexical
        self._papers = papers
        self._nearest: OrderedDict[bytes, FloatArray] = OrderedDict()
        self._lock = threading.Lock()

    def reason(self, mode: Mode, steered: bool) -> str:
        """Why such an answer has no standing, empty if it has one. steered: by papers that are liked or not."""
        if self._background.reason:
            return self._background.reason
        return OF_PAPERS if steered else BY_KEYWORDS if mode == "lexical" else ""

    def standings(
        self, texts: Sequence[str], queries: FloatArray, nearest: FloatArray | None, mode: Mode
    ) -> Sequence[QuestionStanding | None]:
        """How the answers to texts stand, whatever was allowed: None by keywords alone, and without a background.

        queries: (m, d) the texts' vectors. nearest: (m, n) the cosines of the nearest of all papers, best first, if
        they were looked at.
        """
        if self.reason(mode, steered=False):
            return [None] * len(texts)
        near = self._nearest_of(queries, nearest)
        means = (queries @ self._centre).tolist()
        return [self._standing(text, *each) for text, *each in zip(texts, near.tolist(), means, strict=True)]

    @contextmanager
    def beside(self, query: FloatArray, mode: Mode) -> Iterator[None]:
        """Finds what the standing of a question, (d,), takes while the papers that a filter allows are searched."""
        if self.reason(mode, steered=False) or query.tobytes() in self._nearest:
            yield
            return
        with ThreadPoolExecutor(1) as worker:
            remembered = worker.submit(self._nearest_of, query[None, :], None)
            yield
        remembered.result()

    def _nearest_of(self, queries: FloatArray, nearest: FloatArray | None) -> FloatArray:
        """The NEAREST highest cosines of each query: those given, or else remembered, or searched for.

        A question that comes again, with another filter or for the next page, is not compared with all papers again.
        """
        keys = [query.tobytes() for query in queries]
        if nearest is not None:
            found = dict(zip(keys, np.array(nearest[:, :NEAREST]), strict=True))
        else:
            with self._lock:
                found = {key: self._nearest[key] for key in keys if key in self._nearest}
            if missing := [at for at, key in enumerate(keys) if key not in found]:
                searched = self._retriever.nearest(queries[missing], NEAREST)
                found |= zip([keys[at] for at in missing], searched, strict=True)
        with self._lock:
            for key in keys[-_KEPT:]:
                self._nearest[key] = found[key]
                self._nearest.move_to_end(key)
            while len(self._nearest) > _KEPT:
                self._nearest.popitem(last=False)
        return np.stack([found[key] for key in keys])

    def _standing(self, text: str, near: Sequence[float], mean: float) -> QuestionStanding:
        asked = units(text)
        stands = self._background.of_question(near, mean, known=any(map(self._lexical.knows, asked)))
        if stands.answer.stands_out or not (self._papers.named(text) or self._has_paper_about(asked)):
            return stands
        return replace(stands, answer=replace(stands.answer, stands_out=True))

    def _has_paper_about(self, asked: Sequence[Unit]) -> bool:
        """Whether a paper has all words of a question, and one of them that is rare in its title."""
        rare = [unit for unit in asked if self._lexical.rarity(unit) > -math.log(RARE)]
        if not rare:
            return False
        titles = (paper.title for paper in self._papers.get(self._lexical.having_all(asked, LOOKED_AT).tolist()))
        return any(_is_in(unit, title) for title in titles for unit in rare)


def _is_in(unit: Unit, title: str) -> bool:
    terms = {term for each in units(title) for term in each.terms}
    return bool(unit.apart and terms.issuperset(unit.apart)) or not terms.isdisjoint(unit.together)

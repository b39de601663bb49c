"""BM25 scores of papers that are in no index, by the statistics of one: as tantivy would score them if they were in it.

score = sum over the terms of the question, w its weight there: w * idf * (K1 + 1) * tf / (tf + norm)
idf   = ln(1 + (N - n + 0.5) / (n + 0.5))            N: papers of the index, n: how many of them have the term
norm  = K1 * (1 - B + B * length / average length)   tf: how often the paper has it; lengths in terms

(Robertson and Zaragoza, 2009, doi:10.1561/1500000019.) N, n and the average are of the index alone, whatever comes.
As tantivy keeps a length in a byte, lengths above 39 are rounded down to one of 216 steps here as well.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .words import Unit, analyser, joined, spelled

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

K1, B = 1.2, 0.75


def _lengths() -> list[int]:
    """The lengths that a byte can say: 40 exact ones, then eight steps for each doubling of what is above 24."""
    return [*range(24), *(24 + (code if code < 16 else (8 + code % 8) << (code // 8 - 1)) for code in range(232))]


LENGTHS = _lengths()


@dataclass(frozen=True, slots=True)
class Statistics:
    """papers: how many the index has. average_length: of them, in terms. having: how many papers have a term."""

    papers: int
    average_length: float
    having: Callable[[str], int]


def terms_in(title: str, abstract: str) -> list[str]:
    """The terms under which a paper is indexed, each as often as it is there (see lexical.LexicalWriter)."""
    found = []
    for text in map(spelled, (title, abstract)):
        found += analyser().analyze(text)
        if together := joined(text):
            found += analyser().analyze(" ".join(together))
    return found


class OutsideKeywords:
    """The terms of papers that are in no index; memory: 12 bytes for each different term of a paper."""

    def __init__(self, terms: Iterable[Sequence[str]], statistics: Statistics) -> None:
        """terms: of each paper, see terms_in."""
        found: dict[str, tuple[list[int], list[int]]] = {}
        lengths = []
        for position, each in enumerate(terms):
            lengths.append(LENGTHS[bisect_right(LENGTHS, len(each)) - 1])
            for term, times in Counter(each).items():
                where, often = found.setdefault(term, ([], []))
                where.append(position)
                often.append(times)
        self._found = {term: (np.array(at), np.array(tf, np.float32)) for term, (at, tf) in found.items()}
        share = np.array(lengths, np.float32) / np.float32(statistics.average_length)
        self._norms: FloatArray = np.float32(K1) * (np.float32(1 - B) + np.float32(B) * share)
        self._statistics = statistics

    def scores(self, asked: Iterable[Unit], together: float) -> FloatArray:
        """The score of each paper, (n,); 0 where no unit matches. together: the weight of terms that are together."""
        total = np.zeros(len(self._norms), dtype=np.float32)
        for unit in asked:
            for terms, weight in ((unit.apart, unit.times), (unit.together, unit.times * together)):
                for term in terms:
                    if term in self._found:
                        at, tf = self._found[term]
                        total[at] += np.float32(weight * self._idf(term) * (K1 + 1)) * (tf / (tf + self._norms[at]))
        return total

    def _idf(self, term: str) -> float:
        half, having = np.float32(0.5), np.float32(self._statistics.having(term))
        odds = (np.float32(self._statistics.papers) - having + half) / (having + half)
        return float(np.log(np.float32(1) + odds))  # not log1p: tantivy rounds here too

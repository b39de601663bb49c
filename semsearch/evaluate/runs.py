"""Runs: the papers that were found for each question, best first. In: Rankings, or a TREC run in a file. Out: a Run."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import EvaluationError
from ..results import Ranking
from ..text import shown
from .judgements import id_at, lines_of


@dataclass(frozen=True, slots=True)
class Run:
    """papers: for each question's id, different ids of papers, best first. The order is all that counts."""

    papers: Mapping[str, tuple[str, ...]]

    def named(self, ids: Mapping[str, str]) -> Run:
        """The same with papers under other ids, where ids has one; of two that become one the better place counts."""
        return Run({q: tuple(dict.fromkeys(ids.get(id, id) for id in found)) for q, found in self.papers.items()})

    @property
    def names(self) -> frozenset[str]:
        """The ids of all papers that were found for some question."""
        return frozenset(paper for found in self.papers.values() for paper in found)


def run_of(rankings: Iterable[Ranking]) -> Run:
    """What `SearchIndex.rank` answered."""
    return Run({ranking.query_id: tuple(paper.id for paper in ranking.papers) for ranking in rankings})


def read_run(file: str | os.PathLike[str]) -> Run:
    """A TREC run: `question Q0 paper rank score tag` a line. Ordered by score as trec_eval does, then by rank.

    Raises EvaluationError for a missing or empty file and, with its number, for a line that is not understood.
    """
    name = os.fspath(file)
    found: dict[str, dict[str, tuple[float, int]]] = {}
    for place, line in lines_of(name):
        cells = line.split()
        if len(cells) != 6:
            raise EvaluationError(
                f"{place}: {len(cells)} columns, expected the six of a TREC run: question, Q0, paper, rank, score, tag",
                "`semsearch rank QUESTIONS -o FILE` writes one",
            )
        papers = found.setdefault(id_at(place, cells[0]), {})
        paper = id_at(place, cells[2])
        if paper in papers:
            raise EvaluationError(f"{place}: {shown(paper)} was found before for the question {shown(cells[0])}")
        papers[paper] = _order(cells[4], cells[3], place)
    if not found:
        raise EvaluationError(f"{name}: an empty run, expected `question Q0 paper rank score tag` lines")
    return Run({question: tuple(sorted(papers, key=papers.__getitem__)) for question, papers in found.items()})


def _order(score: str, rank: str, place: str) -> tuple[float, int]:
    try:
        order = -float(score), int(rank)
    except ValueError:
        order = math.nan, 0
    if math.isnan(order[0]):
        raise EvaluationError(f"{place}: the rank is {shown(rank)!r} and the score {shown(score)!r}, expected numbers")
    return order

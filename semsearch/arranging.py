"""From the rows that were found to the hits of an answer: made diverse, sorted, in groups, each only if asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .errors import QueryError
from .opened import OpenGeneration
from .results import Results
from .retrieval import Found

AMONG = 100
"""How many of the best hits are put in another order; those behind them follow as they are."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """In which order hits stand, and in which groups.

    diverse: True, or a lambda of its own (diversity.py). sort: one of sorting.SORTS. among: how many of the best these
    two put in order. group: one of grouping.GROUPS. QueryError for others.
    """

    diverse: bool | float = False
    sort: str | None = None
    among: int = AMONG
    group: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.among, int) or self.among < 1:
            raise QueryError(f"among is {self.among!r:.80}, expected a whole number of at least 1")
        if self.diverse is not False and self.sort is not None:
            raise QueryError("an answer is either diverse or sorted, both were asked for", "leave out one of them")
        if self.diverse is not False:
            from .diversity import lambda_of

            lambda_of(self.diverse)
        if self.sort is not None:
            from .sorting import check_sort

            check_sort(self.sort)
        if self.group is not None:
            from .grouping import check_group

            check_group(self.group)

    def depth(self, wanted: int) -> int:
        """How many hits have to be found where that many are wanted: all that may be among them."""
        return max(wanted, self.among) if self.sort is not None or self.diverse is not False else wanted


def arranged(opened: OpenGeneration, found: Sequence[Found], asked: Arrangement) -> tuple[list[Found], tuple[str, ...]]:
    """What was found, to the depth of the arrangement, in its order; and what a reader should know of that."""
    first, behind = list(found[: asked.among]), list(found[asked.among :])
    if asked.diverse is not False:
        from .diversity import lambda_of, mmr

        vectors = opened.vectors.rows(np.array([each.row for each in first], dtype=np.int64))
        order = mmr([each.score for each in first], vectors, lambda_of(asked.diverse))
        return [first[at] for at in order] + behind, ()
    if asked.sort is not None:
        from .sorting import notes, sorted_papers

        papers = opened.papers.get([each.row for each in first])
        return [first[at] for at in sorted_papers(papers, asked.sort)] + behind, notes(papers, asked.sort)
    return list(found), ()


def grouped(answer: Results, asked: Arrangement) -> Results:
    """The answer, each hit with its group if groups were asked for."""
    if asked.group is None:
        return answer
    from .grouping import groups_of

    names = groups_of([hit.paper for hit in answer], asked.group)
    hits = (replace(hit, group=name) for hit, name in zip(answer, names, strict=True))
    return replace(answer, hits=tuple(hits), grouped_by=asked.group)

"""The best hits in another order: the newest first, the oldest, the most cited, or the most commented."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .errors import QueryError
from .paper import Paper
from .store.facets import days_of

SORTS: dict[str, Callable[[Paper], int | None]] = {
    "date": lambda paper: days_of(paper.date)[0] or None,
    "oldest": lambda paper: -days_of(paper.date)[0] or None,
    "citations": lambda paper: paper.citations,
    "comments": lambda paper: paper.comments,
}
"""What is compared; None where a paper has none. A year or a month stands for its first day."""


_NAMES = {"date": "date", "oldest": "date", "citations": "number of citations", "comments": "number of comments"}


def check_sort(sort: object) -> None:
    """QueryError for a sort that there is not."""
    if not isinstance(sort, str) or sort not in SORTS:
        raise QueryError(f"sort is {sort!r:.80}, expected one of {', '.join(SORTS)}")


def sorted_papers(papers: Sequence[Paper], sort: str) -> list[int]:
    """The positions of papers, best first, in the order of sort: the greatest first, equals as they were, those
    without last."""
    values = [SORTS[sort](paper) for paper in papers]
    return sorted(range(len(papers)), key=lambda at: (values[at] is None, -(values[at] or 0)))


def notes(papers: Sequence[Paper], sort: str) -> tuple[str, ...]:
    """How many of the papers that were sorted have nothing to be sorted by."""
    without = sum(SORTS[sort](paper) is None for paper in papers)
    if not without:
        return ()
    if without == len(papers):
        return (f"no paper of the best {len(papers):,} has a {_NAMES[sort]}: they stand as they were found",)
    have, come = ("has", "comes") if without == 1 else ("have", "come")
    return (f"{without:,} of the best {len(papers):,} papers {have} no {_NAMES[sort]}, and {come} last",)

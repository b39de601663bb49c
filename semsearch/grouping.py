"""Hits in groups: by venue, by year, or by author.

Each hit is in one group, so that k hits stay k lines. By author it is that of its authors who has most of the hits
that are in no group yet: a paper under each of its authors would be many groups that say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .errors import QueryError
from .paper import Paper
from .store.facets import words_of

GROUPS = ("venue", "year", "author")


def check_group(group: object) -> None:
    """QueryError for a group that there is not."""
    if group not in GROUPS:
        raise QueryError(f"group is {group!r:.80}, expected one of {', '.join(GROUPS)}")


def groups_of(papers: Sequence[Paper], group: str) -> list[str | None]:
    """The name of each paper's group, papers in the order of the answer; None for one without venue, year or author.

    Venues and authors are one group however they are spelled as to case, accents, punctuation and, of authors, the
    order of the words; the name is that of the first.
    """
    if group == "year":
        return [None if paper.year is None else str(paper.year) for paper in papers]
    if group == "venue":
        shown: dict[tuple[str, ...], str] = {}
        return [shown.setdefault(words_of(p.venue) or (p.venue,), p.venue) if p.venue else None for p in papers]
    return _by_author(papers)


def _by_author(papers: Sequence[Paper]) -> list[str | None]:
    names: dict[tuple[str, ...], str] = {}
    authors = [dict.fromkeys(_key(name, names) for name in paper.authors) for paper in papers]
    found: list[str | None] = [None] * len(papers)
    left = [at for at, own in enumerate(authors) if own]
    while left:
        times = Counter(key for at in left for key in authors[at])  # in the order that they are met: ties go to it
        author, _ = times.most_common(1)[0]
        for at in left:
            if author in authors[at]:
                found[at] = names[author]
        left = [at for at in left if author not in authors[at]]
    return found


def _key(name: str, names: dict[tuple[str, ...], str]) -> tuple[str, ...]:
    key = tuple(sorted(words_of(name))) or (name,)
    names.setdefault(key, name)
    return key


def in_groups(names: Sequence[str | None], group: str | None) -> list[tuple[str | None, list[int]]]:
    """The groups with the positions of their hits: years from the newest, others by their best hit, None last."""
    found: dict[str | None, list[int]] = {}
    for at, name in enumerate(names):
        found.setdefault(name, []).append(at)
    ordered = sorted(found.items(), key=lambda each: each[0] is None)
    if group == "year":
        ordered.sort(key=lambda each: -int(each[0] or -1))
    return ordered

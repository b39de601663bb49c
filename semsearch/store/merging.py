"""How the records of one paper become one, and what becomes of a paper when further records of it come in.

Pure functions on records. Of each field the first record that knows it counts, so their order matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..dates import finer
from ..paper import MADE_ID_CHARS, Paper, content_id

Identity = tuple[str | None, str | None]
"""A DOI and an arXiv id."""


@dataclass(frozen=True, slots=True)
class MergedPaper:
    """A paper, and the records that it was made of, in their order; for most it is their only one."""

    paper: Paper
    records: tuple[Paper, ...]


SHORT_ABSTRACT = 200
"""Letters and digits below which two abstracts may be equal by chance, as `This is a reply.` is."""


def is_short(abstract: str) -> bool:
    """Whether a comparable abstract is too little to make one paper of two that have different DOIs or arXiv ids."""
    return len(abstract) < SHORT_ABSTRACT


def contradict(first: Identity, second: Identity) -> bool:
    """Whether both have a DOI, or both an arXiv id, and not the same one."""
    return any(one and other and one != other for one, other in zip(first, second, strict=True))


def merge(records: Sequence[Paper]) -> Paper:
    """One paper of its records: of each field the first that is known, of dates the finest, of counts the largest, of
    categories and keywords all."""
    first = records[0]
    if len(records) == 1:
        return first
    date = first.date
    for record in records[1:]:
        date = finer(date, record.date)
    return Paper(
        id=first.id,
        title=next((r.title for r in records if r.title), ""),
        abstract=next((r.abstract for r in records if r.abstract), ""),
        authors=next((r.authors for r in records if r.authors), ()),
        author_count=next((r.author_count for r in records if r.author_count is not None), None),
        organization=next((r.organization for r in records if r.organization), None),
        venue=next((r.venue for r in records if r.venue), None),
        date=date,
        doi=next((r.doi for r in records if r.doi), None),
        arxiv_id=next((r.arxiv_id for r in records if r.arxiv_id), None),
        url=next((r.url for r in records if r.url), None),
        categories=_all(r.categories for r in records),
        keywords=_all(r.keywords for r in records),
        citations=max((r.citations for r in records if r.citations is not None), default=None),
        comments=max((r.comments for r in records if r.comments is not None), default=None),
    )


def is_made(id: str, records: Iterable[Paper]) -> bool:
    """Whether id is one that we gave, to a record that came without."""
    return len(id) == MADE_ID_CHARS and any(id == content_id(each.title, each.abstract) for each in records)


def further_names(records: Iterable[Paper]) -> Iterator[str]:
    """The ids, further ids, DOIs and arXiv ids of records: what a paper made of them was ever called."""
    several = tuple(records)
    for record in several:
        yield from (record.id, *record.aliases)
    for record in several:
        yield from (other for other in (record.doi, record.arxiv_id) if other)


def updated(olds: Sequence[MergedPaper], news: Sequence[MergedPaper]) -> MergedPaper:
    """What becomes of papers of an index, olds, when news turn out to be the same paper as they.

    A record takes the place of the one with its id; others join behind. The first of olds keeps its id, unless that
    was made by us and a new one has its own. The same object as olds[0] if nothing changed.
    """
    before = [record for old in olds for record in old.records]
    records = _replaced(before, [record for new in news for record in new.records])
    if len(olds) == 1 and records == before:
        return olds[0]
    name = olds[0].paper.id
    if is_made(name, before):
        name = next((new.paper.id for new in news if not is_made(new.paper.id, new.records)), name)
    merged = merge(records)
    names = [alias for each in (*olds, *news) for alias in (each.paper.id, *each.paper.aliases)]
    names += [other for record in records for other in (record.doi, record.arxiv_id) if other]
    aliases = [each for each in dict.fromkeys(names) if each not in (name, merged.doi, merged.arxiv_id)]
    return MergedPaper(replace(merged, id=name, aliases=tuple(aliases)), tuple(records))


def _replaced(before: Sequence[Paper], after: Sequence[Paper]) -> list[Paper]:
    """before, where the records of after stand in the first place of their id, and behind all if it is a new one."""
    known = set(before)
    if all(record in known for record in after):
        return list(before)
    coming: dict[str, list[Paper]] = {}
    for record in after:
        coming.setdefault(record.id, []).append(record)
    ids = set(coming)
    records = []
    for record in before:
        records += coming.pop(record.id, []) if record.id in ids else [record]
    return records + [record for each in coming.values() for record in each]


def _all(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))

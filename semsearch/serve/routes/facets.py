"""/api/facets: which years, venues, authors and categories there are, and how many papers have each."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter, Request, Response

from ...search import SearchIndex
from ..answers import as_json
from ..parameters import live_of

router = APIRouter()


@router.get("/api/facets", summary="What papers can be filtered by")
async def facets(request: Request) -> Response:
    """Years ascending; of the others those of the most papers first."""

    def found(index: SearchIndex) -> Response:
        years: Counter[int] = Counter()
        kinds: dict[str, Counter[str]] = {"venues": Counter(), "authors": Counter(), "categories": Counter()}
        for paper in index._open().papers.get(range(min(1000, len(index)))):
            years.update([paper.year] if paper.year else [])
            kinds["venues"].update([paper.venue] if paper.venue else [])
            kinds["authors"].update(paper.authors)
            kinds["categories"].update(paper.categories)
        told = {
            kind: [{"value": value, "papers": papers} for value, papers in counts.most_common(20)]
            for kind, counts in kinds.items()
        }
        return as_json({"years": [{"year": year, "papers": years[year]} for year in sorted(years)], **told})

    return await live_of(request).ask(found)

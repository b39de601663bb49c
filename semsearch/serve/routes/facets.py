"""/api/facets: which years, venues, authors and categories there are, and how many papers have each."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from ...search import SearchIndex
from ..answers import as_json
from ..limits import MOST_VALUES, QUESTION_CHARS
from ..parameters import FilterParameters, Live
from ..schemas import FacetsAnswer, problems

router = APIRouter()


@router.get(
    "/api/facets",
    summary="What papers can be filtered by",
    responses={200: {"model": FacetsAnswer}, **problems(400, 503)},
)
async def facets(
    request: Request,
    live: Live,
    filter: FilterParameters,
    limit: Annotated[int, Query(ge=0, le=MOST_VALUES, description="How many values of each kind.")] = 20,
    find: Annotated[
        Annotated[str, Field(max_length=QUESTION_CHARS)],
        Query(description="Only values with these words, the last of which may be begun.", examples=["man"]),
    ] = "",
) -> Response:
    """Years in order; of the others those with the most papers first, as the filter by each would find them beside the
    filters of other kinds that are asked for. Of the whole index: a question orders papers and leaves none out."""

    def found(index: SearchIndex) -> Response:
        return as_json(asdict(index.facets(filter, limit=limit, find=find)))

    return await live.ask(request, found)

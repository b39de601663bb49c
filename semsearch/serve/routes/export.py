"""/api/export: papers by their ids, as a file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from ...search import SearchIndex
from ..answers import Format, as_file
from ..limits import MOST_EXPORTED
from ..parameters import Names, live_of

router = APIRouter()


@router.get("/api/export", summary="Papers for reference managers and spreadsheets")
async def export(
    request: Request,
    id: Annotated[Names, Query(min_length=1, max_length=MOST_EXPORTED)],
    format: Format = "bibtex",
) -> Response:
    """In the order of the ids."""

    def found(index: SearchIndex) -> Response:
        return as_file([index.paper(each) for each in id], format)

    return await live_of(request).ask(found)

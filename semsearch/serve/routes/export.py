"""/api/export: papers by their ids, as a file."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from ...search import SearchIndex
from ..answers import as_file
from ..limits import MOST_EXPORTED
from ..parameters import Live, Name, names
from ..schemas import files, problems

router = APIRouter()


@router.get(
    "/api/export",
    summary="Papers for reference managers and spreadsheets",
    responses={200: {"description": "The file.", "content": files()}, **problems(400, 503)},
    response_class=Response,
)
async def export(
    request: Request,
    live: Live,
    id: Annotated[list[Name], names("The papers.", "watson-1953-dna", most=MOST_EXPORTED, least=1)],
    format: Annotated[Literal["bibtex", "ris", "csl", "csv"], Query(description="What file.")] = "bibtex",
) -> Response:
    """In the order of the ids."""

    def found(index: SearchIndex) -> Response:
        return as_file([index.paper(each) for each in id], format)

    return await live.ask(request, found)

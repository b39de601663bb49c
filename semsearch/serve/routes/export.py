"""/api/export: papers by their ids, as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ...search import SearchIndex
from ..answers import as_file
from ..limits import MOST_EXPORTED, MOST_POSTED
from ..parameters import Live, Name, names
from ..schemas import files, problems

router = APIRouter()

FileFormat = Literal["bibtex", "ris", "csl", "csv"]


class Wanted(BaseModel):
    """What papers are to be exported, and how."""

    model_config = ConfigDict(extra="forbid")

    id: list[Name] = Field(min_length=1, max_length=MOST_POSTED, examples=[["watson-1953-dna"]])
    format: FileFormat = "bibtex"


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
    format: Annotated[FileFormat, Query(description="What file.")] = "bibtex",
) -> Response:
    """In the order of the ids."""
    return await live.ask(request, _written(id, format))


@router.post(
    "/api/export",
    summary="More papers than an address can name, as a file",
    responses={200: {"description": "The file.", "content": files()}, **problems(400, 503)},
    response_class=Response,
)
async def export_many(request: Request, live: Live, asked: Wanted) -> Response:
    """In the order of the ids."""
    return await live.ask(request, _written(asked.id, asked.format), takes_long=True)


def _written(ids: list[str], format: FileFormat) -> Callable[[SearchIndex], Response]:
    return lambda index: as_file([index.paper(each) for each in ids], format)

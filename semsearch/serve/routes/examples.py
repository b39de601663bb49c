"""/api/examples: questions to begin with."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ...search import SearchIndex
from ..answers import as_json
from ..examples import examples
from ..parameters import Live
from ..schemas import ExamplesAnswer, problems

router = APIRouter()

_LOOKED_AT = 240
_TOLD = 6


@router.get(
    "/api/examples",
    summary="Questions to begin with, made of what the index holds",
    responses={200: {"model": ExamplesAnswer}, **problems(503)},
)
async def questions(request: Request, live: Live) -> Response:
    """The same for one generation; few where the index holds few papers."""

    def found(index: SearchIndex) -> Response:
        return as_json({"examples": examples(index.spread(_LOOKED_AT), _TOLD)})

    return await live.ask(request, found)

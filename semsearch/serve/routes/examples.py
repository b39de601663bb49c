"""/api/examples: questions to begin with."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ...search import SearchIndex
from ..answers import as_json
from ..examples import examples
from ..parameters import live_of

router = APIRouter()

_LOOKED_AT = 240
_TOLD = 6


@router.get("/api/examples", summary="Questions to begin with, made of what the index holds")
async def questions(request: Request) -> Response:
    """The same for one generation; few where the index holds few papers."""

    def found(index: SearchIndex) -> Response:
        rows = sorted({position * len(index) // _LOOKED_AT for position in range(_LOOKED_AT if len(index) else 0)})
        return as_json({"examples": examples(index._open().papers.get(rows), _TOLD)})

    return await live_of(request).ask(found)

"""/api/papers/{id}: everything that the index knows of a paper."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ...errors import QueryError
from ...search import SearchIndex
from ..answers import as_json
from ..parameters import live_of
from ..problems import ProblemError

router = APIRouter()


@router.get("/api/papers/{id:path}", summary="One paper")
async def paper(request: Request, id: str) -> Response:
    """By id, DOI, arXiv id or exact title."""

    def found(index: SearchIndex) -> Response:
        try:
            return as_json(index.paper(id).as_dict())
        except QueryError as error:
            raise ProblemError(404, error.message, "find its id with /api/search") from error

    return await live_of(request).ask(found)

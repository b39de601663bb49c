"""/api/papers/{id}: everything that the index knows of a paper."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from ...errors import QueryError
from ...search import SearchIndex
from ..answers import as_json
from ..limits import QUESTION_CHARS
from ..parameters import Live
from ..problems import ProblemError
from ..schemas import PaperAnswer, problems

router = APIRouter()


@router.get(
    "/api/papers/{id:path}",
    summary="One paper",
    responses={200: {"model": PaperAnswer}, **problems(404, 503)},
)
async def paper(
    request: Request, live: Live, id: Annotated[str, Path(max_length=QUESTION_CHARS, examples=["10.1038/171737a0"])]
) -> Response:
    """By id, DOI, arXiv id, exact title or the beginning of an id; slashes may stand as they are."""

    def found(index: SearchIndex) -> Response:
        try:
            return as_json(index.paper(id).as_dict())
        except QueryError as error:
            raise ProblemError(404, error.message, "/api/search finds its id") from error

    return await live.ask(request, found)

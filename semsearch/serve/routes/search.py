"""/api/search: a question and its answer. /api/why: the sentence of one abstract that answers it best."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from ...errors import QueryError
from ...filters import Filter
from ...results import Results
from ...search import SearchIndex
from ..answers import Format, as_file, as_json
from ..limits import MOST_EXPLAINED, QUESTION_CHARS
from ..parameters import K, Like, ModeParameter, Offset, Question, Unlike, Why, filter_of, live_of

router = APIRouter()


@router.get("/api/search", summary="The papers that answer a question best")
async def search(
    request: Request,
    q: Question,
    filter: Annotated[Filter | None, Depends(filter_of)],
    k: K = 10,
    offset: Offset = 0,
    mode: ModeParameter = "hybrid",
    like: Like = [],  # noqa: B006
    unlike: Unlike = [],  # noqa: B006
    why: Why = False,
    format: Annotated[Format | None, Query(description="A file instead of JSON.")] = None,
) -> Response:
    """As `semsearch query --json` answers."""
    if why and k > MOST_EXPLAINED:
        raise QueryError(f"k is {k}, expected at most {MOST_EXPLAINED} with why", "ask /api/why for one paper")
    steer: dict[str, Any] = {name: names for name, names in (("like", like), ("unlike", unlike)) if names}

    def found(index: SearchIndex) -> Response:
        results = index.search(q, k, offset=offset, mode=mode, filter=filter, why=why, **steer)
        return as_file([hit.paper for hit in results], format) if format else as_json(results.as_dict())

    return await live_of(request).ask(found)


@router.get("/api/why", summary="The sentence of an abstract that answers a question best")
async def why(
    request: Request, q: Question, id: Annotated[str, Query(min_length=1, max_length=QUESTION_CHARS)]
) -> Response:
    """`why` of a hit, for a paper by its id; null where it has no abstract."""

    def found(index: SearchIndex) -> Response:
        results: Results = index.search(q, 1, filter=Filter(only=(id,)), why=True)
        hit = results[0]
        return as_json({"id": hit.id, "why": hit.why.as_dict(hit.paper.abstract) if hit.why else None})

    return await live_of(request).ask(found)

"""/api/search: a question and its answer. /api/why: the sentence of one abstract that answers it best."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from ...errors import QueryError
from ...filters import Filter
from ...search import SearchIndex
from ..answers import Format, as_file, as_json
from ..arranging import Arranged
from ..limits import MOST_EXPLAINED
from ..parameters import FilterParameters, K, Lenient, Like, Live, ModeParameter, Name, Offset, Question, Unlike, Why
from ..schemas import ResultsAnswer, WhyAnswer, files, problems
from ..steering import named

router = APIRouter()


def check_why(why: bool, k: int) -> None:
    """QueryError where more abstracts would be read than one request may have read."""
    if why and k > MOST_EXPLAINED:
        raise QueryError(f"k is {k}, expected at most {MOST_EXPLAINED} with why", "/api/why tells it for one paper")


@router.get(
    "/api/search",
    summary="The papers that answer a question best",
    responses={200: {"model": ResultsAnswer, "content": files()}, **problems(400, 503)},
)
async def search(
    request: Request,
    live: Live,
    q: Question,
    filter: FilterParameters,
    arranged: Arranged,
    k: K = 10,
    offset: Offset = 0,
    mode: ModeParameter = "hybrid",
    like: Like = [],  # noqa: B006
    unlike: Unlike = [],  # noqa: B006
    why: Why = False,
    lenient: Lenient = False,
    format: Annotated[Format, Query(description="JSON, or the papers as a file.")] = "json",
) -> Response:
    """As `semsearch query --json` answers."""
    check_why(why, k)

    def found(index: SearchIndex) -> Response:
        liked = named(index, like, unlike, lenient=lenient)
        results = liked.told(
            index.search(
                q, k, like=liked.like, unlike=liked.unlike, offset=offset, mode=mode, filter=filter, why=why, **arranged
            )
        )
        return as_json(results.as_dict()) if format == "json" else as_file([hit.paper for hit in results], format)

    return await live.ask(request, found)


@router.get(
    "/api/why",
    summary="The sentence of an abstract that answers a question best",
    responses={200: {"model": WhyAnswer}, **problems(400, 503)},
)
async def why(
    request: Request,
    live: Live,
    q: Question,
    id: Annotated[Name, Query(description="A paper.", examples=["arrhenius-1896-carbonic"])],
) -> Response:
    """What `why` tells of one hit: so a page fetches it when an abstract is opened, and not for every hit."""

    def found(index: SearchIndex) -> Response:
        paper = index.paper(id)
        (hit,) = index.search(q, 1, filter=Filter(only=(paper.id,)), mode="dense", why=True)
        return as_json({"id": hit.id, "why": hit.why.as_dict(hit.paper.abstract) if hit.why else None})

    return await live.ask(request, found)

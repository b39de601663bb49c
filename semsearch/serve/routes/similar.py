"""/api/similar: the papers most like some papers, or like a text that is pasted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from ...retrieval import Mode
from ...search import SearchIndex
from ..answers import as_json
from ..arranging import Arranged, Arranging
from ..limits import LARGEST_OFFSET, MOST_HITS, MOST_NAMES, TEXT_CHARS
from ..parameters import (
    LENIENT,
    FilterParameters,
    Filters,
    K,
    Lenient,
    Live,
    ModeParameter,
    Name,
    Offset,
    Unlike,
    Why,
    names,
)
from ..schemas import ResultsAnswer, problems
from ..steering import named
from .search import check_why

router = APIRouter()


class SimilarTo(Filters, Arranging):
    """What papers should be like, and which may be found."""

    text: str | None = Field(
        None, max_length=TEXT_CHARS, description="An abstract or a draft.",
        examples=["Gases that are left in the air by burning coal keep warmth from going out into space."],
    )  # fmt: skip
    id: list[Name] = Field([], max_length=MOST_NAMES, description="Papers to be like, beside the text.", examples=[[]])
    unlike: list[Name] = Field([], max_length=MOST_NAMES, description="Papers to be less like.", examples=[[]])
    k: int = Field(10, ge=1, le=MOST_HITS)
    offset: int = Field(0, ge=0, le=LARGEST_OFFSET)
    mode: Mode = "hybrid"
    why: bool = False
    lenient: bool = Field(False, description=LENIENT)


@router.get(
    "/api/similar",
    summary="The papers most like some papers",
    responses={200: {"model": ResultsAnswer}, **problems(400, 503)},
)
async def similar(
    request: Request,
    live: Live,
    id: Annotated[list[Name], names("Papers to be like.", "arrhenius-1896-carbonic", least=1)],
    filter: FilterParameters,
    arranged: Arranged,
    unlike: Unlike = [],  # noqa: B006
    k: K = 10,
    offset: Offset = 0,
    mode: ModeParameter = "hybrid",
    why: Why = False,
    lenient: Lenient = False,
) -> Response:
    """As `semsearch similar --json` answers."""
    check_why(why, k)

    def found(index: SearchIndex) -> Response:
        liked = named(index, id, unlike, lenient=lenient)
        liked.expect_like()
        results = index.similar(
            liked.like, k, unlike=liked.unlike, offset=offset, mode=mode, filter=filter, why=why, **arranged
        )
        return as_json(liked.told(results).as_dict())

    return await live.ask(request, found)


@router.post(
    "/api/similar",
    summary="The papers most like a text, such as an abstract",
    responses={200: {"model": ResultsAnswer}, **problems(400, 503)},
)
async def similar_to_text(request: Request, live: Live, asked: SimilarTo) -> Response:
    """As `semsearch similar --text FILE --json` answers. The text is used for this answer and kept nowhere."""
    check_why(asked.why, asked.k)
    filter = asked.filter()

    def found(index: SearchIndex) -> Response:
        liked = named(index, asked.id, asked.unlike, lenient=asked.lenient)
        if asked.text is None:
            liked.expect_like()
        results = index.similar(
            liked.like, asked.k, unlike=liked.unlike, text=asked.text, offset=asked.offset, mode=asked.mode,
            filter=filter, why=asked.why, **asked.arranging(),
        )  # fmt: skip
        return as_json(liked.told(results).as_dict())

    return await live.ask(request, found)

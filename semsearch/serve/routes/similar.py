"""/api/similar: the papers most like some papers, or like a text that is pasted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ...filters import Filter
from ...retrieval import Mode
from ...search import SearchIndex
from ..answers import as_json
from ..limits import LARGEST_OFFSET, MOST_HITS, MOST_NAMES, TEXT_CHARS
from ..parameters import K, ModeParameter, Names, Offset, filter_of, live_of

router = APIRouter()


class SimilarTo(BaseModel):
    """What papers should be like."""

    model_config = ConfigDict(extra="forbid")

    id: list[str] = Field(default=[], max_length=MOST_NAMES)
    text: str | None = Field(default=None, max_length=TEXT_CHARS)
    k: int = Field(default=10, ge=1, le=MOST_HITS)
    offset: int = Field(default=0, ge=0, le=LARGEST_OFFSET)
    mode: Mode = "hybrid"
    since: str | None = None
    until: str | None = None
    year: int | None = None
    venue: list[str] = Field(default=[], max_length=MOST_NAMES)
    author: list[str] = Field(default=[], max_length=MOST_NAMES)
    category: list[str] = Field(default=[], max_length=MOST_NAMES)


@router.get("/api/similar", summary="The papers most like some papers")
async def similar(
    request: Request,
    id: Annotated[Names, Query(min_length=1, max_length=MOST_NAMES)],
    filter: Annotated[Filter | None, Depends(filter_of)],
    k: K = 10,
    offset: Offset = 0,
    mode: ModeParameter = "hybrid",
) -> Response:
    """As `semsearch similar --json` answers."""

    def found(index: SearchIndex) -> Response:
        return as_json(index.similar(id, k, offset=offset, mode=mode, filter=filter).as_dict())

    return await live_of(request).ask(found)


@router.post("/api/similar", summary="The papers most like a text, such as a draft")
async def similar_to_text(request: Request, asked: SimilarTo) -> Response:
    """As `semsearch similar --text --json` answers."""
    filter = filter_of(asked.since, asked.until, asked.year, asked.venue, asked.author, asked.category)

    def found(index: SearchIndex) -> Response:
        results = index.similar(asked.id, asked.k, text=asked.text, offset=asked.offset, mode=asked.mode, filter=filter)
        return as_json(results.as_dict())

    return await live_of(request).ask(found)
